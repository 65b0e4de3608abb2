/// Lets `capacity` through at once and `perMinute` after that. A value; time is an argument.
public struct TokenBucket: Sendable {
    /// How many may pass at once.
    public let capacity: Double
    /// How many may pass each minute after that.
    public let perMinute: Double
    /// What is left, up to `capacity`.
    public private(set) var tokens: Double
    /// When it was last asked.
    public private(set) var last: MonotonicInstant

    /// A full bucket.
    public init(capacity: Double, perMinute: Double, at now: MonotonicInstant) {
        self.capacity = capacity
        self.perMinute = perMinute
        tokens = capacity
        last = now
    }

    /// Whether one more may pass now; counts it if so.
    public mutating func take(at now: MonotonicInstant) -> Bool {
        // A clock that steps back gives nothing away.
        let minutes = max(0, now.since(last).milliseconds) / 60_000
        tokens = min(capacity, tokens + minutes * perMinute)
        last = now
        guard tokens >= 1 else { return false }
        tokens -= 1
        return true
    }
}

/// A bucket for each key. Limit: `keysLimit` keys; when full, the one idle the longest is forgotten.
public struct KeyedBuckets<Key: Hashable & Sendable>: Sendable {
    /// How many of a key may pass at once.
    public let capacity: Double
    /// How many of a key may pass each minute after that.
    public let perMinute: Double
    /// Keys told apart.
    public let keysLimit: Int
    private var buckets: [Key: TokenBucket] = [:]

    /// No keys yet.
    public init(capacity: Double, perMinute: Double, keysLimit: Int) {
        self.capacity = capacity
        self.perMinute = perMinute
        self.keysLimit = keysLimit
    }

    /// Whether one more of `key` may pass now; counts it if so.
    public mutating func take(_ key: Key, at now: MonotonicInstant) -> Bool {
        if buckets[key] == nil, buckets.count >= keysLimit,
            let oldest = buckets.min(by: { $0.value.last < $1.value.last })
        {
            buckets[oldest.key] = nil
        }
        return buckets[key, default: TokenBucket(capacity: capacity, perMinute: perMinute, at: now)].take(at: now)
    }
}
