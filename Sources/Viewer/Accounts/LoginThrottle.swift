import FlightTypes

/// Limits password guesses: ten a minute for an account, thirty for an address. A value; time is an argument.
///
/// Limit 4,096 keys; when full, the one idle the longest is forgotten.
public struct LoginThrottle: Sendable {
    private static let keysLimit = 4096
    private struct Bucket: Sendable {
        var tokens: Double
        var last: MonotonicInstant
    }
    private var buckets: [String: Bucket] = [:]

    /// No guesses yet.
    public init() {}

    /// Whether a guess for `account` from `address` may be looked at now; counts it.
    public mutating func allow(account: String, address: String, at now: MonotonicInstant) -> Bool {
        // A refused address makes no key for an account, or it could push out everyone's with names it makes up.
        take("a " + address, perMinute: 30, at: now)
            && take("u " + String(decoding: account.utf8.prefix(32), as: UTF8.self), perMinute: 10, at: now)
    }

    private mutating func take(_ key: String, perMinute: Double, at now: MonotonicInstant) -> Bool {
        if buckets[key] == nil, buckets.count >= Self.keysLimit,
            let oldest = buckets.min(by: { $0.value.last < $1.value.last })
        {
            buckets[oldest.key] = nil
        }
        var bucket = buckets[key] ?? Bucket(tokens: perMinute, last: now)
        let minutes = max(0, now.since(bucket.last).milliseconds) / 60_000
        bucket.tokens = min(perMinute, bucket.tokens + minutes * perMinute)
        bucket.last = now
        let allowed = bucket.tokens >= 1
        if allowed { bucket.tokens -= 1 }
        buckets[key] = bucket
        return allowed
    }
}
