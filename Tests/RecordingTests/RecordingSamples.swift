import TestSupport
import FlightTypes
import Foundation
import Recording

/// A folder of its own for a test, gone afterwards.
func withFolder(_ body: (String) throws -> Void) throws {
    let folder = try TemporaryFolder()
    try withExtendedLifetime(folder) { try body(folder.path) }
}

enum Samples {
    static let incident = IncidentInfo(name: "Person im Rhein", openedAt: wall(0), openedBy: "leitstelle")
    static let noLimits = OnboardLimits(maximumBytes: nil, reserveBytes: 0)
    static func wall(_ seconds: Int64) -> WallTime { WallTime(nanoseconds: (1_795_000_000 + seconds) * 1_000_000_000) }

    static func writer(_ path: String, limits: OnboardLimits = noLimits) throws -> IncidentWriter {
        try IncidentWriter(path: path, incident: incident, limits: limits)
    }

    static func frame(_ sequence: UInt64, flight: UInt32 = 1, size: Int = 2_000, salt: UInt64 = 0) -> FlightObject {
        var random = SplitMix(seed: sequence &* 31 &+ UInt64(flight) &+ salt)
        let payload = (0..<size).map { _ in UInt8(truncatingIfNeeded: random.next()) }
        return .frame(
            Frame(
                id: ObjectID(flight: flight, stream: StreamID(.visible), sequence: sequence),
                captureTime: time(sequence),
                pose: Pose(latitude: 51.4, longitude: 6.7), encoding: .jpeg, width: 1280, height: 720, payload: payload)
        )
    }

    /// The smaller copy of `frame(sequence)`.
    static func reduced(_ sequence: UInt64, flight: UInt32 = 1, salt: UInt64 = 99) -> FlightObject {
        guard case .frame(var frame) = frame(sequence, flight: flight, size: 200, salt: salt) else {
            return frame(sequence)
        }
        frame.flags.insert(.reduced)
        return .frame(frame)
    }

    static func telemetry(_ sequence: UInt64, flight: UInt32 = 1, latitude: Double = 51.4) -> FlightObject {
        .telemetry(
            TelemetrySample(
                id: ObjectID(flight: flight, stream: StreamID(.telemetry), sequence: sequence),
                captureTime: time(sequence),
                pose: Pose(latitude: latitude, longitude: 6.7)))
    }

    static func item(_ object: FlightObject, drone: String = "alpha", at second: Int64 = 1, backfilled: Bool = false)
        -> RecordableObject
    {
        RecordableObject(
            drone: drone, receiveTime: wall(second),
            receiveMonotonic: MonotonicInstant(nanoseconds: second * 1_000_000_000),
            object: object, bytes: object.encoded(), isBackfilled: backfilled)
    }

    private static func time(_ sequence: UInt64) -> CaptureTime {
        CaptureTime(
            monotonic: MonotonicInstant(nanoseconds: Int64(truncatingIfNeeded: sequence)),
            wall: WallTime(nanoseconds: 1_795_000_000_123_456_789))
    }
}

/// The files of `folder` and what is in them.
func contents(of folder: String) throws -> [String: Data] {
    var contents: [String: Data] = [:]
    for name in try FileManager.default.contentsOfDirectory(atPath: folder) {
        contents[name] = try Data(contentsOf: URL(fileURLWithPath: folder + "/" + name))
    }
    return contents
}
