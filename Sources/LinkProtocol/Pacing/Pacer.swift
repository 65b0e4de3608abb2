import FlightTypes

/// A token bucket that spreads datagrams in time, so that a frame does not leave as one burst that a queue on the way drops.
/// Rate control (docs/decisions/0003) will set `bytesPerSecond`; until then it is the configured one.
public struct Pacer: Sendable {
    private let bytesPerSecond: Double
    private let burst: Double
    private var tokens: Double
    private var last: MonotonicInstant?

    /// `bytesPerSecond` > 0; two milliseconds' worth, and at least ten datagrams, may leave at once.
    public init(bytesPerSecond: Double) {
        // NaN fails the comparison, and an infinite rate would make times that are no number: both would trap.
        self.bytesPerSecond = bytesPerSecond >= 1000 ? min(bytesPerSecond, 1e12) : 1000
        burst = max(self.bytesPerSecond * 0.002, Double(10 * LinkLimits.datagramSize))
        tokens = burst
    }

    /// Whether `bytes` may leave now; takes them from the bucket if so.
    public mutating func allow(_ bytes: Int, at now: MonotonicInstant) -> Bool {
        if let last { tokens = min(burst, tokens + max(0, now.since(last).milliseconds) / 1000 * bytesPerSecond) }
        last = now
        guard tokens >= Double(bytes) else { return false }
        tokens -= Double(bytes)
        return true
    }

    /// When a full datagram may leave.
    public func nextTime(after now: MonotonicInstant) -> MonotonicInstant {
        let missing = max(0, Double(LinkLimits.datagramSize) - tokens)
        return now.advanced(by: .nanoseconds(Int64(missing / bytesPerSecond * 1e9) + 1000))
    }
}
