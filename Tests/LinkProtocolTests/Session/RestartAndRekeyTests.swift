import FlightTypes
import LinkProtocol
import Testing

@Suite struct RestartAndRekeyTests {
    @Test(arguments: [UInt64(1), 2, 3])
    func restartedStationIsFoundWithinThreeSeconds(seed: UInt64) throws {
        var network = try VirtualNetwork(seed: seed, weather: .init(delayMilliseconds: 10...40))
        network.run(for: .seconds(2))
        network.restartStation(freshness: network.freshness)
        network.droneEvents.removeAll()
        let took = network.run(atMost: .seconds(5)) { $0.droneEvents.contains(.established) }
        #expect(try #require(took) <= .seconds(3))
        network.run(for: .milliseconds(100))
        for _ in 0..<50 { network.submit(size: 900) }
        network.run(for: .seconds(1))
        #expect(network.missing == [])
        #expect(network.drone.counters.handshakes == 2)
    }

    @Test func newKeysEveryTwoMinutesCostNoObject() throws {
        var network = try VirtualNetwork(seed: 4, weather: .init(duplication: 0.05, delayMilliseconds: 5...60))
        network.run(for: .milliseconds(500))
        for _ in 0..<1300 {
            network.submit(size: 2000)
            network.run(for: .milliseconds(200))
            network.captured.removeAll()
        }
        network.run(for: .seconds(1))
        #expect(network.missing == [])
        #expect(network.altered == 0)
        #expect(network.drone.counters.handshakes == 3)
        #expect(network.count { $0 == .established } == 3)
        #expect(network.count { $0 == .silent } == 0)
        #expect(network.station.counters.foreign == 0)
        #expect(network.station.counters.forged == 0)
        #expect(network.receipted == Set(network.sent.keys))
    }

    @Test func oldKeysEndAfterThreeMinutes() throws {
        var network = try VirtualNetwork(seed: 5)
        network.run(for: .seconds(1))
        network.weather.loss = 1
        network.run(for: .seconds(181))
        network.captured.removeAll()
        network.submit(size: 100)
        network.run(for: .seconds(2))
        // Only handshakes leave, no question under the old keys any more.
        #expect(!network.captured.isEmpty)
        #expect(network.captured.allSatisfy { $0.bytes.first == DatagramType.initiation.rawValue })
        network.weather.loss = 0
        network.run(for: .seconds(3))
        #expect(network.count { $0 == .established } == 2)
        network.submit(size: 100)
        network.run(for: .seconds(1))
        #expect(network.delivered[1] == 1)
    }
}
