import FlightTypes
import Foundation

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
    public var encoded: EncodedObject
    /// Whether it came later from the onboard record, not live.
    public var isBackfilled: Bool
    /// An object of its parts, with its bytes in one piece.
    public init(
        drone: String, receiveTime: WallTime, receiveMonotonic: MonotonicInstant, object: FlightObject, bytes: [UInt8],
        isBackfilled: Bool = false
    ) {
        self.init(
            drone: drone, receiveTime: receiveTime, receiveMonotonic: receiveMonotonic, object: object,
            encoded: EncodedObject(head: bytes), isBackfilled: isBackfilled)
    }
    /// An object of its parts.
    public init(
        drone: String, receiveTime: WallTime, receiveMonotonic: MonotonicInstant, object: FlightObject,
        encoded: EncodedObject, isBackfilled: Bool = false
    ) {
        self.drone = drone
        self.receiveTime = receiveTime
        self.receiveMonotonic = receiveMonotonic
        self.object = object
        self.encoded = encoded
        self.isBackfilled = isBackfilled
    }
    /// Whether it is the camera's own picture or a smaller copy of it.
    public var representation: Representation { object.isReduced ? .reduced : .original }
    /// What the hash is taken of: a frame's coded image, so that anyone can check an exported picture; else all bytes.
    var hashed: [UInt8] {
        if case .frame(let frame) = object { return frame.payload }
        return encoded.joined
    }
    /// All bytes, for the database.
    var data: Data {
        var data = Data(capacity: encoded.count)
        data.append(contentsOf: encoded.head)
        data.append(contentsOf: encoded.image)
        return data
    }
    /// A frame's bytes before its coded image: time, pose and form, which the hash of the image does not cover.
    var head: ArraySlice<UInt8>? {
        guard case .frame(let frame) = object else { return nil }
        return encoded.image.isEmpty ? encoded.head.dropLast(frame.payload.count) : encoded.head[...]
    }
}

/// In which form an object is recorded. Both forms of a frame share its identity.
public enum Representation: UInt8, Hashable, Sendable {
    /// As it was measured.
    case original = 0
    /// A smaller copy of a frame, made for the link: what people saw live.
    case reduced = 1
}

/// What identifies an object among all drones of an incident, and in which form it is recorded.
public struct RecordedID: Hashable, Sendable {
    /// The drone's name.
    public var drone: String
    /// The object among those of the drone.
    public var id: ObjectID
    /// Which form of it.
    public var representation: Representation
    /// The object `id` of `drone`.
    public init(drone: String, id: ObjectID, representation: Representation = .original) {
        self.drone = drone
        self.id = id
        self.representation = representation
    }
}
