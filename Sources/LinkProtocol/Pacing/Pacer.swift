import FlightTypes

/// A token bucket that spreads datagrams in time, so that a frame does not leave as one burst that a queue on the way drops.
public struct Pacer: Sendable {
    /// Two milliseconds' worth may leave at once, so that a shell wakes up rarely and hands the kernel several datagrams in one
    /// call.
    static let burst: Duration = .milliseconds(2)
    private var tokens = 0.0
    private var last: MonotonicInstant?
    /// Bytes a second.
    public private(set) var rate: Double

    /// `rate` in bytes a second, > 0.
    public init(rate: Double) {
        // NaN fails the comparison, and an infinite rate would make times that are no number: both would trap.
        self.rate = rate >= 1000 ? min(rate, 1e12) : 1000
        tokens = capacity
    }

    private var capacity: Double { max(rate * Self.burst.milliseconds / 1000, Double(LinkLimits.largestDatagram)) }

    /// Changes the rate from now on.
    public mutating func setRate(_ bytesPerSecond: Double, at now: MonotonicInstant) {
        refill(at: now)
        rate = bytesPerSecond >= 1000 ? min(bytesPerSecond, 1e12) : 1000
    }

    private mutating func refill(at now: MonotonicInstant) {
        if let last { tokens = min(capacity, tokens + max(0, now.since(last).milliseconds) / 1000 * rate) }
        last = now
    }

    /// Whether something may leave now. A datagram may begin while there are any tokens; what it takes beyond them is waited for
    /// afterwards, so sizes need not be known beforehand.
    public mutating func isOpen(at now: MonotonicInstant) -> Bool {
        refill(at: now)
        return tokens > 0
    }

    /// Takes what left; also what did not ask (urgent datagrams), down to a limit.
    public mutating func spend(_ bytes: Int) { tokens = max(tokens - Double(bytes), -8 * capacity) }

    /// When `isOpen` will next be true: once half a burst has come together, so that a shell wakes up rarely.
    public func nextTime(after now: MonotonicInstant) -> MonotonicInstant {
        let wanted = tokens > 0 ? 0 : capacity / 2 - tokens
        return now.advanced(by: .nanoseconds(Int64(min(wanted / rate, 60) * 1e9) + 1000))
    }
}
