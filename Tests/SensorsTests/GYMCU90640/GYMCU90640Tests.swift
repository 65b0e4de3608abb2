import TestSupport
import FlightTypes
import Foundation
import Testing

@testable import Sensors

private func frame(_ random: inout SplitMix) -> GYMCU90640Frame? {
    let pixels = (0..<768).map { _ in Int16.random(in: -4000...30_000, using: &random) }
    return GYMCU90640Frame(pixels: pixels, ambient: Int16.random(in: -1000...6000, using: &random))
}
private func events(_ bytes: [UInt8], cut: Int = 4096) -> (events: [GYMCU90640Parser.Event], parser: GYMCU90640Parser) {
    var parser = GYMCU90640Parser()
    var result: [GYMCU90640Parser.Event] = []
    var rest = bytes[...]
    while !rest.isEmpty {
        parser.handle(rest.prefix(cut))
        rest = rest.dropFirst(cut)
        while let event = parser.next() { result.append(event) }
    }
    return (result, parser)
}
private func hex(_ bytes: some Sequence<UInt8>) -> String {
    bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16, uppercase: true) }.joined()
}

@Suite struct GYMCU90640Tests {
    @Test func frameVectors() throws {
        let warm = try #require(GYMCU90640Frame(pixels: [Int16](repeating: 2500, count: 768), ambient: 3000))
        let bytes = warm.encoded()
        #expect(bytes.count == 1544)
        #expect(hex(bytes.prefix(6)) == "5A5A0206C409" && hex(bytes.suffix(4)) == "B80B14B8")
        let cold = try #require(GYMCU90640Frame(pixels: [Int16](repeating: -1000, count: 768), ambient: -500))
        #expect(hex(cold.encoded().suffix(2)) == "68A6")
        #expect(events(bytes + cold.encoded()).events == [.frame(warm), .frame(cold)])
        #expect(GYMCU90640Frame(pixels: [], ambient: 0) == nil)
    }

    @Test func commandVectors() {
        let vectors: [(GYMCU90640Command, String)] = [
            (.baud(.baud9600), "A51501BB"), (.baud(.baud115200), "A51502BC"), (.baud(.baud460800), "A51503BD"),
            (.rate(.halfHertz), "A52500CA"), (.rate(.oneHertz), "A52501CB"), (.rate(.twoHertz), "A52502CC"),
            (.rate(.fourHertz), "A52503CD"), (.rate(.eightHertz), "A52504CE"),
            (.output(isAutomatic: false), "A53501DB"),
            (.output(isAutomatic: true), "A53502DC"), (.emissivity(percent: 95), "A5455F49"),
            (.queryEmissivity, "A55501FB"),
            (.save, "A565010B"),
        ]
        for (command, bytes) in vectors {
            #expect(hex(command.encoded) == bytes)
            #expect(GYMCU90640Command(encoded: command.encoded) == command)
        }
        #expect(GYMCU90640Command(encoded: [0xA5, 0x25, 1, 0]) == nil)
        #expect(GYMCU90640Command(encoded: [0xA5, 0x25, 9, 0xA5 &+ 0x25 &+ 9]) == nil)
        #expect(GYMCU90640Command(encoded: [] as [UInt8]) == nil)
        #expect(GYMCU90640Command.Rate.allCases.map(\.hertz) == [0.5, 1, 2, 4, 8])
    }

    // Skipped where the re-keyed manual is not at hand; the vectors above are the same ones.
    @Test(.enabled(if: MAVLinkTestData.exists("thermal-serial")))
    func manualVectors() throws {
        let data = Data(try MAVLinkTestData.bytes("thermal-serial/gy-mcu90640-vectors.json"))
        let object = try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
        let commands = try #require(object["commands"] as? [String: String])
        for (name, bytes) in commands {
            let command = try #require(GYMCU90640Command(encoded: mavlinkBytes(bytes)), "\(name)")
            #expect(hex(command.encoded) == bytes)
        }
        let reply = try #require(object["emissivity_reply_0.95"] as? String)
        #expect(events(mavlinkBytes(reply)).events == [.emissivity(percent: 95)])
    }

