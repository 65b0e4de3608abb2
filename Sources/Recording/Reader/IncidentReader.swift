import FlightTypes
import Foundation
import GRDB
import Synchronization

/// Reads an incident file without ever changing it; works on one that is being written, and on read-only media.
public final class IncidentReader: Sendable {
    /// Where the file is.
    public let path: String
    private let database: DatabaseQueue
    private let knownDialect: Mutex<SchemaDialect>
    private let work: WorkLimit
    /// Bytes of a page of rows: more are left for the next page, or mean that something is wrong with the file.
    static let pageBytes = 64 << 20

    /// Opens the file at `path`.
    public init(path: String) throws(RecordingError) {
        self.path = path
        guard FileManager.default.isReadableFile(atPath: path) else {
            throw .failed(path: path, reason: "cannot be read")
        }
        do {
            let (database, dialect, work) = try Self.open(path)
            self.database = database
            self.work = work
            knownDialect = Mutex(dialect)
        } catch {
            let error = RecordingError(error, path: path)
            guard case .damaged(_, let reason) = error, CarefulConnection.journalSize(path) > 0 else { throw error }
            throw .damaged(path: path, reason: reason + ", or the journal (-wal) beside it is another file's")
        }
    }

    private static func open(_ path: String) throws -> (DatabaseQueue, SchemaDialect, WorkLimit) {
        try CarefulConnection.checkOrdinary(path)
        let work = WorkLimit()
        var configuration = Configuration()
        configuration.readonly = true
        configuration.busyMode = .timeout(5)
        configuration.prepareDatabase { db in
            try CarefulConnection.prepare(db)
            try db.execute(sql: "PRAGMA query_only = ON")
            work.watch(db)
        }
        func check(_ database: DatabaseQueue) throws -> (DatabaseQueue, SchemaDialect, WorkLimit) {
            try database.read { db in
                let version = try Int.fetchOne(db, sql: "PRAGMA user_version") ?? 0
                try IncidentSchema.check(
                    application: try Int.fetchOne(db, sql: "PRAGMA application_id") ?? 0, version: version, path: path)
                try IncidentSchema.checkShape(db, path: path)
                return (database, SchemaDialect(version: version), work)
            }
        }
        work.begin(bytes: CarefulConnection.size(path) + CarefulConnection.journalSize(path))
        do { return try check(DatabaseQueue(path: path, configuration: configuration)) } catch let error
            as DatabaseError
            where error.resultCode == .SQLITE_CANTOPEN || error.resultCode == .SQLITE_READONLY
        {
            // WAL needs a writable folder for its index; a closed file on read-only media can be read as immutable. One
            // that was not closed cannot: what was acknowledged last stands only in its journal and would be missing.
            guard CarefulConnection.journalSize(path) == 0 else { throw RecordingError.unclosed(path: path) }
            let uri = URL(fileURLWithPath: path).absoluteString + "?immutable=1"
            return try check(DatabaseQueue(path: uri, configuration: configuration))
        }
    }

    /// What the file says of itself; nil when it says nothing.
    public func info() throws(RecordingError) -> IncidentInfo? {
        try rows(
            "SELECT substr(name, 1, 1000) AS name, openedAt, substr(openedBy, 1, 1000) AS openedBy FROM incident LIMIT 1"
        ).first.map { (row) throws(RecordingError) in
            IncidentInfo(
                name: try row.text("name"), openedAt: try row.time("openedAt"),
                openedBy: try row.optionalText("openedBy"))
        }
    }

    /// Objects in the file.
    public func count() throws(RecordingError) -> Int {
        // With a condition, because a bare count is one step to SQLite, which nothing could end.
        Int(
            clamping: try rows("SELECT count(*) AS n FROM object WHERE position >= ?", [Int64.min]).first?.integer("n")
                ?? 0)
    }

