import FlightTypes
import Foundation
import LinkTransport
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

    /// Reads what an earlier run left; an unreadable index is an empty one, and costs only the right file for old backfill.
    init(folder: String) {
        path = folder + "/flights.json"
        let data = FileManager.default.contents(atPath: path)
        entries = data.flatMap { try? JSONDecoder().decode([Entry].self, from: $0) } ?? []
    }

    /// What belongs into the incident that is open, and what into earlier files.
    func split(_ batch: [HubObject], present: String) -> (
        present: [HubObject], past: [(file: String, objects: [HubObject])]
    ) {
        guard batch.contains(where: \.isBackfill) else { return (batch, []) }
        var current: [HubObject] = []
        var past: [String: [HubObject]] = [:]
        for object in batch {
            if object.isBackfill, let file = file(of: object), file != present,
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
