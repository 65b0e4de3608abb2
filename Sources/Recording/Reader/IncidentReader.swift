import FlightTypes
import Foundation
import GRDB

/// Reads an incident file without ever changing it; works on one that is being written, and on read-only media.
public final class IncidentReader: Sendable {
    /// Where the file is.
    public let path: String
    private let database: DatabaseQueue

    /// Opens the file at `path`.
    public init(path: String) throws(RecordingError) {
        self.path = path
        guard FileManager.default.isReadableFile(atPath: path) else {
            throw .failed(path: path, reason: "cannot be read")
        }
        do { database = try Self.open(path) } catch { throw RecordingError(error, path: path) }
    }

    private static func open(_ path: String) throws -> DatabaseQueue {
        var configuration = Configuration()
        configuration.readonly = true
        configuration.busyMode = .timeout(5)
        func check(_ database: DatabaseQueue) throws -> DatabaseQueue {
            try database.read { db in
                try IncidentSchema.check(
                    application: try Int.fetchOne(db, sql: "PRAGMA application_id") ?? 0,
                    version: try Int.fetchOne(db, sql: "PRAGMA user_version") ?? 0, path: path)
            }
            return database
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

    /// First and last time of receipt; nil for an empty file.
    public func timeRange() throws(RecordingError) -> ClosedRange<WallTime>? {
        // Two questions, because SQLite looks up one end of an index at once but walks it for both.
        guard let first = try rows("SELECT min(receiveWall) AS t FROM object").first?.optionalInteger("t"),
            let last = try rows("SELECT max(receiveWall) AS t FROM object").first?.optionalInteger("t"), first <= last
        else { return nil }
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

    /// Position of the last object received before `time`; 0 when there is none.
    public func position(before time: WallTime) throws(RecordingError) -> Int64 {
        try rows("SELECT max(position) AS p FROM object WHERE receiveWall < ?", [time.nanoseconds]).first?
            .optionalInteger("p") ?? 0
    }

    /// The newest object of each drone's stream at or before `position`: what a seek shows at once.
    public func newest(upTo position: Int64) throws(RecordingError) -> [Stored] {
        try stored(
            """
            SELECT \(Self.storedColumns) FROM object
            WHERE position IN (SELECT max(position) FROM object WHERE position <= ? GROUP BY drone, stream)
            ORDER BY position LIMIT 256
            """, [position])
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
                SELECT \(FrameListing.columns) FROM object WHERE position > ? AND stream >= 768
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

    private static let storedColumns = "position, drone, receiveWall, receiveMonotonic, bytes"

    private func stored(_ sql: String, _ arguments: StatementArguments) throws(RecordingError) -> [Stored] {
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

    func rows(_ sql: String, _ arguments: StatementArguments = []) throws(RecordingError) -> [HostileRow] {
        do {
            return try database.read { db in
                try Row.fetchAll(db, sql: sql, arguments: arguments).map { HostileRow($0, path: path) }
            }
        } catch { throw RecordingError(error, path: path) }
    }
}
