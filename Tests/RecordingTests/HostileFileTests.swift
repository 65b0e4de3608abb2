import FlightTypes
import Foundation
import GRDB
import Testing

@testable import Recording

/// Files that were made to keep a program busy, or to fill it.
@Suite struct HostileFileTests {
    private func record(_ path: String, frames: UInt64 = 3) throws {
        let writer = try Samples.writer(path)
        _ = try writer.append((0..<frames).map { Samples.item(Samples.frame($0)) }, recordTime: Samples.wall(2))
        try writer.close()
    }
    private func change(_ path: String, _ sql: String) throws {
        try DatabaseQueue(path: path).writeWithoutTransaction { try $0.execute(sql: sql) }
    }

    private static let endless = """
        WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n) SELECT x AS position, 'alpha' AS drone, 1 AS flight,
        768 AS stream, x AS sequence, 0 AS representation, 0 AS backfilled, x AS captureMonotonic, x AS captureWall,
        x AS receiveMonotonic, x AS receiveWall, x AS recordWall, 1 AS payloadBytes, x'00' AS sha256, NULL AS headSha256,
        1 AS width, 1 AS height, 1 AS encoding, x'00' AS bytes FROM n
        """

    /// What only looks like our tables is refused by reader and writer alike, before anything of it runs.
    @Test(arguments: [
        "ALTER TABLE object RENAME TO o2; CREATE VIEW object AS \(endless)",
        "DROP TABLE event; CREATE VIEW event AS WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n) SELECT x AS position, x AS wall, 'x' AS text FROM n",
        "DROP TABLE incident; CREATE VIEW incident AS SELECT 'x' AS name, 1 AS openedAt, NULL AS openedBy",
        "CREATE TRIGGER t AFTER INSERT ON object BEGIN DELETE FROM object; END",
        "CREATE TRIGGER t AFTER INSERT ON event BEGIN DELETE FROM object; END",
        "ALTER TABLE event ADD COLUMN more AS (length(hex(zeroblob(100000000))))",
        "ALTER TABLE object ADD COLUMN more AS (position * 2)",
        "DROP TABLE receipt; CREATE TABLE receipt (flight, stream, first, last, PRIMARY KEY (flight, stream)) WITHOUT ROWID",
        "DROP TABLE object; CREATE TABLE object (position INTEGER, drone, bytes)",
        "DROP TABLE object; CREATE TABLE object (position TEXT PRIMARY KEY, drone, bytes)",
        "DROP TABLE incident; CREATE VIRTUAL TABLE incident USING fts5(name, openedAt, openedBy)",
    ])
    func tablesThatAreNone(sql: String) throws {
        try withFolder { folder in
            let path = folder + "/a.lagebild"
            try record(path)
            try change(path, sql)
            for attempt in [{ _ = try IncidentReader(path: path) }, { _ = try Samples.writer(path) }]
                as [() throws -> Void]
            {
                let error = #expect(throws: RecordingError.self) { try attempt() }
                #expect(error?.liesInTheFile == true, "\(String(describing: error))")
            }
        }
    }

    /// Neither a pipe nor a device nor a folder, under the file's name or beside it, keeps anyone waiting.
    @Test func whatIsNoFile() throws {
        try withFolder { folder in
            #expect(mkfifo(folder + "/pipe.lagebild", 0o600) == 0)
            try record(folder + "/b.lagebild")
            try record(folder + "/c.lagebild")
            #expect(mkfifo(folder + "/b.lagebild-wal", 0o600) == 0)
            #expect(mkdir(folder + "/c.lagebild-wal", 0o700) == 0)
            for path in [
                folder + "/pipe.lagebild", "/dev/zero", folder, folder + "/b.lagebild", folder + "/c.lagebild",
            ] {
                #expect(throws: RecordingError.self, "\(path)") { try IncidentReader(path: path) }
            }
            for name in ["pipe", "b", "c"] {
                #expect(throws: RecordingError.self, "\(name)") { try Samples.writer("\(folder)/\(name).lagebild") }
            }
        }
    }

