import FlightTypes

// The way of a name: resolve ─▶ addresses, each in its turn ─▶ the one that answers is kept ─▶ silent ─▶ resolve again.

/// Which address of the far end is used, and when its name is looked up. A value: the owner looks names up, says what came of
/// it and whether the far end is heard, and asks `next` what to do.
///
/// While the far end is silent its name is looked up again every ten seconds, and all its addresses are tried in turn; the one
/// that was heard last stays among them, in case the name servers are wrong. An address that answers is kept whatever the name
/// says meanwhile. A literal address is never looked up.
struct FarEnd<Address: Hashable & Sendable>: Sendable {
    enum Action: Hashable, Sendable {
        /// Look the name up and call `resolved` or `lookupFailed`.
        case resolve
        /// Send to this address from now on.
        case use(Address)
    }
    /// Addresses tried; a name that has more is tried at its first ones.
    static var addressesLimit: Int { 8 }
    /// How often the name of a silent far end is looked up.
    static var lookupInterval: Duration { .seconds(10) }
    /// How long a silent address is tried before the next: two or three handshakes.
    static var turn: Duration { .seconds(3) }

    private let isLiteral: Bool
    private var addresses: [Address] = []
    /// The one that was heard last.
    private var proven: Address?
    private(set) var current: Address?
    private var isHeard = false
    private var isResolving = false
    private var nextLookup: MonotonicInstant?
    private var lookupPause: Duration = .milliseconds(500)
    private var turnEnds: MonotonicInstant?
    private var pendingUse: Address?

    /// A name, to be looked up first.
    init(nameAt now: MonotonicInstant) {
        isLiteral = false
        nextLookup = now
    }
    /// An address that is one.
    init(literal address: Address) {
        isLiteral = true
        addresses = [address]
        current = address
        pendingUse = address
    }

    /// What to do now; ask until it is nil, and again at `due`.
    mutating func next(at now: MonotonicInstant) -> Action? {
        if let address = pendingUse {
            pendingUse = nil
            return .use(address)
        }
        if let nextLookup, now >= nextLookup, !isResolving {
            isResolving = true
            self.nextLookup = nil
            return .resolve
        }
        if !isHeard, let turnEnds, now >= turnEnds { takeNext(at: now) }
        guard let address = pendingUse else { return nil }
        pendingUse = nil
        return .use(address)
    }

    /// When `next` has to be asked again; nil when only an event can change anything.
    var due: MonotonicInstant? {
        [isResolving ? nil : nextLookup, isHeard ? nil : turnEnds].compactMap { $0 }.min()
    }

    /// The name was looked up.
    mutating func resolved(_ found: [Address], at now: MonotonicInstant) {
        guard !isLiteral else { return }
        isResolving = false
        lookupPause = .milliseconds(500)
        nextLookup = isHeard ? nil : now.advanced(by: Self.lookupInterval)
        var candidates: [Address] = []
        for address in found where !candidates.contains(address) && candidates.count < Self.addressesLimit - 1 {
            candidates.append(address)
        }
        guard !candidates.isEmpty else { return lookupFailed(at: now) }
        let isNews = !candidates.allSatisfy(addresses.contains)
        if let proven, !candidates.contains(proven) { candidates.append(proven) }
        addresses = candidates
        guard !isHeard else { return }
        // An address that was not known before is tried at once; else the turns go on.
        if let current, candidates.contains(current), !isNews { return }
        let fresh = candidates.first { $0 != current && $0 != proven } ?? candidates.first
        if let fresh { use(fresh, at: now) }
    }

    /// The name could not be looked up: again after a growing pause.
    mutating func lookupFailed(at now: MonotonicInstant) {
        guard !isLiteral else { return }
        isResolving = false
        // Once addresses are known they are tried meanwhile.
        nextLookup = isHeard ? nil : now.advanced(by: lookupPause)
        lookupPause = min(Self.lookupInterval, lookupPause * 2)
    }

    /// The far end is heard, at `address` if that is known: it is kept.
    mutating func heard(from address: Address?, at now: MonotonicInstant) {
        isHeard = true
        nextLookup = nil
        turnEnds = nil
        if let address, address != current, addresses.contains(address) {
            current = address
            pendingUse = address
        }
        proven = current
    }

    /// The far end has fallen silent: its name may mean another address by now.
    mutating func silent(at now: MonotonicInstant) {
        guard isHeard else { return }
        isHeard = false
        if !isLiteral { nextLookup = now }
        turnEnds = addresses.count > 1 ? now.advanced(by: Self.turn) : nil
    }

    /// There is no way to the address in use: no socket of its family, no route. The next one is tried at once.
    mutating func unreachable(at now: MonotonicInstant) {
        guard !isHeard, addresses.count > 1 else { return }
        takeNext(at: now)
    }

    private mutating func takeNext(at now: MonotonicInstant) {
        guard let place = current.flatMap(addresses.firstIndex) ?? addresses.indices.last else { return }
        use(addresses[(place + 1) % addresses.count], at: now)
    }

    private mutating func use(_ address: Address, at now: MonotonicInstant) {
        turnEnds = addresses.count > 1 ? now.advanced(by: Self.turn) : nil
        guard address != current else { return }
        current = address
        pendingUse = address
    }
}