    @Test func replyAmongFramesInAnyCut() throws {
        var random = SplitMix(seed: 11)
        let first = try #require(frame(&random))
        let second = try #require(frame(&random))
        let bytes = first.encoded() + GYMCU90640Command.emissivityReply(percent: 95) + second.encoded()
        #expect(hex(GYMCU90640Command.emissivityReply(percent: 95)) == "5A5A5F13")
        for cut in [1, 2, 3, 5, 64, 1543, 1544, 5000] {
            let result = events(bytes, cut: cut)
            #expect(result.events == [.frame(first), .emissivity(percent: 95), .frame(second)])
            #expect(result.parser.counters.bytesSkipped == 0 && result.parser.counters.replies == 1)
        }
    }

    @Test func afterNoiseTheNextFrameIsFound() throws {
        var random = SplitMix(seed: 12)
        var firstFound = 0
        for round in 0..<200 {
            let frames = try (0..<3).map { _ in try #require(frame(&random)) }
            var noise = random.bytes(Int.random(in: 1...2000, using: &random))
            if round % 4 == 0 { noise += [0x5A, 0x5A, 0x02, 0x06] }  // as if a frame had been cut off
            if round % 4 == 1 { noise += [0x5A] }
            let result = events(noise + frames.flatMap { $0.encoded() }).events
            let found = result.filter { if case .frame = $0 { true } else { false } }
            #expect(found.contains(.frame(frames[1])) && found.contains(.frame(frames[2])))
            if found.contains(.frame(frames[0])) { firstFound += 1 }
        }
        #expect(firstFound == 200)
    }

    @Test func lostOrAddedBytesCostTheFramesTheyTouch() throws {
        var random = SplitMix(seed: 13)
        for _ in 0..<200 {
            let frames = try (0..<4).map { _ in try #require(frame(&random)) }
            var bytes = frames.flatMap { $0.encoded() }
            let place = Int.random(in: 1544..<3088, using: &random)
            switch Int.random(in: 0..<3, using: &random) {
            case 0: bytes.remove(at: place)
            case 1: bytes.insert(UInt8(truncatingIfNeeded: random.next()), at: place)
            default: bytes[place] ^= 0x10
            }
            let (found, parser) = events(bytes, cut: 100)
            #expect(found.first == .frame(frames[0]))
            #expect(Array(found.suffix(2)) == [.frame(frames[2]), .frame(frames[3])])
            #expect(parser.counters.frames + parser.counters.badChecksums >= 3)
        }
    }

    @Test func noiseAloneGivesNoFrames() {
        var random = SplitMix(seed: 14)
        let (found, parser) = events(random.bytes(4_000_000))
        #expect(found.allSatisfy { if case .frame = $0 { false } else { true } })
        #expect(parser.counters.bytesSkipped + UInt64(parser.bytesPending) + parser.counters.replies * 4 == 4_000_000)
    }

    @Test func kelvinRowsAreMirrored() throws {
        var pixels = [Int16](repeating: 0, count: 768)
        pixels[0] = 2000
        pixels[33] = .min
        pixels[767] = .max
        let frame = try #require(GYMCU90640Frame(pixels: pixels, ambient: 0))
        let raw = frame.centikelvin
        #expect(raw[0] == 29_315 && raw[767] == 60_082)
        var upright = ThermalSerialFrame(
            width: UInt16(GYMCU90640Frame.width), height: UInt16(GYMCU90640Frame.height), unit: .centikelvin,
            values: raw, possible: GYMCU90640Driver.possible)
        ThermalCorrection(mirror: .horizontal).orient(&upright)
        let seen = upright.values
        #expect(seen[31] == 29_315 && seen[32 + 30] == 0 && seen[736] == 60_082 && seen[0] == 27_315)
    }

    @Test func jsonLine() throws {
        var pixels = [Int16](repeating: 2105, count: 768)
        pixels[1] = -5
        pixels[2] = -1234
        let frame = try #require(GYMCU90640Frame(pixels: pixels, ambient: 3000))
        let line = frame.jsonLine(number: 7)
        #expect(
            line.hasPrefix(
                #"{"frame":7,"ambient":30.00,"width":32,"height":24,"minimum":-12.34,"maximum":21.05,"#
                    + #""pixels":[21.05,-0.05,-12.34,21.05"#))
        let object = try #require(try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])
        #expect((object["pixels"] as? [Double])?.count == 768)
    }
}
