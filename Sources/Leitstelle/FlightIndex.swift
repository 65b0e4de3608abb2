import DurableFiles
import FlightTypes
import Foundation
import Situation

/// Which incident files hold which flights, so that what is backfilled after an incident was closed still finds its file.
/// Limit: 4,096 entries; the oldest goes, and its backfill then goes into the incident that is open.
struct FlightIndex: Sendable {
    private struct Entry: Codable, Sendable, Equatable {
        var drone: String
        var flight: UInt32
        var file: String
        /// The drone's monotonic clock at the first object that went into `file`.
        var fromNanoseconds: Int64
    }
    private static let limit = 4096
    private let path: String
    private var entries: [Entry]

    /// Files of earlier incidents that cannot be written: their backfill goes into the open one. As many as there are entries.
    private var unusable: Set<String> = []
    /// What is to be said about what an earlier run left; nil where all is well.
    private(set) var remark: String?

    /// Reads what an earlier run left; an unreadable index is set aside, and costs only the right file for old backfill.
    init(folder: String) {
        path = folder + "/flights.json"
        let bytes: [UInt8]?
        do { bytes = try DurableFile.read(path) } catch {
            (bytes, remark) = (nil, "\(error); backfill of earlier incidents goes into the open one")
        }
        entries = []
        guard let bytes else { return }
        do { entries = try JSONDecoder().decode([Entry].self, from: Data(bytes)).suffix(Self.limit) } catch {
            let what =
                bytes.allSatisfy { $0 == 0 } ? "is empty, perhaps after a power cut" : "is not what the station wrote"
            remark =
                "\(path) \(what); backfill of earlier incidents goes into the open one" + IncidentFolder.setAside(path)
        }
    }

    /// What is wrong with the index in `folder`; nil where all is well. Changes nothing.
    static func fault(folder: String) -> String? {
        let path = folder + "/flights.json"
        do {
            guard let bytes = try DurableFile.read(path) else { return nil }
            _ = try JSONDecoder().decode([Entry].self, from: Data(bytes))
            return nil
        } catch is DecodingError { return "\(path) is empty or not what the station wrote" } catch { return "\(error)" }
    }

    /// From now on what belongs into `file` goes into the open incident.
    mutating func giveUp(_ file: String) {
        if unusable.count < Self.limit { unusable.insert(file) }
    }

    /// What belongs into the incident that is open, and what into earlier files.
    func split(_ batch: [HubObject], present: String) -> (
        present: [HubObject], past: [(file: String, objects: [HubObject])]
    ) {
        guard batch.contains(where: \.isBackfill) else { return (batch, []) }
        var current: [HubObject] = []
        var past: [String: [HubObject]] = [:]
        for object in batch {
            if object.isBackfill, let file = file(of: object), file != present, !unusable.contains(file),
                FileManager.default.fileExists(atPath: file)
            {
                past[file, default: []].append(object)
            } else {
                current.append(object)
            }
        }
        return (current, past.sorted { $0.key < $1.key }.map { ($0.key, $0.value) })
    }

    /// The newest file of the object's flight that was begun before it was captured, else the oldest one.
    private func file(of object: HubObject) -> String? {
        let own = entries.filter { $0.drone == object.drone.name && $0.flight == object.object.id.flight }
        let captured = object.object.captureTime.monotonic.nanoseconds
        return (own.last { $0.fromNanoseconds <= captured } ?? own.first)?.file
    }

    /// Notes that live objects go into `file`; durable when a new flight was noted.
    mutating func note(_ objects: [HubObject], file: String) throws {
        var isChanged = false
        for object in objects where !object.isBackfill {
            let flight = object.object.id.flight
            let last = entries.last { $0.drone == object.drone.name && $0.flight == flight }
            guard last?.file != file else { continue }
            let captured = object.object.captureTime.monotonic.nanoseconds
            entries.append(Entry(drone: object.drone.name, flight: flight, file: file, fromNanoseconds: captured))
            isChanged = true
        }
        guard isChanged else { return }
        if entries.count > Self.limit { entries.removeFirst(entries.count - Self.limit) }
        try DurableFile.replace(path, with: String(decoding: try JSONEncoder().encode(entries), as: UTF8.self))
    }
}
