import FlightTypes
import GRDB

/// What a writer notes in the file of its own work, see `WritingMark`. The first transaction says that the file is being written,
/// and is folded into the file at once: a copy without the journal says so, too. The last one says that all is there.
struct WriterMarks: Sendable {
    private enum State { case none, inJournal, inFile }
    private var state = State.none
    private let path: String
    /// The writer before did not end.
    private let wasLeftOpen: Bool
    /// Its journal was there when this one opened the file.
    private let hadJournal: Bool
    /// The last time this writer was told of: it asks no clock.
    private var time: WallTime?

    init(_ database: DatabaseQueue, path: String, hadJournal: Bool) throws(RecordingError) {
        self.path = path
        self.hadJournal = hadJournal
        do { wasLeftOpen = try database.read { try Self.isLeftOpen($0, path: path) } } catch {
            throw RecordingError(error, path: path)
        }
    }

    private static func isLeftOpen(_ db: Database, path: String) throws -> Bool {
        let rows = try Row.fetchCursor(
            db,
            sql: """
                SELECT substr(text, 1, 200) AS text FROM event WHERE text >= 'writing ' AND text < 'writing!'
                ORDER BY position DESC LIMIT 16
                """)
        while let row = try rows.next() {
            switch WritingMark(try HostileRow(row, path: path).text("text")) {
            case .begins?, .cut?: return true
            case .ends?: return false
            case nil: continue
            }
        }
        return false
    }

    /// In the transaction that writes first.
    mutating func begin(_ db: Database, at time: WallTime) throws {
        self.time = time
        guard state == .none else { return }
        let last = try Self.lastPosition(db)
        if wasLeftOpen, !hadJournal { try note(.cut(after: last), in: db, at: time) }
        try note(.begins(after: last, boot: WritingMark.thisBoot()), in: db, at: time)
        state = .inJournal
    }

    /// After that transaction. A reader of the live file can be in the way; then the next transaction tries again.
    mutating func fold(_ database: DatabaseQueue) {
        guard state == .inJournal else { return }
        let frames = try? database.writeWithoutTransaction { try $0.checkpoint(.passive) }
        if let frames, frames.checkpointedFrameCount == frames.walFrameCount { state = .inFile }
    }

    /// In the last transaction. A writer that only noted receipts has begun nothing, but it folds in what a writer before left.
    func end(_ db: Database) throws {
        guard state != .none || wasLeftOpen else { return }
        let last = try Self.lastPosition(db)
        let wall = try Int64.fetchOne(db, sql: "SELECT max(wall) FROM event WHERE typeof(wall) = 'integer'") ?? 0
        let time = time ?? WallTime(nanoseconds: wall)
        if state == .none, !hadJournal { try note(.cut(after: last), in: db, at: time) }
        try note(.ends(at: last), in: db, at: time)
    }

    private func note(_ mark: WritingMark, in db: Database, at time: WallTime) throws {
        try db.execute(sql: "INSERT INTO event (wall, text) VALUES (?, ?)", arguments: [time.nanoseconds, mark.text])
    }
    private static func lastPosition(_ db: Database) throws -> Int64 {
        try Int64.fetchOne(db, sql: "SELECT max(position) FROM object") ?? 0
    }
}
