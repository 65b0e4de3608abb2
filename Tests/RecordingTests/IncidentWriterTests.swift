import FlightTypes
import Foundation
import GRDB
import Recording
import Testing

@Suite struct IncidentWriterTests {
    @Test func isFullyDurableOnCreationAndResumption() throws {
        try withFolder { folder in
            let path = folder + "/a.lagebild"
            for _ in 0..<2 {
                let writer = try Samples.writer(path)
                #expect(try writer.synchronousMode() == 2)
                try writer.close()
            }
        }
    }

    @Test func closingLeavesOneFileAndResumingKeepsEverything() throws {
        try withFolder { folder in
            let path = folder + "/a.lagebild"
            for flight in UInt32(1)...3 {
                let writer = try Samples.writer(path)
                _ = try writer.append([Samples.item(Samples.frame(0, flight: flight))], recordTime: Samples.wall(2))
                try writer.addEvent("flight \(flight)", at: Samples.wall(Int64(flight)))
                try writer.close()
                #expect(try FileManager.default.contentsOfDirectory(atPath: folder) == ["a.lagebild"])
            }
            let reader = try IncidentReader(path: path)
            #expect(try reader.count() == 3)
            #expect(try reader.info() == Samples.incident)
            #expect(try reader.events().map(\.text) == ["flight 1", "flight 2", "flight 3"])
        }
    }

    @Test func appendingAgainChangesNothingAndIsStillDurable() throws {
        try withFolder { folder in
            let writer = try Samples.writer(folder + "/a.lagebild")
            let items = [Samples.frame(0), Samples.telemetry(0), Samples.frame(1)].map { Samples.item($0) }
            let first = try writer.append(items, recordTime: Samples.wall(2))
            #expect(first.stored == 3 && first.duplicates == 0)
            let again = try writer.append(items + [items[0]], recordTime: Samples.wall(3))
            #expect(again.stored == 0 && again.duplicates == 4 && again.conflicts.isEmpty)
            #expect(again.durable.prefix(3) == first.durable[...])
            let inside = try writer.append(
                [Samples.item(Samples.frame(9)), Samples.item(Samples.frame(9))], recordTime: Samples.wall(3))
            #expect(inside.stored == 1 && inside.duplicates == 1)
            // Another drone's object is another object.
            let other = try writer.append([Samples.item(Samples.frame(0), drone: "bravo")], recordTime: Samples.wall(3))
            #expect(other.stored == 1)
            try writer.close()
        }
    }

