import TestSupport
import FlightTypes
import Testing

@testable import Sensors

/// Everything a parser says about a connection whose bytes come in pieces of one size.
private func parse(_ text: String, piece: Int = .max) -> (events: [GPSDEvent], counters: GPSDParser.Counters) {
    var parser = GPSDParser()
    var events: [GPSDEvent] = []
    var rest = Array(text.utf8)[...]
    while !rest.isEmpty {
        parser.handle(rest.prefix(piece))
        rest = rest.dropFirst(piece)
        while let event = parser.next() { events.append(event) }
    }
    return (events, parser.counters)
}
private func at(_ milliseconds: Int64) -> CaptureTime {
    CaptureTime(monotonic: .init(nanoseconds: milliseconds * 1_000_000), wall: .init(nanoseconds: 0))
}

@Suite struct GPSDParserTests {
    /// A connection to gpsd 3.22: the classes it begins with, and a TPV as it came.
    static let session =
        #"{"class":"VERSION","release":"3.22","rev":"3.22","proto_major":3,"proto_minor":14}"# + "\r\n"
        + #"{"class":"DEVICES","devices":[{"class":"DEVICE","path":"/dev/ttyS1","native":0,"bps":4800}]}"# + "\r\n"
        + #"{"class":"WATCH","enable":true,"json":true,"nmea":false,"raw":0,"scaled":false,"timing":false}"# + "\r\n"
        + #"{"class":"TPV","device":"/dev/ttyS1","mode":3,"time":"2026-07-01T10:20:35.000Z","lat":51.4565,"lon":6.733,"#
        + #""altHAE":126.4,"altMSL":81.0,"track":270.0,"magtrack":272.1,"magvar":2.1,"speed":2.236,"climb":0.0,"#
        + #""geoidSep":45.4,"eph":15.2,"epv":20.7}"# + "\r\n"

