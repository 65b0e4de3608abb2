import FlightTypes

/// How quickly one address may ask: `atOnce` requests, then `perSecond`. A value; time is an argument.
///
/// Who asks more quickly is not refused but read more slowly on that connection, so that a page full of map tiles only takes a
/// little longer, and whoever wants to keep the station busy waits. Limit: `addressesLimit`; when full, the one idle the
/// longest is forgotten.
struct RequestPace: Sendable {
    static let atOnce = 300.0
    static let perSecond = 50.0
    /// No pause is longer: a request that is read in part must not run into its deadline.
    static let longestPause: Duration = .seconds(2)
    static let addressesLimit = 4096

    private struct Account: Sendable {
        /// What is left; below 0 what was asked in advance.
        var left: Double
        var last: MonotonicInstant
    }
    private var accounts: [IPAddress?: Account] = [:]

    /// One request of `address`: how long nothing more is to be read on its connection.
    mutating func take(_ address: IPAddress?, at now: MonotonicInstant) -> Duration {
        let key = address?.counted
        if accounts[key] == nil, accounts.count >= Self.addressesLimit,
            let oldest = accounts.min(by: { $0.value.last < $1.value.last })
        {
            accounts[oldest.key] = nil
        }
        var account = accounts[key] ?? Account(left: Self.atOnce, last: now)
        let seconds = max(0, now.since(account.last).milliseconds) / 1000
        let longest = Self.longestPause.milliseconds / 1000
        // No deeper in debt than the longest pause pays for.
        account.left = max(min(Self.atOnce, account.left + seconds * Self.perSecond) - 1, -longest * Self.perSecond)
        account.last = now
        accounts[key] = account
        return account.left >= 0 ? .zero : .milliseconds(Int64(-account.left / Self.perSecond * 1000))
    }
}
