import TestSupport
import FlightTypes
import Sensors
import Testing

/// A UBX frame with its checksum.
private func ubxFrame(_ messageClass: UInt8, _ id: UInt8, _ payload: [UInt8]) -> [UInt8] {
    let content = [messageClass, id, UInt8(payload.count & 255), UInt8(payload.count >> 8)] + payload
    var (first, second) = (UInt8(0), UInt8(0))
    for byte in content {
        first &+= byte
        second &+= first
    }
    return [0xB5, 0x62] + content + [first, second]
}

@Suite struct NMEAStreamTests {
    /// NAV-PVT of the same place and moment as `NMEAParserTests.cycle`, written by an independent encoder.
    static let navPVT = """
        b56201075c0000ca5b07ea0707010a141e071e000000000000000301000ed05f030488a3ab1e0cf20100683c010084030000\
        78050000e803000030f8ffff00000000bc080000bffc9b01640000009f86010078000000000000000000000000000000fcdf
        """
    static var navPVTBytes: [UInt8] {
        var bytes: [UInt8] = []
        var rest = navPVT[...]
        while rest.count >= 2 {
            bytes.append(UInt8(rest.prefix(2), radix: 16) ?? 0)
            rest = rest.dropFirst(2)
        }
        return bytes
    }

    @Test func readsNavPVT() throws {
        let (reports, counters) = parseNMEA(Self.navPVTBytes)
        let report = try #require(reports.first)
        #expect(reports.count == 1 && counters.ubxFrames == 1 && counters.bytesSkipped == 0)
        #expect(report.fix == 3 && report.satellites == 14 && report.horizontalAccuracy == 0.9)
        #expect(report.geoidSeparation == 46.5)
        let line =
            #"{"time":"2026-07-01T10:20:30.000Z","latitude":51.456500000,"longitude":6.733000000,"#
            + #""altitudeMSL":81.0000,"speed":2.236,"track":270.0000,"fix":3}"#
        #expect(report.jsonLine() == line)
    }
    @Test func aFrameOfTheSameMomentJoinsTheSentences() {
        let (reports, _) = parseNMEA(Array(NMEAParserTests.cycle.utf8) + Self.navPVTBytes)
        #expect(reports.count == 1 && reports.first?.hdop == 0.8 && reports.first?.horizontalAccuracy == 0.9)
    }
    @Test func aPayloadIsNeverReadAsASentence() {
        let trap = Array("\r\n".utf8) + nmeaSentence("GPGLL,1000.00,N,01000.00,E,111111,A")
        let (reports, counters) = parseNMEA(Array(NMEAParserTests.cycle.utf8) + ubxFrame(0x0D, 0x01, trap), piece: 1)
        #expect(reports.count == 1 && reports.first?.latitude == 51.4565)
        #expect(counters.ubxFrames == 1 && counters.bytesSkipped == 0)
    }
    @Test func aFalseFrameStartDoesNotSwallowSentences() {
        // A plausible header whose length reaches over the sentences that follow.
        let (reports, counters) = parseNMEA(
            [0xB5, 0x62, 0x01, 0x07, 0x00, 0x01] + Array(NMEAParserTests.cycle.utf8), piece: 7)
        #expect(
            reports.count == 1 && counters.understood == 5 && counters.ubxRefused == 1 && counters.bytesSkipped == 6)
    }
    @Test func foreignBytesAreSkippedAndCounted() {
        let rtcm: [UInt8] = [0xD3, 0x00, 0x04, 0x4C, 0xE0, 0x24, 0x80, 0xAA, 0xBB, 0xCC]
        let bytes = rtcm + Array("noise".utf8) + Array(NMEAParserTests.cycle.utf8) + rtcm
        let (reports, counters) = parseNMEA(bytes, piece: 3)
        #expect(reports.count == 1 && counters.bytesSkipped == UInt64(2 * rtcm.count + 5))
        #expect(counters.bytes == UInt64(bytes.count))
    }
    @Test func checksumsDecide() {
        var bad = Array(NMEAParserTests.cycle.utf8)
        bad[20] ^= 1
        #expect(parseNMEA(bad).counters.badChecksums == 1)
        for tail in ["*", "*1", "*123", "*G0", "*-1"] {
            #expect(parseNMEA(Array("$GPGLL,5127.39,N,00643.98,E,102030,A\(tail)\r\n".utf8)).counters.badChecksums == 1)
        }
        // gpsd takes a sentence without a checksum, so do we; it is counted.
        let (reports, counters) = parseNMEA(Array("$GPGLL,5127.39,N,00643.98,E,102030,A\n".utf8))
        #expect(reports.first?.latitude == 51.4565 && counters.withoutChecksum == 1)
    }
    @Test func resynchronisesInsideABrokenSentence() {
        let cut = Array("$GNRMC,102030.00,A,51".utf8)
        for junk in [[], [0x00], [0xFF, 0xFE], Array(repeating: UInt8(ascii: "x"), count: 400)] {
            let (reports, counters) = parseNMEA(cut + junk + Array(NMEAParserTests.cycle.utf8), piece: 11)
            #expect(reports.count == 1 && counters.broken == 1 && counters.understood == 5)
            #expect(counters.bytesSkipped == UInt64(cut.count + junk.count))
        }
    }
    @Test func otherKindsAndTalkersArePassedOver() {
        let bytes =
            nmeaSentence("GPGSV,1,1,00") + nmeaSentence("PGRMZ,125,f,3") + Array("!AIVDM,1,1,,A,15N,0*5C\r\n".utf8)
            + nmeaSentence("")
        let counters = parseNMEA(bytes).counters
        #expect(counters.ignored + counters.badChecksums == 4 && counters.bytesSkipped == 0)
    }
    @Test func nobodyFetchingCostsOnlyTheOldest() {
        var parser = NMEAParser()
        for index in 0..<5000 {
            let clock = String(100_000 + index / 60 % 60 * 100 + index % 60)
            parser.handle(nmeaSentence("GPGLL,5127.39,N,00643.98,E,\(clock),A")[...])
        }
        parser.finish()
        var count: UInt64 = 0
        while parser.nextReport() != nil { count += 1 }
        #expect(count == 4096 && parser.counters.reportsDropped + count == parser.counters.reports)
    }

    @Test func piecesDoNotMatter() {
        var bytes: [UInt8] = []
        for second in 10..<40 {
            bytes +=
                nmeaSentence("GNRMC,1020\(second).00,A,5127.39,N,00643.98,E,4.3,270.0,010726,,,A") + [0xB5, 0x00, 0x24]
            bytes +=
                ubxFrame(0x01, 0x35, Array(repeating: 0x24, count: 40))
                + nmeaSentence("GNGSA,A,3,01,,,,,,,,,,,,1.2,0.8,0.9")
        }
        let whole = parseNMEA(bytes)
        #expect(whole.reports.count == 30)
        for piece in [1, 2, 3, 5, 8, 13, 64, 255] {
            let cut = parseNMEA(bytes, piece: piece)
            #expect(cut.reports == whole.reports && cut.counters == whole.counters)
        }
    }
    @Test(arguments: 1...40) func survivesAnything(_ seed: UInt64) {
        var random = SplitMix(seed: seed)
        var bytes: [UInt8] = []
        while bytes.count < 20_000 {
            switch Int.random(in: 0..<5, using: &random) {
            case 0:
                bytes += (0..<Int.random(in: 0...60, using: &random)).map { _ in
                    UInt8.random(in: 0...255, using: &random)
                }
            case 1: bytes += Self.navPVTBytes
            case 2:
                bytes += ubxFrame(0x01, 0x07, (0..<92).map { _ in UInt8.random(in: 0...255, using: &random) })
            case 3:
                // Hostile fields behind a checksum that holds.
                let kinds = ["RMC", "GGA", "GLL", "GNS", "GSA", "VTG", "ZDA"]
                let values = [
                    "", "A", "V", "N", "E", "102030", "999999999", "-1", "5127.39", "00643.98", "010726", "1e308",
                    "nan",
                    "0.000000000000001", "99999999999999999999", "-0", ".", "+", "3", "235960.999999999999",
                ]
                let fields = (0..<Int.random(in: 0...20, using: &random)).map { _ in
                    values.randomElement(using: &random) ?? ""
                }
                bytes += nmeaSentence(
                    "GP" + (kinds.randomElement(using: &random) ?? "RMC") + "," + fields.joined(separator: ","))
            default:
                var cycle = Array(NMEAParserTests.cycle.utf8)
                for _ in 0..<Int.random(in: 0...3, using: &random) {
                    cycle[Int.random(in: cycle.indices, using: &random)] = UInt8.random(in: 0...255, using: &random)
                }
                bytes += cycle
            }
        }
        let (reports, counters) = parseNMEA(bytes, piece: Int.random(in: 1...300, using: &random))
        #expect(counters.bytes == UInt64(bytes.count) && counters.bytesSkipped <= counters.bytes)
        #expect(counters.understood > 0 && UInt64(reports.count) == counters.reports)
        for report in reports {
            #expect((1...3).contains(report.fix) && (report.fix > 1) == (report.latitude != nil))
            #expect((report.latitude ?? 0).magnitude <= 90 && (report.longitude ?? 0).magnitude <= 180)
            #expect((0...360).contains(report.track ?? 0) && report.speed ?? 0 >= 0 && report.pose.fix <= 6)
            #expect(report.jsonLine().contains("\"fix\":\(report.fix)"))
        }
    }
}
