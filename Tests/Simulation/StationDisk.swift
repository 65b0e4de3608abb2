import FlightTypes
import LinkProtocol

/// The station's record: what arrived is durable after the next commit; a crash loses what was not committed.
struct StationDisk: Sendable {
    struct Key: Hashable, Sendable {
        var flight: UInt32
        var stream: UInt16
        var isReduced: Bool
    }
    private static let commitInterval: Duration = .milliseconds(15)
    private var durable: [Key: SequenceRanges] = [:]
    private var pending: [(id: ObjectID, isReduced: Bool)] = []
    private(set) var commitDue: MonotonicInstant?

    mutating func take(_ id: ObjectID, isReduced: Bool, at now: MonotonicInstant) {
        pending.append((id, isReduced))
        if commitDue == nil { commitDue = now.advanced(by: Self.commitInterval) }
    }

    /// Commits; what may be acknowledged now.
    mutating func commit() -> [(id: ObjectID, isReduced: Bool)] {
        commitDue = nil
        defer { pending.removeAll(keepingCapacity: true) }
        for item in pending {
            durable[key(item.id, item.isReduced), default: SequenceRanges()].insert(item.id.sequence)
        }
        return pending
    }

    mutating func crash() {
        pending.removeAll()
        commitDue = nil
    }

    func holds(_ id: ObjectID, isReduced: Bool) -> Bool {
        durable[key(id, isReduced)]?.contains(id.sequence) ?? false
    }

    /// Whether all of a receipt is there.
    func holds(_ receipt: ReceiptRange) -> Bool {
        let key = Key(flight: receipt.flight, stream: receipt.stream.code, isReduced: receipt.isReduced)
        return durable[key]?.firstMissing(from: receipt.first, through: receipt.last) == nil && durable[key] != nil
    }

    private func key(_ id: ObjectID, _ isReduced: Bool) -> Key {
        Key(flight: id.flight, stream: id.stream.code, isReduced: isReduced)
    }
}
