import FlightTypes
import GRDB

extension IncidentWriter {
    /// Notes what the station has made durable as originals; durable on return. Merged with what is there, so that the
    /// table grows with the number of gaps and not with that of receipts. A range that ends before it begins is left out.
    ///
    /// No limit of size or disk holds for it: receipts are what makes room possible.
    public func addReceipts(_ ranges: [ReceiptedRange]) throws(RecordingError) {
        guard !ranges.isEmpty else { return }
        try use { database in
            try database.write { db in
                let rows = try Row.fetchAll(db, sql: "SELECT \(ReceiptedRange.columns) FROM receipt")
                var held: [ReceiptedRange] = []
                for row in rows { held.append(try ReceiptedRange(HostileRow(row, path: path))) }
                let merged = ReceiptedRange.merged(held + ranges)
                let before = Set(held)
                let after = Set(merged)
                for range in before.subtracting(after) {
                    try db.execute(
                        sql: "DELETE FROM receipt WHERE flight = ? AND stream = ? AND first = ? AND last = ?",
                        arguments: range.arguments)
                }
                for range in merged where !before.contains(range) {
                    try db.execute(
                        sql: "INSERT INTO receipt (\(ReceiptedRange.columns)) VALUES (?, ?, ?, ?)",
                        arguments: range.arguments)
                }
            }
        }
    }
}

extension IncidentReader {
    /// What the station has made durable as originals, ordered by flight, stream and sequence; nothing in a file of
    /// version 1.
    public func receipts() throws(RecordingError) -> [ReceiptedRange] {
        guard try dialect().isCurrent else { return [] }
        var ranges: [ReceiptedRange] = []
        for row in try rows("SELECT \(ReceiptedRange.columns) FROM receipt") { ranges.append(try ReceiptedRange(row)) }
        return ReceiptedRange.merged(ranges)
    }
}

extension ReceiptedRange {
    fileprivate static let columns = "flight, stream, first, last"
    fileprivate var arguments: StatementArguments {
        [Int64(flight), Int64(stream.code), Int64(bitPattern: first), Int64(bitPattern: last)]
    }
    fileprivate init(_ row: HostileRow) throws(RecordingError) {
        self.init(
            flight: try row.flight(), stream: try row.stream(), first: UInt64(bitPattern: try row.integer("first")),
            last: UInt64(bitPattern: try row.integer("last")))
    }
}