    /// Objects of each drone and stream, in their order.
    public func counts() throws(RecordingError) -> [(drone: String, stream: StreamID, objects: Int)] {
        var counts: [(drone: String, stream: StreamID, objects: Int)] = []
        for row in try rows(
            "SELECT drone, stream, count(*) AS n FROM object GROUP BY drone, stream ORDER BY drone, stream LIMIT 65536")
        {
            counts.append((try row.drone(), try row.stream(), Int(clamping: try row.integer("n"))))
        }
        return counts
    }

    /// Objects that are smaller copies made for the link.
    public func reducedCount() throws(RecordingError) -> Int {
        guard try dialect().isCurrent else { return 0 }
        return Int(
            clamping: try rows("SELECT count(*) AS n FROM object WHERE representation = 1").first?.integer("n") ?? 0)
    }

    /// Objects that came later from the onboard record, not live.
    public func backfilledCount() throws(RecordingError) -> Int {
        guard try dialect().isCurrent else { return 0 }
        return Int(clamping: try rows("SELECT count(*) AS n FROM object WHERE backfilled = 1").first?.integer("n") ?? 0)
    }

    /// First and last time of receipt; nil for an empty file.
    public func timeRange() throws(RecordingError) -> ClosedRange<WallTime>? {
        // A question for each end, because SQLite looks up one end of an index at once but walks it for both.
        var ends: [Int64] = []
        for range in try dialect().receiveRanges {
            for end in ["min", "max"] {
                let row = try rows("SELECT \(end)(receiveWall) AS t FROM object WHERE \(range)").first
                if let time = try row?.optionalInteger("t") { ends.append(time) }
            }
        }
        guard let first = ends.min(), let last = ends.max() else { return nil }
        return WallTime(nanoseconds: first)...WallTime(nanoseconds: last)
    }

    /// A stored object.
    public struct Stored: Sendable {
        /// Its place in the order of receipt.
        public var position: Int64
        /// Whose it is.
        public var drone: String
        /// When it came.
        public var receiveTime: WallTime
        /// When it came, on the monotonic clock of the machine that recorded it; begins anew when that machine does.
        public var receiveMonotonic: MonotonicInstant
        /// Its bytes.
        public var bytes: [UInt8]
    }

    /// Objects after `position` in the order they were received, at most `limit` (1…10,000), and fewer where they are large; none
    /// only behind the last.
    ///
    /// The order is that of appending, which is the order of receipt: the one writer appends what arrives as it
    /// arrives. Neither clock would do: the wall clock steps, and the monotonic one starts again with the machine.
    public func objects(after position: Int64, limit: Int) throws(RecordingError) -> [Stored] {
        let page = try stored(
            "SELECT \(Self.storedColumns) FROM object WHERE position > ? ORDER BY position LIMIT ?",
            [position, max(1, min(limit, 10_000))])
        try checkGrowing(page.map(\.position), from: position)
        return page
    }

    /// The original of the object `id` of `drone`; nil when the file does not hold it.
    public func object(drone: String, id: ObjectID) throws(RecordingError) -> Stored? {
        try stored(
            """
            SELECT \(Self.storedColumns) FROM object INDEXED BY objectIdentity
            WHERE drone = ? AND flight = ? AND stream = ? AND sequence = ? AND \(dialect().isOriginal) LIMIT 1
            """, [drone, Int64(id.flight), Int64(id.stream.code), Int64(bitPattern: id.sequence)]
        ).first
    }

    /// Hands every frame to `body`, in the order of receipt, one at a time.
    ///
    /// In pages with a transaction each: a long one would keep the writer of a live file from ever emptying its
    /// journal.
    public func forEachFrame(_ body: (FrameListing) throws -> Void) throws {
        var position = Int64.min
        while true {
            let page = try rows(
                """
                SELECT \(FrameListing.columns(dialect())) FROM object WHERE position > ? AND encoding IS NOT NULL
                ORDER BY position LIMIT 512
                """, [position])
            try checkGrowing(page.map { row throws(RecordingError) in try row.integer("position") }, from: position)
            for row in page {
                position = try row.integer("position")
                try body(try FrameListing(row))
            }
            guard page.count == 512 else { return }
        }
    }

