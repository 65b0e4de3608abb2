import TestSupport
import FlightTypes
import Foundation
import Recording
import Testing

@Suite struct DurabilityTests {
    /// What a kill leaves is what the files hold at that moment: a copy of file and journal, without SQLite's index
    /// of it, taken after each append, must hold all that was said to be durable, and must be fit to go on with.
    @Test(arguments: [UInt64(1), 2, 3, 4])
    func acknowledgedSurvivesAKillAtAnyAppend(seed: UInt64) throws {
        try withFolder { folder in
            var random = SplitMix(seed: seed)
            let path = folder + "/a.lagebild"
            let writer = try Samples.writer(path)
            var durable: Set<RecordedID> = []
            var stored = 0
            for round in 0..<25 {
                let batch = (0..<Int.random(in: 0...8, using: &random)).map { _ in
                    let sequence = UInt64.random(in: 0...60, using: &random)
                    let drone = Bool.random(using: &random) ? "alpha" : "bravo"
                    let object =
                        Bool.random(using: &random)
                        ? Samples.frame(sequence, size: Int.random(in: 0...30_000, using: &random), salt: 0)
                        : Samples.telemetry(sequence)
                    return Samples.item(object, drone: drone, at: Int64(round))
                }
                let result = try writer.append(batch, recordTime: Samples.wall(100))
                #expect(result.stored + result.duplicates + result.conflicts.count == batch.count)
                #expect(result.durable.count == result.stored + result.duplicates)
                stored += result.stored
                durable.formUnion(result.durable)
                guard round % 6 == 5 else { continue }

                let copy = folder + "/copy\(round).lagebild"
                try FileManager.default.copyItem(atPath: path, toPath: copy)
                try FileManager.default.copyItem(atPath: path + "-wal", toPath: copy + "-wal")
                let resumed = try Samples.writer(copy)
                #expect(try resumed.synchronousMode() == 2)
                let again = try resumed.append([Samples.item(Samples.frame(999))], recordTime: Samples.wall(101))
                #expect(again.stored == 1)
                try resumed.close()
                let reader = try IncidentReader(path: copy)
                #expect(try reader.integrityCheck() == "ok")
                #expect(try reader.verify().isEmpty)
                #expect(try reader.count() == stored + 1)
                #expect(try recorded(reader).isSuperset(of: durable))
            }
            try writer.close()
            #expect(try recorded(IncidentReader(path: path)) == durable)
        }
    }

    private func recorded(_ reader: IncidentReader) throws -> Set<RecordedID> {
        var found: Set<RecordedID> = []
        var position: Int64 = 0
        while let page = Optional(try reader.objects(after: position, limit: 7)), let last = page.last {
            for object in page {
                found.insert(RecordedID(drone: object.drone, id: try FlightObject(decoding: object.bytes).id))
            }
            position = last.position
        }
        return found
    }

    /// A kill in the middle of a commit leaves a torn journal; what was committed before it must be whole.
    @Test func aTornJournalLosesOnlyWhatWasNotCommitted() throws {
        try withFolder { folder in
            let path = folder + "/a.lagebild"
            let writer = try Samples.writer(path)
            // The first transaction is folded into the file at once; the journal begins anew behind it.
            try writer.addEvent("opened", at: Samples.wall(1))
            _ = try writer.append(
                (0..<20).map { Samples.item(Samples.frame($0, size: 9_000)) }, recordTime: Samples.wall(2))
            let committed = try Data(contentsOf: URL(fileURLWithPath: path + "-wal")).count
            _ = try writer.append((20..<40).map { Samples.item(Samples.frame($0)) }, recordTime: Samples.wall(2))
            let journal = try Data(contentsOf: URL(fileURLWithPath: path + "-wal"))
            var random = SplitMix(seed: 11)
            for number in 0..<12 {
                let copy = folder + "/torn\(number).lagebild"
                try FileManager.default.copyItem(atPath: path, toPath: copy)
                try journal.prefix(Int.random(in: committed..<journal.count, using: &random))
                    .write(to: URL(fileURLWithPath: copy + "-wal"))
                try Samples.writer(copy).close()
                let reader = try IncidentReader(path: copy)
                #expect(try reader.count() == 20)
                #expect(try reader.integrityCheck() == "ok")
                #expect(try reader.verify().isEmpty)
            }
            try writer.close()
        }
    }
}
