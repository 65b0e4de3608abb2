import TestSupport
import FlightTypes
import Foundation
import Testing

@testable import Sensors

/// Signed by pymavlink 2.4.50 with the key 00…1F; the same heartbeat on link 1, 16 ticks and more apart.
private enum Signed {
    static let heartbeat = "fd09010000010100000000000000020351040300e6019a78563412001275afa3e987"
    static let later = "fd09010000010100000000000000020351040300e601029a78563412497090b2d17b"
    static let request =
        "fd2001000101bf4c0000000004420050c3470000000000000000000000000000000000000000ff010101b2a4"
        + "00060504030201816e20259b9e"
    static let unsigned = "fd090000000101000000000000000203510403e71e"
    static let first = "fe09000101000000000002035104037ddd"
    static var key: MAVLinkSigningKey? { MAVLinkSigningKey(bytes: Array(0..<32)) }
}

/// Everything a parser with a key hands out of `bytes`.
private func signedPackets(_ bytes: [UInt8], piece: Int = .max) -> (packets: [MAVLinkPacket], counters: MAVLinkCounters)
{
    var parser = MAVLinkParser(key: Signed.key)
    var packets: [MAVLinkPacket] = []
    var rest = bytes[...]
    while !rest.isEmpty {
        parser.handle(rest.prefix(piece))
        rest = rest.dropFirst(piece)
        while let packet = parser.next() { packets.append(packet) }
    }
    return (packets, parser.counters)
}

/// A signed heartbeat of our own encoder.
private func heartbeat(_ timestamp: UInt64, system: UInt8 = 1, component: UInt8 = 1, link: UInt8 = 1) -> [UInt8] {
    let packet = MAVLinkPacket(
        version: 2, sequence: 0, system: system, component: component, messageID: 0,
        payload: [0, 0, 0, 0, 2, 3, 0x51, 4, 3])
    return Signed.key.flatMap { packet.encoded(signedWith: $0, link: link, timestamp: timestamp) } ?? []
}

@Suite struct MAVLinkSigningTests {
    @Test func theVectorsAreAuthentic() throws {
        let (packets, counters) = signedPackets(mavlinkBytes(Signed.heartbeat))
        #expect(packets.count == 1 && packets.first?.isSigned == true && counters.bytesSkipped == 0)
        #expect(signedPackets(mavlinkBytes(Signed.later)).packets.count == 1)
        #expect(signedPackets(mavlinkBytes(Signed.request)).packets.first?.messageID == 76)
    }
    @Test func ourSignaturesAreTheirs() throws {
        #expect(heartbeat(0x1234_5678_9A02) == mavlinkBytes(Signed.later))
        let key = try #require(Signed.key)
        let request = MAVLinkRateRequests.packet(
            messageID: 33, interval: .milliseconds(100), system: 1, component: 1, sequence: 1)
        #expect(
            request.encoded(signedWith: key, link: 0, timestamp: 0x0102_0304_0506) == mavlinkBytes(Signed.request))
        #expect(
            MAVLinkPacket(version: 1, sequence: 0, system: 1, component: 1, messageID: 0, payload: [0])
                .encoded(signedWith: key, link: 0, timestamp: 1) == nil)
    }
    @Test func withAKeyNothingUnsignedPasses() {
        let (packets, counters) = signedPackets(
            mavlinkBytes(Signed.unsigned + Signed.heartbeat + Signed.first), piece: 5)
        #expect(packets.count == 1 && counters.unsigned == 2 && counters.packets == 1 && counters.bytesSkipped == 0)
        // Without a key all of them do, also a signed one with a wrong signature.
        #expect(mavlinkPackets(mavlinkBytes(Signed.unsigned + Signed.heartbeat + Signed.first)).packets.count == 3)
    }
    /// Whatever bit of the signature is turned, the packet is refused and what follows is read.
    @Test func everyBitOfASignatureCounts() {
        let good = mavlinkBytes(Signed.heartbeat)
        for bit in 0..<(13 * 8) {
            var bad = good
            bad[good.count - 13 + bit / 8] ^= 1 << UInt8(bit % 8)
            let (packets, counters) = signedPackets(bad + good)
            #expect(packets.count == 1 && counters.forged == 1 && counters.bytesSkipped == 0, "bit \(bit)")
        }
        var other = MAVLinkParser(key: MAVLinkSigningKey(bytes: Array(1..<33)))
        other.handle(good)
        #expect(other.next() == nil && other.counters.forged == 1)
    }
    @Test func timestampsOnlyGrowInEachStream() {
        let minute = MAVLinkSignatureCheck.newStreamWindow
        let bytes =
            heartbeat(10_000_000) + heartbeat(10_000_000) + heartbeat(9_999_999) + heartbeat(10_000_001)
            // Another link, component and system each have a count of their own, but begin no earlier than a minute ago.
            + heartbeat(10_000_001 - minute, link: 2) + heartbeat(10_000_000, component: 2)
            + heartbeat(10_000_000, system: 2) + heartbeat(10_000_000 - minute, link: 3)
            + heartbeat(10_000_002 - minute, link: 2)
        let (packets, counters) = signedPackets(bytes)
        #expect(packets.count == 6 && counters.replayed == 3 && counters.forged == 0)
        // A forged packet does not move the count on.
        var forged = heartbeat(20_000_000)
        forged[forged.count - 1] ^= 1
        #expect(signedPackets(heartbeat(1) + forged + heartbeat(2)).packets.count == 2)
    }
    @Test func streamsHaveALimit() {
        var bytes: [UInt8] = []
        for component in 0..<255 as Range<UInt8> { bytes += heartbeat(1, component: component) }
        bytes += heartbeat(1, link: 2) + heartbeat(1, link: 3) + heartbeat(2, component: 7)
        let (packets, counters) = signedPackets(bytes)
        #expect(packets.count == 257 && counters.signersBeyondLimit == 1)
    }
    @Test func keyFiles() {
        let hex = "000102030405060708090a0b0c0d0e0f101112131415161718191A1B1C1D1E1F\n"
        let texts = [hex, "  \(hex.prefix(32))\r\n\(hex.dropFirst(32))", "\u{FEFF}\(hex)\r\n"]
        for file in [Array(0..<32)] + texts.map({ Array($0.utf8) }) {
            let key = MAVLinkSigningKey(file: file)
            #expect(key?.signature(of: [1, 2, 3]) == Signed.key?.signature(of: [1, 2, 3]))
        }
        for file in ["", "00", String(repeating: "g", count: 64), String(repeating: "0", count: 65)] {
            #expect(MAVLinkSigningKey(file: Array(file.utf8)) == nil)
        }
    }
    /// 10⁵ damaged packets: nothing passes that was not signed.
    @Test func damagedPacketsNeverPass() {
        var random = SplitMix(seed: 11)
        var parser = MAVLinkParser(key: Signed.key)
        var passed = 0
        for _ in 0..<100_000 {
            var bytes = mavlinkBytes(Signed.heartbeat)
            for _ in 0..<Int.random(in: 1...3, using: &random) {
                bytes[Int.random(in: bytes.indices, using: &random)] ^= 1 << UInt8.random(in: 0..<8, using: &random)
            }
            parser.handle(bytes)
            while let packet = parser.next() {
                // Two flips of the same bit give the packet back, once in a while; it is new only once.
                passed += 1
                #expect(packet.payload == [0, 0, 0, 0, 2, 3, 0x51, 4, 3])
            }
        }
        #expect(passed <= 1 && parser.counters.forged > 1000 && parser.counters.bytesSkipped > 1000)
    }
}
