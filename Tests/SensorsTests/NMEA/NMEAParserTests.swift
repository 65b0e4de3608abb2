import FlightTypes
import Sensors
import Testing

/// A sentence with its checksum and line end.
func nmeaSentence(_ body: String) -> [UInt8] {
    let sum = body.utf8.reduce(UInt8(0)) { $0 ^ $1 }
    let digits = String(sum, radix: 16, uppercase: true)
    return Array("$\(body)*\(digits.count == 1 ? "0" : "")\(digits)\r\n".utf8)
}

/// Everything a parser says about a stream that comes in pieces of one size.
func parseNMEA(_ bytes: [UInt8], piece: Int = .max) -> (reports: [NMEAReport], counters: NMEACounters) {
    var parser = NMEAParser()
    var reports: [NMEAReport] = []
    var rest = bytes[...]
    while !rest.isEmpty {
        parser.handle(rest.prefix(piece))
        rest = rest.dropFirst(piece)
        while let report = parser.nextReport() { reports.append(report) }
    }
    parser.finish()
    while let report = parser.nextReport() { reports.append(report) }
    return (reports, parser.counters)
}

@Suite struct NMEAParserTests {
    /// One moment above Duisburg, as an independent encoder wrote it (docs: interfaces, 3.2).
    static let cycle = """
        $GNRMC,102030.00,A,5127.390000,N,00643.980000,E,4.346,270.00,010726,,,A*79\r
        $GNGGA,102030.00,5127.390000,N,00643.980000,E,1,14,0.80,81.000,M,46.500,M,,*7A\r
        $GNGSA,A,3,01,03,08,11,14,17,22,28,,,,,1.20,0.80,0.90*1D\r
        $GNVTG,270.00,T,,M,4.346,N,8.049,K,A*26\r
        $GNZDA,102030.00,01,07,2026,00,00*78\r\n
        """

    @Test func mergesTheSentencesOfOneMoment() throws {
        let (reports, counters) = parseNMEA(Array(Self.cycle.utf8))
        let report = try #require(reports.first)
        #expect(reports.count == 1)
        #expect(counters.understood == 5 && counters.badChecksums == 0 && counters.bytesSkipped == 0)
        #expect(report.satellites == 14 && report.hdop == 0.8 && report.geoidSeparation == 46.5 && report.quality == 1)
        let line =
            #"{"time":"2026-07-01T10:20:30.000Z","latitude":51.456500000,"longitude":6.733000000,"#
            + #""altitudeMSL":81.0000,"speed":2.236,"track":270.0000,"fix":3}"#
        #expect(report.jsonLine() == line)
        let pose = report.pose
        #expect(pose.hasPosition && pose.fix == 3 && pose.satellites == 14)
        #expect(pose.altitudeMSLMetres == 81 && pose.courseDegrees == 270 && pose.yawDegrees.isNaN)
    }

    @Test func unknownFieldsAreLeftOut() {
        #expect(NMEAReport().jsonLine() == #"{"fix":1}"#)
        #expect(NMEAReport().pose.hasPosition == false && NMEAReport().pose.fix == 1)
        let (reports, _) = parseNMEA(nmeaSentence("GPGLL,5127.39,S,00643.98,W,102030,A,A"))
        #expect(reports.map { $0.jsonLine() } == [#"{"latitude":-51.456500000,"longitude":-6.733000000,"fix":2}"#])
    }

    @Test(arguments: [
        "GPRMC,102030.00,V,5127.39,N,00643.98,E,4.3,270.0,010726,,,N",
        "GPRMC,102030.00,A,5127.39,N,00643.98,E,4.3,270.0,010726,,,N",
        "GPGGA,102030.00,5127.39,N,00643.98,E,0,00,99.99,81.0,M,46.5,M,,",
        "GPGGA,102030.00,5127.39,N,00643.98,E,,05,1.0,81.0,M,,M,,",
        "GPGLL,5127.39,N,00643.98,E,102030.00,V,N", "GPGLL,5127.39,N,00643.98,E,102030.00,,", "GPRMC,,V,,,,,,,,,,N",
        "GNGNS,102030.00,5127.39,N,00643.98,E,NNN,00,,81.0,46.5,,",
    ])
    func voidGivesNoPosition(_ body: String) throws {
        // A valid sentence of the same moment does not bring it back.
        let (reports, _) = parseNMEA(nmeaSentence(body) + nmeaSentence("GPGLL,5127.39,N,00643.98,E,102030.00,A,A"))
        let report = try #require(reports.first)
        #expect(report.latitude == nil && report.longitude == nil && report.altitudeMSL == nil)
        #expect(report.speed == nil && report.track == nil && report.fix == 1)
    }

