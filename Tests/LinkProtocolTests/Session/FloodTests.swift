import TestSupport
import FlightTypes
import Testing

@testable import LinkProtocol

/// Somebody knows the station's public key and sends well-formed initiations from thousands of addresses.
@Suite struct FloodTests {
    private static func initiation(for station: [UInt8], _ random: inout SplitMix) -> [UInt8] {
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
        var random = SplitMix(seed: seed &+ 100)
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
        #expect(try #require(Self.entries(["admission", "endpoints", "young"], of: network.station)) <= 4096)
        for _ in 0..<20 {
            flood(&network)
            network.submit(size: 2000)
            network.run(for: .milliseconds(10))
        }
        network.run(for: .seconds(1))
        #expect(network.missing == [])
    }

    /// From the drone's own address: 20,000 a second from another port behind the same translator, or with its own port forged.
    @Test(arguments: [UInt16(4001), 4000])
    func floodFromTheDronesOwnAddressDelaysItLittle(port: UInt16) throws {
        var network = try VirtualNetwork(seed: 5, weather: .init(delayMilliseconds: 10...40))
        var random = SplitMix(seed: 77)
        let made = (0..<2000).map { _ in Self.initiation(for: network.stationKeys.publicKey, &random) }
        let attacker = LinkEndpoint(host: network.droneEndpoint.host, port: port)
        #expect(port == 4001 || attacker == network.droneEndpoint)
        var place = 0
        func flood(_ network: inout VirtualNetwork) {
            for _ in 0..<20 {
                network.station.handle(made[place % made.count], from: attacker, at: network.now)
                place += 1
            }
        }
        for _ in 0..<10 { flood(&network) }
        let start = network.now
        while !network.drone.isEstablished, network.now.since(start) < .seconds(5) {
            flood(&network)
            network.run(for: .milliseconds(1))
        }
        #expect(network.now.since(start) <= .seconds(3))
        #expect(network.drone.counters.cookies >= 1)
        // Connected, it notices nothing.
        for step in 0..<500 {
            flood(&network)
            if step % 25 == 0 { network.submit(size: 20_000) }
            network.run(for: .milliseconds(1))
        }
        network.run(for: .seconds(1))
        #expect(network.missing == [])
        #expect(network.count { $0 == .established } == 1)
    }

    /// Somebody with a hundred ports behind the same translator gets cookies for all of them and uses them.
    @Test func provenFloodOfManyPortsLeavesTheDroneItsShare() throws {
        let now = MonotonicInstant(nanoseconds: 0)
        var random = SplitMix(seed: 3)
        let station = try #require(StaticKeyPair(secret: random.bytes(32)))
        var admission = HandshakeAdmission(secret: random.bytes(32), at: now)
        let honest = LinkEndpoint(host: [10], port: 1)
        func proven(_ endpoint: LinkEndpoint) throws -> InitiationMessage {
            let head = Array(Self.initiation(for: station.publicKey, &random).dropLast(16))
            let datagram = head + HandshakeMAC.mac2(head, cookie: admission.cookie(for: endpoint))
            return try #require(InitiationMessage(datagram, stationKey: station.publicKey))
        }
        let ports = try (0..<100).map { number in
            let endpoint = LinkEndpoint(host: [10], port: UInt16(100 + number))
            return (endpoint: endpoint, message: try proven(endpoint))
        }
        let own = try proven(honest)
        let forged = try #require(
            InitiationMessage(Self.initiation(for: station.publicKey, &random), stationKey: station.publicKey))
        var (admitted, tries, got) = (0, 0, 0)
        for step in 0..<200_000 {
            let moment = now.advanced(by: .microseconds(step * 50))
            let (endpoint, message) = ports[step % ports.count]
            if case .admitted(let isProven) = admission.verdict(on: message, from: endpoint, at: moment) {
                admitted += 1
                if isProven { admission.failed(endpoint, at: moment) }
            }
            // Once a second, in the thick of it, the drone with its cookie.
            if step % 20_000 == 19_999 {
                tries += 1
                if case .admitted = admission.verdict(on: own, from: honest, at: moment) { got += 1 }
                // Who cannot have a cookie is only sent one.
                expect(admission.verdict(on: forged, from: honest, at: moment), is: .cookieWanted)
            }
        }
        #expect(got == tries && tries == 10)
        // Ten seconds: 100 a second whatever comes, and of each port one in three seconds.
        #expect(admitted < 1_600)
    }
}
