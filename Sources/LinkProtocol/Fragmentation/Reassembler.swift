import FlightTypes

/// Puts fragments together under hard limits; each object is delivered at most once.
///
/// Limits: `objectsLimit` unfinished objects holding `bytesLimit` bytes together, parity symbols included; the object that has been quiet longest goes
/// first. What an object declares counts once an authentic fragment of it came, and is held block by block as they come.
/// Recovering symbols from parity costs time: `repairRate` symbols a second. Counters say how many.
public struct Reassembler: Sendable {
    /// Unfinished objects kept at once.
    public static let objectsLimit = 64
    /// Bytes that unfinished objects hold at once.
    public static let bytesLimit = 24 << 20
    /// Symbols recovered from parity a second; a path that loses a fifth of 150 Mbit/s needs 3,100.
    public static let repairRate = 4000.0
    /// An unfinished object that got nothing for this long is given up.
    public static let patience: Duration = .seconds(5)

    /// What a fragment completed.
    public struct Completed: Hashable, Sendable {
        /// The object's bytes.
        public var bytes: [UInt8]
        /// Whether it came from the onboard record.
        public var isBackfill: Bool
    }

    private var partials: [UInt32: PartialObject] = [:]
    private var window = ObjectWindow()
    private var bytes = 0
    private var repairs = TokenBucket(rate: repairRate, burst: repairRate)
    /// Objects put together.
    public private(set) var completed: UInt64 = 0
    /// Objects given up because they stayed incomplete.
    public private(set) var abandoned: UInt64 = 0
    /// Fragments refused: inconsistent.
    public private(set) var refused: UInt64 = 0
    /// Fragments that came for nothing: repeated, or of an object already finished.
    public private(set) var useless: UInt64 = 0
    /// Fragments that were not taken because recovering their block would have been too much work.
    public private(set) var unrepaired: UInt64 = 0

    /// An empty reassembler.
    public init() {}

    /// Takes one fragment; returns the object when it was the last one missing.
    public mutating func handle(_ fragment: Fragment, at now: MonotonicInstant) -> Completed? {
        guard let layout = fragment.consistentLayout else {
            refused += 1
            return nil
        }
        guard window.isOpen(fragment.object) else {
            useless += 1
            return nil
        }
        if partials.index(forKey: fragment.object) == nil {
            let partial = PartialObject(layout, isBackfill: fragment.isBackfill, at: now)
            bytes += partial.bytes
            partials[fragment.object] = partial
            makeRoom(for: fragment.object)
        }
        guard let place = partials.index(forKey: fragment.object) else { return nil }
        guard partials.values[place].layout == layout, partials.values[place].isBackfill == fragment.isBackfill else {
            refused += 1
            return nil
        }
        let recovered = partials.values[place].symbolsRecovered(with: fragment)
        guard recovered == 0 || repairs.take(Double(recovered), at: now) else {
            unrepaired += 1
            return nil
        }
        let held = partials.values[place].bytes
        guard partials.values[place].take(fragment, at: now) == .useful else {
            useless += 1
            return nil
        }
        bytes += partials.values[place].bytes - held
        guard partials.values[place].isWhole else {
            makeRoom(for: fragment.object)
            return nil
        }
        let partial = partials.remove(at: place).value
        bytes -= partial.bytes
        window.close(fragment.object, isWhole: true)
        completed += 1
        return Completed(bytes: partial.take(), isBackfill: fragment.isBackfill)
    }

    /// Gives up what has waited too long.
    public mutating func expire(at now: MonotonicInstant) {
        for (object, partial) in partials where now.since(partial.newest) > Self.patience { abandon(object) }
    }

    /// Whether a fragment of `object` would begin one that was not heard of.
    func isNew(_ object: UInt32) -> Bool { partials.index(forKey: object) == nil && window.isOpen(object) }

    /// How many objects are unfinished.
    public var unfinished: Int { partials.count }
    /// The highest number that is over, and which of the 64 up to it are whole.
    var finished: (highest: UInt32, whole: UInt64) { (window.highest ?? 0, window.newestWhole) }

    private mutating func makeRoom(for newcomer: UInt32) {
        while partials.count > Self.objectsLimit || bytes > Self.bytesLimit {
            let others = partials.filter { $0.key != newcomer }
            guard
                let quiet = others.min(by: { ($0.value.newest, $0.key) < ($1.value.newest, $1.key) })
            else { return }
            abandon(quiet.key)
        }
    }

    private mutating func abandon(_ object: UInt32) {
        guard let partial = partials.removeValue(forKey: object) else { return }
        bytes -= partial.bytes
        abandoned += 1
        window.close(object, isWhole: false)
    }
}
