import FlightTypes
import Foundation
import GRDB
import Glibc
import Recording
import Testing

@Suite struct IncidentReaderTests {
    @Test func readsALiveFile() throws {
        try withFolder { folder in
            let path = folder + "/a.lagebild"
            let writer = try Samples.writer(path)
            let reader = try IncidentReader(path: path)
            for sequence in UInt64(0)..<5 {
                _ = try writer.append([Samples.item(Samples.frame(sequence))], recordTime: Samples.wall(2))
                #expect(try reader.count() == Int(sequence) + 1)
            }
            try writer.close()
            #expect(try reader.count() == 5)
        }
    }

    /// Closing a reader must not open the door to a second writer, nor take the first one's locks away.
    @Test func readersComeAndGoWhileTheWriterGoesOn() throws {
        try withFolder { folder in
            let path = folder + "/a.lagebild"
            let writer = try Samples.writer(path)
            for sequence in UInt64(0)..<10 {
                _ = try writer.append([Samples.item(Samples.frame(sequence))], recordTime: Samples.wall(2))
                #expect(try IncidentReader(path: path).count() == Int(sequence) + 1)
                #expect(throws: RecordingError.self) { try Samples.writer(path) }
            }
            try writer.close()
            #expect(try IncidentReader(path: path).integrityCheck() == "ok")
        }
    }

    @Test func objectsComeInTheOrderOfReceiptWhateverTheClocksSay() throws {
        try withFolder { folder in
            let path = folder + "/a.lagebild"
            let writer = try Samples.writer(path)
            // The machine restarts, and its wall clock steps back: sequence is the order of receipt.
            for (sequence, second) in [50, 10, 90, 20, 30].enumerated() {
                _ = try writer.append(
                    [Samples.item(Samples.telemetry(UInt64(sequence)), at: Int64(second))], recordTime: Samples.wall(2))
            }
            try writer.close()
            let reader = try IncidentReader(path: path)
            let objects = try reader.objects(after: 0, limit: 100)
            #expect(try objects.map { try FlightObject(decoding: $0.bytes).id.sequence } == [0, 1, 2, 3, 4])
            #expect(objects.map(\.receiveMonotonic.nanoseconds) == [50, 10, 90, 20, 30].map { $0 * 1_000_000_000 })
            #expect(try reader.timeRange() == Samples.wall(10)...Samples.wall(90))
            #expect(try reader.objects(after: 2, limit: 2).map(\.position) == [3, 4])
        }
    }

    @Test func anEmptyRecord() throws {
        try withFolder { folder in
            let path = folder + "/a.lagebild"
            try Samples.writer(path).close()
            let reader = try IncidentReader(path: path)
            #expect(try reader.count() == 0)
            #expect(try reader.timeRange() == nil)
            #expect(try reader.counts().isEmpty)
            #expect(try reader.objects(after: 0, limit: .max).isEmpty)
            #expect(try reader.verify().isEmpty)
        }
    }

    @Test func listsFramesAsJSON() throws {
        try withFolder { folder in
            let path = folder + "/a.lagebild"
            let writer = try Samples.writer(path)
            guard case .frame(var frame) = Samples.frame(.max, flight: .max) else { return }
            frame.payload = Array("abc".utf8)
            let items =
                (0..<700).map { Samples.item(Samples.frame($0, size: 3)) } + [Samples.item(Samples.telemetry(0))]
            _ = try writer.append(items + [Samples.item(.frame(frame))], recordTime: Samples.wall(3))
            try writer.close()
            let reader = try IncidentReader(path: path)
            var listings: [FrameListing] = []
            try reader.forEachFrame { listings.append($0) }
            #expect(listings.map(\.sequence) == (0..<700).map { $0 } + [.max])
            #expect(try reader.counts().map(\.objects) == [1, 701])
            let line = try #require(listings.last).jsonLine
            // SHA-256 of "abc": FIPS 180-2, appendix B.1.
            #expect(
                line == """
                    {"drone":"alpha","stream":"visible0","sequence":18446744073709551615,\
                    "captureTime":"2026-11-18T11:06:40.123456Z","receiveTime":"2026-11-18T11:06:41.000000Z",\
                    "recordTime":"2026-11-18T11:06:43.000000Z","bytes":3,\
                    "sha256":"ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",\
                    "flight":4294967295,"width":1280,"height":720,"encoding":"jpeg",\
                    "representation":"original","backfilled":false}
                    """)
            let parsed = try #require(try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])
            let coded =
                try JSONSerialization.jsonObject(with: try JSONEncoder().encode(listings.last)) as? [String: Any]
            #expect(Set(parsed.keys) == Set(try #require(coded).keys) && parsed.count == 14)
        }
    }

    @Test(arguments: [
        (Int64(0), "1970-01-01T00:00:00.000000Z"), (-1, "1969-12-31T23:59:59.999999Z"),
        (951_782_400_000_000_000, "2000-02-29T00:00:00.000000Z"), (.max, "2262-04-11T23:47:16.854775Z"),
        (.min, "1677-09-21T00:12:43.145224Z"),
    ])
    func timesAreRFC3339(nanoseconds: Int64, text: String) {
        #expect(WallTime(nanoseconds: nanoseconds).rfc3339 == text)
    }

    @Test func absentFilesAndFoldersAreRefused() throws {
        try withFolder { folder in
            #expect(throws: RecordingError.self) { try IncidentReader(path: folder + "/none.lagebild") }
            #expect(throws: RecordingError.self) { try IncidentReader(path: folder) }
            let left = try contents(of: folder)
            #expect(left.isEmpty)
        }
    }

    /// Root may write everywhere, so that this shows something only for an ordinary user.
    @Test(.enabled(if: geteuid() != 0)) func readOnlyFolders() throws {
        try withFolder { folder in
            let path = folder + "/a #1?.lagebild"
            let writer = try Samples.writer(path)
            _ = try writer.append([Samples.item(Samples.frame(0))], recordTime: Samples.wall(2))
            let inner = folder + "/copy"
            try FileManager.default.createDirectory(atPath: inner, withIntermediateDirectories: true)
            try FileManager.default.copyItem(atPath: path, toPath: inner + "/b.lagebild")
            try FileManager.default.copyItem(atPath: path + "-wal", toPath: inner + "/b.lagebild-wal")
            try writer.close()
            chmod(folder, 0o500)
            chmod(inner, 0o500)
            defer {
                chmod(folder, 0o700)
                chmod(inner, 0o700)
            }
            #expect(try IncidentReader(path: path).count() == 1)
            // What was not closed is refused rather than shown without its last objects.
            let error = #expect(throws: RecordingError.self) { try IncidentReader(path: inner + "/b.lagebild") }
            guard case .unclosed = error else { return #expect(Bool(false), "\(String(describing: error))") }
        }
    }
}
