import Synchronization

/// Counts calls that may come from any thread.
public final class Counter: Sendable {
    private let number = Mutex(0)

    /// Nothing yet.
    public init() {}

    /// How many there were.
    public var count: Int { number.withLock { $0 } }

    /// One more.
    public func add() { number.withLock { $0 += 1 } }
}
