import TestSupport
import FlightTypes
import Foundation
import GRDB
import Recording
import Testing

@Suite struct DamageTests {
    private func record(_ path: String, frames: UInt64 = 30) throws {
        let writer = try Samples.writer(path)
        _ = try writer.append((0..<frames).map { Samples.item(Samples.frame($0)) }, recordTime: Samples.wall(2))
        _ = try writer.append([Samples.item(Samples.telemetry(0))], recordTime: Samples.wall(2))
        try writer.close()
    }

    private func useAll(_ path: String) throws -> (integrity: String, wrong: [Int64]) {
        let reader = try IncidentReader(path: path)
        _ = try reader.info()
        _ = try reader.counts()
        _ = try reader.timeRange()
        _ = try reader.events()
        _ = try reader.objects(after: 0, limit: 1000)
        if let playback = try reader.playback() {
            var cursor = playback.start
            _ = try reader.objects(of: playback, after: &cursor, limit: 1000)
            _ = try reader.seek(in: playback, to: playback.duration)
        }
        _ = try reader.sequences()
        _ = try reader.gaps(ofOriginals: true)
        _ = try reader.receipts()
        try reader.forEachFrame { _ = $0.jsonLine }
        return (try reader.integrityCheck(), try reader.verify())
    }

    @Test(arguments: [
        "UPDATE object SET bytes = bytes || x'00' WHERE position = 3",
        "UPDATE object SET sha256 = zeroblob(32) WHERE position = 3",
        "UPDATE object SET receiveWall = 'now' WHERE position = 3",
        "UPDATE object SET bytes = 'text' WHERE position = 3",
        "UPDATE object SET sequence = 4711 WHERE position = 3", "UPDATE object SET captureWall = 1 WHERE position = 3",
        "UPDATE object SET drone = '<script>' WHERE position = 3",
        "UPDATE object SET stream = 99999 WHERE position = 3",
        "UPDATE object SET flight = -1 WHERE position = 3", "UPDATE object SET width = 'x' WHERE position = 3",
        "UPDATE object SET headSha256 = NULL WHERE position = 3",
        "UPDATE object SET headSha256 = 5 WHERE position = 31",
        "UPDATE object SET representation = 1 WHERE position = 3",
        "UPDATE object SET representation = 'x' WHERE position = 3",
        "UPDATE object SET backfilled = 2 WHERE position = 3",
    ])
    func verificationNamesWhatWasChanged(sql: String) throws {
        try withFolder { folder in
            let path = folder + "/a.lagebild"
            try record(path)
            #expect(try useAll(path).wrong.isEmpty)
            try DatabaseQueue(path: path).write { try $0.execute(sql: sql) }
            #expect(try IncidentReader(path: path).verify() == [sql.hasSuffix("31") ? 31 : 3])
            // Whatever a value has become, the rest of the reader answers or throws; it never traps.
            do { _ = try useAll(path) } catch { #expect(error is RecordingError) }
        }
    }

    @Test(arguments: [
        "UPDATE incident SET name = x'00FF'", "UPDATE incident SET openedAt = 'never'", "DELETE FROM incident",
        "DROP TABLE event", "DROP TABLE object", "ALTER TABLE object DROP COLUMN headSha256",
        "ALTER TABLE object RENAME COLUMN bytes TO data", "INSERT INTO event (wall, text) VALUES ('x', 5)",
        "DROP TABLE receipt", "INSERT INTO receipt VALUES (-1, 99999, 'x', 5)", "DROP INDEX objectLive",
        "UPDATE object SET sequence = 'x' || sequence", "UPDATE object SET backfilled = 1, captureMonotonic = 'x'",
        "UPDATE object SET backfilled = 1, captureMonotonic = -9223372036854775808 + position",
        "UPDATE object SET receiveWall = 9223372036854775807, captureMonotonic = -5, backfilled = position > 2",
    ])
    func changedTablesNeverTrap(sql: String) throws {
        try withFolder { folder in
            let path = folder + "/a.lagebild"
            try record(path, frames: 3)
            try DatabaseQueue(path: path).write { try $0.execute(sql: sql) }
            do { _ = try useAll(path) } catch { #expect(error is RecordingError) }
            let reader = try IncidentReader(path: path)
            for call in [{ _ = try reader.info() }, { _ = try reader.events() }, { _ = try reader.verify() }]
                as [() throws -> Void]
            {
                do { try call() } catch { #expect(error is RecordingError) }
            }
        }
    }

    /// The pose of a frame is no part of its image's hash, but evidence all the same.
    @Test func aChangedPoseIsFound() throws {
        try withFolder { folder in
            let path = folder + "/a.lagebild"
            try record(path)
            guard case .frame(var frame) = Samples.frame(4) else { return }
            frame.pose.latitude += 0.001
            let bytes = Data(FlightObject.frame(frame).encoded())
            try DatabaseQueue(path: path).write {
                try $0.execute(sql: "UPDATE object SET bytes = ? WHERE position = 5", arguments: [bytes])
            }
            #expect(try IncidentReader(path: path).verify() == [5])
        }
    }

    /// Torn, shortened or overwritten anywhere: an error that says so, or a check that does; never a trap, never a
    /// change.
    @Test(arguments: Array(UInt64(1)...60)) func bitRotAndTruncationAreNoticedOrHarmless(seed: UInt64) throws {
        try withFolder { folder in
            let path = folder + "/a.lagebild"
            try record(path)
            var random = SplitMix(seed: seed)
            var data = try Data(contentsOf: URL(fileURLWithPath: path))
            if seed % 3 == 0 {
                data = data.prefix(Int.random(in: 1..<data.count, using: &random))
            } else {
                let start =
                    seed % 3 == 1
                    ? Int.random(in: 0..<data.count, using: &random) : Int.random(in: 0..<9000, using: &random)
                let end = min(data.count, start + Int.random(in: 1...200, using: &random))
                for place in start..<end { data[place] = UInt8(truncatingIfNeeded: random.next()) }
            }
            try data.write(to: URL(fileURLWithPath: path))
            do { _ = try useAll(path) } catch {
                #expect(error is RecordingError)
                #expect("\(error)".contains(path))
            }
            #expect(try Data(contentsOf: URL(fileURLWithPath: path)) == data)
        }
    }

    @Test func aTruncatedFileIsCalledDamaged() throws {
        try withFolder { folder in
            let path = folder + "/a.lagebild"
            try record(path)
            let data = try Data(contentsOf: URL(fileURLWithPath: path))
            try data.prefix(data.count / 2 / 4096 * 4096).write(to: URL(fileURLWithPath: path))
            let error = #expect(throws: RecordingError.self) { try useAll(path) }
            #expect("\(String(describing: error))".contains("damaged"))
        }
    }
}
