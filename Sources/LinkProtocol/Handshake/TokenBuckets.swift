import FlightTypes

/// A rate limit: `rate` per second, `burst` at once. Full until it is first used.
struct TokenBucket: Sendable {
    let rate: Double
    let burst: Double
    private var tokens: Double
    private(set) var last: MonotonicInstant?

    init(rate: Double, burst: Double) {
        self.rate = rate
        self.burst = burst
        tokens = burst
    }

    /// Takes `amount`; false, and nothing taken, when there is less.
    mutating func take(_ amount: Double = 1, at now: MonotonicInstant) -> Bool {
        guard has(amount, at: now) else { return false }
        tokens -= amount
        return true
    }

    /// Whether `amount` could be taken.
    mutating func has(_ amount: Double = 1, at now: MonotonicInstant) -> Bool {
        if let last { tokens = min(burst, tokens + max(0, now.since(last).milliseconds) / 1000 * rate) }
        last = now
        return tokens >= amount
    }
}

/// One bucket an address and port. Limit 2 × 4,096: when the younger half is full, or older than half a minute, it becomes the
/// older one, and what was there is forgotten.
struct EndpointBuckets: Sendable {
    static let halfLimit = 4096
    private static let halfLife: Duration = .seconds(30)
    private let rate: Double
    private let burst: Double
    private var young: [LinkEndpoint: TokenBucket] = [:]
    private var old: [LinkEndpoint: TokenBucket] = [:]
    private var turned: MonotonicInstant?

    /// `rate` a second for each endpoint, `burst` at once.
    init(rate: Double, burst: Double) {
        self.rate = rate
        self.burst = burst
    }

    /// Whether the endpoint may have another one.
    mutating func take(_ endpoint: LinkEndpoint, at now: MonotonicInstant) -> Bool {
        var bucket = young[endpoint] ?? old[endpoint] ?? TokenBucket(rate: rate, burst: burst)
        defer { keep(bucket, endpoint, at: now) }
        return bucket.take(at: now)
    }

    /// What the endpoint wanted came to nothing: one every three seconds from now on.
    mutating func failed(_ endpoint: LinkEndpoint, at now: MonotonicInstant) {
        var bucket = TokenBucket(rate: 1.0 / 3, burst: 1)
        _ = bucket.take(at: now)
        keep(bucket, endpoint, at: now)
    }

    var count: Int { young.count + old.count }

    private mutating func keep(_ bucket: TokenBucket, _ endpoint: LinkEndpoint, at now: MonotonicInstant) {
        let isOld = turned.map { now.since($0) >= Self.halfLife } ?? false
        if turned == nil { turned = now }
        if isOld || young.count >= Self.halfLimit && young[endpoint] == nil {
            (old, young) = (young, [:])
            turned = now
        }
        young[endpoint] = bucket
    }
}
