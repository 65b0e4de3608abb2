import TestSupport
import FlightTypes
import Testing

@testable import Sensors

/// However bytes are cut, and however many come at once, a parser finds the same and loses nothing.
@Suite struct PiecewiseParserTests {
    /// What a parser makes of `bytes` in one piece, byte by byte (of the beginning) and in random cuts.
    private static func check<Parser: PiecewiseParser>(
        _ make: () -> Parser, _ bytes: [UInt8], least: Int, finish: (inout Parser) -> [String] = { _ in [] },
        _ text: (Parser.Output) -> String
    ) {
        func read(_ cuts: [Int]) -> [String] {
            var parser = make()
            var found: [String] = []
            var rest = bytes[...]
            for cut in cuts {
                parser.read(rest.prefix(cut)) { found.append(text($0)) }
                rest = rest.dropFirst(cut)
            }
            parser.read(rest) { found.append(text($0)) }
            return found + finish(&parser)
        }
        let whole = read([])
        #expect(whole.count >= least, "\(Parser.self): \(whole.count) of \(least)")
        #expect(bytes.count >= 10 * Parser.pieceLimit || least > 0)
        #expect(read([Int](repeating: 1, count: 3_000)) == whole)
        for seed in 0..<3 as Range<UInt64> {
            var random = SplitMix(seed: seed)
            let cuts = (0..<200).map { _ in
                Bool.random(using: &random)
                    ? Int.random(in: 1...300, using: &random)
                    : Int.random(in: 1...(3 * Parser.pieceLimit), using: &random)
            }
            #expect(read(cuts) == whole, "seed \(seed)")
        }
    }

    private static func packet(_ number: Int) -> [UInt8] {
        MAVLinkPacket(
            version: 2, sequence: UInt8(truncatingIfNeeded: number), system: 1, component: 1, messageID: 30,
            payload: (0..<28).map { UInt8(truncatingIfNeeded: number &* 31 &+ $0) | 1 }
        ).encoded() ?? []
    }

    @Test func mavlinkAndItsLog() {
        let count = 10 * MAVLinkParser.bufferLimit / 40 + 1
        let round = (0..<256).map(Self.packet)
        let packets = (0..<count).map { round[$0 % 256] }
        Self.check({ MAVLinkParser() }, packets.flatMap(\.self), least: count) { "\($0.sequence)" }
        let log = packets.enumerated().flatMap { number, packet in
            (0..<8).map { UInt8(truncatingIfNeeded: (1_780_000_000_000_000 + number) >> (56 - 8 * $0)) } + packet
        }
        Self.check(TlogReader.init, log, least: count) { "\($0.time.nanoseconds) \($0.packet.sequence)" }
    }
    @Test func receivers() {
        var sentences: [UInt8] = []
        let count = 10 * NMEAParser.pieceLimit / 60 + 1
        for number in 0..<count {
            let (hour, minute, second) = (number / 36_000 % 24, number / 600 % 60, number / 10 % 60)
            func two(_ value: Int) -> String { value < 10 ? "0\(value)" : "\(value)" }
            let clock = two(hour) + two(minute) + two(second) + ".\(number % 10)"
            sentences += Array("$GNGLL,5127.39,N,00643.98,E,\(clock),A,A\r\n".utf8)
        }
        Self.check(NMEAParser.init, sentences, least: count - 1) { $0.jsonLine() }
    }
    @Test func gpsd() {
        let count = 10 * GPSDParser.pieceLimit / 60 + 1
        let lines = (0..<count).map { #"{"class":"TPV","mode":3,"lat":51.\#($0 + 100_000),"lon":6.7}"# + "\n" }
        Self.check(GPSDParser.init, Array(lines.joined().utf8), least: count) { "\($0)" }
    }
}
