import DurableFiles
import FlightTypes
import Foundation
import Recording
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

    /// Makes the folder where it is not there yet. Where that fails, recording fails and says so until it works (`make`); live
    /// pictures do not need it.
    init(folder: String) {
        self.folder = folder
        try? make()
    }

    /// Makes the folder where it is not there.
    func make() throws {
        try FileManager.default.createDirectory(
            atPath: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
    }

    /// What was open when the station last stopped, and what is to be said about it.
    struct Resumption: Sendable {
        var open: Open?
        var remarks: [String] = []
    }

    /// A marker that cannot be read is set aside, and the newest file says itself whether its incident was closed: a power cut must
    /// not tear an incident in two.
    func resumption() -> Resumption {
        let bytes: [UInt8]?
        do { bytes = try DurableFile.read(marker) } catch { return found(because: "\(error)") }
        guard let bytes else { return Resumption() }
        guard let open = try? JSONDecoder().decode(Open.self, from: Data(bytes)) else {
            let what =
                bytes.allSatisfy { $0 == 0 } ? "is empty, perhaps after a power cut" : "is not what the station wrote"
            return found(because: "\(marker) \(what)" + Self.setAside(marker))
        }
        guard isOurs(open.file) else {
            return Resumption(
                remarks: ["\(open.file) was open when the station stopped and is not there; a new incident begins"])
        }
        return Resumption(open: open)
    }

    /// Whether objects were ever recorded here, so that drones have flown.
    var holdsIncidents: Bool { !incidents.isEmpty }

    /// What is wrong with the marker; nil where all is well.
    var markerFault: String? {
        do {
            guard let bytes = try DurableFile.read(marker) else { return nil }
            guard let open = try? JSONDecoder().decode(Open.self, from: Data(bytes)) else {
                return "\(marker) is empty or not what the station wrote"
            }
            return isOurs(open.file) ? nil : "\(marker) names \(open.file), which is not there"
        } catch { return "\(error)" }
    }

    /// Files of incidents, the newest first.
    var incidents: [String] {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
        return names.filter { $0.hasPrefix("einsatz-") && $0.hasSuffix(".lagebild") }.sorted(by: >)
    }

    private func found(because reason: String) -> Resumption {
        for name in incidents.prefix(8) {
            let file = folder + "/" + name
            guard let reader = try? IncidentReader(path: file), let info = try? reader.info(),
                let isClosed = try? reader.isIncidentClosed()
            else { continue }
            guard !isClosed else { break }
            let open = Open(
                file: file, name: info.name, openedAtNanoseconds: info.openedAt.nanoseconds, openedBy: info.openedBy)
            return Resumption(
                open: open, remarks: ["\(reason); the newest incident was not closed, the station goes on with it"])
        }
        return Resumption(remarks: ["\(reason); no incident is left open, a new one begins with the first object"])
    }

    /// Keeps what cannot be read under another name; what to say of it.
    static func setAside(_ path: String) -> String {
        DurableFile.setAside(path).map { "; it was kept as \($0)" } ?? ""
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
