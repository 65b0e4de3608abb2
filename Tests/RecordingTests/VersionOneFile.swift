import Crypto
import FlightTypes
import Foundation
import GRDB
import Recording

/// An incident file as programs before version 2 made it: their tables, their insertion.
enum VersionOneFile {
    static let objectColumns = [
        "position", "drone", "flight", "stream", "sequence", "captureMonotonic", "captureWall", "receiveMonotonic",
        "receiveWall", "recordWall", "payloadBytes", "sha256", "headSha256", "width", "height", "encoding", "bytes",
    ]

    static func write(_ objects: [RecordableObject], to path: String) throws {
        var configuration = Configuration()
        configuration.journalMode = .wal
        let database = try DatabaseQueue(path: path, configuration: configuration)
        try database.write { db in
            try db.execute(sql: "PRAGMA application_id = 1279738436; PRAGMA user_version = 1")
            try db.execute(sql: sql)
            try db.execute(
                sql: "INSERT INTO incident (name, openedAt, openedBy) VALUES (?, ?, ?)",
                arguments: [Samples.incident.name, Samples.incident.openedAt.nanoseconds, Samples.incident.openedBy])
            try db.execute(sql: "INSERT INTO event (wall, text) VALUES (1, 'opened')")
            for object in objects { try insert(object, db) }
        }
        _ = try database.writeWithoutTransaction { try $0.checkpoint(.truncate) }
        try database.close()
    }

    private static let sql = """
        CREATE TABLE incident (
            name TEXT NOT NULL, openedAt INTEGER NOT NULL, openedBy TEXT
        );
        CREATE TABLE object (
            position INTEGER PRIMARY KEY AUTOINCREMENT,
            drone TEXT NOT NULL, flight INTEGER NOT NULL, stream INTEGER NOT NULL, sequence INTEGER NOT NULL,
            captureMonotonic INTEGER NOT NULL, captureWall INTEGER NOT NULL,
            receiveMonotonic INTEGER NOT NULL, receiveWall INTEGER NOT NULL, recordWall INTEGER NOT NULL,
            payloadBytes INTEGER NOT NULL, sha256 BLOB NOT NULL, headSha256 BLOB,
            width INTEGER, height INTEGER, encoding INTEGER, bytes BLOB NOT NULL
        );
        CREATE UNIQUE INDEX objectIdentity ON object (drone, flight, stream, sequence);
        CREATE INDEX objectReceive ON object (receiveWall);
        CREATE TABLE event (position INTEGER PRIMARY KEY AUTOINCREMENT, wall INTEGER NOT NULL, text TEXT NOT NULL);
        """

    private static func insert(_ item: RecordableObject, _ db: GRDB.Database) throws {
        let id = item.object.id
        var frame: Frame?
        if case .frame(let value) = item.object { frame = value }
        let hashed = frame?.payload ?? item.encoded.joined
        let head = frame.map { Data(SHA256.hash(data: item.encoded.joined.dropLast($0.payload.count))) }
        let identity: StatementArguments = [
            item.drone, Int64(id.flight), Int64(id.stream.code), Int64(bitPattern: id.sequence),
        ]
        let times: StatementArguments = [
            item.object.captureTime.monotonic.nanoseconds, item.object.captureTime.wall.nanoseconds,
            item.receiveMonotonic.nanoseconds, item.receiveTime.nanoseconds, 1,
        ]
        try db.execute(
            sql: """
                INSERT INTO object (\(objectColumns.dropFirst().joined(separator: ", ")))
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                """,
            arguments: identity + times + [
                hashed.count, Data(SHA256.hash(data: hashed)), head, frame.map { Int64($0.width) },
                frame.map { Int64($0.height) }, frame.map { Int64($0.encoding.rawValue) }, Data(item.encoded.joined),
            ])
    }
}
