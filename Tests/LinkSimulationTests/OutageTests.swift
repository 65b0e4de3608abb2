import FlightTypes
import LinkProtocol
import LinkSimulation
import NetworkImpairment
import Testing

@Suite struct OutageTests {
    private static func plan(outage: Duration, delay: Duration = .milliseconds(30)) -> FlightPlan {
        var path = LinkConditions()
        path.delay = delay
        path.outages = [Outage(start: .seconds(8), length: outage)]
        var plan = FlightPlan()
        plan.duration = .seconds(30)
        plan.landing = .seconds(30)
        plan.load = .thin
        plan.cipher = .simulationTag
        plan.setBothWays(path)
        return plan
    }

    /// Ten seconds of nothing: the session goes on under its keys, and what the outage took comes later.
    @Test(arguments: UInt64(1)...10)
    func tenSecondsNeedNoNewSession(seed: UInt64) throws {
        var flight = try #require(FlightSimulation(Self.plan(outage: .seconds(10)), seed: seed))
        let report = flight.run()
        #expect(report.violations.isEmpty, "seed \(seed)")
        #expect(report.sessions == 1, "seed \(seed)")
        #expect(report.missing == 0, "seed \(seed)")
        let completed = try #require(report.completedAt)
        #expect(completed < .seconds(45), "seed \(seed)")
    }

    /// The first telemetry after the outage is there within a fraction of a second.
    @Test func theLinkIsBackAtOnce() throws {
        var flight = try #require(FlightSimulation(Self.plan(outage: .seconds(10)), seed: 3))
        var back: Duration?
        flight.observer = { time, drone in
            if time >= .seconds(18), back == nil, drone.isEstablished { back = time }
        }
        _ = flight.run()
        #expect(try #require(back) <= .milliseconds(18_300))
    }

    /// Longer than keys live: a new session, and everything arrives all the same.
    @Test func fourMinutesNeedOne() throws {
        var plan = Self.plan(outage: .seconds(240))
        plan.landing = .seconds(300)
        var flight = try #require(FlightSimulation(plan, seed: 4))
        let report = flight.run()
        #expect(report.violations.isEmpty)
        #expect(report.missing == 0)
        #expect(report.sessions >= 2)
    }
}
