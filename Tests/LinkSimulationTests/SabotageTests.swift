import LinkProtocol
import LinkSimulation
import NetworkImpairment
import Testing

/// Mistakes built in on purpose: a simulation that does not see them proves nothing.
@Suite struct SabotageTests {
    private static func report(_ sabotage: Sabotage?) throws -> FlightReport {
        var plan = FlightPlan()
        plan.duration = .seconds(6)
        plan.landing = .seconds(20)
        plan.load = .full
        plan.cipher = .simulationTag
        plan.sabotage = sabotage
        // On a path without delay a receipt may be there before the commit that it speaks of.
        plan.incidents = [(.seconds(3), .stationCrash)]
        var flight = try #require(FlightSimulation(plan, seed: 1))
        return flight.run()
    }

    @Test func withoutSabotageNothingIsFound() throws {
        let report = try Self.report(nil)
        #expect(report.violations.isEmpty)
        #expect(report.missing == 0)
    }

    @Test func earlyReceiptsAreFound() throws {
        let report = try Self.report(.acknowledgeEarly)
        #expect(report.violations.contains { $0.contains("acknowledged but not durable") })
    }

    @Test func alteredObjectsAreFound() throws {
        let report = try Self.report(.alter)
        #expect(report.violations.contains { $0.contains("altered") })
    }

    @Test func secondDeliveriesAreFound() throws {
        let report = try Self.report(.deliverTwice)
        #expect(report.violations.contains { $0.contains("delivered twice") })
    }
}
