import LinkProtocol
import LinkSimulation
import NetworkImpairment
import Testing

/// A failure is worth something only if it comes again: the seed and the plan decide everything.
@Suite struct DeterminismTests {
    private static var rough: FlightPlan {
        var path = LinkConditions()
        path.delay = .milliseconds(25)
        path.loss = 0.08
        path.jitter = .milliseconds(4)
        path.reorder = (0.05, .milliseconds(30))
        path.duplication = 0.05
        path.corruption = 0.01
        path.bitsPerSecond = 8_000_000
        var plan = FlightPlan()
        plan.duration = .seconds(6)
        plan.landing = .seconds(4)
        plan.load = .full
        plan.cipher = .simulationTag
        plan.setBothWays(path)
        plan.incidents = [(.seconds(2), .attack(datagrams: 50)), (.seconds(3), .addressChange)]
        return plan
    }

    private static func hash(_ plan: FlightPlan, seed: UInt64) throws -> UInt64 {
        var flight = try #require(FlightSimulation(plan, seed: seed))
        let report = flight.run()
        #expect(report.violations.isEmpty, "seed \(seed)")
        #expect(report.steps > 1000)
        return report.hash
    }

    @Test func sameSeedSameStory() throws {
        var hashes: Set<UInt64> = []
        for seed in UInt64(1)...10 {
            let hash = try Self.hash(Self.rough, seed: seed)
            #expect(try Self.hash(Self.rough, seed: seed) == hash, "seed \(seed)")
            hashes.insert(hash)
        }
        #expect(hashes.count == 10)
    }

    /// The real cipher is as repeatable as the one that makes simulations cheap.
    @Test func realCipherToo() throws {
        var plan = Self.rough
        plan.cipher = .chaChaPoly
        plan.duration = .seconds(2)
        let hash = try Self.hash(plan, seed: 3)
        #expect(try Self.hash(plan, seed: 3) == hash)
        #expect(try Self.hash(plan, seed: 4) != hash)
    }

    @Test func randomPlansComeFromTheirSeed() throws {
        func text(_ seed: UInt64) -> String { "\(FlightPlan.random(seed: seed))" }
        #expect(text(5) == text(5))
        #expect(Set((UInt64(0)..<50).map(text)).count == 50)
    }
}
