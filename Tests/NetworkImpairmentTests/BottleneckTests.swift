import FlightTypes
import NetworkImpairment
import Testing

private let origin = MonotonicInstant(nanoseconds: 77)

private func path(_ change: (inout LinkConditions) -> Void) -> ImpairedPath {
    var conditions = LinkConditions()
    change(&conditions)
    return ImpairedPath(conditions, seed: 1, start: origin)
}
private func at(_ milliseconds: Double) -> MonotonicInstant {
    origin.advanced(by: .nanoseconds(Int64(milliseconds * 1e6)))
}
/// When a datagram of `bytes` with headers arrives, in milliseconds since the start.
private func arrival(_ path: inout ImpairedPath, _ bytes: Int, _ milliseconds: Double) -> Double? {
    path.pass(bytes: bytes - 28, at: at(milliseconds)).first?.since(origin).milliseconds
}

struct BottleneckTests {
    @Test func aRateIsDeliveredAndTheRestTailDropped() {
        // 1500 bytes at 12 Mbit/s take 1 ms; twice as many are offered.
        var narrow = path { $0.bitsPerSecond = 12e6 }
        var previous = origin
        var longest = Duration.zero
        for number in 0..<20_000 {
            let now = at(Double(number) / 2)
            guard let arrival = narrow.pass(bytes: 1472, at: now).first else { continue }
            #expect(arrival.since(previous) >= .milliseconds(1) || number == 0)
            longest = max(longest, arrival.since(now))
            previous = arrival
        }
        let counters = narrow.counters
        #expect((10_000...10_101).contains(counters.delivered) && counters.delivered + counters.queueDropped == 20_000)
        #expect(counters.longestQueue == .milliseconds(100) && longest == .milliseconds(101))
    }
    @Test func headersCountAndAnIdleLinkDoesNotSave() {
        var narrow = path { $0.bitsPerSecond = 8e6 }  // A byte a microsecond.
        #expect(arrival(&narrow, 1000, 0) == 1)
        #expect(arrival(&narrow, 28, 0) == 1.028)
        #expect(arrival(&narrow, 1000, 500) == 501)
    }
    @Test func whatIsLostOnAirHasUsedTheLink() {
        var narrow = path { conditions in
            conditions.bitsPerSecond = 12e6
            conditions.loss = 1
        }
        for _ in 0..<50 { _ = narrow.pass(bytes: 1472, at: origin) }
        narrow.conditions.loss = 0
        #expect(arrival(&narrow, 1500, 0) == 51)
        #expect(narrow.counters.lost == 50)
    }
}

