import ArgumentParser
import ConfigurationFile
import Foundation
import Logging
import PlainText

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

    static func main() async {
        do {
            let arguments = SignedArguments.protected(Array(CommandLine.arguments.dropFirst()), positional: ["grid"])
            var command = try parseAsRoot(arguments)
            if var command = command as? any AsyncParsableCommand {
                try await command.run()
            } else {
                try command.run()
            }
            // What was printed may still lie in a buffer: a full disk must not look like success.
            guard fflush(nil) == 0 else {
                throw CommandFailure("the output could not be written: \(String(cString: strerror(errno)))")
            }
        } catch { end(error) }
    }

    /// Help goes to standard output, failures to standard error; names in them may come from anywhere.
    private static func end(_ error: any Error) -> Never {
        let code = exitCode(for: error)
        let text = fullMessage(for: error).printable(keepingLines: true)
        if code.isSuccess {
            if !text.isEmpty { print(text) }
        } else if !text.isEmpty {
            complain(text)
        }
        fflush(nil)
        Foundation.exit(code.rawValue)
    }
}

/// A failure that is said in one line on standard error, with exit status 1.
struct CommandFailure: Error, CustomStringConvertible {
    let description: String
    init(_ description: String) { self.description = description }
}

/// A log on standard error, one line an event.
func makeLogger(_ label: String, level: Logger.Level = .info) -> Logger {
    var logger = Logger(label: label) { PlainLogHandler(inner: StreamLogHandler.standardError(label: $0)) }
    logger.logLevel = level
    return logger
}

/// Keeps what names bring along (colours, cursor movements, line ends) out of the log.
private struct PlainLogHandler: LogHandler {
    var inner: StreamLogHandler
    var logLevel: Logger.Level {
        get { inner.logLevel }
        set { inner.logLevel = newValue }
    }
    var metadata: Logger.Metadata {
        get { inner.metadata }
        set { inner.metadata = newValue }
    }
    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { inner[metadataKey: key] }
        set { inner[metadataKey: key] = newValue }
    }
    func log(event: LogEvent) {
        var event = event
        event.message = "\(event.message.description.printable(limit: 4_000, keepingLines: true))"
        inner.log(event: event)
    }
}

/// Writes a line to standard error.
func complain(_ text: String) { FileHandle.standardError.write(Data((text + "\n").utf8)) }

/// Reads all of a file, or of standard input for `-`; at most `limit` bytes.
func readInput(_ path: String, limit: Int = 2 << 30) throws -> [UInt8] {
    let file: FileHandle
    if path == "-" {
        file = .standardInput
    } else {
        let path = PathForms.existing(path)
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
                if written < 0, errno == EINTR { continue }
                guard written > 0 else {
                    // Nobody reads any more, or there is no room: either way the output is not whole.
                    if errno != EPIPE {
                        complain("the output could not be written: \(String(cString: strerror(errno)))")
                    }
                    exit(1)
                }
                rest = rest.dropFirst(written)
            }
        }
        buffer.removeAll(keepingCapacity: true)
    }
}

extension Slice<UnsafeRawBufferPointer> {
    fileprivate var baseAddress: UnsafeRawPointer? { UnsafeRawBufferPointer(rebasing: self).baseAddress }
}
