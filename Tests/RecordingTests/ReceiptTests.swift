import TestSupport
import FlightTypes
import Foundation
import GRDB
import Recording
import Testing

@Suite struct ReceiptTests {
    private func range(_ first: UInt64, _ last: UInt64, flight: UInt32 = 1, _ stream: StreamID = StreamID(.visible))
        -> ReceiptedRange
    { ReceiptedRange(flight: flight, stream: stream, first: first, last: last) }

    @Test func neighboursAreMerged() throws {
        try withFolder { folder in
            let path = folder + "/a.lagebild"
            let writer = try Samples.writer(path)
            let reader = try IncidentReader(path: path)
            try writer.addReceipts([range(0, 3), range(4, 9), range(20, 30), range(5, 2)])
            #expect(try reader.receipts() == [range(0, 9), range(20, 30)])
            try writer.addReceipts([range(10, 19), range(12, 12, flight: 2), range(12, 12, StreamID(.thermal))])
            let middle = UInt64(1) << 63
            try writer.addReceipts([range(.max, .max), range(middle, middle + 1), range(40, middle - 1)])
            let expected = [
                range(12, 12, StreamID(.thermal)), range(0, 30), range(40, middle + 1), range(.max, .max),
                range(12, 12, flight: 2),
            ]
            #expect(try reader.receipts() == expected)
            try writer.addReceipts([])
            try writer.close()
            #expect(try IncidentReader(path: path).receipts() == expected)
        }
    }

    /// In whatever order and however cut receipts come, the table says the same as a set, in the fewest rows.
    @Test(arguments: Array(UInt64(1)...12)) func isASetOfSequences(seed: UInt64) throws {
        try withFolder { folder in
            let path = folder + "/a.lagebild"
            var random = SplitMix(seed: seed)
            // Around 2^63, where the signed numbers of SQLite turn over, for every other seed.
            let base = seed % 2 == 0 ? 0 : (UInt64(1) << 63) - 30
            let streams = [StreamID(.visible), StreamID(.visible, 1), StreamID(.telemetry)]
            struct Key: Hashable {
                var flight: UInt32
                var stream: StreamID
            }
            var model: [Key: Set<UInt64>] = [:]
            var writer = try Samples.writer(path)
            for round in 0..<40 {
                let ranges = (0..<Int.random(in: 0...5, using: &random)).map { _ in
                    let first = base + UInt64.random(in: 0...60, using: &random)
                    return range(
                        first, first + UInt64.random(in: 0...6, using: &random),
                        flight: UInt32.random(in: 1...2, using: &random), streams[Int.random(in: 0..<3, using: &random)]
                    )
                }
                for range in ranges {
                    model[Key(flight: range.flight, stream: range.stream), default: []]
                        .formUnion(range.first...range.last)
                }
                try writer.addReceipts(ranges)
                if round == 20 {
                    try writer.close()
                    writer = try Samples.writer(path)
                }
                let found = try IncidentReader(path: path).receipts()
                var held: [Key: Set<UInt64>] = [:]
                for range in found {
                    held[Key(flight: range.flight, stream: range.stream), default: []]
                        .formUnion(range.first...range.last)
                }
                #expect(held == model)
                for (a, b) in zip(found, found.dropFirst()) where a.flight == b.flight && a.stream == b.stream {
                    #expect(a.last + 1 < b.first)
                }
                let rows = try DatabaseQueue(path: path).read {
                    try Int.fetchOne($0, sql: "SELECT count(*) FROM receipt")
                }
                #expect(rows == found.count)

                let needed = SequenceSpan(
                    drone: "onboard", flight: 1, stream: streams[0],
                    first: base + UInt64.random(in: 0...30, using: &random), last: base + 30)
                #expect(
                    isFullyReceipted(held: [needed], receipts: ranges + found)
                        == Set(needed.first...needed.last).isSubset(
                            of: model[Key(flight: 1, stream: streams[0]), default: []]))
            }
            try writer.close()
        }
    }

    @Test func onlyFullReceiptsLetTheCopyGo() throws {
        let held = [
            SequenceSpan(drone: "onboard", flight: 1, stream: StreamID(.visible), first: 0, last: 9),
            SequenceSpan(drone: "onboard", flight: 1, stream: StreamID(.telemetry), first: 3, last: .max),
        ]
        let telemetry = range(0, .max, StreamID(.telemetry))
        #expect(isFullyReceipted(held: held, receipts: [range(5, 9), telemetry, range(0, 4)]))
        #expect(!isFullyReceipted(held: held, receipts: [range(0, 8), telemetry]))
        #expect(!isFullyReceipted(held: held, receipts: [range(0, 4), range(6, 9), telemetry]))
        #expect(!isFullyReceipted(held: held, receipts: [range(0, 9, flight: 2), telemetry]))
        #expect(!isFullyReceipted(held: held, receipts: [range(0, 9), range(3, .max - 1, StreamID(.telemetry))]))
        #expect(!isFullyReceipted(held: held, receipts: [range(9, 0), telemetry]))
        #expect(!isFullyReceipted(held: held, receipts: []))
        #expect(isFullyReceipted(held: [], receipts: []))
    }

    /// Also on a full disk: receipts are what makes room possible.
    @Test func noLimitHoldsForThem() throws {
        try withFolder { folder in
            let path = folder + "/a.lagebild"
            let writer = try Samples.writer(path, limits: OnboardLimits(maximumBytes: 1, reserveBytes: .max))
            try writer.addReceipts([range(1, 2)])
            #expect(try IncidentReader(path: path).receipts() == [range(1, 2)])
            try writer.close()
        }
    }
}