    @Test func readsASession() throws {
        let (events, counters) = parse(Self.session)
        #expect(counters.understood == 3 && counters.ignored == 1 && counters.malformed == 0)
        #expect(events.first == .version(GPSDVersion(release: "3.22", protocolMajor: 3)))
        guard case .fix(let fix)? = events.last else {
            Issue.record("no fix")
            return
        }
        #expect(fix.latitude == 51.4565 && fix.longitude == 6.733 && fix.mode == 3 && fix.altitudeMSL == 81)
        #expect(fix.track == 270 && fix.speed == 2.236 && fix.horizontalError == 15.2)
        #expect(fix.time == WallTime(nanoseconds: 1_782_901_235_000_000_000))
        for piece in [1, 2, 7, 64] { #expect(parse(Self.session, piece: piece).events == events) }
    }
    @Test func makesSamples() throws {
        var telemetry = GPSDTelemetry()
        let lines =
            #"{"class":"ATT","heading":-10.0,"pitch":5,"roll":-3,"yaw":77}"# + "\n"
            + #"{"class":"SKY","nSat":20,"uSat":11}"# + "\n" + Self.session
        let samples = parse(lines).events.compactMap { telemetry.handle($0, at: at(1000)) }
        let sample = try #require(samples.first)
        #expect(samples.count == 1 && sample.captureTime == at(1000))
        #expect(sample.sourceTime == WallTime(nanoseconds: 1_782_901_235_000_000_000))
        let pose = sample.pose
        #expect(pose.latitude == 51.4565 && pose.altitudeMSLMetres == 81 && pose.fix == 3 && pose.satellites == 11)
        #expect(pose.yawDegrees == 350 && pose.pitchDegrees == 5 && pose.rollDegrees == -3)
        #expect(pose.courseDegrees == 270 && pose.groundSpeed == 2.236 && pose.horizontalAccuracyMetres == 15.2)
        let later = parse(Self.session).events.compactMap { telemetry.handle($0, at: at(20_000)) }
        #expect(later.first?.pose.yawDegrees.isNaN == true && later.first?.pose.satellites == 255)
    }
    @Test func onlyClassAndModeAreSure() throws {
        for (mode, fix) in [(0, nil), (1, nil), (2, UInt8?.none), (4, nil), (-1, nil)] {
            var telemetry = GPSDTelemetry()
            let samples = parse("{\"class\":\"TPV\",\"mode\":\(mode)}\n").events.compactMap {
                telemetry.handle($0, at: at(0))
            }
            #expect(samples.first?.pose.fix == fix)
        }
        // A position beside mode 1 is history, as gpsd keeps it after a loss.
        let lost = parse(#"{"class":"TPV","mode":1,"lat":51.0,"lon":6.0,"speed":3}"# + "\n").events
        guard case .fix(let fix)? = lost.first else {
            Issue.record("no fix")
            return
        }
        #expect(fix.latitude == nil && fix.speed == nil)
        let flat = parse(#"{"class":"TPV","mode":2,"lat":51.0,"lon":6.0,"alt":80,"status":2}"# + "\n").events
        var telemetry = GPSDTelemetry()
        let pose = flat.compactMap { telemetry.handle($0, at: at(0)) }.first?.pose
        #expect(pose?.fix == 2 && pose?.altitudeMSLMetres.isNaN == true)
        let old = parse(#"{"class":"TPV","mode":3,"status":3,"lat":51.0,"lon":6.0,"alt":80}"# + "\n").events
        let oldPose = old.compactMap { telemetry.handle($0, at: at(1)) }.first?.pose
        #expect(oldPose?.fix == 6 && oldPose?.altitudeMSLMetres == 80)
    }
    @Test func aSecondReceiverDoesNotMixIn() {
        var telemetry = GPSDTelemetry()
        func fix(_ device: String, _ moment: Int64) -> Bool {
            let line = "{\"class\":\"TPV\",\"mode\":3,\"device\":\"\(device)\",\"lat\":51,\"lon\":6}\n"
            return parse(line).events.compactMap { telemetry.handle($0, at: at(moment)) }.count == 1
        }
        #expect(fix("a", 0))
        #expect(!fix("b", 1000))
        #expect(fix("a", 2000))
        #expect(fix("b", 13_000), "the first one is silent")
        #expect(telemetry.foreign == 1)
    }
    @Test(arguments: [
        #"{"class":"TPV","mode":3,"lat":91,"lon":6}"#, #"{"class":"TPV","mode":3,"lat":51,"lon":-180.1}"#,
        #"{"class":"TPV","mode":3,"lat":"51","lon":6}"#, #"{"class":"TPV","mode":3,"lat":null,"lon":6}"#,
        #"{"class":"TPV","mode":3,"lat":51}"#,
    ])
    func whatIsNoPlaceGivesNone(_ line: String) {
        var telemetry = GPSDTelemetry()
        #expect(parse(line + "\n").events.compactMap { telemetry.handle($0, at: at(0)) }.isEmpty)
        #expect(telemetry.withoutPosition == 1)
    }
    @Test(arguments: [
        "", "{", "}", "{}x", "[1]", "1", "{\"a\":1,,}", "{,}", "{\"a\":01}", "{\"a\":1e999}", "{\"a\":.5}",
        "{\"a\":+1}", "{\"a\":nano}", "{\"a\":-nul}", "{\"a\":\"\\x\"}", "{\"a\":\"\\ud800\"}", "{\"a\":\"\\udc00\"}",
        "{\"a\":\"\u{1}\"}",
        "{\"a\":tru}", "{'a':1}", "{\"a\" 1}", "{\"a\":1 \"b\":2}", "{\"a\":[,]}", "nul", "\"", "{\"a\":-}",
        "{\"a\":1.}",
    ])
    func whatIsNotJSONIsCounted(_ line: String) {
        let (events, counters) = parse(line + "\n" + Self.session)
        #expect(events.count == 3 && counters.malformed == (line.isEmpty ? 0 : 1))
    }
    /// gpsd prints what the C library makes of a number that is none, and some versions leave a comma behind the last member.
    @Test(arguments: [
        #""epx":nan"#, #""eph":-nan"#, #""epv":inf"#, #""eps":-Infinity,"#, #""x":[1,],"#, #""epx":NaN,"#,
    ])
    func gpsdsOwnHabitsAreTaken(_ member: String) {
        let (events, counters) = parse(#"{"class":"TPV","mode":3,"lat":51.4565,"lon":6.733,"# + member + "}\n")
        guard case .fix(let fix)? = events.first else {
            Issue.record("the place is taken")
            return
        }
        #expect(fix.latitude == 51.4565 && fix.longitude == 6.733 && fix.horizontalError == nil)
        #expect(counters.malformed == 0)
    }
    @Test func whatRestsOnNoSatellitesSaysSo() {
        var telemetry = GPSDTelemetry()
        func sample(_ status: Int, _ milliseconds: Int64) -> Pose? {
            let line = #"{"class":"TPV","mode":3,"status":\#(status),"lat":51.4565,"lon":6.733}"# + "\n"
            return parse(line).events.compactMap { telemetry.handle($0, at: at(milliseconds)) }.first?.pose
        }
        #expect(sample(5, 0)?.basis.positionMarginMetres == .infinity, "reckoned, and never measured")
        #expect(sample(1, 1000)?.basis == .measured && sample(6, 2000)?.basis == .measured)
        let reckoned = sample(5, 12_000)
        #expect(
            reckoned?.basis.position == .estimated && reckoned?.basis.positionMarginMetres == 50 && reckoned?.fix == 1)
        #expect(sample(7, 13_000)?.basis.position == .manual && sample(8, 14_000)?.basis.position == .simulated)
    }
    @Test func limitsHold() {
        let deep = "{\"a\":" + String(repeating: "[", count: 5000) + String(repeating: "]", count: 5000) + "}"
        let many = "{\"a\":[" + String(repeating: "1,", count: 5000) + "1]}"
        let long = "{\"a\":\"" + String(repeating: "x", count: 1 << 20) + "\"}"
        for (line, malformed, oversized) in [(deep, 1, 0), (many, 1, 0), (long, 0, 1)] {
            for piece in [Int.max, 1000] {
                let (events, counters) = parse(line + "\n" + Self.session, piece: piece)
                #expect(events.count == 3)
                #expect(counters.malformed == UInt64(malformed) && counters.linesOversized == UInt64(oversized))
            }
        }
        #expect(JSONReader.read(Array(#"{"a":[[[[[[[1]]]]]]]}"#.utf8)[...]) != nil)
        #expect(JSONReader.read(Array(#"{"a":[[[[[[[[1]]]]]]]]}"#.utf8)[...]) == nil)
        var parser = GPSDParser()
        for _ in 0..<3000 { parser.handle(Array("{\"class\":\"SKY\",\"uSat\":9}\n".utf8)[...]) }
        var count: UInt64 = 0
        while parser.next() != nil { count += 1 }
        #expect(count == 1024 && parser.counters.eventsDropped == 3000 - 1024)
    }
    @Test func satellitesAreCountedWhereNoNumberIsGiven() {
        let list = #"{"class":"SKY","satellites":[{"PRN":1,"used":true},{"PRN":2,"used":false},{"PRN":3,"used":true}]}"#
        #expect(parse(list + "\n").events == [.satellites(2)])
        #expect(parse(#"{"class":"SKY","uSat":300}"# + "\n").events == [])
    }
    @Test func textsAndTimes() {
        let text = JSONReader.read(Array(#"{"t":"\u00fc\ud83d\ude81\/\n"}"#.utf8)[...])?["t"]?.string
        #expect(text == "ü🚁/\n")
        #expect(GPSDTime.read("1970-01-01T00:00:00Z")?.nanoseconds == 0)
        #expect(GPSDTime.read("1970-01-01T00:00:01.5Z")?.nanoseconds == 1_500_000_000)
        #expect(GPSDTime.read("1970-01-01T00:00:01.1234567891Z")?.nanoseconds == 1_123_456_789)
        for broken in [
            "", "2026-07-01T10:20:35.000", "2026-13-01T10:20:35.000Z", "2026-07-01T24:20:35.000Z",
            "9999-07-01T10:20:35Z",
            "2026-07-01 10:20:35.000Z", "2026-07-01T10:20:35,000Z", "2026-0a-01T10:20:35.000Z",
        ] { #expect(GPSDTime.read(broken) == nil) }
    }
    /// 10⁵ damaged lines: each is read or counted, nothing breaks, and every sample is on Earth.
    @Test func damagedLines() {
        var random = SplitMix(seed: 3)
        let lines = Self.session.split(separator: "\r\n").map { Array($0.utf8) }
        var parser = GPSDParser()
        var telemetry = GPSDTelemetry()
        var samples = 0
        for _ in 0..<100_000 {
            var line = lines.randomElement(using: &random) ?? []
            for _ in 0..<Int.random(in: 0...4, using: &random) {
                let index = Int.random(in: 0..<line.count, using: &random)
                switch Int.random(in: 0..<4, using: &random) {
                case 0: line[index] = UInt8(truncatingIfNeeded: random.next())
                case 1: line[index] = Array("{}[]\",:0-9eE.\\".utf8).randomElement(using: &random) ?? 0
                case 2: line.insert(line.randomElement(using: &random) ?? 0, at: index)
                default: line.remove(at: index)
                }
            }
            parser.handle((line + [0x0A])[...])
            while let event = parser.next() {
                guard let sample = telemetry.handle(event, at: at(0)) else { continue }
                samples += 1
                #expect(sample.pose.latitude.magnitude <= 90 && sample.pose.longitude.magnitude <= 180)
            }
        }
        #expect(samples > 1000 && parser.counters.malformed > 1000)
    }
}
