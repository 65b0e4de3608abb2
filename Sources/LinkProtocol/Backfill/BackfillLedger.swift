import FlightTypes

/// Which originals are to follow where the station already holds a reduced copy.
public enum OriginalsPolicy: String, Sendable, CaseIterable {
    /// Every one.
    case all
    /// Those within five seconds of a detection or a mark.
    case detections
    /// None.
    case none
}

/// What the station does not have durably yet, of this flight and of earlier ones: everything produced, less receipts.
///
/// An object that the live path skipped, dropped or lost needs no report of its own: it stays here until a receipt names it.
/// Limits: 256 streams (later ones are not backfilled and counted), 65,536 ranges a stream, 16 requests at once.
public struct BackfillLedger: Sendable {
    private struct Key: Hashable, Comparable {
        var flight: UInt32
        var stream: UInt16
        static func < (a: Key, b: Key) -> Bool { (a.flight, a.stream) < (b.flight, b.stream) }
    }
    private struct Row: Sendable {
        /// Numbers that exist: 0 to here, of this flight; ranges of earlier ones.
        var produced = SequenceRanges()
        var durable = SequenceRanges()
        /// Held by the station as a reduced copy.
        var reduced = SequenceRanges()
        var wanted = SequenceRanges()
        var wantUntil: MonotonicInstant?
        var unavailable = SequenceRanges()
        /// Everything below is durable, unavailable or not to follow.
        var floor: UInt64 = 0
        /// How many times in a row requests ended without a receipt of this stream, and when last.
        var unanswered = 0
        var gaveUp: MonotonicInstant?
        /// Until when nothing of it is asked for, so that a stream that the station never acknowledges leaves room for
        /// the others.
        var pausedUntil: MonotonicInstant?
        /// Newest number at some moments of the last seconds.
        var marks: [(at: MonotonicInstant, sequence: UInt64)] = []
    }
    private static let rowsLimit = 256
    private static let requestsLimit = 16
    /// Live gets this long before an object counts as missed.
    static let grace: Duration = .seconds(3)
    /// A request that no receipt has followed is made again after this.
    private static let patience: Duration = .seconds(20)
    /// Pauses of a stream grow to sixteen times that.
    private static let pauseDoublings = 4
    /// Around a detection or mark, before and after.
    static let context: Duration = .seconds(5)

    private var rows: [Key: Row] = [:]
    private var requested: [ObjectID: MonotonicInstant] = [:]
    private let policy: OriginalsPolicy
    /// Objects of streams beyond the limit.
    public private(set) var untracked: UInt64 = 0

    /// An empty ledger.
    public init(policy: OriginalsPolicy = .detections) { self.policy = policy }

    /// An object of this flight exists on board.
    public mutating func produced(_ id: ObjectID, at now: MonotonicInstant) {
        change(id.flight, id.stream.code) { row in
            row.produced.insert(id.sequence)
            if let until = row.wantUntil {
                if now <= until { row.wanted.insert(id.sequence) } else { row.wantUntil = nil }
            }
            if row.marks.last.map({ now.since($0.at) >= .milliseconds(250) }) ?? true {
                row.marks.append((now, id.sequence))
                if row.marks.count > 64 { row.marks.removeFirst() }
            }
        }
    }

    /// Objects of an earlier flight lie on board.
    public mutating func holds(flight: UInt32, stream: StreamID, _ range: ClosedRange<UInt64>) {
        change(flight, stream.code) { row in
            row.produced.insert(range)
            row.floor = min(row.floor, range.lowerBound)
        }
    }

    /// The station has made these durable.
    public mutating func durable(_ receipt: ReceiptRange) {
        guard rows[Key(flight: receipt.flight, stream: receipt.stream.code)] != nil else { return }
        change(receipt.flight, receipt.stream.code) { row in
            row.unanswered = 0
            row.pausedUntil = nil
            if receipt.isReduced {
                row.reduced.insert(receipt.first...receipt.last)
            } else {
                row.durable.insert(receipt.first...receipt.last)
            }
        }
        guard !requested.isEmpty, !receipt.isReduced else { return }
        requested = requested.filter {
            !($0.key.flight == receipt.flight && $0.key.stream == receipt.stream
                && $0.key.sequence >= receipt.first && $0.key.sequence <= receipt.last)
        }
    }

    /// What was captured around now is of interest: its originals follow, whatever the live copy was.
    public mutating func wantContext(flight: UInt32, at now: MonotonicInstant) {
        for key in rows.keys where key.flight == flight {
            change(key.flight, key.stream) { row in
                row.wantUntil = now.advanced(by: Self.context)
                let begin = row.marks.last { now.since($0.at) >= Self.context } ?? row.marks.first
                if let begin, let last = row.produced.ranges.last?.upperBound, begin.sequence <= last {
                    row.wanted.insert(begin.sequence...last)
                    // What was settled by a reduced copy no longer is.
                    row.floor = min(row.floor, begin.sequence)
                }
            }
        }
    }

