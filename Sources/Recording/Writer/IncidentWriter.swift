import Crypto
import FlightTypes
import Foundation
import GRDB
import Glibc
import Synchronization

/// The one writer of an incident file. What `append` returned for has survived a power cut.
///
/// GRDB sets `synchronous` to NORMAL after its own preparation, which loses acknowledged rows in a power cut; it is
/// set to FULL afterwards and read back. SQLite before 3.51.3 can corrupt a WAL that two connections write: a lock
/// keeps a second writer out.
///
/// After an I/O error the connection is given up: a failed `fsync` is reported once, and the kernel may forget the
/// pages. The next use opens the file anew and first folds the journal into the file, which writes and syncs its
/// contents again.
public final class IncidentWriter: Sendable {
    /// What an append did.
    public struct AppendResult: Hashable, Sendable {
        /// Objects stored now.
        public var stored = 0
        /// Objects that were there already, with the same bytes.
        public var duplicates = 0
        /// What is durable now, in the order given, duplicates included: this may be acknowledged.
        public var durable: [RecordedID] = []
        /// What the file holds under the same identity with other bytes. The first stays; these are **not** durable.
        public var conflicts: [RecordedID] = []
        /// Nothing was done.
        public init() {}
    }
    private enum Connection {
        case open(DatabaseQueue)
        case givenUp
        case closed
    }
    /// No object is larger (bytes).
    public static let objectLimit = 64 << 20
    /// Where the file is.
    public let path: String
    private let incident: IncidentInfo
    private let limits: OnboardLimits
    private let connection: Mutex<Connection>
    private let lock: FileLock
    private let marks: Mutex<WriterMarks>
    private let gauge: Mutex<JournalGauge>
    private let fold: @Sendable (DatabaseQueue) throws -> Bool

    /// Whether the journal is folded into the file. Can be asked while a write hangs.
    public var journal: JournalState { gauge.withLock { $0.state } }

    /// Creates the file, or goes on with one of ours; one of version 1 is brought up to version 2 in one transaction.
    public convenience init(path: String, incident: IncidentInfo, limits: OnboardLimits) throws(RecordingError) {
        try self.init(
            path: path, incident: incident, limits: limits, gauge: JournalGauge(), fold: { try $0.foldJournal() })
    }

    /// The same with other bounds for the journal, and another way to fold it in: for tests with a disk that fails.
    init(
        path: String, incident: IncidentInfo, limits: OnboardLimits, gauge: JournalGauge,
        fold: @escaping @Sendable (DatabaseQueue) throws -> Bool
    ) throws(RecordingError) {
        self.gauge = Mutex(gauge)
        self.fold = fold
        self.path = path
        self.incident = incident
        self.limits = limits
        lock = try FileLock(path: path)
        do {
            let hadJournal = CarefulConnection.journalSize(path) > 0
            let database = try Self.connect(path, incident)
            connection = Mutex(.open(database))
            marks = Mutex(try WriterMarks(database, path: path, hadJournal: hadJournal))
        } catch {
            lock.release()
            throw error
        }
    }

    /// Stores `objects` in one transaction. When it returns they are durable; when it throws none is.
    public func append(_ objects: [RecordableObject], recordTime: WallTime) throws(RecordingError) -> AppendResult {
        for item in objects { try checkFit(item) }
        let bytes = objects.reduce(into: Int64(0)) { $0 += Int64($1.encoded.count) }
        return try use { database in
            try limits.check(path: path, adding: bytes, to: try database.read(Self.size))
            return try marked(database, at: recordTime) { db in
                var result = AppendResult()
                for item in objects { try Self.store(item, recordTime, in: db, &result) }
                return result
            }
        }
    }

    /// Adds a line to the incident's log.
    public func addEvent(_ text: String, at time: WallTime) throws(RecordingError) {
        try use { database in
            try marked(database, at: time) {
                try $0.execute(
                    sql: "INSERT INTO event (wall, text) VALUES (?, ?)", arguments: [time.nanoseconds, text])
            }
        }
    }