struct DeliveryTraceTests {
    @Test func onlyUsableTextIsTaken() throws {
        for text in [
            "", "\n\n", "0\n", "5\n4\n", "a\n", "1 2\n", "-1\n", "1.5\n", "4294967296\n", "99999999999999999999",
        ] {
            #expect(DeliveryTrace(text: text) == nil, "\(text)")
        }
        #expect(DeliveryTrace(text: "0\r\n5\r\n\r\n 10 ") == DeliveryTrace(text: "0\n5\n10"))
        #expect(try #require(DeliveryTrace(text: "0\n5\n10\n")).meanBitsPerSecond == 3.6e6)
    }
    @Test func onlyUsableRatesAreTaken() throws {
        let bad: [[(milliseconds: Double, rate: Double)]] = [
            [], [(0, 0)], [(0, 1), (0, 1)], [(1, 1), (0, 1)], [(0, .nan)], [(0, -1)], [(0, 1), (.infinity, 1)],
            [(.nan, 1)],
            [(0, 1), (-1e300, 1)], [(0, 1), (1e300, 1)], [(0, .infinity)], [(0, 1e-9)],
        ]
        for rates in bad { #expect(DeliveryTrace(ratesKilobitsPerSecond: rates) == nil, "\(rates)") }
        let trace = try #require(DeliveryTrace(ratesKilobitsPerSecond: [(500, 1000), (600, 3000)]))
        #expect(difference(trace.meanBitsPerSecond, 2e6) < 1)
    }
    private func difference(_ a: Double, _ b: Double) -> Double { (a - b).magnitude }

    @Test func opportunitiesServeBytesAndWaitForNobody() throws {
        var traced = path { $0.trace = DeliveryTrace(text: "10\n20\n20\n50\n100\n") }
        #expect(arrival(&traced, 500, 0) == 10)
        #expect(arrival(&traced, 500, 0) == 10)
        #expect(arrival(&traced, 500, 10) == 10)  // All three share one.
        #expect(arrival(&traced, 500, 10) == 20)
        #expect(arrival(&traced, 1500, 11) == 20)  // The rest of the first and a part of the second.
        #expect(arrival(&traced, 1001, 20) == 50)
        #expect(arrival(&traced, 100, 120) == 120)  // A repetition later; what lay between is lost.
        #expect(arrival(&traced, 4000, 120) == 150)
        #expect(arrival(&traced, 100, 200) == 200)  // The end of one repetition still counts at that moment.
        #expect(arrival(&traced, 1500, 200.5) == 210)
        #expect(arrival(&traced, 100, 100_000_010) == 100_000_010)
    }
    @Test func gapsAreHonoured() throws {
        // An opportunity each millisecond for 1 s, then 3 s of nothing.
        let text = (1...1000).map { "\($0)\n" }.joined() + "4000\n"
        let trace = try #require(DeliveryTrace(text: text))
        var traced = path { conditions in
            conditions.trace = trace
            conditions.queueLimit = .seconds(10)
        }
        // 300 datagrams a second, less than the mean of 1001 in 4 s would allow for; all arrive.
        var delays = 0.0
        for number in 0..<2400 {  // Two repetitions of 4 s.
            let now = Double(number) / 2400 * 8000
            let arrived = try #require(arrival(&traced, 1000, now))
            let within = arrived.truncatingRemainder(dividingBy: 4000)
            #expect(within <= 1000, "delivered in the gap")
            delays += arrived - now
        }
        #expect(traced.counters.queueDropped == 0)
        #expect(difference(delays / 2400, fluidMeanDelay()) < 15)
        #expect(difference(traced.counters.longestQueue.milliseconds, 3000) < 20)
    }
    /// The same in steps of 1 ms: 0.3 datagrams of 1000 bytes come, 1.5 can leave while open. Little's law gives the delay.
    private func fluidMeanDelay() -> Double {
        var waiting = 0.0
        var area = 0.0
        for millisecond in 0..<20_000 {
            if millisecond < 8000 { waiting += 0.3 }
            if millisecond % 4000 < 1000 { waiting = max(0, waiting - 1.5) }
            area += waiting
        }
        return area / 2400
    }
    @Test(arguments: [false, true]) func deliversItsMean(asRates: Bool) throws {
        var seeded = SeededGenerator(seed: 4)
        var milliseconds = 0
        let moments = (0..<2000).map { number -> Int in
            milliseconds += number % 100 == 99 ? 1500 : Int(seeded.next() % 4)
            return milliseconds
        }
        let text = moments.map { "\($0)\n" }.joined()
        let rates = (0..<500).map { (milliseconds: Double($0) * 100, rate: Double(seeded.next() % 4) * 1000) }
        let trace = try #require(asRates ? DeliveryTrace(ratesKilobitsPerSecond: rates) : DeliveryTrace(text: text))
        var traced = path { conditions in
            conditions.trace = trace
            conditions.queueLimit = .seconds(5)
        }
        var bits = 0.0
        let seconds = 200
        for tenth in 0..<(seconds * 10_000) {
            // More than it carries, in all sizes.
            let bytes = 100 + Int(seeded.next() % 1400)
            guard tenth % 8 == 0, let arrived = arrival(&traced, bytes, Double(tenth) / 10) else { continue }
            if arrived < Double(seconds) * 1000 { bits += Double(bytes * 8) }
        }
        #expect(traced.counters.queueDropped > 1000)
        #expect(difference(bits / Double(seconds) / trace.meanBitsPerSecond, 1) < 0.03)
    }
    @Test func ratesServeStepwise() throws {
        // 1 byte a millisecond for 1 s, nothing for 1 s, 2 bytes a millisecond for 1 s.
        let trace = DeliveryTrace(ratesKilobitsPerSecond: [(0, 8), (1000, 0), (2000, 16)])
        var traced = path { conditions in
            conditions.trace = trace
            conditions.queueLimit = .seconds(100)
        }
        #expect(arrival(&traced, 500, 0) == 500)
        #expect(arrival(&traced, 700, 0) == 2100)
        #expect(arrival(&traced, 100, 0) == 2150)
        #expect(arrival(&traced, 100, 4500) == 5050)
        #expect(arrival(&traced, 3000 * 10 + 50, 6050) == 36_100)
        var single = path { $0.trace = DeliveryTrace(ratesKilobitsPerSecond: [(0, 8)]) }
        #expect(arrival(&single, 5000, 300) == 5300)
    }
}
