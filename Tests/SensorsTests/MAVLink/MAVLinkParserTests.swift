import TestSupport
import FlightTypes
import Foundation
import Testing

@testable import Sensors

/// Vectors made with pymavlink 2.4.50.
private enum Vector {
    static let heartbeat = "fd090000000101000000000000000203510403e71e"
    static let position = "fd1c000005010121000040e2010088a3ab1ed05f0304683c010050c30000640038ff000078696ca7"
    static let text = "fd0f0000070101fd00000648616c6c6f204475697362757267b898"
    static let zeros = "fd01000008010102000000b91c"
    static let signed = "fd09010000010100000000000000020351040300e6019a78563412001275afa3e987"
    static let first = "fe09000101000000000002035104037ddd"
    static let all = [heartbeat, position, text, zeros, signed, first]
}

@Suite struct MAVLinkParserTests {
    @Test func checksumOfTheCheckString() {
        var sum = MAVLinkChecksum()
        sum.feed("123456789".utf8)
        #expect(sum.value == 0x6F91)
    }
    /// Eight bytes at once give what one after the other give, whatever the length and wherever they are cut.
    @Test func checksumOfPieces() {
        var random = SplitMix(seed: 5)
        for length in 0..<300 {
            let bytes = random.bytes(length)
            var single = MAVLinkChecksum()
            for byte in bytes { single.feed(byte) }
            let cut = Int.random(in: 0...length, using: &random)
            var pieces = MAVLinkChecksum()
            pieces.feed(bytes[..<cut])
            pieces.feed(bytes[cut...])
            #expect(pieces.value == single.value)
        }
    }

    @Test func tableIsWholeAndEveryExtraFollowsFromItsFields() {
        #expect(MAVLinkLayout.tableProblems.isEmpty)
        #expect(MAVLinkLayout.all.count == 301)
        let sizes: [UInt32: (base: Int, full: Int)] = [
            0: (9, 9), 1: (31, 43), 24: (30, 52), 33: (28, 28), 147: (36, 54), 259: (235, 237), 285: (40, 49),
            265: (16, 20),
        ]
        for (id, size) in sizes {
            #expect(MAVLinkLayout.of(id)?.baseSize == size.base)
            #expect(MAVLinkLayout.of(id)?.fullSize == size.full)
        }
    }

    @Test(arguments: [
        "A", "A 1", "A 1 300", "A x 1", "A 99999999 1", "A 1 1 x", "A 1 1 x:u9", "A 1 1 x:u8[0]", "A 1 1 x:u8[",
        "A 1 1 :u8",
        "A 1 1 x:u64[255]", "A 1 1 x:u8 | y:u8 | z:u8", "HEARTBEAT 0 51 custom_mode:u32",
    ])
    func brokenTableRecordIsNamedNotBelieved(_ record: String) {
        let result = MAVLinkLayout.parse(record + " ;")
        #expect(result.layouts.isEmpty)
        #expect(result.problems == [record])
    }

    @Test func vectors() throws {
        let (packets, counters) = mavlinkPackets(mavlinkBytes(Vector.all.joined()))
        try #require(packets.count == 6)
        #expect(counters.bytesSkipped == 0)
        #expect(packets.map(\.version) == [2, 2, 2, 2, 2, 1])
        #expect(packets.map(\.isSigned) == [false, false, false, false, true, false])
        #expect(packets.map(\.sequence) == [0, 5, 7, 8, 0, 0])
        #expect(packets[1].int32(at: 4) == 514_565_000)
        #expect(packets[1].int32(at: 8) == 67_330_000)
        #expect(packets[1].uint16(at: 26) == 27_000)
        let time = WallTime(nanoseconds: 1_533_737_161_905_000_999)
        #expect(
            packets[2].jsonLine(time: time)
                == #"{"time":"2018-08-08T14:06:01.905000Z","message":"STATUSTEXT","system":1,"#
                + #""component":1,"severity":6,"#
                + #""text":"Hallo Duisburg","id":0,"chunk_seq":0}"#)
        #expect(
            packets[3].jsonLine(time: WallTime(nanoseconds: -1))
                == #"{"time":"1969-12-31T23:59:59.999999Z","message":"SYSTEM_TIME","system":1,"component":1,"#
                + #""time_unix_usec":0,"time_boot_ms":0}"#)
        #expect(packets[5].component == 1)
        #expect(packets[5].messageName == "HEARTBEAT")
    }

    @Test func anyCutGivesTheSamePackets() {
        let bytes = mavlinkBytes(Vector.all.joined())
        let whole = mavlinkPackets(bytes).packets
        var random = SplitMix(seed: 1)
        for _ in 0..<200 {
            var parser = MAVLinkParser()
            var packets: [MAVLinkPacket] = []
            var rest = bytes[...]
            while !rest.isEmpty {
                let count = Int.random(in: 1...min(20, rest.count), using: &random)
                parser.handle(rest.prefix(count))
                rest = rest.dropFirst(count)
                while let packet = parser.next() { packets.append(packet) }
            }
            #expect(packets == whole)
        }
    }

    @Test func everySinglePacketSurvivesNoiseAround() {
        var random = SplitMix(seed: 2)
        var found = 0
        for round in 0..<600 {
            let vector = mavlinkBytes(Vector.all[round % 6])
            let noise = random.bytes(Int.random(in: 0...400, using: &random))
            let (packets, counters) = mavlinkPackets(noise + vector + random.bytes(100))
            #expect(counters.bytesSkipped <= UInt64(noise.count + 100))
            if packets.contains(mavlinkPackets(vector).packets[0]) { found += 1 }
        }
        // A piece of noise passes for a packet once in 65,536 beginnings, and then may hide a real one.
        print("MAVLink: found \(found) of 600 packets in noise")
        #expect(found >= 599)
    }

