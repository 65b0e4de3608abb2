import FlightTypes

/// Limits password guesses. A value; time is an argument.
///
/// - 30 a minute for an address.
/// - 10 a minute for an account from one address.
/// - For an account from all addresses together that it never signed in from: 60 first guesses of an address and 30 further
///   ones a minute. So many strangers cannot guess quickly, and few cannot keep the owner out, whose first guess is the
///   right one.
/// - Where an account has signed in before, strangers' guesses do not count against it.
///
/// Limit 4,096 keys each; when full, the one idle the longest is forgotten.
public struct LoginThrottle: Sendable {
    private static let keysLimit = 4096
    /// Pairs of account and address that have signed in.
    private static let knownLimit = 1024
    private struct Pair: Hashable, Sendable {
        var account: String
        var address: String
    }
    private var addresses = KeyedBuckets<String>(capacity: 30, perMinute: 30, keysLimit: keysLimit)
    private var pairs = KeyedBuckets<Pair>(capacity: 10, perMinute: 10, keysLimit: keysLimit)
    private var firsts = KeyedBuckets<Pair>(capacity: 1, perMinute: 1, keysLimit: keysLimit)
    private var accountFirsts = KeyedBuckets<String>(capacity: 60, perMinute: 60, keysLimit: keysLimit)
    private var accountFurther = KeyedBuckets<String>(capacity: 30, perMinute: 30, keysLimit: keysLimit)
    private var known: [Pair: MonotonicInstant] = [:]

    /// No guesses yet.
    public init() {}

    /// Whether a guess for `account` from `address` may be looked at now; counts it.
    public mutating func allow(account: String, address: String, at now: MonotonicInstant) -> Bool {
        // A refused address makes no key for an account, or it could push out everyone's with names it makes up.
        guard addresses.take(address, at: now) else { return false }
        let pair = Self.pair(account, address)
        guard pairs.take(pair, at: now) else { return false }
        if known[pair] != nil { return true }
        return firsts.take(pair, at: now)
            ? accountFirsts.take(pair.account, at: now) : accountFurther.take(pair.account, at: now)
    }

    /// `account` signed in from `address`.
    public mutating func succeeded(account: String, address: String, at now: MonotonicInstant) {
        let pair = Self.pair(account, address)
        if known[pair] == nil, known.count >= Self.knownLimit, let oldest = known.min(by: { $0.value < $1.value }) {
            known[oldest.key] = nil
        }
        known[pair] = now
    }

    private static func pair(_ account: String, _ address: String) -> Pair {
        Pair(account: String(decoding: account.utf8.prefix(32), as: UTF8.self), address: address)
    }
}
