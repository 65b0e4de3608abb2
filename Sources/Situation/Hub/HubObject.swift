import FlightTypes

/// An object in the Leitstelle, live, replayed or synthetic alike.
public struct HubObject: Sendable {
    /// Whose it is.
    public var drone: DroneID
    /// What it is.
    public var object: FlightObject
    /// Its encoded bytes.
    public var bytes: [UInt8]
    /// When it came, on the station's clock.
    public var receiveTime: MonotonicInstant
    /// The same in UTC.
    public var receiveWall: WallTime
    /// When it was captured, on the station's clock: the age of a picture counts from here.
    public var captureOnStation: MonotonicInstant
    /// Whether it came later, from the onboard record: it belongs into the record, and is not what there is to see now.
    public var isBackfill: Bool

    /// An object of its parts.
    public init(
        drone: DroneID, object: FlightObject, bytes: [UInt8], receiveTime: MonotonicInstant, receiveWall: WallTime,
        captureOnStation: MonotonicInstant, isBackfill: Bool = false
    ) {
        self.isBackfill = isBackfill
        self.drone = drone
        self.object = object
        self.bytes = bytes
        self.receiveTime = receiveTime
        self.receiveWall = receiveWall
        self.captureOnStation = captureOnStation
    }

    /// The stream, if this is a frame.
    var frameStream: StreamID? {
        switch object {
        case .frame(let frame): frame.id.stream
        case .telemetry, .detections, .status: nil
        }
    }
}
