import FlightTypes
import LinkProtocol
import Testing

@Suite struct RoamingTests {
    @Test(arguments: [UInt64(1), 2])
    func newAddressIsFollowedWithoutAHandshake(seed: UInt64) throws {
        var network = try VirtualNetwork(seed: seed, weather: .init(delayMilliseconds: 5...60))
        network.run(for: .milliseconds(500))
        for step in 0..<60 {
            if step == 20 { network.droneEndpoint = LinkEndpoint(host: [10, 0, 0, 1], port: 4001) }
            if step == 40 { network.droneEndpoint = LinkEndpoint(host: [192, 0, 2, 9], port: 5000) }
            network.submit(size: 700)
            // More than one on the way at once, so that old ones arrive after newer ones from the new address.
            network.run(for: .milliseconds(20))
        }
        network.run(for: .seconds(1))
        #expect(network.stationEvents.filter { $0 == .moved(network.name) }.count == 2)
        #expect(network.drone.counters.handshakes == 1)
        #expect(network.missing == [])
        #expect(network.count { $0 == .silent } == 0)
        let strayed = network.strayed
        network.submit(size: 700)
        network.run(for: .seconds(1))
        #expect(network.strayed == strayed)
        #expect(network.receipted.contains(UInt64(network.sent.count - 1)))
    }
}
