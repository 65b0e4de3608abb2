import Glibc

/// A flat east–north plane touching the ellipsoid at one place, for distances up to some 10 km.
///
/// Lengths come from the ellipsoid's radii of curvature at the middle latitude; the error is below 1 cm at 5 km
/// away from the poles.
public struct LocalPlane: Hashable, Sendable {
    /// Where east and north are zero.
    public let origin: GeodeticPosition
    /// The plane at `origin`; latitudes beyond ±89 are taken as ±89, because there is no east at a pole.
    public init(origin: GeodeticPosition) {
        self.origin = GeodeticPosition(
            latitude: max(-89, min(89, origin.latitude)), longitude: origin.longitude)
    }
    /// Metres east and north of the origin.
    public func offset(to position: GeodeticPosition) -> (east: Double, north: Double) {
        let scale = Self.metresPerDegree(latitude: (origin.latitude + position.latitude) / 2)
        return (
            remainder(position.longitude - origin.longitude, 360) * scale.east,
            (position.latitude - origin.latitude) * scale.north
        )
    }
    /// The place `east` and `north` metres from the origin.
    public func position(east: Double, north: Double) -> GeodeticPosition {
        var latitude = origin.latitude
        for _ in 0..<3 {
            latitude =
                origin.latitude + north / Self.metresPerDegree(latitude: (origin.latitude + latitude) / 2).north
        }
        latitude = max(-90, min(90, latitude))
        let scale = Self.metresPerDegree(latitude: (origin.latitude + latitude) / 2)
        return GeodeticPosition(
            latitude: latitude, longitude: remainder(origin.longitude + east / scale.east, 360))
    }
    /// Length of one degree of longitude (east) and latitude (north) in metres.
    static func metresPerDegree(latitude: Double) -> (east: Double, north: Double) {
        let sine = sin(latitude * WGS84.radiansPerDegree), cosine = cos(latitude * WGS84.radiansPerDegree)
        let root = (1 - WGS84.eccentricitySquared * sine * sine).squareRoot()
        let prime = WGS84.semiMajorAxis / root
        let meridian = WGS84.semiMajorAxis * (1 - WGS84.eccentricitySquared) / (root * root * root)
        return (prime * max(cosine, 1e-6) * WGS84.radiansPerDegree, meridian * WGS84.radiansPerDegree)
    }
}