    @Test func pureNoiseGivesAlmostNothing() {
        var random = SplitMix(seed: 3)
        let (packets, counters) = mavlinkPackets(random.bytes(2_000_000))
        print("MAVLink: 2,000,000 bytes of noise gave \(packets.count) packets, \(counters.badChecksums) bad checksums")
        #expect(packets.count <= 3)
        #expect(counters.unknown.values.reduce(0, +) <= 1)
    }

    @Test func unknownMessageIsCountedAndHandedOut() throws {
        // A packet of message 60,000 with the made-up CRC_EXTRA 77, between two known ones.
        var body: [UInt8] = [0xFD, 3, 0, 0, 1, 1, 1, 0x60, 0xEA, 0, 1, 2, 3]
        var sum = MAVLinkChecksum()
        sum.feed(body.dropFirst())
        sum.feed(77)
        body += [UInt8(truncatingIfNeeded: sum.value), UInt8(sum.value >> 8)]
        let heartbeat = mavlinkBytes(Vector.heartbeat)
        let (packets, counters) = mavlinkPackets(heartbeat + body + heartbeat)
        try #require(packets.count == 3)
        #expect(counters.unknown == [60_000: 1])
        #expect(
            packets[1].jsonLine(time: WallTime(nanoseconds: 0))
                == #"{"time":"1970-01-01T00:00:00.000000Z","message":"UNKNOWN_60000","system":1,"component":1}"#)
    }

    @Test func unknownIncompatibilityFlagDropsThePacket() {
        var bytes = mavlinkBytes(Vector.position)
        bytes[2] = 4
        var sum = MAVLinkChecksum()
        sum.feed(bytes[1..<(bytes.count - 2)])
        sum.feed(104)
        bytes[bytes.count - 2] = UInt8(truncatingIfNeeded: sum.value)
        bytes[bytes.count - 1] = UInt8(sum.value >> 8)
        let (packets, counters) = mavlinkPackets(bytes + mavlinkBytes(Vector.heartbeat))
        #expect(packets.map(\.messageID) == [0])
        #expect(counters.incompatible == 1)
        #expect(counters.bytesSkipped == 0)
    }

    @Test func sequenceGapsAreCountedPerSender() {
        func packet(_ system: UInt8, _ sequence: UInt8) -> [UInt8] {
            MAVLinkPacket(
                version: 2, sequence: sequence, system: system, component: 1, messageID: 2,
                payload: [UInt8](repeating: 1, count: 12)
            ).encoded() ?? []
        }
        let bytes = packet(1, 254) + packet(2, 9) + packet(1, 255) + packet(1, 2) + packet(2, 9) + packet(2, 10)
        let counters = mavlinkPackets(bytes).counters
        #expect(counters.lost == 2)
        #expect(counters.outOfOrder == 1)
    }

    @Test func everyMessageRoundTrips() {
        var random = SplitMix(seed: 4)
        for layout in MAVLinkLayout.all {
            for version in [1, 2] as [UInt8] where version == 2 || layout.id < 256 {
                let size = version == 1 ? layout.baseSize : layout.fullSize
                let sent = MAVLinkPacket(
                    version: version, sequence: 3, system: 9, component: 1, messageID: layout.id,
                    payload: random.bytes(size))
                guard let bytes = sent.encoded(), let received = mavlinkPackets(bytes).packets.first else {
                    Issue.record("\(layout.name) does not come back")
                    continue
                }
                #expect(received.fields.map(\.value).description == sent.fields.map(\.value).description)
                let line = received.jsonLine(time: WallTime(nanoseconds: .max))
                let object = try? JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any]
                #expect(object?.count == layout.fields.count + 4, "\(layout.name)")
            }
        }
    }

    @Test func stringsAreEscaped() {
        #expect(MAVLinkJSON.quoted("a\"\\\n\u{1}\u{7F}é") == #""a\"\\\n\u0001\u007fé""#)
        var packet = MAVLinkPacket(
            version: 2, sequence: 0, system: 1, component: 1, messageID: 253, payload: [6, 0xFF, 65])
        #expect(packet.jsonLine(time: WallTime(nanoseconds: 0)).contains("\"text\":\"\u{FFFD}A\""))
        packet = MAVLinkPacket(
            version: 2, sequence: 0, system: 1, component: 1, messageID: 265,
            payload: [1, 0, 0, 0, 0, 0, 0xC0, 0x7F, 0, 0, 0x80, 0x7F, 0xCD, 0xCC, 0xCC, 0x3D])
        #expect(
            packet.jsonLine(time: WallTime(nanoseconds: 0)).contains(#""roll":null,"pitch":null,"yaw":0.10000000149"#))
    }

    @Test func undrainedParserStaysBounded() {
        var parser = MAVLinkParser()
        for _ in 0..<3 { parser.handle([UInt8](repeating: 0, count: 1 << 20)) }
        #expect(parser.counters.bytesSkipped == 2 << 20)
        parser.handle(mavlinkBytes(Vector.heartbeat))
        var last: MAVLinkPacket?
        while let packet = parser.next() { last = packet }
        #expect(last?.messageID == 0)
    }
}