    /// Longer than any object may be: refused without being held, be it in the row that is asked for or in a text.
    @Test func valuesBeyondAllMeasure() throws {
        try withFolder { folder in
            let path = folder + "/a.lagebild"
            try record(path)
            try change(path, "UPDATE object SET bytes = zeroblob(\(120 << 20)) WHERE position = 2")
            let reader = try IncidentReader(path: path)
            for call in [
                { _ = try reader.objects(after: 0, limit: 100) }, { _ = try reader.objects(after: 1, limit: 1) },
            ] as [() throws -> Void] {
                let error = #expect(throws: RecordingError.self) { try call() }
                guard case .damaged = error else { return #expect(Bool(false)) }
            }
            // What does not hold the value is still to be had.
            #expect(try reader.count() == 3)
            #expect(try reader.objects(after: 2, limit: 9).count == 1)
        }
    }

    /// Pages are measured in bytes, not in rows alone; each call goes on where the last one stopped.
    @Test func largeRowsComeInSmallPages() throws {
        try withFolder { folder in
            let path = folder + "/a.lagebild"
            try record(path, frames: 8)
            try change(path, "UPDATE object SET bytes = zeroblob(\(30 << 20))")
            let reader = try IncidentReader(path: path)
            var position: Int64 = 0
            var pages: [Int] = []
            while case let page = try reader.objects(after: position, limit: 1_000), let last = page.last {
                position = last.position
                pages.append(page.count)
            }
            #expect(pages == [3, 3, 2])
            #expect(try reader.verify() == Array(1...8))
            let playback = try #require(try reader.playback())
            var cursor = playback.start
            var played = 0
            while case let page = try reader.objects(of: playback, after: &cursor, limit: 1_000), !page.isEmpty {
                #expect(page.count <= 2)
                played += page.count
            }
            #expect(played == 8)
            #expect(try reader.seek(in: playback, to: .seconds(100)).shown.count == 1)
        }
    }

    @Test func longTextsAreCut() throws {
        try withFolder { folder in
            let path = folder + "/a.lagebild"
            try record(path)
            try change(
                path,
                """
                UPDATE incident SET name = printf('%.*c', 1000000, 'x'), openedBy = printf('%.*c', 1000000, 'x');
                INSERT INTO event (wall, text) SELECT position, printf('%.*c', 1000000, 'x') FROM object
                """)
            let reader = try IncidentReader(path: path)
            #expect(try reader.info()?.name.count == 1_000)
            #expect(try reader.events().allSatisfy { $0.text.count == 400 })
            try change(path, "UPDATE object SET drone = printf('%.*c', 1000000, 'x')")
            #expect(throws: RecordingError.self) { try reader.counts() }
            #expect(throws: RecordingError.self) { try reader.sequences() }
        }
    }

    /// Positions may be anything that grows; holes cost nothing.
    @Test func holesUpToTheEndOfNumbers() throws {
        try withFolder { folder in
            let path = folder + "/a.lagebild"
            try record(path, frames: 6)
            try change(
                path,
                """
                UPDATE object SET position = 9223372036854775807 WHERE position = 6;
                UPDATE object SET position = 9223372036854775000 WHERE position = 5;
                UPDATE object SET position = 4611686018427387904, receiveMonotonic = 5 WHERE position = 4;
                UPDATE object SET position = -9223372036854775808 WHERE position = 1
                """)
            let reader = try IncidentReader(path: path)
            #expect(try reader.span() != nil)
            let playback = try #require(try reader.playback())
            var cursor = playback.start
            var played = 0
            while case let page = try reader.objects(of: playback, after: &cursor, limit: 10), !page.isEmpty {
                played += page.count
            }
            #expect(played >= 5)
            _ = try reader.seek(in: playback, to: .seconds(3))
            _ = try reader.gaps()
            try reader.forEachFrame { _ in }
        }
    }

    /// Without an index a question for one object becomes one for all: ended, not waited for.
    @Test func questionsAreEnded() throws {
        try withFolder { folder in
            let path = folder + "/a.lagebild"
            try record(path, frames: 4)
            let reader = try IncidentReader(path: path)
            let error = #expect(throws: RecordingError.self) {
                try reader.rows(
                    "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n) SELECT count(*) AS n FROM n WHERE x < 0"
                )
            }
            #expect("\(String(describing: error))".contains("more work"))
            // And it can be asked on.
            #expect(try reader.count() == 4)
            try change(path, "DROP INDEX objectIdentity")
            #expect(throws: RecordingError.self) { try IncidentReader(path: path).sequences() }
        }
    }
}
