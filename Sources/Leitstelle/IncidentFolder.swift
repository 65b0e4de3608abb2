import FlightTypes
import Foundation
import LinkTransport
import Situation

/// Names incident files and remembers which one is open, so that a restart goes on with it.
struct IncidentFolder: Sendable {
    /// The incident that was open, and its file.
    struct Open: Codable, Sendable {
        var file: String
        var name: String
        var openedAtNanoseconds: Int64
        var openedBy: String?
        var incident: IncidentTracker.Incident {
            .init(name: name, openedAt: WallTime(nanoseconds: openedAtNanoseconds), openedBy: openedBy)
        }
    }
    let folder: String
    private var marker: String { folder + "/open-incident.json" }

    init(folder: String) throws {
        self.folder = folder
        try FileManager.default.createDirectory(
            atPath: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
    }

    /// What was open when the station last stopped. An unreadable marker means none: its file stays as it is.
    func openIncident() -> Open? {
        guard let data = FileManager.default.contents(atPath: marker),
            let open = try? JSONDecoder().decode(Open.self, from: data), isOurs(open.file)
        else { return nil }
        return open
    }

    /// A path for a new incident, made from the time alone: no name that people type ever becomes a path.
    func newPath(at time: WallTime) -> String {
        let formatter = DateFormatter()
        formatter.locale = Locale(identifier: "en_US_POSIX")
        formatter.timeZone = TimeZone(identifier: "UTC")
        formatter.dateFormat = "yyyyMMdd-HHmmss"
        let stem = "\(folder)/einsatz-\(formatter.string(from: Date(timeIntervalSince1970: time.unixSeconds)))Z"
        var path = stem + ".lagebild"
        var number = 2
        while FileManager.default.fileExists(atPath: path) {
            path = "\(stem)-\(number).lagebild"
            number += 1
        }
        return path
    }

    /// Remembers `incident` in `file` as open; nil forgets.
    func remember(_ incident: IncidentTracker.Incident?, file: String) throws {
        guard let incident else {
            try? FileManager.default.removeItem(atPath: marker)
            return
        }
        let open = Open(
            file: file, name: incident.name, openedAtNanoseconds: incident.openedAt.nanoseconds,
            openedBy: incident.openedBy)
        try DurableFile.replace(marker, with: String(decoding: try JSONEncoder().encode(open), as: UTF8.self))
    }

    private func isOurs(_ file: String) -> Bool {
        file.hasPrefix(folder + "/") && !file.contains("..") && FileManager.default.fileExists(atPath: file)
    }
}
