import TestSupport
import FlightTypes
import LinkProtocol
import Testing

/// A hundred thousand damaged datagrams during a flight change nothing but counters.
@Suite struct ForgeryTests {
    private static func damaged(_ originals: [[UInt8]], _ random: inout SplitMix) -> [UInt8] {
        switch random.below(10) {
        case 0: return random.bytes(random.below(200))
        case 1: return [UInt8(1 + random.below(4)), LinkLimits.version, 0, 0] + random.bytes(random.below(160))
        case 2, 3:
            let original = originals[random.below(originals.count)]
            return Array(original.prefix(random.below(original.count)))
        case 4: return originals[random.below(originals.count)] + [UInt8(random.below(256))]
        default:
            var bytes = originals[random.below(originals.count)]
            bytes[random.below(bytes.count)] ^= 1 << UInt8(random.below(8))
            return bytes
        }
    }

    @Test func hundredThousandForgeries() throws {
        var network = try VirtualNetwork(seed: 1, weather: .init(delayMilliseconds: 5...40))
        var random = SplitMix(seed: 77)
        let attacker = LinkEndpoint(host: [6, 6, 6, 6], port: 666)
        network.run(for: .milliseconds(500))
        var thrown: UInt64 = 0
        var forgedToDrone: UInt64 = 0
        for step in 0..<200 {
            network.submit(size: 8 + network.random.below(300))
            network.run(for: .milliseconds(20))
            let originals = network.captured.suffix(400).map(\.bytes) + network.captured.prefix(10).map(\.bytes)
            let before = network.station.counters
            for _ in 0..<400 {
                network.station.handle(Self.damaged(originals, &random), from: attacker, at: network.now)
                thrown += 1
            }
            #expect(network.station.counters.accepted == before.accepted, "step \(step)")
            let refused = network.drone.counters.refused
            for _ in 0..<100 {
                network.drone.handle(Self.damaged(originals, &random), at: network.droneNow)
                thrown += 1
                forgedToDrone += 1
            }
            #expect(network.drone.counters.refused == refused + 100, "step \(step)")
        }
        network.run(for: .seconds(1))
        #expect(thrown == 100_000)
        #expect(network.missing == [])
        #expect(network.altered == 0)
        #expect(network.drone.counters.handshakes == 1)
        // Replayed handshakes among the forgeries are told, and that there are many; nothing else happens.
        let told = network.stationEvents.filter { event in
            switch event {
            case .staleHandshake, .replayedHandshake, .handshakesPutOff: false
            default: true
            }
        }
        #expect(told == [.established(network.name, flight: 1)])
        #expect(network.count { $0 == .established } == 1)
        #expect(network.count { $0 == .silent } == 0)
        #expect(network.receipted == Set(network.sent.keys))
        #expect(network.station.counters.malformed == 0)
        print("forgeries: \(network.station.counters), drone refused \(network.drone.counters.refused)")
    }
}