    /// Other bytes under a known identity are neither stored nor said to be durable, be it the image or only the pose.
    @Test func conflictsAreNotDurable() throws {
        try withFolder { folder in
            let path = folder + "/a.lagebild"
            let writer = try Samples.writer(path)
            _ = try writer.append(
                [Samples.item(Samples.frame(0)), Samples.item(Samples.telemetry(0))], recordTime: Samples.wall(2))
            guard case .frame(var turned) = Samples.frame(0) else { return }
            turned.pose.latitude = 50
            let batch = [
                Samples.frame(0, salt: 7), .frame(turned), Samples.telemetry(0, latitude: 50), Samples.frame(1),
            ]
            let result = try writer.append(batch.map { Samples.item($0) }, recordTime: Samples.wall(3))
            #expect(result.conflicts.map(\.id) == batch.prefix(3).map(\.id))
            #expect(result.durable.map(\.id) == [batch[3].id])
            try writer.close()
            #expect(
                try IncidentReader(path: path).objects(after: 0, limit: 9).first?.bytes == Samples.frame(0).encoded())
        }
    }

    @Test func secondWriterIsRefusedAlsoThroughALink() throws {
        try withFolder { folder in
            let path = folder + "/a.lagebild"
            let writer = try Samples.writer(path)
            try FileManager.default.createSymbolicLink(atPath: folder + "/b.lagebild", withDestinationPath: path)
            for name in ["a", "b"] {
                let error = #expect(throws: RecordingError.self) { try Samples.writer(folder + "/\(name).lagebild") }
                guard case .alreadyOpen = error else { return #expect(Bool(false), "\(String(describing: error))") }
            }
            _ = try writer.append([Samples.item(Samples.frame(0))], recordTime: Samples.wall(2))
            try writer.close()
            try Samples.writer(path).close()
        }
    }

    @Test func aClosedWriterRefuses() throws {
        try withFolder { folder in
            let writer = try Samples.writer(folder + "/a.lagebild")
            try writer.close()
            try writer.close()
            #expect(throws: RecordingError.self) {
                try writer.append([Samples.item(Samples.frame(0))], recordTime: Samples.wall(2))
            }
        }
    }

    @Test func foreignAndNewerFilesAreRefusedUnchanged() throws {
        try withFolder { folder in
            try Data("Einsatzbericht, kein Einsatz\n".utf8).write(to: URL(fileURLWithPath: folder + "/text.lagebild"))
            try DatabaseQueue(path: folder + "/sqlite.lagebild").write { try $0.execute(sql: "CREATE TABLE t (x)") }
            // No tables, but another program's mark.
            try DatabaseQueue(path: folder + "/marked.lagebild").write {
                try $0.execute(sql: "PRAGMA application_id = 7")
            }
            try Samples.writer(folder + "/newer.lagebild").close()
            try DatabaseQueue(path: folder + "/newer.lagebild").writeWithoutTransaction { db in
                try db.execute(sql: "PRAGMA user_version = 99")
                _ = try db.checkpoint(.truncate)
            }
            let before = try contents(of: folder)
            for name in ["text", "sqlite", "marked", "newer"] {
                let path = folder + "/\(name).lagebild"
                let writing = #expect(throws: RecordingError.self) { try Samples.writer(path) }
                let reading = #expect(throws: RecordingError.self) { try IncidentReader(path: path) }
                for error in [writing, reading].compactMap({ $0 }) {
                    switch error {
                    case .foreign: #expect(name != "newer")
                    case .otherVersion(_, let version): #expect(name == "newer" && version == 99)
                    default: Issue.record("\(name): \(error)")
                    }
                }
            }
            let after = try contents(of: folder).filter { !$0.key.hasSuffix("-shm") && !$0.key.hasSuffix("-wal") }
            #expect(after == before)
        }
    }

    @Test func aJournalWithoutItsFileIsRefused() throws {
        try withFolder { folder in
            try Data("x".utf8).write(to: URL(fileURLWithPath: folder + "/a.lagebild-wal"))
            #expect(throws: RecordingError.self) { try Samples.writer(folder + "/a.lagebild") }
            #expect(try contents(of: folder) == ["a.lagebild-wal": Data("x".utf8)])
        }
    }

    @Test func unfitObjectsAreRefusedWithTheirBatch() throws {
        try withFolder { folder in
            let path = folder + "/a.lagebild"
            let writer = try Samples.writer(path)
            for drone in ["", "../x", "Alpha", "a\"b"] {
                let items = [Samples.item(Samples.frame(0)), Samples.item(Samples.frame(1), drone: drone)]
                #expect(throws: RecordingError.self) { try writer.append(items, recordTime: Samples.wall(2)) }
            }
            var short = Samples.item(Samples.frame(2))
            short.encoded = EncodedObject(head: [])
            #expect(throws: RecordingError.self) { try writer.append([short], recordTime: Samples.wall(2)) }
            #expect(try IncidentReader(path: path).count() == 0)
            try writer.close()
        }
    }

    @Test func limitsRefuseAndTheWriterGoesOn() throws {
        try withFolder { folder in
            let path = folder + "/a.lagebild"
            let writer = try Samples.writer(path, limits: OnboardLimits(maximumBytes: 200_000, reserveBytes: 1))
            let first = try writer.append([Samples.item(Samples.frame(0, size: 100_000))], recordTime: Samples.wall(2))
            #expect(first.stored == 1)
            let error = #expect(throws: RecordingError.self) {
                try writer.append([Samples.item(Samples.frame(1, size: 100_000))], recordTime: Samples.wall(2))
            }
            guard case .full(_, 200_000) = error else { return #expect(Bool(false), "\(String(describing: error))") }
            // What is smaller still fits.
            #expect(try writer.append([Samples.item(Samples.telemetry(1))], recordTime: Samples.wall(2)).stored == 1)
            try writer.close()

            let greedy = try Samples.writer(path, limits: OnboardLimits(maximumBytes: nil, reserveBytes: .max))
            let reserve = #expect(throws: RecordingError.self) {
                try greedy.append([Samples.item(Samples.telemetry(2))], recordTime: Samples.wall(2))
            }
            guard case .diskReserve = reserve else { return #expect(Bool(false), "\(String(describing: reserve))") }
            // The log says why, even then.
            try greedy.addEvent("recording refused", at: Samples.wall(3))
            try greedy.close()
            #expect(try IncidentReader(path: path).count() == 2)
        }
    }
}
