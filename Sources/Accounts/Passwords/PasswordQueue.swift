import FlightTypes

/// Whose password is checked next: the address that guessed wrong least often lately, and among equals who came first. A value;
/// time is an argument. Guesses from many addresses wait behind somebody who comes for the first time, and behind an address
/// from which somebody signed in.
///
/// Limits: `perAddress` waiting of one address, `limit` in all. When all places are taken, a newcomer takes the last place of
/// the address with the most; an address that has as many as that itself is refused.
struct PasswordQueue: Sendable {
    static let perAddress = 4
    static let limit = 48
    /// Addresses whose checks are remembered.
    static let addressesLimit = 1024
    /// A check counts half after this; one that was right counts for its address.
    static let halfLife: Duration = .seconds(60)

    enum Admission: Hashable, Sendable {
        case waits
        /// This one waits, and that one has lost its place.
        case waitsInPlaceOf(UInt64)
        case refused
    }
    private struct Waiting: Sendable {
        var number: UInt64
        var address: String
    }
    private struct Checked: Sendable {
        var count: Double
        var last: MonotonicInstant
    }
    private var waiting: [Waiting] = []
    private var checked: [String: Checked] = [:]

    var count: Int { waiting.count }

    /// A sign-in from `address` comes, told apart by `number`.
    mutating func add(_ number: UInt64, from address: String) -> Admission {
        let mine = waiting.count { $0.address == address }
        guard mine < Self.perAddress else { return .refused }
        guard waiting.count >= Self.limit else {
            waiting.append(Waiting(number: number, address: address))
            return .waits
        }
        let counts = Dictionary(grouping: waiting, by: \.address).mapValues(\.count)
        let most = counts.values.max() ?? 0
        guard mine + 1 < most, let last = waiting.lastIndex(where: { counts[$0.address] == most }) else {
            return .refused
        }
        let pushed = waiting.remove(at: last)
        waiting.append(Waiting(number: number, address: address))
        return .waitsInPlaceOf(pushed.number)
    }

    /// Who is next; nil when nobody waits.
    mutating func next(at now: MonotonicInstant) -> UInt64? {
        let loads = waiting.map { load(of: $0.address, at: now) }
        guard let least = loads.min(), let index = loads.firstIndex(of: least) else { return nil }
        let chosen = waiting.remove(at: index)
        remember(Checked(count: least + 1, last: now), of: chosen.address)
        return chosen.number
    }

    /// The password from `address` was the right one.
    mutating func succeeded(_ address: String, at now: MonotonicInstant) {
        remember(Checked(count: -1, last: now), of: address)
    }

    private mutating func remember(_ new: Checked, of address: String) {
        if checked[address] == nil, checked.count >= Self.addressesLimit,
            let oldest = checked.min(by: { $0.value.last < $1.value.last })
        {
            checked[oldest.key] = nil
        }
        checked[address] = new
    }

    private func load(of address: String, at now: MonotonicInstant) -> Double {
        guard let checked = checked[address] else { return 0 }
        let halves = max(0, now.since(checked.last).milliseconds) / Self.halfLife.milliseconds
        return checked.count / (1 + halves)
    }
}
