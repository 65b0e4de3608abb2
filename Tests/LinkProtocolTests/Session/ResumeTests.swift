import TestSupport
import FlightTypes
import LinkProtocol
import Testing

@Suite struct ResumeTests {
    /// Ten seconds of nothing: the old keys go on, the station asks for nothing twice, and the record brings what was missed.
    @Test(arguments: [UInt64(1), 2, 3])
    func anOutageNeedsNoHandshakeAndLosesNothing(seed: UInt64) throws {
        var network = try VirtualNetwork(seed: seed, weather: .init(delayMilliseconds: 20...30))
        network.run(for: .milliseconds(500))
        for step in 0..<150 {
            if step == 30 { network.weather.loss = 1 }
            if step == 130 { network.weather.loss = 0 }
            network.submit(size: 8 + network.random.below(2000), class: .detections, isRecorded: true)
            network.run(for: .milliseconds(100))
        }
        network.run(for: .seconds(20))
        #expect(network.count { $0 == .established } == 1)
        #expect(network.count { $0 == .silent } == 1)
        #expect(network.count { $0 == .resumed } == 1)
        #expect(network.lacking == [])
        #expect(network.altered == 0)
        #expect(network.drone.status.missing == 0)
        #expect(network.receipted == Set(network.sent.keys))
        #expect(!network.backfilled.isEmpty)
        #expect(network.delivered.values.allSatisfy { $0 == 1 })
        // Nothing that live had brought in time was read from the record.
        #expect(Set(network.fetched).isDisjoint(with: Set(0..<20)))
    }

    /// What was on its way when the keys changed while nothing was heard is not waited for.
    @Test func backfillGoesOnUnderNewKeys() throws {
        var network = try VirtualNetwork(seed: 4, weather: .init(delayMilliseconds: 20...30))
        network.run(for: .milliseconds(500))
        network.weather.loss = 1
        for _ in 0..<12 { network.submit(size: 30_000, class: .visible, isRecorded: true) }
        network.run(for: .seconds(4))
        network.weather.loss = 0
        // In the middle of backfill the station starts anew.
        _ = network.run(atMost: .seconds(5)) { $0.backfilled.count >= 3 }
        network.restartStation(freshness: network.freshness)
        network.run(for: .seconds(12))
        #expect(network.count { $0 == .established } == 2)
        #expect(network.lacking == [])
    }

    /// Object numbers begin anew with a flight: what is late of the old one must not be taken for the new one's.
    @Test func lateDatagramsOfTheOldFlightAreNotMixedIn() throws {
        var network = try VirtualNetwork(seed: 5)
        network.run(for: .seconds(1))
        network.captured.removeAll()
        network.weather.loss = 1
        for _ in 0..<5 { network.submit(size: 900) }
        network.run(for: .milliseconds(300))
        let late = network.captured.filter { $0.sender != nil }
        network.weather.loss = 0
        network.restartDrone(flight: 2)
        network.run(for: .seconds(1))
        #expect(network.drone.isEstablished)
        let accepted = network.station.counters.accepted
        #expect(late.count >= 5)
        for datagram in late {
            network.station.handle(datagram.bytes, from: network.droneEndpoint, at: network.now)
        }
        #expect(network.station.counters.accepted == accepted)
        for _ in 0..<10 { network.submit(size: 900) }
        network.run(for: .seconds(1))
        #expect(network.delivered.keys.sorted() == Array(5..<15))
        #expect(network.altered == 0)
    }
}
