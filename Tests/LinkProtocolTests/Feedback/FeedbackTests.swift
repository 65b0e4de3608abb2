import TestSupport
import FlightTypes
import Testing

@testable import LinkProtocol

private let start = MonotonicInstant(nanoseconds: 5_000_000)

@Suite struct ReceiveMapTests {
    static let cases: [(seed: UInt64, first: UInt64)] = [(1, 0), (2, 1_000), (3, .max - 5_000)]

    @Test(arguments: cases)
    func agreesWithASet(seed: UInt64, first: UInt64) throws {
        var random = SplitMix(seed: seed)
        var map = ReceiveMap()
        var seen: Set<UInt64> = []
        var counter = first
        #expect(map.feedback(session: 9, at: start) == nil)
        for step in 0..<2_000 {
            let ahead = UInt64(step.isMultiple(of: 400) ? random.below(700) : random.below(5))
            counter = counter > .max - ahead ? .max : counter + ahead
            let noted = counter - min(counter, UInt64(random.chance(0.3) ? random.below(600) : 0))
            seen.insert(noted)
            map.note(noted, at: start)
            guard step.isMultiple(of: 50) else { continue }
            let feedback = try #require(map.feedback(session: 9, at: start))
            let highest = try #require(seen.max())
            #expect(feedback.highest == highest)
            #expect(feedback.session == 9)
            #expect(feedback.sent == start)
            for distance in 0..<Feedback.counters where distance <= highest {
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
        func delay(_ now: MonotonicInstant) -> UInt32? { map.feedback(session: 1, at: now)?.delayMicroseconds }
        #expect(delay(start.advanced(by: .microseconds(1500))) == 1500)
        #expect(delay(start.advanced(by: .seconds(-5))) == 0)
        #expect(delay(start.advanced(by: .seconds(9_000))) == .max)
        #expect(delay(.init(nanoseconds: .max)) == .max)
    }

    @Test func delayCountsFromTheNewestNotFromTheLast() {
        var map = ReceiveMap()
        map.note(5, at: start)
        map.note(3, at: start.advanced(by: .milliseconds(4)))
        #expect(map.feedback(session: 1, at: start.advanced(by: .milliseconds(6)))?.delayMicroseconds == 6000)
    }

    @Test func gapsAreNoticedOnce() {
        var map = ReceiveMap()
        for counter: UInt64 in [0, 1, 2] { map.note(counter, at: start) }
        #expect(!map.hasNewGap)
        map.note(4, at: start)
        #expect(map.hasNewGap)
        map.gapsReported()
        for counter: UInt64 in [3, 5] { map.note(counter, at: start) }
        #expect(!map.hasNewGap)
    }
}
