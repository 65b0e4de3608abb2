import TestSupport
import FlightTypes
import Foundation
import Recording
import Testing

@Suite struct SequencesTests {
    private func span(_ first: UInt64, _ last: UInt64, drone: String = "alpha", flight: UInt32 = 1, _ kind: StreamKind)
        -> SequenceSpan
    { SequenceSpan(drone: drone, flight: flight, stream: StreamID(kind), first: first, last: last) }

    @Test func gapsAndWhatIsHeld() throws {
        try withFolder { folder in
            let path = folder + "/a.lagebild"
            let writer = try Samples.writer(path)
            let objects =
                [0, 1, 2, 5, 9].map { Samples.item(Samples.frame($0)) }
                + [2, 3, 6, 11].map { Samples.item(Samples.reduced($0)) }
                + [3, 4].map { Samples.item(Samples.telemetry($0)) }
                + [Samples.item(Samples.reduced(2, flight: 2), drone: "bravo")]
                + [Samples.item(Samples.telemetry(0, flight: 7), drone: "bravo")]
            _ = try writer.append(objects.shuffled(), recordTime: Samples.wall(2))
            try writer.close()
            let reader = try IncidentReader(path: path)
            #expect(
                try reader.sequences() == [
                    span(3, 4, .telemetry), span(0, 2, .visible), span(5, 5, .visible), span(9, 9, .visible),
                    span(0, 0, drone: "bravo", flight: 7, .telemetry),
                ])
            #expect(
                try reader.gaps() == [
                    span(0, 2, .telemetry), span(4, 4, .visible), span(7, 8, .visible), span(10, 10, .visible),
                    span(0, 1, drone: "bravo", flight: 2, .visible),
                ])
            #expect(
                try reader.gaps(ofOriginals: true) == [
                    span(0, 2, .telemetry), span(3, 4, .visible), span(6, 8, .visible), span(10, 11, .visible),
                    span(0, 2, drone: "bravo", flight: 2, .visible),
                ])
        }
    }

    /// A u64 in SQLite's signed numbers: the order and the neighbours are those of the u64.
    @Test func theUpperHalf() throws {
        try withFolder { folder in
            let path = folder + "/a.lagebild"
            let writer = try Samples.writer(path)
            let middle = UInt64(1) << 63
            let sequences = [middle - 1, .max, 0, middle, .max - 1]
            _ = try writer.append(
                sequences.map { Samples.item(Samples.telemetry($0)) }, recordTime: Samples.wall(2))
            try writer.close()
            let reader = try IncidentReader(path: path)
            let held = [
                span(0, 0, .telemetry), span(middle - 1, middle, .telemetry), span(.max - 1, .max, .telemetry),
            ]
            #expect(try reader.sequences() == held)
            let gaps = [span(1, middle - 2, .telemetry), span(middle + 1, .max - 2, .telemetry)]
            #expect(try reader.gaps() == gaps && reader.gaps(ofOriginals: true) == gaps)
            #expect(span(0, .max, .telemetry).count == .max)
            #expect(span(7, 7, .telemetry).count == 1 && span(8, 7, .telemetry).count == 0)
        }
    }

    /// More than one page of the index, with holes at any place.
    @Test(arguments: [UInt64(1), 2]) func longStreams(seed: UInt64) throws {
        try withFolder { folder in
            let path = folder + "/a.lagebild"
            let writer = try Samples.writer(path)
            var random = SplitMix(seed: seed)
            let missing = Set((0..<50).map { _ in UInt64.random(in: 0..<21_999, using: &random) } + [10_000, 10_001])
            let held = (0..<22_000).filter { !missing.contains($0) }
            _ = try writer.append(held.map { Samples.item(Samples.telemetry($0)) }, recordTime: Samples.wall(2))
            try writer.close()
            let reader = try IncidentReader(path: path)
            #expect(Set(try reader.gaps().flatMap { Array($0.first...$0.last) }) == missing)
            #expect(try reader.sequences().flatMap { Array($0.first...$0.last) } == held)
        }
    }

    @Test func nothingHeldIsNoGap() throws {
        try withFolder { folder in
            try Samples.writer(folder + "/a.lagebild").close()
            let reader = try IncidentReader(path: folder + "/a.lagebild")
            #expect(try reader.gaps().isEmpty && reader.sequences().isEmpty && reader.playback() == nil)
        }
    }
}
