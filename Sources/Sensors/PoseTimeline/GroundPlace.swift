import FlightTypes
import Foundation

/// A place on a sphere, near enough to tell a drone's way from nonsense.
struct GroundPlace: Sendable {
    /// IUGG mean radius in metres.
    private static let earthRadius = 6_371_008.8

    let latitude: Double
    let longitude: Double

    /// Nil where the pose has no place on Earth.
    init?(_ pose: Pose) {
        guard pose.hasPosition, pose.latitude.magnitude <= 90, pose.longitude.magnitude <= 180 else { return nil }
        (latitude, longitude) = (pose.latitude, pose.longitude)
    }
    var isNullIsland: Bool {
        latitude.magnitude < PositionPlausibility.islandDegrees
            && longitude.magnitude < PositionPlausibility.islandDegrees
    }
    /// Great-circle distance in metres (haversine, which is exact enough for small distances too).
    func distance(to other: GroundPlace) -> Double {
        let radians = Double.pi / 180
        let north = sin((other.latitude - latitude) * radians / 2)
        let east = sin((other.longitude - longitude) * radians / 2)
        let square = north * north + cos(latitude * radians) * cos(other.latitude * radians) * east * east
        return 2 * Self.earthRadius * asin(min(1, square.squareRoot()))
    }
    /// Metres north and east to `other`, for places a few kilometres apart.
    func offset(to other: GroundPlace) -> (north: Double, east: Double) {
        let metresInDegree = Self.earthRadius * .pi / 180
        let narrowing = cos((latitude + other.latitude) / 2 * .pi / 180)
        return (
            (other.latitude - latitude) * metresInDegree,
            PoseAngle.signed(other.longitude - longitude) * metresInDegree * narrowing
        )
    }
}
