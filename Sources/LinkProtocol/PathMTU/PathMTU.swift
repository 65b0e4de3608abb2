import FlightTypes

/// Finds the largest datagram that the path carries, and notices when it stops carrying it: DPLPMTUD (RFC 8899), with a ladder
/// of the sizes that links really have instead of a binary search.
struct PathMTU: Sendable {
    /// UDP payload sizes to try, largest first: Ethernet with IPv4, with IPv6, common tunnels and mobile networks.
    private static let ladder = [1472, 1452, 1400, 1372, 1332, 1280]
    private static let tries = 3
    private static let raiseAfter: Duration = .seconds(600)
    private static let afterBlackHole: Duration = .seconds(60)
    /// RFC 8899 suggests three for a path that does not lose; radio does, and a burst of losses is no black hole.
    private static let blackHoleLosses = 12

    private enum State: Sendable {
        case waiting(until: MonotonicInstant)
        case searching(rung: Int, tries: Int, next: MonotonicInstant)
    }
    private var state: State
    private var lossesInARow = 0
    private var smallInBetween = 0
    /// Datagrams of this size (UDP payload) come through.
    private(set) var size = LinkLimits.datagramSize
    /// How often a size that had been proven stopped coming through.
    private(set) var blackHoles: UInt64 = 0

    init(at now: MonotonicInstant) { state = .searching(rung: 0, tries: 0, next: now) }

    /// The size to probe now, if any.
    mutating func probe(at now: MonotonicInstant, interval: Duration) -> Int? {
        switch state {
        case .waiting(let until):
            guard now >= until else { return nil }
            state = .searching(rung: 0, tries: 0, next: now)
            return probe(at: now, interval: interval)
        case .searching(let rung, let tries, let next):
            guard now >= next else { return nil }
            guard rung < Self.ladder.count, Self.ladder[rung] > size else {
                state = .waiting(until: now.advanced(by: Self.raiseAfter))
                return nil
            }
            if tries + 1 >= Self.tries {
                state = .searching(rung: rung + 1, tries: 0, next: now.advanced(by: interval))
            } else {
                state = .searching(rung: rung, tries: tries + 1, next: now.advanced(by: interval))
            }
            return Self.ladder[rung]
        }
    }

    /// When `probe` has something next.
    var nextProbe: MonotonicInstant {
        switch state {
        case .waiting(let until): until
        case .searching(_, _, let next): next
        }
    }

    /// A probe of `probed` bytes came through.
    mutating func probeArrived(_ probed: Int, at now: MonotonicInstant) {
        guard probed > size else { return }
        size = probed
        lossesInARow = 0
        state = .waiting(until: now.advanced(by: Self.raiseAfter))
    }

    /// Data datagrams whose fate became known: large ones are those above `LinkLimits.datagramSize`. Many large ones lost in a
    /// row while small ones arrive is a black hole (RFC 8899 §4.3).
    mutating func note(largeArrived: Int, largeLost: Int, smallArrived: Int, at now: MonotonicInstant) {
        guard size > LinkLimits.datagramSize else { return }
        if largeArrived > 0 {
            lossesInARow = 0
            smallInBetween = 0
            return
        }
        lossesInARow += largeLost
        smallInBetween += smallArrived
        guard lossesInARow >= Self.blackHoleLosses, smallInBetween >= 2 else { return }
        size = LinkLimits.datagramSize
        lossesInARow = 0
        smallInBetween = 0
        blackHoles += 1
        state = .waiting(until: now.advanced(by: Self.afterBlackHole))
    }

    /// A new path (address or session): what was proven no longer is, but is not disproven either; probe again soon.
    mutating func pathChanged(at now: MonotonicInstant) { state = .searching(rung: 0, tries: 0, next: now) }
}
