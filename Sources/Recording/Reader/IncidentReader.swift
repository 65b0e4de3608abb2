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

    /// Opens the file at `path`.
    public init(path: String) throws(RecordingError) {
        self.path = path
        guard FileManager.default.isReadableFile(atPath: path) else {
            throw .failed(path: path, reason: "cannot be read")
        }
        do {
            let (database, dialect) = try Self.open(path)
            self.database = database
            knownDialect = Mutex(dialect)
        } catch { throw RecordingError(error, path: path) }
    }

    private static func open(_ path: String) throws -> (DatabaseQueue, SchemaDialect) {
        var configuration = Configuration()
        configuration.readonly = true
        configuration.busyMode = .timeout(5)
        func check(_ database: DatabaseQueue) throws -> (DatabaseQueue, SchemaDialect) {
            try database.read { db in
                let version = try Int.fetchOne(db, sql: "PRAGMA user_version") ?? 0
                try IncidentSchema.check(
                    application: try Int.fetchOne(db, sql: "PRAGMA application_id") ?? 0, version: version, path: path)
                return (database, SchemaDialect(version: version))
            }
        }
        do { return try check(DatabaseQueue(path: path, configuration: configuration)) } catch let error
            as DatabaseError
            where error.resultCode == .SQLITE_CANTOPEN || error.resultCode == .SQLITE_READONLY
        {
            // WAL needs a writable folder for its index; a closed file on read-only media can be read as immutable. One
            // that was not closed cannot: what was acknowledged last stands only in its journal and would be missing.
            let journal = try? FileManager.default.attributesOfItem(atPath: path + "-wal")[.size] as? NSNumber
            guard (journal?.int64Value ?? 0) == 0 else { throw RecordingError.unclosed(path: path) }
            let uri = URL(fileURLWithPath: path).absoluteString + "?immutable=1"
            return try check(DatabaseQueue(path: uri, configuration: configuration))
        }
    }

    /// What the file says of itself; nil when it says nothing.
    public func info() throws(RecordingError) -> IncidentInfo? {
        try rows("SELECT name, openedAt, openedBy FROM incident LIMIT 1").first.map { (row) throws(RecordingError) in
            IncidentInfo(
                name: try row.text("name"), openedAt: try row.time("openedAt"),
                openedBy: try row.optionalText("openedBy"))
        }
    }

    /// Objects in the file.
    public func count() throws(RecordingError) -> Int {
        Int(clamping: try rows("SELECT count(*) AS n FROM object").first?.integer("n") ?? 0)
    }

    /// Objects of each drone and stream, in their order.
    public func counts() throws(RecordingError) -> [(drone: String, stream: StreamID, objects: Int)] {
        var counts: [(drone: String, stream: StreamID, objects: Int)] = []
        for row in try rows(
            "SELECT drone, stream, count(*) AS n FROM object GROUP BY drone, stream ORDER BY drone, stream")
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

    /// Objects after `position` in the order they were received, at most `limit` (1…10,000).
    ///
    /// The order is that of appending, which is the order of receipt: the one writer appends what arrives as it
    /// arrives. Neither clock would do: the wall clock steps, and the monotonic one starts again with the machine.
    public func objects(after position: Int64, limit: Int) throws(RecordingError) -> [Stored] {
        try stored(
            "SELECT \(Self.storedColumns) FROM object WHERE position > ? ORDER BY position LIMIT ?",
            [position, max(1, min(limit, 10_000))])
    }

    /// The original of the object `id` of `drone`; nil when the file does not hold it.
    public func object(drone: String, id: ObjectID) throws(RecordingError) -> Stored? {
        try stored(
            """
            SELECT \(Self.storedColumns) FROM object
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
                SELECT \(FrameListing.columns(dialect())) FROM object WHERE position > ? AND stream >= 768
                ORDER BY position LIMIT 512
                """, [position])
            for row in page {
                position = try row.integer("position")
                try body(try FrameListing(row))
            }
            guard page.count == 512 else { return }
        }
    }

    /// The incident's log: time and text.
    public func events() throws(RecordingError) -> [(time: WallTime, text: String)] {
        var events: [(time: WallTime, text: String)] = []
        for row in try rows("SELECT wall, text FROM event ORDER BY position LIMIT 100000") {
            events.append((try row.time("wall"), try row.text("text")))
        }
        return events
    }

    // MARK: - Inside

    static let storedColumns = "position, drone, receiveWall, receiveMonotonic, bytes"

    func stored(_ sql: String, _ arguments: StatementArguments) throws(RecordingError) -> [Stored] {
        var objects: [Stored] = []
        for row in try rows(sql, arguments) {
            objects.append(
                Stored(
                    position: try row.integer("position"), drone: try row.drone(),
                    receiveTime: try row.time("receiveWall"),
                    receiveMonotonic: MonotonicInstant(nanoseconds: try row.integer("receiveMonotonic")),
                    bytes: Array(try row.bytes("bytes"))))
        }
        return objects
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

    func rows(_ sql: String, _ arguments: StatementArguments = []) throws(RecordingError) -> [HostileRow] {
        do {
            return try database.read { db in
                try Row.fetchAll(db, sql: sql, arguments: arguments).map { HostileRow($0, path: path) }
            }
        } catch { throw RecordingError(error, path: path) }
    }
    /// The first column of each row, which must be integers: for long lists.
    func integers(_ sql: String, _ arguments: StatementArguments) throws(RecordingError) -> [Int64] {
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
