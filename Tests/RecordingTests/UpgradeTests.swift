import FlightTypes
import Foundation
import GRDB
import Recording
import Testing

@Suite struct UpgradeTests {
    private let items =
        (0..<40).map { Samples.item(Samples.frame($0, size: 9_000), at: Int64($0)) }
        + [Samples.item(Samples.telemetry(0), at: 40)]

    private func columns(_ path: String) throws -> [String] {
        try DatabaseQueue(path: path).read { try $0.columns(in: "object").map(\.name) }
    }

    @Test func readsVersionOneWithoutChangingIt() throws {
        try withFolder { folder in
            let path = folder + "/a.lagebild"
            try VersionOneFile.write(items, to: path)
            let before = try contents(of: folder)
            let reader = try IncidentReader(path: path)
            #expect(try reader.count() == 41 && reader.reducedCount() == 0 && reader.backfilledCount() == 0)
            #expect(try reader.timeRange() == Samples.wall(0)...Samples.wall(40))
            #expect(try reader.verify().isEmpty)
            #expect(try reader.receipts().isEmpty)
            #expect(try reader.gaps().isEmpty && reader.gaps(ofOriginals: true).isEmpty)
            #expect(try reader.sequences().map(\.last) == [0, 39])
            #expect(try reader.object(drone: "alpha", id: items[7].object.id)?.bytes == items[7].encoded.joined)
            var listings: [FrameListing] = []
            try reader.forEachFrame { listings.append($0) }
            #expect(listings.count == 40 && listings.allSatisfy { $0.representation == "original" && !$0.backfilled })
            let playback = try #require(try reader.playback())
            var cursor = playback.start
            #expect(try reader.objects(of: playback, after: &cursor, limit: 100).count == 41)
            #expect(
                try reader.seek(in: playback, to: .seconds(9)).shown.map(\.stored.bytes) == [
                    items[9].encoded.joined
                ])
            let after = try contents(of: folder).filter { !$0.key.hasSuffix("-shm") && !$0.key.hasSuffix("-wal") }
            #expect(after == before)
        }
    }

    @Test func theWriterUpgrades() throws {
        try withFolder { folder in
            let path = folder + "/a.lagebild"
            try VersionOneFile.write(items, to: path)
            let early = try IncidentReader(path: path)
            let writer = try Samples.writer(path)
            let result = try writer.append(
                [items[3], Samples.item(Samples.reduced(3)), Samples.item(Samples.frame(41), backfilled: true)],
                recordTime: Samples.wall(50))
            #expect(result.stored == 2 && result.duplicates == 1)
            try writer.addReceipts([
                ReceiptedRange(flight: 1, stream: StreamID(.visible), first: 0, last: 5)
            ])
            // A reader that was there before goes on, and sees what is new.
            #expect(try early.count() == 43 && early.reducedCount() == 1 && early.receipts().count == 1)
            #expect(try early.object(drone: "alpha", id: items[3].object.id)?.bytes == items[3].encoded.joined)
            try writer.close()
            let reader = try IncidentReader(path: path)
            #expect(try reader.integrityCheck() == "ok")
            #expect(try reader.verify().isEmpty)
            #expect(try reader.count() == 43 && reader.reducedCount() == 1 && reader.backfilledCount() == 1)
            #expect(try reader.info() == Samples.incident && reader.events().map(\.text) == ["opened"])
            #expect(try reader.gaps().map(\.first) == [40])
            #expect(try columns(path) == VersionOneFile.objectColumns + ["representation", "backfilled"])
            // Upgraded or new, the tables mean the same.
            let new = folder + "/new.lagebild"
            try Samples.writer(new).close()
            #expect(try Set(columns(new)) == Set(columns(path)) && columns(new).last == "bytes")
            func others(_ path: String) throws -> [String] {
                try DatabaseQueue(path: path).read { db in
                    try String.fetchAll(
                        db, sql: "SELECT sql FROM sqlite_master WHERE name <> 'object' AND sql <> '' ORDER BY name")
                }
            }
            #expect(try others(new) == others(path))
            try Samples.writer(path).close()
            #expect(try IncidentReader(path: path).count() == 43)
        }
    }

    /// In one transaction: an upgrade that cannot be finished leaves version 1 as it was.
    @Test func anUpgradeThatFailsChangesNothing() throws {
        try withFolder { folder in
            let path = folder + "/a.lagebild"
            try VersionOneFile.write(items, to: path)
            // A table in the way of the last step.
            try DatabaseQueue(path: path).write { try $0.execute(sql: "CREATE TABLE receipt (x)") }
            #expect(throws: RecordingError.self) { try Samples.writer(path) }
            #expect(try columns(path) == VersionOneFile.objectColumns)
            #expect(try DatabaseQueue(path: path).read { try Int.fetchOne($0, sql: "PRAGMA user_version") } == 1)
            #expect(try IncidentReader(path: path).verify().isEmpty)
        }
    }
}