    /// The onboard record does not have it (any more): never asked for again.
    public mutating func unavailable(_ id: ObjectID) {
        requested[id] = nil
        change(id.flight, id.stream.code) { $0.unavailable.insert(id.sequence) }
    }

    /// The next object to fetch from the onboard record, small ones and old ones first; nil when nothing is missing or enough
    /// has been asked for. `isLive` says whether the live path still has it.
    public mutating func next(at now: MonotonicInstant, isLive: (ObjectID) -> Bool) -> ObjectID? {
        if requested.values.contains(where: { now.since($0) > Self.patience }) { giveUpRequests(at: now) }
        guard requested.count < Self.requestsLimit else { return nil }
        for key in rows.keys.sorted() {
            if let until = rows[key]?.pausedUntil, now < until { continue }
            guard let id = next(in: key, at: now, isLive) else { continue }
            requested[id] = now
            return id
        }
        return nil
    }

    /// What was asked for too long ago may be asked for again; a stream of which that happens twice in a row pauses. A
    /// station older than its drone cannot read some objects and never acknowledges them.
    private mutating func giveUpRequests(at now: MonotonicInstant) {
        for (id, asked) in requested.filter({ now.since($0.value) > Self.patience }) {
            requested[id] = nil
            change(id.flight, id.stream.code) { row in
                // Requests that were under way together tell one thing.
                if let last = row.gaveUp, asked < last { return }
                row.gaveUp = now
                row.unanswered = min(row.unanswered + 1, Self.pauseDoublings + 2)
                if row.unanswered >= 2 {
                    row.pausedUntil = now.advanced(by: Self.patience * (1 << (row.unanswered - 2)))
                }
            }
        }
    }

    private mutating func next(in key: Key, at now: MonotonicInstant, _ isLive: (ObjectID) -> Bool) -> ObjectID? {
        guard let place = rows.index(forKey: key), let last = rows.values[place].produced.ranges.last?.upperBound else {
            return nil
        }
        var end = last
        if let newest = rows.values[place].marks.last {
            // Only what is older than the live path's chance; the marks are a quarter of a second apart.
            guard let old = rows.values[place].marks.last(where: { now.since($0.at) >= Self.grace }) else { return nil }
            end = now.since(newest.at) >= Self.grace ? last : old.sequence
        }
        advanceFloor(of: place, through: end)
        var start = rows.values[place].floor
        while let sequence = candidate(in: place, from: start, through: end) {
            let id = ObjectID(flight: key.flight, stream: StreamID(code: key.stream), sequence: sequence)
            if requested[id] == nil, !isLive(id) { return id }
            guard sequence < end else { return nil }
            start = sequence + 1
        }
        return nil
    }

    private mutating func advanceFloor(of place: Dictionary<Key, Row>.Index, through end: UInt64) {
        let start = rows.values[place].floor
        rows.values[place].floor = candidate(in: place, from: start, through: end) ?? max(start, end)
    }

    /// The first number from `start` that exists and that the station still lacks.
    private func candidate(in place: Dictionary<Key, Row>.Index, from start: UInt64, through end: UInt64) -> UInt64? {
        let row = rows.values[place]
        var sequence = start
        while sequence <= end {
            guard let missing = row.durable.firstMissing(from: sequence, through: end) else { return nil }
            sequence = missing
            guard row.produced.contains(sequence) else {
                guard let next = row.produced.ranges.first(where: { $0.lowerBound > sequence })?.lowerBound else {
                    return nil
                }
                sequence = next
                continue
            }
            let isSettled =
                row.unavailable.contains(sequence)
                || (row.reduced.contains(sequence) && !follows(sequence, row))
            if !isSettled { return sequence }
            guard sequence < .max else { return nil }
            sequence += 1
        }
        return nil
    }

    private func follows(_ sequence: UInt64, _ row: Row) -> Bool {
        switch policy {
        case .all: true
        case .none: false
        case .detections: row.wanted.contains(sequence)
        }
    }

    private mutating func change(_ flight: UInt32, _ stream: UInt16, _ body: (inout Row) -> Void) {
        let key = Key(flight: flight, stream: stream)
        if let place = rows.index(forKey: key) { return body(&rows.values[place]) }
        guard rows.count < Self.rowsLimit else {
            untracked += 1
            return
        }
        var row = Row()
        body(&row)
        rows[key] = row
    }

    /// Whether the station has `id` durably as the original.
    public func isDurable(_ id: ObjectID) -> Bool {
        rows[Key(flight: id.flight, stream: id.stream.code)]?.durable.contains(id.sequence) ?? false
    }

    /// Objects that exist and that the station lacks, reduced copies counted as there unless their original follows.
    public var missing: UInt64 {
        var sum: UInt64 = 0
        for place in rows.indices {
            let row = rows.values[place]
            guard let last = row.produced.ranges.last?.upperBound else { continue }
            var start = row.floor
            while let sequence = candidate(in: place, from: start, through: last) {
                sum += 1
                guard sequence < last else { break }
                start = sequence + 1
            }
        }
        return sum
    }
}
