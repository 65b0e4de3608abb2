import TestSupport
import FlightTypes
import LinkProtocol
import Testing

@Suite struct ClockOffsetTests {
    @Test(arguments: [UInt64(1), 2, 3])
    func truthLiesWithinTheBound(seed: UInt64) throws {
        var random = SplitMix(seed: seed)
        let truth = Duration.milliseconds(random.below(20_000_000)) - .seconds(10_000)
        var offset = ClockOffset()
        #expect(offset.offset == nil)
        #expect(offset.bound == nil)
        #expect(offset.local(MonotonicInstant(nanoseconds: 0)) == nil)
        var now = MonotonicInstant(nanoseconds: 50_000_000_000)
        for _ in 0..<50 {
            let there = Duration.microseconds(random.below(80_000))
            let back = Duration.microseconds(random.below(80_000))
            let work = Duration.microseconds(random.below(500))
            let received = now.advanced(by: there + truth)
            let returned = now.advanced(by: there + work + back)
            offset.handle(sent: now, received: received, answered: received.advanced(by: work), returned: returned)
            let error = try #require(offset.offset) - truth
            let bound = try #require(offset.bound)
            #expect(error <= bound && .zero - error <= bound)
            #expect(offset.roundTrip == there + back)
            now = now.advanced(by: .seconds(1))
        }
        let local = try #require(offset.local(now.advanced(by: truth)))
        #expect(abs(local.since(now).nanosecondsClamped) <= (offset.bound ?? .zero).nanosecondsClamped)
    }

    @Test func forgetsAfterTenSamples() {
        var offset = ClockOffset()
        let zero = MonotonicInstant(nanoseconds: 0)
        func sample(_ milliseconds: Int) {
            offset.handle(
                sent: zero, received: zero, answered: zero, returned: zero.advanced(by: .milliseconds(milliseconds)))
        }
        sample(2)
        for _ in 0..<9 { sample(20) }
        #expect(offset.bound == .milliseconds(1))
        sample(20)
        #expect(offset.bound == .milliseconds(10))
    }

    @Test func absurdTimesNeitherCountNorTrap() {
        var offset = ClockOffset()
        let extremes = [Int64.min, .min + 1, -1, 0, 1, .max - 1, .max].map { MonotonicInstant(nanoseconds: $0) }
        for sent in extremes {
            for received in extremes {
                for answered in extremes {
                    for returned in extremes {
                        offset.handle(sent: sent, received: received, answered: answered, returned: returned)
                        _ = offset.local(sent)
                    }
                }
            }
        }
        var other = ClockOffset()
        // A round trip below zero, and one of a minute, say nothing about the clocks.
        other.handle(
            sent: extremes[3], received: extremes[3], answered: .init(nanoseconds: 10), returned: .init(nanoseconds: 5))
        other.handle(
            sent: extremes[3], received: extremes[3], answered: extremes[3],
            returned: .init(nanoseconds: 60_000_000_000))
        #expect(other.offset == nil)
    }
}
