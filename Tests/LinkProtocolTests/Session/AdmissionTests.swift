import FlightTypes
import LinkProtocol
import Testing

@Suite struct AdmissionTests {
    @Test func unknownDroneIsReportedAtMostOnceASecond() throws {
        var network = try VirtualNetwork(seed: 1, enrolled: false)
        network.submit(size: 100)
        network.run(for: .seconds(10))
        #expect(!network.drone.isEstablished)
        #expect(!network.stationEvents.isEmpty)
        #expect(network.stationEvents.allSatisfy { $0 == .unknownDrone(publicKey: network.droneKeys.publicKey) })
        #expect(network.stationEvents.count <= 10)
        #expect(network.stationTransmissions == 0)
        #expect(network.delivered.isEmpty)
        // Enrolled while it knocks: it gets in without being restarted.
        network.station.enrol([.init(drone: network.name, publicKey: network.droneKeys.publicKey)])
        network.run(for: .seconds(3))
        #expect(network.drone.isEstablished)
        // What waited meanwhile is past its deadline and may be lost; what is submitted now arrives.
        network.submit(size: 100)
        network.run(for: .seconds(1))
        #expect(network.delivered[1] == 1)
    }

    @Test func wrongStationKeyGetsNoAnswerAtAll() throws {
        var network = try VirtualNetwork(seed: 2, knownStationKey: false)
        network.run(for: .seconds(10))
        #expect(!network.drone.isEstablished)
        #expect(network.stationEvents.isEmpty)
        #expect(network.stationTransmissions == 0)
        #expect(network.station.counters.foreign == network.drone.counters.handshakes)
    }

    @Test func revokedDroneStopsAtOnce() throws {
        var network = try VirtualNetwork(seed: 3)
        network.run(for: .seconds(1))
        network.submit(size: 100)
        network.run(for: .seconds(1))
        #expect(network.missing == [])
        network.station.enrol([])
        let accepted = network.station.counters.accepted
        let transmissions = network.stationTransmissions
        for _ in 0..<50 {
            network.submit(size: 100)
            network.run(for: .milliseconds(100))
        }
        #expect(network.station.counters.accepted == accepted)
        #expect(network.stationTransmissions == transmissions)
        #expect(network.delivered.count == 1)
        #expect(!network.drone.isEstablished)
        #expect(network.droneEvents.contains(.silent))
        #expect(network.count { $0 == .established || $0 == .resumed } == 1)
        network.station.enrol([.init(drone: network.name, publicKey: network.droneKeys.publicKey)])
        network.run(for: .seconds(3))
        #expect(network.drone.isEstablished)
    }

    @Test func renamedDroneHasToComeAnew() throws {
        var network = try VirtualNetwork(seed: 4)
        network.run(for: .seconds(1))
        let renamed = try #require(DroneID("falke-2"))
        network.station.enrol([.init(drone: renamed, publicKey: network.droneKeys.publicKey)])
        network.run(for: .seconds(4))
        #expect(network.stationEvents.last == .established(renamed, flight: 1))
        #expect(network.drone.isEstablished)
    }

    @Test func silenceIsToldAtBothEnds() throws {
        var network = try VirtualNetwork(seed: 5)
        network.run(for: .seconds(1))
        network.weather.loss = 1
        network.run(for: .seconds(3))
        #expect(network.droneEvents.last == .silent)
        #expect(network.stationEvents.last == .silent(network.name))
        network.weather.loss = 0
        // The drone asks under the old keys all the time: the path is in use again at once, without a handshake.
        let took = network.run(atMost: .seconds(3)) { $0.drone.isEstablished }
        #expect(try #require(took) <= .milliseconds(150))
        #expect(network.droneEvents.last == .resumed)
        #expect(network.count { $0 == .established } == 1)
        network.run(for: .seconds(1))
        #expect(network.stationEvents.last == .heard(network.name))
        network.submit(size: 100)
        network.run(for: .seconds(1))
        #expect(network.missing == [])
    }
}
