import TestSupport
import FlightTypes
import Testing

@testable import Sensors

@Suite struct TeraRangerEvoTests {
    private static func picture(_ base: UInt16) -> [UInt16] { (0..<1024).map { base + UInt16($0 % 32) } }
    private static func frame(_ base: UInt16) throws -> [UInt8] {
        try #require(TeraRangerEvoFrame(pixels: picture(base), ambient: 3042)).encoded()
    }

    /// The published vector: all pixels 2982, the sensor at 3042, CRC A2142C9F.
    @Test func theVectorOfTheDataSheet() throws {
        let bytes = try #require(
            TeraRangerEvoFrame(pixels: [UInt16](repeating: 2982, count: 1024), ambient: 3042)
        ).encoded()
        #expect(bytes.count == 2070)
        #expect(Array(bytes.prefix(4)) == [0x0D, 0x00, 0xA6, 0x0B])
        #expect(Array(bytes.suffix(4)) == [0x14, 0xA2, 0x9F, 0x2C])
        #expect(TeraRangerEvoChecksum.crc32(bytes.dropFirst(2).dropLast(4)) == 0xA214_2C9F)
    }

    @Test func commandsAndReplies() {
        #expect(TeraRangerEvoCommand.output(true).encoded == [0x00, 0x52, 0x02, 0x01, 0xDF])
        #expect(TeraRangerEvoCommand.output(false).encoded == [0x00, 0x52, 0x02, 0x00, 0xD8])
        #expect(TeraRangerEvoCommand.emissivity(percent: 95).encoded == [0x00, 0x51, 95, 0x83])
        #expect(TeraRangerEvoReply.acknowledged.encoded == [0x14, 0x05, 0x00, 0x48])
        #expect(TeraRangerEvoReply.refused.encoded == [0x14, 0x05, 0xFF, 0xBB])
    }

    @Test(arguments: [1, 7, 97, 5000])
    func framesAndRepliesBetweenAndWithin(pieces: Int) throws {
        var driver = TeraRangerEvoDriver()
        let first = try Self.frame(2900)
        let second = try Self.frame(3000)
        // The sensor answers while a picture is on the line.
        let within = Array(second[..<700]) + TeraRangerEvoReply.acknowledged.encoded + Array(second[700...])
        let bytes = TeraRangerEvoReply.refused.encoded + first + within + (try Self.frame(3100))
        let found = events(of: &driver, bytes, pieces: pieces)
        #expect(found.compactMap(\.frame?.values) == [Self.picture(2900), Self.picture(3000), Self.picture(3100)])
        #expect(found.filter { $0 == .acknowledged }.count == 1)
        #expect(found.filter { $0 == .refused("NACK") }.count == 1)
        #expect(driver.counters.frames == 3 && driver.counters.lost == 0 && driver.counters.bytesSkipped == 0)
        #expect(found.compactMap(\.frame).allSatisfy { $0.unit == .decikelvin && $0.width == 32 && $0.height == 32 })
        #expect(found.compactMap(\.frame?.sensorCentikelvin) == [30_420, 30_420, 30_420])
    }

    @Test(arguments: UInt64(1)...6)
    func afterDamageTheSecondFrameIsWholeAgainAndNoneIsInvented(seed: UInt64) throws {
        var noise = SplitMix(seed: seed)
        var bytes: [UInt8] = []
        var sent: Set<[UInt16]> = []
        for round in 0..<40 {
            sent.insert(Self.picture(UInt16(2700 + round)))
            var frame = try Self.frame(UInt16(2700 + round))
            switch noise.below(4) {
            case 0: frame[noise.below(frame.count)] ^= UInt8(1 << noise.below(8))
            case 1: frame.removeSubrange(0..<noise.below(frame.count))
            case 2: frame.insert(contentsOf: noise.bytes(noise.below(400)), at: noise.below(frame.count))
            default: frame.removeLast(noise.below(frame.count))
            }
            bytes += frame
            // Two whole ones behind the damage: the second has to come through.
            for more in [UInt16(5000 + round), UInt16(6000 + round)] {
                sent.insert(Self.picture(more))
                bytes += try Self.frame(more)
            }
        }
        var driver = TeraRangerEvoDriver()
        let found = events(of: &driver, bytes).compactMap(\.frame?.values)
        #expect(found.allSatisfy { sent.contains($0) })
        for round in 0..<40 { #expect(found.contains(Self.picture(UInt16(6000 + round)))) }
    }

    @Test func noiseWithHeadersInItIsNoPicture() {
        // What a noisy line brings in a minute and a half at this sensor's rate: the checksum has 32 bits.
        var noise = SplitMix(seed: 3)
        var driver = TeraRangerEvoDriver()
        for _ in 0..<200 {
            var bytes = noise.bytes(4000)
            for _ in 0..<20 {
                let place = noise.below(3900)
                bytes.replaceSubrange(place..<place + 2, with: [0x0D, 0x00])
            }
            #expect(events(of: &driver, bytes, pieces: 4000).allSatisfy { $0.frame == nil })
        }
    }
}
