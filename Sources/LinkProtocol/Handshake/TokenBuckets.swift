import FlightTypes

/// A rate limit: `rate` per second, `burst` at once.
struct TokenBucket: Sendable {
    let rate: Double
    let burst: Double
    private var tokens: Double
    private(set) var last: MonotonicInstant

    init(rate: Double, burst: Double, at now: MonotonicInstant) {
        self.rate = rate
        self.burst = burst
        tokens = burst
        last = now
    }
    mutating func take(at now: MonotonicInstant) -> Bool {
        tokens = min(burst, tokens + max(0, now.since(last).milliseconds) / 1000 * rate)
        last = now
        guard tokens >= 1 else { return false }
        tokens -= 1
        return true
    }
}

/// One bucket an address. Limit 1,024 addresses; when full, the longest silent one goes.
struct AddressBuckets: Sendable {
    static let limit = 1024
    private var buckets: [[UInt8]: TokenBucket] = [:]

    mutating func take(_ address: LinkEndpoint, at now: MonotonicInstant) -> Bool {
        if buckets[address.host] == nil {
            if buckets.count >= Self.limit, let oldest = buckets.min(by: { $0.value.last < $1.value.last }) {
                buckets[oldest.key] = nil
            }
            buckets[address.host] = TokenBucket(rate: 20, burst: 5, at: now)
        }
        return buckets[address.host]?.take(at: now) ?? false
    }
    var count: Int { buckets.count }
}
