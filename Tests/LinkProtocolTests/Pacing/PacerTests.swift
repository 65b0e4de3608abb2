import FlightTypes
import LinkProtocol
import Testing

@Suite struct PacerTests {
    @Test(arguments: [100_000.0, 1_000_000, 12_500_000])
    func neverAboveTheRateAndNotFarBelow(rate: Double) {
        var pacer = Pacer(bytesPerSecond: rate)
        let start = MonotonicInstant(nanoseconds: 7_000)
        var now = start
        var sent = 0.0
        let burst = max(rate * 0.002, 12_000)
        while now.since(start) < .seconds(2) {
            if pacer.allow(LinkLimits.datagramSize, at: now) {
                sent += Double(LinkLimits.datagramSize)
                #expect(sent <= burst + rate * now.since(start).milliseconds / 1000 + 1)
            } else {
                let next = pacer.nextTime(after: now)
                #expect(next > now)
                now = next
            }
        }
        #expect(sent >= 2 * rate * 0.95)
    }

    @Test func timeThatStandsStillOrRunsBackGivesNothing() {
        var pacer = Pacer(bytesPerSecond: 10_000)
        var now = MonotonicInstant(nanoseconds: 0)
        var allowed = 0
        for _ in 0..<1000 {
            if pacer.allow(1200, at: now) { allowed += 1 }
            now = now.advanced(by: .milliseconds(-1))
        }
        #expect(allowed == 10)
    }

    @Test func absurdRatesDoNotTrap() {
        for rate in [0, -5, .nan, .infinity, 1e300, -.infinity] {
            var pacer = Pacer(bytesPerSecond: rate)
            for step in 0..<50 {
                let now = MonotonicInstant(nanoseconds: Int64(step) * 1_000_000)
                _ = pacer.allow(1200, at: now)
                _ = pacer.nextTime(after: now)
            }
        }
    }
}
