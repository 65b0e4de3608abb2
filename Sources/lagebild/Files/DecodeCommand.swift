import Terminal
import ArgumentParser
import Foundation
import Sensors

struct DecodeCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "decode", abstract: "Run a parser of the agent on a file, one JSON object a line.",
        discussion: "Example: lagebild decode nmea receiver.log --json",
        subcommands: [NMEA.self, GPSD.self, MAVLink.self, GYMCU.self])

    /// Hands over the file piece by piece, however long it is.
    private static func eachPiece(of path: String, _ body: (ArraySlice<UInt8>) throws -> Void) throws {
        let file: FileHandle
        if path == "-" {
            file = .standardInput
        } else {
            guard let opened = FileHandle(forReadingAtPath: path) else {
                throw CommandFailure("\(path): cannot be read")
            }
            file = opened
        }
        while let piece = try file.read(upToCount: 64 << 10), !piece.isEmpty { try body(Array(piece)[...]) }
    }
    /// What a parser had to let go of was in the file and is not in the output: that is no success.
    private static func failOnLoss(_ lost: UInt64, _ what: String) throws {
        guard lost == 0 else { throw CommandFailure("\(lost) \(what) were lost: the output is not complete") }
    }

    struct NMEA: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "nmea", abstract: "NMEA 0183 and UBX NAV-PVT, also mixed: a line a position report.",
            discussion: "Example: lagebild decode nmea receiver.log --json", aliases: ["ubx"])
        @Argument(help: "A receiver's log, or - for standard input.") var file: String
        @Flag(help: "As JSON (the only form).") var json = false
        func run() throws {
            var parser = NMEAParser()
            let output = LineOutput()
            try DecodeCommand.eachPiece(of: file) { piece in
                parser.read(piece) { output.write($0.jsonLine()) }
            }
            parser.finish()
            while let report = parser.nextReport() { output.write(report.jsonLine()) }
            output.flush()
            let counters = parser.counters
            complain(
                "\(counters.reports) reports; \(counters.ubxFrames) UBX frames; \(counters.bytesSkipped) of "
                    + "\(counters.bytes) bytes skipped, \(counters.badChecksums) bad checksums, "
                    + "\(counters.malformed) malformed sentences")
            try DecodeCommand.failOnLoss(counters.reportsDropped, "reports")
        }
    }

    struct GPSD: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "gpsd", abstract: "What gpsd sends to its clients: a line a position.",
            discussion: "Example: gpspipe -w -n 20 | lagebild decode gpsd - --json")
        @Argument(help: "The lines, or - for standard input.") var file: String
        @Flag(help: "As JSON (the only form).") var json = false
        func run() throws {
            var parser = GPSDParser()
            let output = LineOutput()
            try DecodeCommand.eachPiece(of: file) { piece in
                parser.read(piece) { event in
                    if case .fix(let fix) = event { output.write(fix.jsonLine()) }
                }
            }
            output.flush()
            let counters = parser.counters
            complain(
                "\(counters.understood) lines used, \(counters.ignored) of other classes, \(counters.malformed) "
                    + "malformed, \(counters.linesOversized) too long")
            try DecodeCommand.failOnLoss(counters.eventsDropped, "events")
        }
    }

    struct MAVLink: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "mavlink", abstract: "A MAVLink telemetry log (.tlog): a line a message.",
            discussion: "Example: lagebild decode mavlink flight.tlog --json")
        @Argument(help: "A .tlog file, or - for standard input.") var file: String
        @Flag(help: "As JSON (the only form).") var json = false
        func run() throws {
            var reader = TlogReader()
            let output = LineOutput()
            var count = 0
            func write(_ record: TlogReader.Record) {
                output.write(record.packet.jsonLine(time: record.time))
                count += 1
            }
            try DecodeCommand.eachPiece(of: file) { reader.read($0, write) }
            reader.finish()
            while let record = reader.next() { write(record) }
            output.flush()
            let counters = reader.counters
            let unknown = counters.unknown.sorted { $0.key < $1.key }.map { "\($0.key): \($0.value)" }.joined(
                separator: ", ")
            complain(
                "\(count) messages; \(counters.bytesSkipped) bytes skipped, \(counters.badChecksums) bad checksums; "
                    + "of unknown layout by id: \(unknown.isEmpty ? "none" : unknown)")
            try DecodeCommand.failOnLoss(reader.bytesDropped, "bytes")
        }
    }

    struct GYMCU: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "gy-mcu90640", abstract: "What a GY-MCU90640 sent over its serial line: a line a frame.",
            discussion: "Example: lagebild decode gy-mcu90640 capture.bin --json")
        @Argument(help: "The bytes, or - for standard input.") var file: String
        @Flag(help: "As JSON (the only form).") var json = false
        func run() throws {
            var parser = GYMCU90640Parser()
            let output = LineOutput()
            var number: UInt64 = 0
            try DecodeCommand.eachPiece(of: file) { piece in
                parser.read(piece) { event in
                    guard case .frame(let frame) = event else { return }
                    output.write(frame.jsonLine(number: number))
                    number += 1
                }
            }
            output.flush()
            complain(
                "\(number) frames; \(parser.counters.bytesSkipped) bytes skipped, \(parser.counters.badChecksums) bad checksums"
            )
        }
    }
}
