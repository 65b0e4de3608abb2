import ArgumentParser
import FlightTypes
import Foundation
import ImageCoding
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
        try manager.createDirectory(atPath: to, withIntermediateDirectories: true)
        guard try manager.contentsOfDirectory(atPath: to).isEmpty else {
            throw CommandFailure("\(to) is not empty; nothing was written")
        }
        let reader = try IncidentReader(path: file)
        var position: Int64 = -1
        var written = 0
        var damaged = 0
        var units: Set<String> = []
        while true {
            let page = try reader.objects(after: position, limit: Self.page)
            guard let last = page.last else { break }
            position = last.position
            for stored in page {
                guard case .frame(let frame)? = try? FlightObject(decoding: stored.bytes) else { continue }
                guard stream.map({ $0 == frame.id.stream.description }) ?? true else { continue }
                guard let (bytes, ending) = Self.picture(frame) else {
                    damaged += 1
                    continue
                }
                if ending == "pgm" { units.insert("\(frame.id.stream): \(frame.unit)") }
                let name = Self.name(frame, of: stored.drone) + "." + ending
                guard manager.createFile(atPath: to + "/" + name, contents: Data(bytes)) else {
                    throw CommandFailure("\(to)/\(name) cannot be written; \(written) pictures were")
                }
                written += 1
            }
        }
        print(
            "\(written) pictures written"
                + (units.isEmpty ? "" : "; values in \(units.sorted().joined(separator: ", "))"))
        if damaged > 0 { throw CommandFailure("\(damaged) pictures are damaged and were left out") }
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
