import FlightTypes
import LinkProtocol
import Testing

/// Somebody knows the station's public key and sends well-formed initiations from thousands of addresses.
@Suite struct FloodTests {
    private static func initiation(for station: [UInt8], _ random: inout SeededRandom) -> [UInt8] {
        var message: [UInt8] = [DatagramType.initiation.rawValue, LinkLimits.version, 0, 0]
        message += random.bytes(3) + [0] + random.bytes(108)
        message += HandshakeMAC.mac1(message, publicKey: station)
        return message + [UInt8](repeating: 0, count: HandshakeMAC.size)
    }

    /// Entries in a stored collection, however deep, found by name: what memory holds is not part of the interface.
    private static func entries(_ path: [String], of value: Any) -> Int? {
        guard let name = path.first else { return Mirror(reflecting: value).children.count }
        guard let child = Mirror(reflecting: value).children.first(where: { $0.label == name }) else { return nil }
        return entries(Array(path.dropFirst()), of: child.value)
    }

    @Test(arguments: [UInt64(1), 2])
    func honestDroneGetsInWithinThreeSeconds(seed: UInt64) throws {
        var network = try VirtualNetwork(seed: seed, weather: .init(delayMilliseconds: 10...40))
        var random = SeededRandom(seed &+ 100)
        func flood(_ network: inout VirtualNetwork) {
            for _ in 0..<10 {
                let host = random.bytes(2)
                network.station.handle(
                    Self.initiation(for: network.stationKeys.publicKey, &random),
                    from: LinkEndpoint(host: [203] + host, port: 9), at: network.now)
            }
        }
        for _ in 0..<6 { flood(&network) }  // the budget is gone before the drone's first word
        let start = network.now
        var established: Duration?
        for _ in 0..<300 {
            flood(&network)
            network.run(for: .milliseconds(10))
            if established == nil, network.drone.isEstablished { established = network.now.since(start) }
        }
        #expect(try #require(established) <= .seconds(3))
        #expect(network.station.counters.deferred > 1000)
        #expect(network.station.counters.forged > 0)
        #expect(network.strayed > 0)
        #expect(try #require(Self.entries(["sessions"], of: network.station)) <= 3)
        #expect(try #require(Self.entries(["peers"], of: network.station)) == 1)
        #expect(try #require(Self.entries(["outputs", "elements"], of: network.station)) == 0)
        #expect(try #require(Self.entries(["addresses", "buckets"], of: network.station)) <= 1024)
        for _ in 0..<20 {
            flood(&network)
            network.submit(size: 2000)
            network.run(for: .milliseconds(10))
        }
        network.run(for: .seconds(1))
        #expect(network.missing == [])
    }
}
