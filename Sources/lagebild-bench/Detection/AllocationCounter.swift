import Glibc

/// What this thread has asked for and copied, where the library that counts it was loaded before (scripts/bench alert, thermal-path).
struct AllocationCounter {
    /// Since the thread began, or between two moments.
    struct Count {
        var calls: UInt64 = 0, bytes: UInt64 = 0, copied: UInt64 = 0
        static func - (later: Count, earlier: Count) -> Count {
            Count(
                calls: later.calls &- earlier.calls, bytes: later.bytes &- earlier.bytes,
                copied: later.copied &- earlier.copied)
        }
        static func + (one: Count, other: Count) -> Count {
            Count(calls: one.calls &+ other.calls, bytes: one.bytes &+ other.bytes, copied: one.copied &+ other.copied)
        }
    }
    private typealias Reading = @convention(c) () -> UInt64
    private let calls: Reading, bytes: Reading, copied: Reading

    init?() {
        func reading(_ name: String) -> Reading? {
            dlsym(nil, name).map { unsafeBitCast($0, to: Reading.self) }
        }
        guard let calls = reading("lagebild_allocations"), let bytes = reading("lagebild_allocated_bytes"),
            let copied = reading("lagebild_copied_bytes")
        else { return nil }
        (self.calls, self.bytes, self.copied) = (calls, bytes, copied)
    }
    var now: Count { Count(calls: calls(), bytes: bytes(), copied: copied()) }
    /// How often memory was asked for.
    var count: UInt64 { calls() }
}
