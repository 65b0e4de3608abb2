/// An object in the Leitstelle, live, replayed or synthetic alike.
///
/// Four moments, each in a field of its own: captured (by the drone's clocks, in the object), captured on the station's clock,
/// received, shown. A replay keeps the first three as they were and chooses the last.
public struct HubObject: Sendable {
    /// Whose it is.
    public var drone: DroneID
    /// What it is.
    public var object: FlightObject
    /// Its encoded bytes as they came.
    public var bytes: [UInt8]
    /// When its last fragment came, on the clock of the station that received it.
    public var receiveTime: MonotonicInstant
    /// The same moment in UTC.
    public var receiveWall: WallTime
    /// When it was captured, on the clock of the station that received it, never later than `receiveTime`.
    public var captureOnStation: MonotonicInstant
    /// The moment on this station's clock that the page counts its age from: live the same as `captureOnStation`, in a replay when
    /// it was played.
    public var shownTime: MonotonicInstant
    /// Whether it came later, from the onboard record: it belongs into the record, and is not what there is to see now.
    public var isBackfill: Bool

    /// An object of its parts; without `shownTime` it is live.
    public init(
        drone: DroneID, object: FlightObject, bytes: [UInt8], receiveTime: MonotonicInstant, receiveWall: WallTime,
        captureOnStation: MonotonicInstant, shownTime: MonotonicInstant? = nil, isBackfill: Bool = false
    ) {
        self.drone = drone
        self.object = object
        self.bytes = bytes
        self.receiveTime = receiveTime
        self.receiveWall = receiveWall
        self.captureOnStation = captureOnStation
        self.shownTime = shownTime ?? captureOnStation
        self.isBackfill = isBackfill
    }
}
