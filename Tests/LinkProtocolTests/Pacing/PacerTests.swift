import FlightTypes
import Testing

@testable import LinkProtocol

@Suite struct PacerTests {
    @Test(arguments: [100_000.0, 1_000_000, 12_500_000])
    func neverAboveTheRateAndNotFarBelow(rate: Double) {
        var pacer = Pacer(rate: rate)
        let start = MonotonicInstant(nanoseconds: 7_000)
        var now = start
        var sent = 0.0
        // A burst or one datagram at once, and the datagram that begins while there is any token left.
        let burst =
            max(rate * Pacer.burst.milliseconds / 1000, Double(LinkLimits.largestDatagram))
            + Double(LinkLimits.datagramSize)
        while now.since(start) < .seconds(2) {
            if pacer.isOpen(at: now) {
                pacer.spend(LinkLimits.datagramSize)
                sent += Double(LinkLimits.datagramSize)
                guard sent <= burst + rate * now.since(start).milliseconds / 1000 + 1 else {
                    Issue.record("\(sent) bytes after \(now.since(start))")
                    return
                }
            } else {
                let next = pacer.nextTime(after: now)
                #expect(next > now)
                now = next
            }
        }
        #expect(sent >= 2 * rate * 0.95)
    }

    @Test func timeThatStandsStillOrRunsBackGivesNothing() {
        var pacer = Pacer(rate: 10_000)
        var now = MonotonicInstant(nanoseconds: 0)
        var allowed = 0
        for _ in 0..<1000 {
            if pacer.isOpen(at: now) {
                pacer.spend(1200)
                allowed += 1
            }
            now = now.advanced(by: .milliseconds(-1))
        }
        // One and what begins while a token is left.
        #expect(allowed == 2)
    }

    @Test func urgentDatagramsAreWaitedForButNotWithoutEnd() {
        var pacer = Pacer(rate: 120_000)
        var now = MonotonicInstant(nanoseconds: 0)
        expect(pacer.isOpen(at: now), is: true)
        // What did not ask is paid for afterwards: here at most 8 bursts, whatever left.
        for _ in 0..<1000 { pacer.spend(1200) }
        expect(pacer.isOpen(at: now), is: false)
        now = now.advanced(by: .milliseconds(97))
        expect(pacer.isOpen(at: now), is: false)
        now = now.advanced(by: .milliseconds(3))
        expect(pacer.isOpen(at: now), is: true)
    }

    @Test func rateChangesFromNowOn() {
        var pacer = Pacer(rate: 1_000_000)
        let start = MonotonicInstant(nanoseconds: 0)
        expect(pacer.isOpen(at: start), is: true)
        pacer.spend(12_000)
        // Half of the debt is paid at the old rate, then it goes ten times as fast.
        let middle = start.advanced(by: .milliseconds(5))
        expect(pacer.isOpen(at: middle), is: false)
        pacer.setRate(10_000_000, at: middle)
        #expect(pacer.rate == 10_000_000)
        expect(pacer.isOpen(at: middle.advanced(by: .microseconds(500))), is: false)
        expect(pacer.isOpen(at: middle.advanced(by: .microseconds(700))), is: true)
    }

    @Test func absurdRatesDoNotTrap() {
        for rate in [0, -5, .nan, .infinity, 1e300, -.infinity] {
            var pacer = Pacer(rate: rate)
            for step in 0..<50 {
                let now = MonotonicInstant(nanoseconds: Int64(step) * 1_000_000)
                if pacer.isOpen(at: now) { pacer.spend(1200) }
                _ = pacer.nextTime(after: now)
                pacer.setRate(rate, at: now)
            }
        }
    }
}
