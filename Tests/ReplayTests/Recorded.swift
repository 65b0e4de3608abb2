import TestSupport
import FlightTypes
import Foundation
import Recording
import Replay
import Situation
import Synchronization

/// A recording of its own for a test, and what a replay of it published.
final class Recorded: Sendable {
    let clocks = ScriptedClocks(
        monotonic: MonotonicInstant(nanoseconds: 1_000_000_000_000),
        wall: WallTime(nanoseconds: 1_900_001_000_000_000_000))
    let hub = StreamHub()
    private let published = Mutex<[HubObject]>([])
    private let folder: String
    let path: String

    /// Objects that came live, with the second of their receipt; nil stands for bytes that are no object.
    convenience init(_ objects: [(second: Double, object: FlightObject?)]) throws {
        try self.init(entries: objects.map { Entry(at: $0.second, $0.object) })
    }

    struct Entry {
        var second: Double
        var object: FlightObject?
        var isBackfilled: Bool
        var drone: String
        init(at second: Double, _ object: FlightObject?, backfilled: Bool = false, drone: String = "alpha") {
            self.second = second
            self.object = object
            isBackfilled = backfilled
            self.drone = drone
        }
    }

    init(entries: [Entry]) throws {
        folder = FileManager.default.temporaryDirectory.appending(path: "replay-\(UUID().uuidString)").path
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        path = folder + "/einsatz.lagebild"
        let start: Int64 = 1_795_000_000_000_000_000
        let writer = try IncidentWriter(
            path: path, incident: .init(name: "Test", openedAt: WallTime(nanoseconds: start), openedBy: nil),
            limits: OnboardLimits(maximumBytes: nil, reserveBytes: 0))
        let items = entries.enumerated().map { number, entry in
            let nanoseconds = Int64(entry.second * 1e9)
            let object = entry.object ?? Self.telemetry(1_000_000 + UInt64(number))
            return RecordableObject(
                drone: entry.drone, receiveTime: WallTime(nanoseconds: start + nanoseconds),
                receiveMonotonic: MonotonicInstant(nanoseconds: nanoseconds), object: object,
                bytes: entry.object == nil ? [0xFF] : object.encoded(),
                isBackfilled: entry.isBackfilled)
        }
        _ = try writer.append(items, recordTime: WallTime(nanoseconds: start))
        try writer.close()
    }

    deinit { try? FileManager.default.removeItem(atPath: folder) }

    func source() throws -> ReplaySource? {
        try ReplaySource(reader: IncidentReader(path: path), hub: hub, clocks: clocks) { [weak self] object in
            self?.published.withLock { $0.append(object) }
        }
    }

    /// What was published since the last call.
    func taken() -> [HubObject] {
        published.withLock { published in
            defer { published = [] }
            return published
        }
    }

    static func telemetry(_ sequence: UInt64) -> FlightObject {
        .telemetry(
            TelemetrySample(
                id: ObjectID(flight: 1, stream: StreamID(.telemetry), sequence: sequence), captureTime: time,
                pose: Pose(latitude: 51.4, longitude: 6.7)))
    }

    static func frame(_ sequence: UInt64, _ stream: StreamID = StreamID(.visible)) -> FlightObject {
        .frame(
            Frame(
                id: ObjectID(flight: 1, stream: stream, sequence: sequence), captureTime: time, pose: .unknown,
                encoding: .jpeg, width: 4, height: 3, payload: [1, 2, 3]))
    }

    /// A frame of `flight`, captured at a second of the drone's clock.
    static func captured(_ sequence: UInt64, at second: Double, flight: UInt32 = 1, reduced: Bool = false)
        -> FlightObject
    {
        .frame(
            Frame(
                id: ObjectID(flight: flight, stream: StreamID(.visible), sequence: sequence),
                captureTime: CaptureTime(
                    monotonic: MonotonicInstant(nanoseconds: Int64(second * 1e9)),
                    wall: WallTime(nanoseconds: 1_795_000_000_000_000_000)), pose: .unknown, encoding: .jpeg,
                flags: reduced ? [.reduced] : [], width: 4, height: 3, payload: reduced ? [1] : [1, 2, 3]))
    }

    private static let time = CaptureTime(
        monotonic: MonotonicInstant(nanoseconds: 7), wall: WallTime(nanoseconds: 1_795_000_000_000_000_000))
}

extension [HubObject] {
    var names: [String] { map { "\($0.object.id.stream) \($0.object.id.sequence)" } }
}
