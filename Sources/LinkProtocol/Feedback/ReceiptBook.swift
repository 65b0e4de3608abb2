import FlightTypes

/// What is durable at the station, to be told to the drone again and again: a receipt that is lost costs nothing, because the
/// next one says it too. Limits: 64 streams, the one that got nothing longest goes; 4,096 ranges each, the lowest is not told
/// any more.
struct ReceiptBook: Sendable {
    private struct Key: Hashable {
        var flight: UInt32
        var stream: StreamID
        var isReduced: Bool
    }
    private struct Row: Sendable {
        var durable = SequenceRanges()
        var changed: MonotonicInstant
        /// Ranges that changed lately, by their upper end, newest last.
        var recent: [UInt64] = []
    }
    private static let streamsLimit = 64
    static let rangesLimit = 4096
    /// Ranges of a stream told in one receipt: the newest, so a few losses of receipts are healed.
    private static let rangesEach = 6
    /// How long a change is told again.
    private static let repeatFor: Duration = .seconds(2)
    private var rows: [Key: Row] = [:]

    /// Notes that objects have become durable.
    mutating func note(_ id: ObjectID, isReduced: Bool, at now: MonotonicInstant) {
        let key = Key(flight: id.flight, stream: id.stream, isReduced: isReduced)
        if rows[key] == nil, rows.count >= Self.streamsLimit,
            let oldest = rows.min(by: { $0.value.changed < $1.value.changed })
        {
            rows[oldest.key] = nil
        }
        var row = rows.removeValue(forKey: key) ?? Row(changed: now)
        row.durable.insert(id.sequence)
        if row.durable.ranges.count > Self.rangesLimit { row.durable.removeLowest() }
        row.changed = now
        row.recent.append(id.sequence)
        if row.recent.count > 32 { row.recent.removeFirst() }
        rows[key] = row
    }

    /// Ranges to tell now: of every stream that changed lately the ones that hold the newest changes.
    func ranges(at now: MonotonicInstant) -> [ReceiptRange] {
        var told: [ReceiptRange] = []
        for (key, row) in rows where now.since(row.changed) <= Self.repeatFor {
            var picked: [ClosedRange<UInt64>] = []
            for sequence in row.recent.reversed() {
                guard picked.count < Self.rangesEach else { break }
                if picked.contains(where: { $0.contains(sequence) }) { continue }
                if let range = row.durable.range(around: sequence) { picked.append(range) }
            }
            told += picked.map {
                ReceiptRange(
                    flight: key.flight, stream: key.stream, isReduced: key.isReduced, first: $0.lowerBound,
                    last: $0.upperBound)
            }
        }
        return told.sorted { ($0.flight, $0.stream.code, $0.first) < ($1.flight, $1.stream.code, $1.first) }
    }

    var isEmpty: Bool { rows.isEmpty }
    func hasNews(at now: MonotonicInstant) -> Bool { rows.values.contains { now.since($0.changed) <= Self.repeatFor } }
}