    @Test(arguments: [
        "GPGLL,5160.00,N,00643.98,E,102030,A", "GPGLL,9100.00,N,00643.98,E,102030,A",
        "GPGLL,5127.39,X,00643.98,E,102030,A",
        "GPGLL,5127.39,N,18100.00,E,102030,A", "GPGLL,5127.3a,N,00643.98,E,102030,A",
        "GPGLL,-5127.39,N,00643.98,E,102030,A",
        "GPGLL,5127.39,N,00643.98,E,242030,A", "GPGLL,5127.39,N,00643.98,E,10203,A", "GPGLL,5127.39,N",
        "GPGLL,99999999999999999999999,N,00643.98,E,102030,A", "GPGLL,1e3,N,00643.98,E,102030,A",
        "GPGSA,A,4,,,,,,,,,,,,,1,1,1",
        "GPZDA,102030,31,02,2026,00,00", "GPZDA,102030,01,13,2026,00,00",
    ])
    func garbledFieldsAreRefused(_ body: String) {
        let (reports, counters) = parseNMEA(nmeaSentence(body))
        #expect(reports.isEmpty)
        #expect(counters.malformed == 1 && counters.understood == 0)
    }

    @Test func theLearnedLastSentenceGivesTheReportOut() {
        var parser = NMEAParser()
        var ready: [Int] = []
        for second in 30..<36 {
            parser.handle(nmeaSentence("GPRMC,1020\(second),A,5127.39,N,00643.98,E,0.0,,010726,,,A")[...])
            parser.handle(nmeaSentence("GPGGA,1020\(second),5127.39,N,00643.98,E,1,08,1.0,81.0,M,46.5,M,,")[...])
            var count = 0
            while let report = parser.nextReport() {
                count += 1
                #expect(report.altitudeMSL == 81)
            }
            ready.append(count)
        }
        // The first two cycles wait for their successor; from the third on the GGA ends the cycle.
        #expect(ready == [0, 1, 2, 1, 1, 1])
        #expect(parser.counters.late == 0)
    }
    @Test func aSentenceAfterItsReportIsCountedAndRelearned() {
        var bytes: [UInt8] = []
        for second in 30..<34 { bytes += nmeaSentence("GPGLL,5127.39,N,00643.98,E,1020\(second),A") }
        bytes += nmeaSentence("GPGGA,102033,5127.39,N,00643.98,E,1,08,1.0,81.0,M,46.5,M,,")
        let (reports, counters) = parseNMEA(bytes)
        #expect(reports.count == 4 && counters.late == 1)
    }

    @Test func dateRunsOnOverMidnight() {
        let bytes =
            nmeaSentence("GPRMC,235959.50,A,5127.39,N,00643.98,E,,,311226,,,A")
            + nmeaSentence("GPGLL,5127.39,N,00643.98,E,235959.75,A")
            + nmeaSentence("GPGLL,5127.39,N,00643.98,E,000000.25,A")
        let times = parseNMEA(bytes).reports.map { $0.jsonLine().split(separator: "\"")[3] }
        #expect(times == ["2026-12-31T23:59:59.500Z", "2026-12-31T23:59:59.750Z", "2027-01-01T00:00:00.250Z"])
    }
    @Test func twoDigitYearsBeginIn1980() {
        for (year, text) in [("80", "1980"), ("99", "1999"), ("00", "2000"), ("79", "2079")] {
            let (reports, _) = parseNMEA(nmeaSentence("GPRMC,000000,A,5127.39,N,00643.98,E,,,0103\(year),,,A"))
            #expect(reports.first?.jsonLine().contains("\"time\":\"\(text)-03-01T00:00:00.000Z\"") == true)
        }
    }
    @Test func aZDAAloneMakesNoReport() {
        #expect(parseNMEA(nmeaSentence("GPZDA,102030,01,07,2026,00,00")).reports.isEmpty)
    }
    @Test func statedTwoDimensionsReachThePose() throws {
        let bytes =
            nmeaSentence("GPGGA,102030,5127.39,N,00643.98,E,1,03,4.0,81.0,M,46.5,M,,")
            + nmeaSentence("GPGSA,A,2,01,03,08,,,,,,,,,,4.1,4.0,1.0")
        let report = try #require(parseNMEA(bytes).reports.first)
        #expect(
            report.fix == 3 && report.statedMode == 2 && report.pose.fix == 2 && report.pose.altitudeMSLMetres.isNaN)
    }
    @Test func qualityBecomesTheFixOfMAVLink() throws {
        for (quality, fix) in [(1, 3), (2, 4), (4, 6), (5, 5)] as [(Int, UInt8)] {
            let bytes = nmeaSentence("GPGGA,102030,5127.39,N,00643.98,E,\(quality),12,0.6,81.0,M,46.5,M,,")
            #expect(parseNMEA(bytes).reports.first?.pose.fix == fix)
        }
    }
}
