import LinkProtocol
import LinkSimulation
import NetworkImpairment
import Testing

/// Ten thousand forged, replayed, truncated and bit-flipped datagrams during a flight. A million is a campaign of its own.
@Suite struct AttackTests {
    private static func fly(attacking count: Int) throws -> FlightReport {
        var path = LinkConditions()
        path.delay = .milliseconds(20)
        var plan = FlightPlan()
        plan.duration = .seconds(20)
        plan.landing = .seconds(5)
        plan.load = .thin
        plan.cipher = .simulationTag
        plan.setBothWays(path)
        plan.incidents = (0..<200).map { (.milliseconds(500 + 97 * $0), .attack(datagrams: count)) }
        var flight = try #require(FlightSimulation(plan, seed: 7))
        return flight.run()
    }

    @Test func tenThousandChangeNothing() throws {
        let calm = try Self.fly(attacking: 0)
        let attacked = try Self.fly(attacking: 50)
        for report in [calm, attacked] {
            #expect(report.violations.isEmpty)
            #expect(report.missing == 0)
            #expect(report.sessions == 1)
        }
        // Not one datagram differs, nor when it left or arrived.
        #expect(attacked.hash == calm.hash)
        #expect(attacked.steps == calm.steps)
        let refused =
            attacked.drone.refused + attacked.station.foreign + attacked.station.forged + attacked.station.replayed
        #expect(refused + attacked.station.deferred >= 10_000)
        #expect(attacked.station.accepted == calm.station.accepted)
        #expect(attacked.station.malformed == 0)
    }
}
