import FlightTypes
import Testing

@testable import LinkProtocol

private let start = MonotonicInstant(nanoseconds: 5_000_000)

@Suite struct ReceiveMapTests {
    static let cases: [(seed: UInt64, first: UInt64)] = [(1, 0), (2, 1_000), (3, .max - 5_000)]

    @Test(arguments: cases)
    func agreesWithASet(seed: UInt64, first: UInt64) throws {
        var random = SeededRandom(seed)
        var map = ReceiveMap()
        var seen: Set<UInt64> = []
        var counter = first
        #expect(map.feedback(at: start, objects: 0, abandoned: 0) == nil)
        for step in 0..<2_000 {
            let ahead = UInt64(step.isMultiple(of: 400) ? random.below(700) : random.below(5))
            counter = counter > .max - ahead ? .max : counter + ahead
            let noted = counter - min(counter, UInt64(random.chance(0.3) ? random.below(600) : 0))
            seen.insert(noted)
            map.note(noted, at: start)
            guard step.isMultiple(of: 50) else { continue }
            let feedback = try #require(map.feedback(at: start, objects: 7, abandoned: 8))
            let highest = try #require(seen.max())
            #expect(feedback.highest == highest)
            #expect(feedback.datagrams == UInt64(step + 1))
            for distance in 0..<UInt64(512) where distance <= highest {
                let bit = feedback.map[Int(distance / 64)] >> (distance % 64) & 1
                guard (bit == 1) == seen.contains(highest - distance) else {
                    Issue.record("step \(step), \(distance) below \(highest): bit \(bit)")
                    return
                }
            }
        }
    }

    @Test func delayIsClampedToItsField() {
        var map = ReceiveMap()
        map.note(3, at: start)
        #expect(
            map.feedback(at: start.advanced(by: .microseconds(1500)), objects: 0, abandoned: 0)?.delayMicroseconds
                == 1500)
        #expect(map.feedback(at: start.advanced(by: .seconds(-5)), objects: 0, abandoned: 0)?.delayMicroseconds == 0)
        #expect(
            map.feedback(at: start.advanced(by: .seconds(9_000)), objects: 0, abandoned: 0)?.delayMicroseconds == .max)
        #expect(map.feedback(at: .init(nanoseconds: .max), objects: 0, abandoned: 0)?.delayMicroseconds == .max)
    }
}

@Suite struct ReceiptRangeTests {
    @Test(arguments: [UInt64(1), 2, 3])
    func rangesHoldExactlyTheIds(seed: UInt64) {
        var random = SeededRandom(seed)
        let streams = [StreamID(.telemetry), StreamID(.thermal), StreamID(.visible, 1)]
        var ids = (0..<300).map { _ in
            ObjectID(
                flight: UInt32(random.below(2)), stream: streams[random.below(3)],
                sequence: (random.chance(0.5) ? 0 : UInt64.max - 99) + UInt64(random.below(100)))
        }
        ids += ids.prefix(20)
        let ranges = ReceiptRange.ranges(of: ids)
        var covered: Set<ObjectID> = []
        for range in ranges {
            #expect(range.first <= range.last)
            for sequence in range.first...range.last {
                let id = ObjectID(flight: range.flight, stream: range.stream, sequence: sequence)
                #expect(covered.insert(id).inserted)
            }
        }
        #expect(covered == Set(ids))
        // As few as possible: no range goes on where another ends.
        for range in ranges where range.last < .max {
            #expect(!covered.contains(ObjectID(flight: range.flight, stream: range.stream, sequence: range.last + 1)))
        }
    }

    @Test func nothingAndOne() {
        #expect(ReceiptRange.ranges(of: []).isEmpty)
        let id = ObjectID(flight: 1, stream: StreamID(.status), sequence: .max)
        #expect(
            ReceiptRange.ranges(of: [id, id]) == [
                ReceiptRange(flight: 1, stream: StreamID(.status), first: .max, last: .max)
            ])
    }
}
