import FlightTypes
import Testing

@testable import LinkProtocol

@Suite struct KeyExportTests {
    @Test func bothEndsHandOutTheSameKeysOfEachSession() throws {
        var network = try VirtualNetwork(seed: 1, exportsKeys: true)
        network.run(for: .seconds(125))
        let keys = network.droneKeysExported
        #expect(keys.count == 4, "two sessions, two directions each")
        #expect(network.stationKeysExported == keys)
        #expect(keys.allSatisfy { $0.key.count == 32 && $0.receiverIndex < LinkLimits.sessionIndices })
        #expect(Set(keys.map(\.key)).count == 4)
    }

    @Test func whatWasHandedOutOpensWhatTheDroneSends() throws {
        var network = try VirtualNetwork(seed: 2, exportsKeys: true)
        network.run(for: .milliseconds(500))
        network.submit(size: 700)
        network.run(for: .milliseconds(200))
        let keys = network.droneKeysExported
        let opened = network.captured.compactMap { datagram -> [UInt8]? in
            guard let header = DataHeader(datagram.bytes),
                let key = keys.first(where: { $0.receiverIndex == header.receiverIndex })
            else { return nil }
            return DatagramCipher(.chaChaPoly, key: key.key).open(datagram.bytes, counter: header.counter(near: nil))
        }
        #expect(opened.contains { $0.count > 700 })
    }

    @Test func nothingLeavesUnlessAsked() throws {
        var network = try VirtualNetwork(seed: 3)
        network.run(for: .seconds(1))
        #expect(network.drone.isEstablished)
        #expect(network.droneKeysExported == [])
        #expect(network.stationKeysExported == [])
    }
}
