import FlightTypes
import Foundation
import GRDB

/// The incident file's tables: docs/incident-file.md. SQLite in WAL mode.
enum IncidentSchema {
    /// `application_id`: "LGBD".
    static let applicationID = 0x4C47_4244
    /// `user_version`: raised with every change of the tables.
    static let version = 2
    /// Older versions that can be read, and are brought up to `version` by the writer.
    static let olderVersions = 1..<version

    static let sql =
        """
        CREATE TABLE incident (
            name TEXT NOT NULL, openedAt INTEGER NOT NULL, openedBy TEXT
        );
        CREATE TABLE object (
            position INTEGER PRIMARY KEY AUTOINCREMENT,
            drone TEXT NOT NULL, flight INTEGER NOT NULL, stream INTEGER NOT NULL, sequence INTEGER NOT NULL,
            representation INTEGER NOT NULL DEFAULT 0, backfilled INTEGER NOT NULL DEFAULT 0,
            captureMonotonic INTEGER NOT NULL, captureWall INTEGER NOT NULL,
            receiveMonotonic INTEGER NOT NULL, receiveWall INTEGER NOT NULL, recordWall INTEGER NOT NULL,
            payloadBytes INTEGER NOT NULL, sha256 BLOB NOT NULL, headSha256 BLOB,
            width INTEGER, height INTEGER, encoding INTEGER, bytes BLOB NOT NULL
        );
        CREATE TABLE event (position INTEGER PRIMARY KEY AUTOINCREMENT, wall INTEGER NOT NULL, text TEXT NOT NULL);
        """ + sinceVersion2

    // The columns added here come after `bytes`. That costs nothing: 0 and 1 stand in a row's head, before its contents.
    private static let fromVersion1 =
        """
        ALTER TABLE object ADD COLUMN representation INTEGER NOT NULL DEFAULT 0;
        ALTER TABLE object ADD COLUMN backfilled INTEGER NOT NULL DEFAULT 0;
        DROP INDEX objectIdentity;
        DROP INDEX objectReceive;
        """ + sinceVersion2

    // Each index ends with `position`, as SQLite's indices do: `objectLive` is the order of receipt of what came live, and
    // `objectStream` that of each stream.
    private static let sinceVersion2 = """
        CREATE UNIQUE INDEX objectIdentity ON object (drone, flight, stream, sequence, representation);
        CREATE INDEX objectReceive ON object (backfilled, receiveWall);
        CREATE INDEX objectLive ON object (backfilled);
        CREATE INDEX objectStream ON object (drone, stream) WHERE backfilled = 0;
        CREATE INDEX objectBackfill ON object (drone, flight, captureMonotonic, stream, representation)
            WHERE backfilled = 1;
        CREATE TABLE receipt (
            flight INTEGER NOT NULL, stream INTEGER NOT NULL, first INTEGER NOT NULL, last INTEGER NOT NULL
        );
        PRAGMA user_version = \(version);
        """

    // `bytes` comes last: SQLite reads a row's pages up to the last column asked for, so lists do not touch the images.

    /// Makes the tables in an empty file; accepts ours and brings older ones up to this version; refuses foreign and newer
    /// ones without changing them. To be called in a transaction.
    static func prepare(_ db: Database, path: String, incident: IncidentInfo) throws {
        let application = try Int.fetchOne(db, sql: "PRAGMA application_id") ?? 0
        let version = try Int.fetchOne(db, sql: "PRAGMA user_version") ?? 0
        let tables = try Int.fetchOne(db, sql: "SELECT count(*) FROM sqlite_master") ?? 0
        if application == 0, version == 0, tables == 0 {
            try db.execute(sql: "PRAGMA application_id = \(applicationID)")
            try db.execute(sql: sql)
            try db.execute(
                sql: "INSERT INTO incident (name, openedAt, openedBy) VALUES (?, ?, ?)",
                arguments: [incident.name, incident.openedAt.nanoseconds, incident.openedBy])
            return
        }
        try check(application: application, version: version, path: path)
        if olderVersions.contains(version) { try db.execute(sql: fromVersion1) }
    }

    /// Refuses a file that is not ours before anything, even WAL mode, changes it. Passes where there is none, or an
    /// empty one.
    static func checkUntouched(_ path: String) throws {
        guard FileManager.default.fileExists(atPath: path + "-wal") || FileManager.default.fileExists(atPath: path)
        else { return }
        guard FileManager.default.fileExists(atPath: path) else {
            throw RecordingError.damaged(path: path, reason: "its journal (-wal) is there but the file is not")
        }
        try CarefulConnection.checkOrdinary(path)
        var configuration = Configuration()
        configuration.readonly = true
        configuration.busyMode = .timeout(5)
        configuration.prepareDatabase { try CarefulConnection.prepare($0) }
        // Immutable where there is no journal to be read, so that a foreign file gets none beside it.
        let hasJournal = FileManager.default.fileExists(atPath: path + "-wal")
        let uri = URL(fileURLWithPath: path).absoluteString + "?immutable=1"
        let database = try DatabaseQueue(path: hasJournal ? path : uri, configuration: configuration)
        defer { try? database.close() }
        try database.read { db in
            let application = try Int.fetchOne(db, sql: "PRAGMA application_id") ?? 0
            let version = try Int.fetchOne(db, sql: "PRAGMA user_version") ?? 0
            let tables = try Int.fetchOne(db, sql: "SELECT count(*) FROM sqlite_master") ?? 0
            if application == 0, version == 0, tables == 0 { return }
            try check(application: application, version: version, path: path)
            try checkShape(db, path: path)
        }
    }

    static func check(application: Int, version: Int, path: String) throws(RecordingError) {
        guard application == applicationID else { throw .foreign(path: path) }
        guard version == Self.version || olderVersions.contains(version) else {
            throw .otherVersion(path: path, version: version)
        }
    }
}
