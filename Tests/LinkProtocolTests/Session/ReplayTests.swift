import TestSupport
import FlightTypes
import LinkProtocol
import Testing

/// Somebody recorded everything, and plays it back.
@Suite struct ReplayTests {
    private let attacker = LinkEndpoint(host: [6, 6, 6, 6], port: 666)

    private func flown(seed: UInt64) throws -> VirtualNetwork {
        var network = try VirtualNetwork(seed: seed, weather: .init(duplication: 0.05, delayMilliseconds: 5...40))
        network.run(for: .milliseconds(500))
        for _ in 0..<100 {
            network.submit(size: 8 + network.random.below(3000))
            network.run(for: .milliseconds(30))
        }
        network.run(for: .milliseconds(200))
        // What is still on its way would not be played back but delivered by the attacker.
        let count = network.captured.count
        network.run(for: .milliseconds(50))
        network.captured.removeLast(network.captured.count - count)
        return network
    }

    @Test(arguments: [UInt64(1), 2])
    func liveEndsTakeNothing(seed: UInt64) throws {
        var network = try flown(seed: seed)
        let captured = network.captured
        let before = network
        var toStation = 0
        for datagram in captured {
            if datagram.sender != nil {
                network.station.handle(datagram.bytes, from: attacker, at: network.now)
                toStation += 1
            } else {
                network.drone.handle(datagram.bytes, at: network.droneNow)
            }
        }
        #expect(toStation > 100)
        #expect(network.station.counters.accepted == before.station.counters.accepted)
        #expect(network.station.counters.replayed == before.station.counters.replayed + UInt64(toStation))
        #expect(network.drone.counters.refused == before.drone.counters.refused + UInt64(captured.count - toStation))
        network.submit(size: 500)
        network.run(for: .seconds(1))
        #expect(network.missing == [])
        #expect(network.strayed == 0)
        #expect(!network.stationEvents.contains(.moved(network.name)))
    }

    @Test(arguments: [UInt64(3), 4])
    func restartedStationTakesNothing(seed: UInt64) throws {
        var network = try flown(seed: seed)
        let captured = network.captured.filter { $0.sender != nil }
        let transmissions = network.stationTransmissions
        let events = network.stationEvents
        network.restartStation(freshness: network.freshness)
        for datagram in captured { network.station.handle(datagram.bytes, from: attacker, at: network.now) }
        #expect(network.station.counters.accepted == 0)
        #expect(network.station.counters.replayed == 1)
        // It is told, and gets no answer.
        if case .event(.staleHandshake(network.name, from: attacker)) = network.station.nextOutput(at: network.now) {
        } else {
            Issue.record("a replayed handshake was not told")
        }
        if case .wait = network.station.nextOutput(at: network.now) {} else { Issue.record("a replay was answered") }
        #expect(network.stationTransmissions == transmissions)
        #expect(network.stationEvents == events)
    }

    /// Why the counters are stored; and without the keys of that answer, the recorded data still is worth nothing.
    @Test func withoutStoredFreshnessTheHandshakeIsAnsweredButNoData() throws {
        var network = try flown(seed: 5)
        network.restartStation(freshness: [:])
        for datagram in network.captured where datagram.sender != nil {
            network.station.handle(datagram.bytes, from: attacker, at: network.now)
        }
        #expect(network.station.counters.accepted == 0)
        if case .persistFreshness = network.station.nextOutput(at: network.now) {} else { Issue.record("no answer") }
    }

    @Test func initiationOfAnEarlierFlightStaysOut() throws {
        var network = try flown(seed: 6)
        let old = network.captured
        network.captured.removeAll()
        network.restartDrone(flight: 2)
        network.run(for: .seconds(1))
        #expect(network.drone.isEstablished)
        #expect(network.stationEvents.contains(.established(network.name, flight: 2)))
        let accepted = network.station.counters.accepted
        for datagram in old where datagram.sender != nil {
            network.station.handle(datagram.bytes, from: attacker, at: network.now)
        }
        #expect(network.station.counters.accepted == accepted)
        // The new flight counts its objects from 0 again, and all of them arrive.
        for _ in 0..<20 { network.submit(size: 2000) }
        network.run(for: .seconds(1))
        #expect(network.missing == [])
    }
}
