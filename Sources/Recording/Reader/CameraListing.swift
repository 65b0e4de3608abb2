import FlightTypes
import GRDB

extension IncidentReader {
    /// The newest description of each camera of each flight, ordered by drone, flight and stream. One that cannot be
    /// read is left out.
    public func cameras() throws(RecordingError) -> [(drone: String, camera: CameraDescription)] {
        var cameras: [(drone: String, camera: CameraDescription)] = []
        for stream in try flightStreams() where stream.stream.kind == .camera {
            let newest = try stored(
                """
                SELECT \(Self.storedColumns) FROM object INDEXED BY objectIdentity
                WHERE drone = ? AND flight = ? AND stream = ? ORDER BY sequence DESC LIMIT 1
                """, stream.arguments
            ).first
            guard let newest, case .camera(let camera)? = try? FlightObject(decoding: newest.bytes) else { continue }
            cameras.append((stream.drone, camera))
        }
        return cameras
    }
}
