import TestSupport
import FlightTypes
import Testing

@testable import Sensors

@Suite struct SenXorTests {
    private static func picture(_ base: UInt16, _ format: SenXorFormat = .mi08) -> [UInt16] {
        (0..<format.width * format.height).map { base + UInt16($0 % format.width) }
    }
    private static func frame(
        _ base: UInt16, counter: UInt16, _ format: SenXorFormat = .mi08, timestamp: UInt32? = nil
    ) throws -> [UInt8] {
        let header = SenXorFrameHeader(
            counter: counter, dieCentikelvin: 31_000, timestamp: timestamp ?? UInt32(counter) * 40 + 1000,
            maximum: base + UInt16(format.width), minimum: base)
        return try #require(SenXorFrame(format: format, header: header, pixels: picture(base, format))).encoded()
    }

    /// Messages of the maker's own library, with their checksums.
    @Test func commandsAndRepliesOfTheLibrary() throws {
        #expect(SenXorCommand.read(.frameMode).encoded == Array("   #000ARREGB1XXXX".utf8))
        #expect(SenXorCommand.write(.emissivity, 0x61).encoded == Array("   #000CWREGCA61XXXX".utf8))
        #expect(SenXorCommand.readSeveral([.status]).encoded == Array("   #000CRRSEB6FFXXXX".utf8))
        #expect(SenXorMessage(bytes: Array("   #000ARREG83026C".utf8))?.content == Array("83".utf8))
        #expect(SenXorMessage(bytes: Array("   #0008WREG01FD".utf8))?.command == "WREG")
        #expect(SenXorMessage(bytes: Array("   #0008WREG01FE".utf8)) == nil)
    }

    @Test(arguments: SenXorFormat.allCases)
    func picturesOfEverySize(format: SenXorFormat) throws {
        var driver = SenXorDriver()
        let bytes = try Self.frame(2900, counter: 1, format) + Self.frame(2950, counter: 2, format)
        if format == .mi08 { #expect(bytes.count / 2 == 10_256) }
        let frames = events(of: &driver, bytes).compactMap(\.frame)
        #expect(frames.map(\.values) == [Self.picture(2900, format), Self.picture(2950, format)])
        #expect(frames.allSatisfy { Int($0.width) == format.width && Int($0.height) == format.height })
        #expect(frames.allSatisfy { $0.unit == .decikelvin && $0.sensorCentikelvin == 31_000 && $0.remarks == [] })
    }

    @Test func repliesWithinAPictureAndLostOnesByTheCounter() throws {
        let reply = try #require(SenXorMessage(command: "WREG", content: [])).encoded()
        let second = try Self.frame(2950, counter: 5)
        let within = Array(second[..<3000]) + reply + Array(second[3000...])
        var driver = SenXorDriver()
        let found = events(of: &driver, try Self.frame(2900, counter: 1) + within)
        #expect(found.compactMap(\.frame?.values) == [Self.picture(2900), Self.picture(2950)])
        #expect(found.filter { $0 == .acknowledged }.count == 1)
        #expect(driver.counters.missing == 3 && driver.counters.badChecksums == 0)
    }

    @Test func aResetInTheMiddleIsToldSoThatItIsSetUpAnew() throws {
        var driver = SenXorDriver()
        let cut = try Self.frame(2910, counter: 701).prefix(4000)
        let bytes =
            try Self.frame(2900, counter: 700) + cut + Self.frame(2920, counter: 0) + Self.frame(2930, counter: 1)
        let found = events(of: &driver, bytes)
        #expect(found.filter { $0 == .restarted }.count == 1)
        #expect(found.compactMap(\.frame?.values) == [2900, 2920, 2930].map { Self.picture($0) })
        #expect(driver.counters.badChecksums >= 1)
    }

    @Test func valuesBeyondTheSensorsOwnExtremesAreMarked() throws {
        var pixels = Self.picture(2900)
        pixels[7] = 4000
        let header = SenXorFrameHeader(counter: 1, maximum: 2980, minimum: 2900)
        var driver = SenXorDriver()
        let bytes = try #require(SenXorFrame(format: .mi08, header: header, pixels: pixels)).encoded()
        #expect(events(of: &driver, bytes).compactMap(\.frame?.remarks) == [.implausible])
    }

    @Test(arguments: UInt64(1)...4)
    func afterDamageTheSecondFrameIsWholeAgainAndNoneIsInvented(seed: UInt64) throws {
        var noise = SplitMix(seed: seed)
        var bytes: [UInt8] = []
        var sent: Set<[UInt16]> = []
        for round in 0..<15 {
            var frame = try Self.frame(UInt16(2700 + round), counter: UInt16(3 * round))
            switch noise.below(3) {
            case 0: frame.removeSubrange(0..<noise.below(frame.count))
            case 1: frame.insert(contentsOf: noise.bytes(noise.below(400)), at: noise.below(frame.count))
            default: frame.removeLast(noise.below(frame.count))
            }
            bytes += frame
            sent.insert(Self.picture(UInt16(2700 + round)))
            for more in 0..<2 {
                let base = UInt16(3000 + 10 * round + more)
                sent.insert(Self.picture(base))
                bytes += try Self.frame(base, counter: UInt16(3 * round + 1 + more))
            }
        }
        var driver = SenXorDriver()
        let found = events(of: &driver, bytes).compactMap(\.frame?.values)
        #expect(found.allSatisfy { sent.contains($0) })
        for round in 0..<15 { #expect(found.contains(Self.picture(UInt16(3001 + 10 * round)))) }
    }

    @Test func noiseWithHeadersInItIsNoPicture() {
        var noise = SplitMix(seed: 5)
        var driver = SenXorDriver()
        for _ in 0..<200 {
            var bytes = noise.bytes(12_000)
            for _ in 0..<5 {
                let place = noise.below(11_000)
                bytes.replaceSubrange(place..<place + 12, with: Array("   #2808GFRA".utf8))
            }
            #expect(events(of: &driver, bytes, pieces: 4000).allSatisfy { $0.frame == nil })
        }
    }
}