    /// The incident's log: time and text. Of a longer one the last 10,000 lines, each cut at 400 characters. What writers note for
    /// `completeness` is left out.
    public func events() throws(RecordingError) -> [(time: WallTime, text: String)] {
        var events: [(time: WallTime, text: String)] = []
        for row in try rows(
            """
            SELECT wall, substr(text, 1, 400) AS text FROM event WHERE substr(text, 1, 8) <> 'writing '
            ORDER BY position DESC LIMIT 10000
            """)
        {
            events.append((try row.time("wall"), try row.text("text")))
        }
        return events.reversed()
    }

    // MARK: - Inside

    static let storedColumns = "position, drone, receiveWall, receiveMonotonic, bytes"

    /// Objects, one after another until they are `pageBytes` together.
    func stored(_ sql: String, _ arguments: StatementArguments) throws(RecordingError) -> [Stored] {
        var objects: [Stored] = []
        var bytes = 0
        try forEachRow(sql, arguments) { row throws(RecordingError) in
            let object = Stored(
                position: try row.integer("position"), drone: try row.drone(), receiveTime: try row.time("receiveWall"),
                receiveMonotonic: MonotonicInstant(nanoseconds: try row.integer("receiveMonotonic")),
                bytes: Array(try row.bytes("bytes")))
            objects.append(object)
            bytes += object.bytes.count
            return bytes < Self.pageBytes
        }
        return objects
    }

    /// A page read in the order of positions must be in it: pages of a broken file can lead back to where they came from.
    func checkGrowing(_ positions: [Int64], from position: Int64) throws(RecordingError) {
        var last = position
        for position in positions {
            guard position > last else {
                throw .damaged(path: path, reason: "its objects are out of order")
            }
            last = position
        }
    }

    /// How to ask this file. Looked up again while it is of an older version: a writer may have upgraded it meanwhile.
    func dialect() throws(RecordingError) -> SchemaDialect {
        let known = knownDialect.withLock { $0 }
        guard !known.isCurrent else { return known }
        let version = Int(clamping: try rows("PRAGMA user_version").first?.integer("user_version") ?? 0)
        let dialect = SchemaDialect(version: version)
        knownDialect.withLock { $0 = dialect }
        return dialect
    }

    /// All rows; more than `pageBytes` of them are no incident file's.
    func rows(_ sql: String, _ arguments: StatementArguments = [], share: Int = 2) throws(RecordingError)
        -> [HostileRow]
    {
        var found: [HostileRow] = []
        var bytes = 0
        try forEachRow(sql, arguments, share: share) { row throws(RecordingError) in
            found.append(row)
            bytes += row.size
            guard bytes <= Self.pageBytes else { throw .damaged(path: path, reason: "its values are too long") }
            return true
        }
        return found
    }
    /// Hands each row to `body` until that returns false, in one transaction.
    func forEachRow(
        _ sql: String, _ arguments: StatementArguments, share: Int = 2,
        _ body: (HostileRow) throws(RecordingError) -> Bool
    ) throws(RecordingError) {
        work.begin(bytes: CarefulConnection.size(path) + CarefulConnection.journalSize(path), share: share)
        do {
            try database.read { db in
                let rows = try Row.fetchCursor(db, sql: sql, arguments: arguments)
                while let row = try rows.next() {
                    guard try body(HostileRow(row.copy(), path: path)) else { break }
                }
            }
        } catch { throw RecordingError(error, path: path) }
    }
    /// The first column of each row, which must be integers: for long lists.
    func integers(_ sql: String, _ arguments: StatementArguments) throws(RecordingError) -> [Int64] {
        work.begin(bytes: CarefulConnection.size(path) + CarefulConnection.journalSize(path))
        do {
            return try database.read { db in
                try DatabaseValue.fetchAll(db, sql: sql, arguments: arguments).map { value in
                    guard case .int64(let integer) = value.storage else {
                        throw RecordingError.damaged(path: path, reason: "a number is none")
                    }
                    return integer
                }
            }
        } catch { throw RecordingError(error, path: path) }
    }
}
