import FlightTypes

/// What meets at the hub: objects of drones, and what was decided about them. Readers get both in the order of publishing.
public enum HubItem: Sendable {
    /// An object, live, replayed or synthetic alike.
    case object(HubObject)
    /// An entry of the journal.
    case entry(JournalEntry)

    /// The object, if it is one.
    public var object: HubObject? {
        guard case .object(let object) = self else { return nil }
        return object
    }
    /// Bytes it stands for in a queue.
    var size: Int {
        switch self {
        case .object(let object): object.bytes.count
        case .entry(let entry): entry.bytes.count
        }
    }
    /// The drone and stream, if this is a picture: a newer one takes its place.
    var picture: (drone: DroneID, stream: StreamID)? {
        guard case .object(let object) = self, case .frame(let frame) = object.object else { return nil }
        return (object.drone, frame.id.stream)
    }
    /// Whose object it is.
    var drone: DroneID? {
        guard case .object(let object) = self else { return nil }
        return object.drone
    }
}
