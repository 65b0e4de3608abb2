import FlightTypes

/// How many connections the page takes. A value.
struct ConnectionLimits: Hashable, Sendable {
    /// Most connections at once, whatever the system allows.
    static let most = 1024
    /// Descriptors kept free for the link, the recorder's files, the accounts and the runtime itself, which traps without.
    static let reservedDescriptors = 64
    /// New connections of one address at once, and each second: setting one up costs as much as a request.
    static let newAtOnce = 600.0, newPerSecond = 100.0
    /// So many are accepted in one go before the count is looked at again.
    static let acceptedAtOnce = 16

    /// Connections at once; beyond it none is accepted, and those who come wait in the kernel.
    let total: Int
    /// Connections of one address at once, always fewer than `total`; one more is closed as it comes.
    let perAddress: Int

    /// Fits `perAddress` and the total into `descriptors`, the process's limit of open files.
    init(perAddress: Int, descriptors: Int) {
        let free = descriptors - Self.reservedDescriptors - Self.acceptedAtOnce
        total = min(Self.most, max(8, free))
        self.perAddress = max(1, min(perAddress, total * 3 / 4))
    }
}

/// Which connections are open, in all and by address. A value.
struct ConnectionBook: Sendable {
    let limits: ConnectionLimits
    let proxies: TrustedProxies
    /// Accepted and not yet closed, also those that were refused.
    private(set) var accepted = 0
    /// Refused because their address had its share.
    private(set) var refused: UInt64 = 0
    private var byAddress: [IPAddress?: Int] = [:]
    private var new = KeyedBuckets<IPAddress?>(
        capacity: ConnectionLimits.newAtOnce, perMinute: ConnectionLimits.newPerSecond * 60, keysLimit: 4096)

    init(limits: ConnectionLimits, proxies: TrustedProxies) {
        self.limits = limits
        self.proxies = proxies
    }

    /// Whether one more may be accepted.
    var mayAccept: Bool { accepted < limits.total }

    mutating func accept() { accepted += 1 }
    mutating func closed() { accepted = max(0, accepted - 1) }

    /// Whether a connection from `address` may stay. Many stand behind a trusted proxy: it has no share.
    mutating func enter(_ address: IPAddress?, at now: MonotonicInstant) -> Bool {
        let key = address?.counted
        let count = byAddress[key] ?? 0
        guard proxies.contains(address) || count < limits.perAddress && new.take(key, at: now) else {
            refused += 1
            return false
        }
        byAddress[key] = count + 1
        return true
    }

    /// One that was let in has gone.
    mutating func leave(_ address: IPAddress?) {
        let key = address?.counted
        guard let count = byAddress[key] else { return }
        byAddress[key] = count > 1 ? count - 1 : nil
    }
}
