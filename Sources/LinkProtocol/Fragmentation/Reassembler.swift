import FlightTypes

/// Puts fragments together under hard limits; each object is delivered at most once.
///
/// Memory follows what arrived, never what was declared. Limit: `objectsLimit` unfinished objects and `bytesLimit` bytes of
/// fragments; the oldest unfinished object goes first. Counters say how many.
public struct Reassembler: Sendable {
    /// Unfinished objects kept at once.
    public static let objectsLimit = 64
    /// Bytes of fragments kept at once.
    public static let bytesLimit = 24 << 20
    /// An unfinished object this old is given up.
    public static let patience: Duration = .seconds(5)
    private static let memory: UInt32 = 4096

    private struct Partial: Sendable {
        var length: UInt32
        var size: UInt16
        var fragments: [Int: ArraySlice<UInt8>] = [:]
        var count: Int
        var bytes = 0
        var firstSeen: MonotonicInstant
    }
    private var partials: [UInt32: Partial] = [:]
    private var finished: [UInt32: Bool] = [:]
    private var highest: UInt32 = 0
    private var bytes = 0
    /// Objects put together.
    public private(set) var completed: UInt64 = 0
    /// Objects given up because they stayed incomplete.
    public private(set) var abandoned: UInt64 = 0
    /// Fragments refused: inconsistent, repeated, or of an object already finished.
    public private(set) var refused: UInt64 = 0

    /// An empty reassembler.
    public init() {}

    /// Takes one fragment; returns the object's bytes when it was the last one missing.
    public mutating func handle(_ fragment: Fragment, at now: MonotonicInstant) -> [UInt8]? {
        guard let count = fragment.count, fragment.isConsistent, isOpen(fragment.object) else {
            refused += 1
            return nil
        }
        // Taken out while it changes: a second reference would copy all its fragments for each one that comes.
        var partial =
            partials.removeValue(forKey: fragment.object)
            ?? Partial(length: fragment.length, size: fragment.size, count: count, firstSeen: now)
        guard partial.length == fragment.length, partial.size == fragment.size,
            partial.fragments[Int(fragment.index)] == nil
        else {
            partials[fragment.object] = partial
            refused += 1
            return nil
        }
        partial.fragments[Int(fragment.index)] = fragment.data
        partial.bytes += fragment.data.count
        bytes += fragment.data.count
        if partial.fragments.count == count {
            bytes -= partial.bytes
            finish(fragment.object)
            completed += 1
            var object: [UInt8] = []
            object.reserveCapacity(Int(partial.length))
            for index in 0..<count { object += partial.fragments[index] ?? [] }
            return object
        }
        partials[fragment.object] = partial
        while partials.count > Self.objectsLimit || bytes > Self.bytesLimit { abandonOldest() }
        return nil
    }

    /// Gives up what has waited too long.
    public mutating func expire(at now: MonotonicInstant) {
        for (object, partial) in partials where now.since(partial.firstSeen) > Self.patience { abandon(object) }
    }

    /// How many objects are unfinished.
    public var unfinished: Int { partials.count }

    private func isOpen(_ object: UInt32) -> Bool {
        if highest >= Self.memory, object < highest - Self.memory { return false }
        return finished[object] == nil
    }

    private mutating func finish(_ object: UInt32) {
        finished[object] = true
        highest = max(highest, object)
        guard finished.count > 2 * Int(Self.memory), highest >= Self.memory else { return }
        let floor = highest - Self.memory
        finished = finished.filter { $0.key >= floor }
    }

    private mutating func abandonOldest() {
        if let oldest = partials.min(by: { $0.value.firstSeen < $1.value.firstSeen }) { abandon(oldest.key) }
    }

    private mutating func abandon(_ object: UInt32) {
        guard let partial = partials.removeValue(forKey: object) else { return }
        bytes -= partial.bytes
        abandoned += 1
        finish(object)
    }
}
