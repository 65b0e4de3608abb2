import FlightTypes
import Foundation
import Recording
import Testing

/// A record keeps what a newer agent sent, and answers for it as for all else.
@Suite struct UnknownObjectTests {
    private func object(_ kind: UInt8, _ version: UInt8, stream: UInt16, _ sequence: UInt64, size: Int) throws
        -> FlightObject
    {
        var writer = ByteWriter()
        writer.write(kind)
        writer.write(version)
        writer.write(UInt32(1))
        writer.write(stream)
        writer.write(sequence)
        writer.write(Int64(sequence))
        writer.write(Int64(1_795_000_000_000_000_000))
        writer.write(bytes: (0..<size).map { UInt8(truncatingIfNeeded: $0) })
        return try FlightObject(decoding: writer.bytes)
    }

    @Test func itIsKeptCountedAndVerified() throws {
        try withFolder { folder in
            let path = folder + "/a.lagebild"
            let writer = try Samples.writer(path)
            let future = [
                try object(9, 1, stream: 0x0900, 0, size: 3), try object(9, 1, stream: 0x0900, 2, size: 3_000),
                // A later version of a frame, as an original and as the copy made for the link.
                try object(1, 2 | 128, stream: 0x0400, 0, size: 10), try object(1, 2, stream: 0x0400, 0, size: 500),
            ]
            let items = future.map { Samples.item($0) } + [Samples.item(Samples.frame(1))]
            let result = try writer.append(items, recordTime: Samples.wall(2))
            #expect(
                result.stored == 5 && result.conflicts.isEmpty && result.durable.map(\.id) == items.map(\.object.id))
            #expect(result.durable.map(\.representation) == [.original, .original, .reduced, .original, .original])
            try writer.close()
            let reader = try IncidentReader(path: path)
            #expect(try reader.verify().isEmpty && reader.integrityCheck() == "ok")
            #expect(try reader.counts().map { "\($0.stream) \($0.objects)" } == ["visible0 3", "kind9-0 2"])
            #expect(try reader.gaps().map { "\($0.stream) \($0.first)" } == ["kind9-0 1"])
            for item in future where !item.isReduced {
                #expect(try reader.object(drone: "alpha", id: item.id)?.bytes == item.encoded())
            }
            var frames: [UInt64] = []
            try reader.forEachFrame { frames.append($0.sequence) }
            #expect(frames == [1], "what is no frame of ours is not listed as one")
        }
    }

    /// The whole object is what the hash is of: nobody here knows where a payload would begin.
    @Test func damageIsFound() throws {
        try withFolder { folder in
            let path = folder + "/a.lagebild"
            let writer = try Samples.writer(path)
            let future = try object(9, 1, stream: 0x0900, 0, size: 5_000)
            _ = try writer.append([Samples.item(future)], recordTime: Samples.wall(2))
            try writer.close()
            var file = try Data(contentsOf: URL(fileURLWithPath: path))
            let place = try #require(file.firstRange(of: Data(100..<120)))
            file[place.lowerBound] ^= 1
            try file.write(to: URL(fileURLWithPath: path))
            #expect(try IncidentReader(path: path).verify().count == 1)
        }
    }
}
