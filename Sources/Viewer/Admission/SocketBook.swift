/// Who watches, in all, by account and by address. A value.
struct SocketBook: Sendable {
    struct Limits: Hashable, Sendable {
        /// Sockets at once.
        var total: Int
        /// Sockets of one account.
        var perAccount: Int
        /// Sockets of one address.
        var perAddress: Int
        /// The last places are kept for accounts that do not watch yet: a tenth, where there are as many.
        var reserved: Int { total / 10 }
    }
    enum Decision: Hashable, Sendable {
        case admitted, accountFull, addressFull, full

        /// For the log.
        var reason: String {
            switch self {
            case .admitted: "it was not"
            case .accountFull: "this account has as many as it may (viewer.viewersPerAccount)"
            case .addressFull: "its address has as many as it may (viewer.connectionsPerAddress)"
            case .full: "all places are taken (viewer.viewersLimit)"
            }
        }
    }
    let limits: Limits
    private(set) var total = 0
    private var byAccount: [String: Int] = [:]
    private var byAddress: [IPAddress?: Int] = [:]

    init(limits: Limits) { self.limits = limits }

    /// Whether one more may watch; counts it if so.
    mutating func enter(account: String, address: IPAddress?) -> Decision {
        let mine = byAccount[account] ?? 0
        let here = byAddress[address?.counted] ?? 0
        if total >= limits.total { return .full }
        if mine >= limits.perAccount { return .accountFull }
        if mine > 0, total >= limits.total - limits.reserved { return .full }
        if here >= limits.perAddress { return .addressFull }
        total += 1
        byAccount[account] = mine + 1
        byAddress[address?.counted] = here + 1
        return .admitted
    }

    /// The same, where one of `idle` may lose its place for the newcomer: the first whose place is of use. Says which, if so.
    mutating func enter(
        account: String, address: IPAddress?, inPlaceOf idle: [(account: String, address: IPAddress?)]
    ) -> (decision: Decision, displaced: Int?) {
        let decision = enter(account: account, address: address)
        guard decision != .admitted else { return (.admitted, nil) }
        for (index, guest) in idle.enumerated() {
            var trial = self
            trial.leave(account: guest.account, address: guest.address)
            if trial.enter(account: account, address: address) == .admitted {
                self = trial
                return (.admitted, index)
            }
        }
        return (decision, nil)
    }

    /// One that was admitted has gone.
    mutating func leave(account: String, address: IPAddress?) {
        guard let mine = byAccount[account], let here = byAddress[address?.counted] else { return }
        total -= 1
        byAccount[account] = mine > 1 ? mine - 1 : nil
        byAddress[address?.counted] = here > 1 ? here - 1 : nil
    }
}
