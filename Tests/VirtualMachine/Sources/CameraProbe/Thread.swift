import Glibc

/// A thread that can be waited for. Capture blocks, so that Swift's own pool is no place for it.
final class Thread {
    private final class Work {
        let body: @Sendable () -> Void
        init(_ body: @escaping @Sendable () -> Void) { self.body = body }
    }
    private var handle = pthread_t()
    private var isJoined = false

    init(_ body: @escaping @Sendable () -> Void) {
        let work = Unmanaged.passRetained(Work(body)).toOpaque()
        pthread_create(
            &handle, nil,
            { argument in
                if let argument { Unmanaged<Work>.fromOpaque(argument).takeRetainedValue().body() }
                return nil
            }, work)
    }
    /// Waits for the thread's end, at once if it was waited for before.
    func join() {
        if !isJoined { pthread_join(handle, nil) }
        isJoined = true
    }
}