    /// One transaction, before the first of which the file says that it is being written.
    private func marked<Value>(_ database: DatabaseQueue, at time: WallTime, _ body: (Database) throws -> Value) throws
        -> Value
    {
        var next = marks.withLock { $0 }
        let value = try database.write { db in
            try next.begin(db, at: time)
            return try body(db)
        }
        next.fold(database)
        marks.withLock { $0 = next }
        lookAtJournal(database)
        return value
    }

    /// What is committed is durable whatever comes of this.
    private func lookAtJournal(_ database: DatabaseQueue) {
        let bytes = CarefulConnection.journalSize(path)
        guard gauge.withLock({ $0.wantsLook(bytes: bytes) }) else { return }
        let outcome = Result { try fold(database) }.mapError { RecordingError($0, path: path) }
        gauge.withLock { $0.looked(outcome, bytes: bytes) }
    }

    /// Folds the journal into the file, so that one file remains, and lets go of it. A reader of the live file may
    /// keep the journal in use; then it stays beside the file, complete, and the next opening folds it in.
    public func close() throws(RecordingError) {
        if case .closed = connection.withLock({ $0 }) { return }
        defer {
            // Also after an error: the connection goes first, then the lock, so that no second writer meets it.
            connection.withLock { $0 = .closed }
            lock.release()
        }
        try use { database in
            let marks = marks.withLock { $0 }
            try database.write { try marks.end($0) }
            do { _ = try database.writeWithoutTransaction { try $0.checkpoint(.truncate) } } catch let error
                as DatabaseError
                where error.resultCode == .SQLITE_BUSY
            {}
            try database.close()
        }
    }

    /// The writer's `synchronous` mode: 2 is FULL.
    public func synchronousMode() throws -> Int {
        try use { try $0.writeWithoutTransaction { try Int.fetchOne($0, sql: "PRAGMA synchronous") ?? -1 } }
    }

    // MARK: - The connection

    /// Runs `body` with the connection, opening a new one if the last was given up.
    func use<Value>(_ body: (DatabaseQueue) throws -> Value) throws(RecordingError) -> Value {
        let result: Result<Value, RecordingError> = connection.withLock { connection in
            do {
                switch connection {
                case .open(let database): return .success(try body(database))
                case .closed: throw RecordingError.failed(path: path, reason: "the record is closed")
                case .givenUp:
                    let database = try Self.connect(path, incident)
                    _ = try database.writeWithoutTransaction { try $0.checkpoint(.truncate) }
                    connection = .open(database)
                    return .success(try body(database))
                }
            } catch {
                if let error = error as? DatabaseError, Self.endsConnection(error.resultCode) { connection = .givenUp }
                return .failure(RecordingError(error, path: path))
            }
        }
        return try result.get()
    }

    private static func endsConnection(_ code: ResultCode) -> Bool {
        [.SQLITE_IOERR, .SQLITE_CORRUPT, .SQLITE_NOTADB, .SQLITE_PROTOCOL].contains(code)
    }

    private static func connect(_ path: String, _ incident: IncidentInfo) throws(RecordingError) -> DatabaseQueue {
        do {
            try IncidentSchema.checkUntouched(path)
            try create(path)
            var configuration = Configuration()
            configuration.journalMode = .wal
            configuration.busyMode = .timeout(5)
            configuration.prepareDatabase { try CarefulConnection.prepare($0) }
            let database = try DatabaseQueue(path: path, configuration: configuration)
            try database.write { try IncidentSchema.prepare($0, path: path, incident: incident) }
            let synchronous = try database.writeWithoutTransaction { db in
                try db.execute(
                    sql: """
                        PRAGMA synchronous = FULL; PRAGMA wal_autocheckpoint = 4000;
                        PRAGMA journal_size_limit = 67108864
                        """)
                return try Int.fetchOne(db, sql: "PRAGMA synchronous") ?? -1
            }
            guard synchronous == 2 else { throw RecordingError.notDurable(path: path, synchronous: synchronous) }
            return database
        } catch { throw RecordingError(error, path: path) }
    }

