import Terminal
import ArgumentParser
import FlightTypes
import Foundation
import Sensors

struct BenchDecodeCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "decode", abstract: "Measure the position parsers on files.",
        discussion: """
            Each file is parsed again and again from memory, in pieces of 4 KiB as they come from a line. A .tlog is read as \
            MAVLink, once as the agent reads it and once with every field of every message; a .json as gpsd's lines; \
            everything else as NMEA and UBX. Tests/Benchmarks/peers/decode_peers.py measures other decoders alike.

            Example: lagebild-bench decode flight.tlog receiver.log
            """)
    @Argument(help: "Recordings.") var files: [String]
    @Option(help: "Seconds a file.") var seconds = 1.0

    func validate() throws {
        guard !files.isEmpty else { throw ValidationError("name at least one recording") }
        guard seconds > 0, seconds <= 600 else {
            throw ValidationError("--seconds must be more than 0 and at most 600")
        }
    }
    func run() throws {
        print("file                                decoder              MB/s   messages/s   messages")
        for file in files {
            let bytes = try readInput(file)
            guard !bytes.isEmpty else { throw CommandFailure("\(file): is empty") }
            let name = URL(fileURLWithPath: file).lastPathComponent
            for run in runs(name) { print(row(name, run, bytes)) }
        }
    }

    private struct Run {
        var name: String
        /// Parses all of the bytes once; the number of messages in them.
        var parse: ([UInt8]) -> UInt64
    }
    private func runs(_ name: String) -> [Run] {
        if name.hasSuffix(".tlog") {
            return [Run(name: "mavlink", parse: Self.mavlink), Run(name: "mavlink, all fields", parse: Self.allFields)]
        }
        return name.hasSuffix(".json")
            ? [Run(name: "gpsd", parse: Self.gpsd)] : [Run(name: "nmea and ubx", parse: Self.nmea)]
    }
    private func row(_ name: String, _ run: Run, _ bytes: [UInt8]) -> String {
        let clocks = SystemClocks()
        _ = run.parse(bytes)
        let start = clocks.monotonicNow()
        var (rounds, messages, elapsed) = (0, UInt64(0), 0.0)
        repeat {
            messages &+= run.parse(bytes)
            rounds += 1
            elapsed = Double(clocks.monotonicNow().since(start).nanosecondsClamped) / 1e9
        } while elapsed < seconds
        let megabytes = Double(bytes.count) * Double(rounds) / elapsed / 1e6
        return name.padding(toLength: 36, withPad: " ", startingAt: 0)
            + run.name.padding(toLength: 18, withPad: " ", startingAt: 0)
            + String(
                format: "%8.1f %12.0f %10llu", megabytes, Double(messages) / elapsed, messages / UInt64(max(1, rounds)))
    }

    // MARK: - Parsers

    private static func pieces(_ bytes: [UInt8], _ body: (ArraySlice<UInt8>) -> Void) {
        for start in stride(from: 0, to: bytes.count, by: 4096) { body(bytes[start..<min(start + 4096, bytes.count)]) }
    }
    private static func mavlink(_ bytes: [UInt8]) -> UInt64 {
        var reader = TlogReader()
        var telemetry = MAVLinkTelemetry()
        pieces(bytes) { piece in
            reader.handle(piece)
            while let record = reader.next() {
                _ = telemetry.handle(
                    record.packet,
                    at: CaptureTime(monotonic: .init(nanoseconds: record.time.nanoseconds), wall: record.time))
            }
        }
        return reader.counters.packets
    }
    private static func allFields(_ bytes: [UInt8]) -> UInt64 {
        var reader = TlogReader()
        var fields = 0
        pieces(bytes) { piece in
            reader.handle(piece)
            while let record = reader.next() { fields &+= record.packet.fields.count }
        }
        return fields > 0 ? reader.counters.packets : 0
    }
    private static func nmea(_ bytes: [UInt8]) -> UInt64 {
        var parser = NMEAParser()
        pieces(bytes) { piece in
            parser.handle(piece)
            while parser.nextReport() != nil {}
        }
        let counters = parser.counters
        return counters.understood &+ counters.ignored &+ counters.malformed &+ counters.ubxFrames
    }
    private static func gpsd(_ bytes: [UInt8]) -> UInt64 {
        var parser = GPSDParser()
        pieces(bytes) { piece in
            parser.handle(piece)
            while parser.next() != nil {}
        }
        return parser.counters.understood &+ parser.counters.ignored
    }
}
