import ArgumentParser
import Foundation
import Logging

/// The command line: one program for the drone, the Leitstelle and everyone who administers them.
@main
struct Lagebild: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "lagebild",
        abstract: "The live picture from a fire brigade's drone (Lagebild einer Feuerwehrdrohne).",
        discussion: "Example: lagebild leitstelle --config Config/leitstelle.yaml",
        version: "0.1.0",
        subcommands: [
            DemoCommand.self, AgentCommand.self, LeitstelleCommand.self, ReplayCommand.self, IncidentsCommand.self,
            KeysCommand.self, UsersCommand.self, DoctorCommand.self, CalibrateCommand.self, DetectCommand.self,
            DecodeCommand.self, GridCommand.self, ProxyCommand.self, BenchCommand.self,
        ])
}

/// A failure that is said in one line on standard error, with exit status 1.
struct CommandFailure: Error, CustomStringConvertible {
    let description: String
    init(_ description: String) { self.description = description }
}

/// A log on standard error, one line an event.
func makeLogger(_ label: String, level: Logger.Level = .info) -> Logger {
    var logger = Logger(label: label) { label in StreamLogHandler.standardError(label: label) }
    logger.logLevel = level
    return logger
}

/// Writes a line to standard error.
func complain(_ text: String) { FileHandle.standardError.write(Data((text + "\n").utf8)) }

/// Reads all of a file, or of standard input for `-`; at most `limit` bytes.
func readInput(_ path: String, limit: Int = 2 << 30) throws -> [UInt8] {
    let file: FileHandle
    if path == "-" {
        file = .standardInput
    } else {
        guard let opened = FileHandle(forReadingAtPath: path) else { throw CommandFailure("\(path): cannot be read") }
        file = opened
    }
    var bytes: [UInt8] = []
    while let chunk = try file.read(upToCount: 1 << 20), !chunk.isEmpty {
        bytes += chunk
        guard bytes.count <= limit else { throw CommandFailure("\(path): longer than \(limit >> 20) MiB") }
    }
    return bytes
}

/// Collects lines and writes them in large pieces; the rest when it goes away.
final class LineOutput {
    private var buffer: [UInt8] = []
    func write(_ line: String) {
        buffer += line.utf8
        buffer.append(UInt8(ascii: "\n"))
        if buffer.count > 1 << 16 { flush() }
    }
    func flush() {
        buffer.withUnsafeBytes { bytes in
            var rest = bytes[...]
            while !rest.isEmpty {
                let written = Foundation.write(1, rest.baseAddress, rest.count)
                guard written > 0 else { exit(1) }  // Nobody reads any more (EPIPE).
                rest = rest.dropFirst(written)
            }
        }
        buffer.removeAll(keepingCapacity: true)
    }
}

extension Slice<UnsafeRawBufferPointer> {
    fileprivate var baseAddress: UnsafeRawPointer? { UnsafeRawBufferPointer(rebasing: self).baseAddress }
}
