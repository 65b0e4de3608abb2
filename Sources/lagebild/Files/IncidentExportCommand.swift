import Terminal
import ArgumentParser
import ConfigurationFile
import FlightTypes
import Foundation
import ImageCoding
import PlainText
import Recording

struct IncidentExportCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "export",
        abstract: "Write a record's frames as files: JPEG as they came, thermal pictures as 16-bit PGM.",
        discussion: """
            A file is named drone-flight-stream-sequence; a smaller copy made for the link says so. A value of a PGM is what the \
            sensor gave, in the unit printed at the end.

            Example: lagebild incidents export einsatz.lagebild --to bilder --stream thermal0
            """)
    @Argument(help: "The incident file; it may be being written.") var file: String
    @Option(help: "Folder for the files; made when it does not exist, and must be empty.") var to: String
    @Option(help: "Only this stream, such as visible0.") var stream: String?

    private static let page = 64

    func run() throws {
        let manager = FileManager.default
        // Pictures of people in distress: for nobody else's eyes, whatever the umask.
        try manager.createDirectory(
            atPath: to, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        guard try manager.contentsOfDirectory(atPath: to).isEmpty else {
            throw CommandFailure("\(to) is not empty; nothing was written")
        }
        let reader = try IncidentReader(path: PathForms.existing(file))
        let stream = stream?.withoutBlanks
        try complainIfIncomplete(reader)
        var position: Int64 = -1
        var written = 0
        var damaged = 0
        var units: Set<String> = []
        while true {
            let page = try reader.objects(after: position, limit: Self.page)
            guard let last = page.last else { break }
            position = last.position
            for stored in page {
                guard let object = try? FlightObject(decoding: stored.bytes) else {
                    damaged += 1
                    continue
                }
                guard case .frame(let frame) = object else { continue }
                guard stream.map({ $0 == frame.id.stream.description }) ?? true else { continue }
                guard let (bytes, ending) = Self.picture(frame) else {
                    damaged += 1
                    continue
                }
                if ending == "pgm" { units.insert("\(frame.id.stream): \(frame.unit)") }
                let name = Self.name(frame, of: stored.drone) + "." + ending
                do { try Self.write(bytes, to: to + "/" + name) } catch {
                    throw CommandFailure("\(error); \(written) pictures were written, the rest was not")
                }
                written += 1
            }
        }
        print(
            "\(written) pictures written"
                + (units.isEmpty ? "" : "; values in \(units.sorted().joined(separator: ", "))"))
        if damaged > 0 { throw CommandFailure("\(damaged) objects are damaged and were left out") }
    }

    /// A new file for its owner alone; never through a link.
    private static func write(_ bytes: [UInt8], to path: String) throws {
        let file = open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0o600)
        guard file >= 0 else { throw CommandFailure("\(path): \(String(cString: strerror(errno)))") }
        defer { close(file) }
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Foundation.write(file, $0.baseAddress, $0.count) }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { throw CommandFailure("\(path): \(String(cString: strerror(errno)))") }
            rest = rest.dropFirst(count)
        }
    }

    /// Names come from a file that may be hostile: a drone's name is checked when it is read (`DroneID`), the rest are numbers.
    private static func name(_ frame: Frame, of drone: String) -> String {
        let sequence = String(frame.id.sequence)
        let padded = String(repeating: "0", count: max(0, 6 - sequence.count)) + sequence
        return "\(drone)-\(frame.id.flight)-\(frame.id.stream)-\(padded)"
            + (frame.flags.contains(.reduced) ? "-reduced" : "")
    }

    private static func picture(_ frame: Frame) -> (bytes: [UInt8], ending: String)? {
        let values: [UInt16]
        switch frame.encoding {
        case .jpeg: return (frame.payload, "jpg")
        case .gray16: values = Gray16.values(frame.payload)
        case .codedGray16:
            guard let decoded = try? ThermalCoder.decode(frame.payload) else { return nil }
            values = decoded.values
        }
        return PGM.encode(values, width: Int(frame.width), height: Int(frame.height)).map { ($0, "pgm") }
    }
}
