import FlightTypes
import Foundation
import Recording
import Testing

@Suite struct RepresentationTests {
    @Test func bothFormsOfAFrameAreKept() throws {
        try withFolder { folder in
            let path = folder + "/a.lagebild"
            let writer = try Samples.writer(path)
            let copy = Samples.item(Samples.reduced(4), at: 1)
            let original = Samples.item(Samples.frame(4), at: 90, backfilled: true)
            let first = try writer.append([copy], recordTime: Samples.wall(2))
            #expect(first.durable.map(\.representation) == [.reduced])
            let second = try writer.append([original, copy, original], recordTime: Samples.wall(91))
            #expect(second.stored == 1 && second.duplicates == 2 && second.conflicts.isEmpty)
            #expect(second.durable.map(\.representation) == [.original, .reduced, .original])
            #expect(Set(second.durable).count == 2 && Set(second.durable.map(\.id)).count == 1)
            try writer.close()
            let reader = try IncidentReader(path: path)
            #expect(try reader.count() == 2 && reader.reducedCount() == 1 && reader.backfilledCount() == 1)
            #expect(try reader.verify().isEmpty)
            var listings: [FrameListing] = []
            try reader.forEachFrame { listings.append($0) }
            #expect(listings.map(\.representation) == ["reduced", "original"])
            #expect(listings.map(\.backfilled) == [false, true])
            #expect(listings.last?.jsonLine.hasSuffix(",\"representation\":\"original\",\"backfilled\":true}") == true)
            let id = original.object.id
            #expect(try reader.object(drone: "alpha", id: id)?.bytes == original.encoded.joined)
            #expect(try reader.object(drone: "bravo", id: id) == nil)
        }
    }

    /// The first stays in each form for itself, and a copy alone is no original.
    @Test func conflictsAreThoseOfOneForm() throws {
        try withFolder { folder in
            let path = folder + "/a.lagebild"
            let writer = try Samples.writer(path)
            let copy = Samples.item(Samples.reduced(0))
            _ = try writer.append([copy, Samples.item(Samples.frame(1))], recordTime: Samples.wall(2))
            let batch = [
                Samples.reduced(0, salt: 5), Samples.frame(0), Samples.reduced(1), Samples.frame(1, salt: 5),
                Samples.frame(0, salt: 5),
            ]
            let result = try writer.append(
                batch.map { Samples.item($0, backfilled: true) }, recordTime: Samples.wall(3))
            #expect(result.stored == 2 && result.duplicates == 0)
            #expect(result.conflicts.map(\.id.sequence) == [0, 1, 0])
            #expect(result.conflicts.map(\.representation) == [.reduced, .original, .original])
            try writer.close()
            let reader = try IncidentReader(path: path)
            #expect(try reader.objects(after: 0, limit: 1).first?.bytes == copy.encoded.joined)
            #expect(try reader.object(drone: "alpha", id: copy.object.id)?.bytes == Samples.frame(0).encoded())
            #expect(try reader.verify().isEmpty)
        }
    }
}