    /// Makes the file, for its owner alone: SQLite would go by the umask, and gives its journal the rights of the file.
    private static func create(_ path: String) throws(RecordingError) {
        let file = open(path, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0o600)
        guard file >= 0 else {
            if errno == EEXIST { return }
            throw errno == ENOSPC
                ? .noSpace(path: path) : .notWritable(path: path, reason: String(cString: strerror(errno)))
        }
        defer { Glibc.close(file) }
        _ = fchmod(file, 0o600)
    }

    // MARK: - One object

    private func checkFit(_ item: RecordableObject) throws(RecordingError) {
        guard DroneID(item.drone) != nil else {
            throw .unfit(path: path, reason: "a drone's name breaks the rule for names")
        }
        guard item.encoded.count <= Self.objectLimit, item.encoded.count >= item.hashed.count else {
            throw .unfit(path: path, reason: "an object of \(item.encoded.count) bytes does not fit the record")
        }
    }

    private static func store(
        _ item: RecordableObject, _ recordTime: WallTime, in db: GRDB.Database, _ result: inout AppendResult
    ) throws {
        let id = item.object.id
        let hashed = item.hashed
        let hash = Data(SHA256.hash(data: hashed))
        let head = item.head.map { Data(SHA256.hash(data: $0)) }
        var frame: Frame?
        if case .frame(let value) = item.object { frame = value }
        let insert = try db.cachedStatement(
            sql: """
                INSERT INTO object (drone, flight, stream, sequence, representation, captureMonotonic, captureWall,
                    receiveMonotonic, receiveWall, recordWall, backfilled, payloadBytes, sha256, headSha256, width,
                    height, encoding, bytes)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                ON CONFLICT (drone, flight, stream, sequence, representation) DO NOTHING
                """)
        let identity: [any DatabaseValueConvertible] = [
            item.drone, Int64(id.flight), Int64(id.stream.code), Int64(bitPattern: id.sequence),
            Int64(item.representation.rawValue),
        ]
        let times: [any DatabaseValueConvertible] = [
            item.object.captureTime.monotonic.nanoseconds, item.object.captureTime.wall.nanoseconds,
            item.receiveMonotonic.nanoseconds, item.receiveTime.nanoseconds, recordTime.nanoseconds,
        ]
        try insert.execute(
            arguments: StatementArguments(identity) + StatementArguments(times) + [
                item.isBackfilled ? 1 : 0, hashed.count, hash, head, frame.map { Int64($0.width) },
                frame.map { Int64($0.height) },
                frame.map { Int64($0.encoding.rawValue) }, item.data,
            ])
        let recorded = RecordedID(drone: item.drone, id: id, representation: item.representation)
        if db.changesCount == 1 {
            result.stored += 1
        } else {
            let same = try db.cachedStatement(
                sql: """
                    SELECT count(*) FROM object WHERE drone = ? AND flight = ? AND stream = ? AND sequence = ?
                        AND representation = ? AND sha256 = ? AND headSha256 IS ?
                    """)
            guard try Int.fetchOne(same, arguments: StatementArguments(identity) + [hash, head]) == 1 else {
                return result.conflicts.append(recorded)
            }
            result.duplicates += 1
        }
        result.durable.append(recorded)
    }

    /// Bytes of the record, its journal's newest contents included.
    private static func size(_ db: GRDB.Database) throws -> Int64 {
        let pages = try Int64.fetchOne(db, sql: "PRAGMA page_count") ?? 0
        let (size, overflow) = pages.multipliedReportingOverflow(
            by: try Int64.fetchOne(db, sql: "PRAGMA page_size") ?? 0)
        return overflow ? .max : size
    }
}
