import FlightTypes
import Situation

/// Objects as they arrive at the hub.
enum Arrivals {
    static func frame(
        _ drone: DroneID, _ sequence: UInt64, stream: StreamID = StreamID(.visible), size: Int = 10,
        at second: Int64 = 0
    ) -> HubObject {
        let frame = Frame(
            id: ObjectID(flight: 1, stream: stream, sequence: sequence), captureTime: time(second), pose: .unknown,
            encoding: .jpeg, width: 1, height: 1, payload: Array(repeating: 0, count: size))
        return arrival(drone, .frame(frame), size: size, at: second)
    }

    static func telemetry(_ drone: DroneID, _ sequence: UInt64, size: Int = 1, at second: Int64 = 0) -> HubObject {
        let sample = TelemetrySample(
            id: ObjectID(flight: 1, stream: StreamID(.telemetry), sequence: sequence), captureTime: time(second),
            pose: Pose(latitude: 51.4, longitude: 6.7))
        return arrival(drone, .telemetry(sample), size: size, at: second)
    }

    static func status(_ drone: DroneID, isRecording: Bool, at second: Int64 = 0) -> HubObject {
        let report = StatusReport(
            id: ObjectID(flight: 1, stream: StreamID(.status), sequence: 0), captureTime: time(second), sensors: [],
            isRecording: isRecording, objectsSent: 0, objectsDropped: 0)
        return arrival(drone, .status(report), size: 1, at: second)
    }

    private static func time(_ second: Int64) -> CaptureTime {
        CaptureTime(
            monotonic: MonotonicInstant(nanoseconds: second * 1_000_000_000),
            wall: WallTime(nanoseconds: 1_795_000_000_000_000_000))
    }

    /// `size` bytes stand for the encoding: the hub only counts them.
    private static func arrival(_ drone: DroneID, _ object: FlightObject, size: Int, at second: Int64) -> HubObject {
        let now = MonotonicInstant(nanoseconds: second * 1_000_000_000)
        return HubObject(
            drone: drone, object: object, bytes: Array(repeating: 0, count: size), receiveTime: now,
            receiveWall: WallTime(nanoseconds: 1_795_000_000_000_000_000), captureOnStation: now)
    }
}

extension [HubItem] {
    var sequences: [UInt64] { compactMap(\.object?.object.id.sequence) }
}
