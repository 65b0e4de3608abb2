import FlightTypes

/// What an incident file says of itself.
public struct IncidentInfo: Hashable, Sendable {
    /// What people call it.
    public var name: String
    /// When it was opened.
    public var openedAt: WallTime
    /// By whom; nil for the first frame or on board.
    public var openedBy: String?
    /// An incident of its parts.
    public init(name: String, openedAt: WallTime, openedBy: String?) {
        self.name = name
        self.openedAt = openedAt
        self.openedBy = openedBy
    }
}

/// An object on its way into the record.
public struct RecordableObject: Sendable {
    /// The drone's name.
    public var drone: String
    /// When it came, UTC.
    public var receiveTime: WallTime
    /// When it came, on the receiver's monotonic clock.
    public var receiveMonotonic: MonotonicInstant
    /// What it is.
    public var object: FlightObject
    /// Its encoded bytes, stored as they are.
    public var bytes: [UInt8]
    /// An object of its parts.
    public init(
        drone: String, receiveTime: WallTime, receiveMonotonic: MonotonicInstant, object: FlightObject, bytes: [UInt8]
    ) {
        self.drone = drone
        self.receiveTime = receiveTime
        self.receiveMonotonic = receiveMonotonic
        self.object = object
        self.bytes = bytes
    }
    /// What the hash is taken of: a frame's coded image, so that anyone can check an exported picture; else all bytes.
    var hashed: [UInt8] {
        if case .frame(let frame) = object { return frame.payload }
        return bytes
    }
    /// A frame's bytes before its coded image: time, pose and form, which the hash of the image does not cover.
    var head: ArraySlice<UInt8>? {
        guard case .frame(let frame) = object else { return nil }
        return bytes.dropLast(frame.payload.count)
    }
}

/// What identifies an object among all drones of an incident.
public struct RecordedID: Hashable, Sendable {
    /// The drone's name.
    public var drone: String
    /// The object among those of the drone.
    public var id: ObjectID
    /// The object `id` of `drone`.
    public init(drone: String, id: ObjectID) {
        self.drone = drone
        self.id = id
    }
}
