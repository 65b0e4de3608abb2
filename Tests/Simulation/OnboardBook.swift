import FlightTypes
import LinkProtocol

/// The onboard record: every object's size, to make its bytes again; what receipts said; what was seen delivered.
struct OnboardBook: Sendable {
    struct Submission: Sendable {
        var at: MonotonicInstant
        var isCounted: Bool
        var isReduced: Bool
        var isDelivered = false
    }
    private struct Row: Sendable {
        var sizes: [Int32] = []
        var submissions: [Submission?] = []
        var receipts: [ReceiptRange] = []
    }
    private struct Key: Hashable {
        var flight: UInt32
        var stream: StreamID
    }
    private var rows: [Key: Row] = [:]

    mutating func produce(flight: UInt32, _ stream: StreamID, size: Int) -> ObjectID {
        let key = Key(flight: flight, stream: stream)
        let sequence = rows[key]?.sizes.count ?? 0
        rows[key, default: Row()].sizes.append(Int32(size))
        rows[key]?.submissions.append(nil)
        return ObjectID(flight: flight, stream: stream, sequence: UInt64(sequence))
    }

    mutating func submitted(_ id: ObjectID, isReduced: Bool, at now: MonotonicInstant, isCounted: Bool) {
        rows[Key(flight: id.flight, stream: id.stream)]?.submissions[Int(id.sequence)] = Submission(
            at: now, isCounted: isCounted, isReduced: isReduced)
    }

    func exists(_ id: ObjectID) -> Bool {
        id.sequence < UInt64(rows[Key(flight: id.flight, stream: id.stream)]?.sizes.count ?? 0)
    }

    func bytes(of id: ObjectID) -> [UInt8]? {
        guard exists(id), let size = rows[Key(flight: id.flight, stream: id.stream)]?.sizes[Int(id.sequence)] else {
            return nil
        }
        return SimulatedObject.bytes(id, isReduced: false, size: Int(size))
    }

    func submission(of id: ObjectID) -> Submission? {
        exists(id) ? rows[Key(flight: id.flight, stream: id.stream)]?.submissions[Int(id.sequence)] : nil
    }

    /// Whether this is the first live delivery of an object that was handed to the link.
    mutating func deliveredOnce(_ id: ObjectID) -> Bool {
        let key = Key(flight: id.flight, stream: id.stream)
        guard exists(id), rows[key]?.submissions[Int(id.sequence)]?.isDelivered == false else { return false }
        rows[key]?.submissions[Int(id.sequence)]?.isDelivered = true
        return true
    }

    /// A station that starts anew knows nothing of what it was given: the drone, which may not have heard of it, may bring it
    /// again, and the record takes it once.
    mutating func stationCrashed() {
        for key in rows.keys {
            for place in rows[key]?.submissions.indices ?? 0..<0 { rows[key]?.submissions[place]?.isDelivered = false }
        }
    }

    mutating func receipted(_ range: ReceiptRange) {
        rows[Key(flight: range.flight, stream: range.stream)]?.receipts.append(range)
        if let count = rows[Key(flight: range.flight, stream: range.stream)]?.receipts.count, count > 4096 {
            rows[Key(flight: range.flight, stream: range.stream)]?.receipts.removeFirst(2048)
        }
    }

    /// Tells a restarted agent what lies on board from earlier flights, and what of it the station has.
    func restore(into drone: inout DroneLink, before flight: UInt32) {
        for (key, row) in rows.sorted(by: { ($0.key.flight, $0.key.stream.code) < ($1.key.flight, $1.key.stream.code) })
        where key.flight < flight && !row.sizes.isEmpty {
            drone.holds(flight: key.flight, stream: key.stream, 0...UInt64(row.sizes.count - 1))
            for receipt in row.receipts { drone.knownDurable(receipt) }
        }
    }

    /// Objects that the station holds in no form.
    func missing(at disk: StationDisk) -> UInt64 {
        var missing: UInt64 = 0
        for (key, row) in rows {
            for sequence in row.sizes.indices {
                let id = ObjectID(flight: key.flight, stream: key.stream, sequence: UInt64(sequence))
                if !disk.holds(id, isReduced: false), !disk.holds(id, isReduced: true) { missing += 1 }
            }
        }
        return missing
    }
}
