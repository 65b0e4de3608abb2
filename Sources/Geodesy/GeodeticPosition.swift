/// A place on the WGS84 ellipsoid, in degrees. ETRS89 differs by less than a metre and is not told apart here.
public struct GeodeticPosition: Hashable, Sendable {
    /// Degrees north, −90…90.
    public var latitude: Double
    /// Degrees east, −180…180.
    public var longitude: Double
    /// A place of its coordinates, as given; see `isValid`.
    public init(latitude: Double, longitude: Double) {
        self.latitude = latitude
        self.longitude = longitude
    }
    /// Whether both are finite, the latitude within ±90 and the longitude within ±180 degrees.
    public var isValid: Bool { latitude.magnitude <= 90 && longitude.magnitude <= 180 }
}

/// The WGS84 ellipsoid and what the formulas of this room need of it.
enum WGS84 {
    /// Semi-major axis in metres.
    static let semiMajorAxis = 6_378_137.0
    static let flattening = 1 / 298.257223563
    static let eccentricitySquared = flattening * (2 - flattening)
    static let radiansPerDegree = Double.pi / 180
}
