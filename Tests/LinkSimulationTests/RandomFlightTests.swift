import LinkProtocol
import LinkSimulation
import NetworkImpairment
import Testing

/// Two hundred short flights over paths drawn from their seed. What one of them finds is repeated with
/// `lagebild bench simulate` and its seed.
@Suite struct RandomFlightTests {
    static let batches = 20
    static let flightsEach: UInt64 = 10

    @Test(arguments: 0..<batches)
    func nothingBreaksAndEverythingIsDurable(batch: Int) throws {
        let first = UInt64(batch) * Self.flightsEach + 1
        for seed in first..<first + Self.flightsEach {
            var flight = try #require(FlightSimulation(.random(seed: seed), seed: seed))
            let report = flight.run()
            #expect(report.violations.isEmpty, "seed \(seed)")
            #expect(report.missing == 0, "seed \(seed)")
            #expect(report.sessions > 0, "seed \(seed)")
            #expect(report.completedAt != nil, "seed \(seed)")
        }
    }

    /// The generator is worth something only if everything that it can draw is drawn.
    @Test func plansHoldEverything() {
        let plans = (UInt64(1)...UInt64(Self.batches) * Self.flightsEach).map(FlightPlan.random)
        func count(_ has: (LinkConditions) -> Bool) -> Int { plans.count { has($0.forward) || has($0.back) } }
        #expect(count { $0.loss > 0 } > 20)
        #expect(count { $0.burst != nil } > 20)
        #expect(count { $0.fade != nil } > 20)
        #expect(count { $0.jitter > .zero && $0.jitterReorders } > 10)
        #expect(count { $0.reorder != nil } > 20)
        #expect(count { $0.duplication > 0 } > 20)
        #expect(count { $0.corruption > 0 } > 20)
        #expect(count { $0.bitsPerSecond != nil } > 20)
        #expect(count { !$0.outages.isEmpty } > 20)
        #expect(count { $0.largestDatagram != nil } > 20)
        func happens(_ is: (FlightIncident) -> Bool) -> Int { plans.count { $0.incidents.contains { `is`($0.what) } } }
        #expect(happens { if case .addressChange = $0 { true } else { false } } > 20)
        #expect(happens { if case .stationCrash = $0 { true } else { false } } > 20)
        #expect(happens { if case .droneRestart = $0 { true } else { false } } > 20)
        #expect(happens { if case .attack = $0 { true } else { false } } > 20)
        for plan in plans {
            #expect((.seconds(20)...(.seconds(40))).contains(plan.duration))
            for path in [plan.forward, plan.back] {
                // Below this nothing is promised.
                #expect(path.largestDatagram ?? 1200 >= 1200)
            }
        }
    }
}
