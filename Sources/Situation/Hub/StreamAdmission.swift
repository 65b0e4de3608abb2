import FlightTypes

/// Which streams of a drone are let in: the first `limit` it uses. Everything behind the door keeps something for each stream.
/// Limits: `limit` streams a drone, and as many drones as are enrolled.
public struct StreamAdmission: Sendable {
    /// Streams of one drone: sixteen sensors, what was detected in each, position and status are 34.
    public static let limit = 64
    private var streams: [DroneID: Set<StreamID>] = [:]

    /// Nobody has come yet.
    public init() {}

    /// Whether an object of `stream` is let in.
    public mutating func admits(_ stream: StreamID, of drone: DroneID) -> Bool {
        if streams[drone]?.contains(stream) == true { return true }
        guard (streams[drone]?.count ?? 0) < Self.limit else { return false }
        streams[drone, default: []].insert(stream)
        return true
    }
}
