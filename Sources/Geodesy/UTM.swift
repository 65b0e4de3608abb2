import Glibc

/// A place in the Universal Transverse Mercator grid on WGS84.
///
/// Krüger series to the fourth order in the third flattening (L. Krüger 1912; C. Karney, "Transverse Mercator with
/// an accuracy of a few nanometers", 2011): better than a micrometre within a zone.
public struct UTM: Hashable, Sendable {
    /// 1…60.
    public let zone: Int
    /// Whether northings count from the equator (true) or from 10 000 km south of it.
    public let isNorthern: Bool
    /// Metres, 500 000 on the central meridian.
    public let easting: Double
    /// Metres.
    public let northing: Double

    /// A grid place of its parts; nil outside zone 1…60, easting 0…1 000 km or northing −10 000…20 000 km.
    ///
    /// Northings beyond the hemisphere's own half are allowed because a grid may be continued across the equator.
    public init?(zone: Int, isNorthern: Bool, easting: Double, northing: Double) {
        guard (1...60).contains(zone), (0...1e6).contains(easting), (-1e7...2e7).contains(northing) else { return nil }
        self.zone = zone
        self.isNorthern = isNorthern
        self.easting = easting
        self.northing = northing
    }

    /// The grid place of `position`: in its standard zone, or continued into `zone` where one is asked for.
    ///
    /// Nil outside latitude −80…84 (there UPS takes over), or more than 15 degrees off the asked zone's meridian.
    public init?(_ position: GeodeticPosition, zone: Int? = nil) {
        guard position.isValid, (-80...84).contains(position.latitude) else { return nil }
        let zone = zone ?? Self.standardZone(of: position)
        guard (1...60).contains(zone) else { return nil }
        let offset = remainder(position.longitude - Self.centralMeridian(of: zone), 360)
        guard offset.magnitude <= 15 else { return nil }
        let plane = TransverseMercator.project(latitude: position.latitude, longitudeOffset: offset)
        let isNorthern = position.latitude >= 0
        self.init(
            zone: zone, isNorthern: isNorthern, easting: Self.falseEasting + plane.east,
            northing: (isNorthern ? 0 : Self.falseNorthing) + plane.north)
    }

    /// The place on the ellipsoid.
    public var position: GeodeticPosition {
        let north = northing - (isNorthern ? 0 : Self.falseNorthing)
        let (latitude, offset) = TransverseMercator.unproject(east: easting - Self.falseEasting, north: north)
        return GeodeticPosition(
            latitude: latitude, longitude: remainder(Self.centralMeridian(of: zone) + offset, 360))
    }

    /// The zone a valid position belongs to, with the exceptions of south-west Norway and Svalbard (DMA TM 8358.2).
    public static func standardZone(of position: GeodeticPosition) -> Int {
        guard position.isValid else { return 1 }
        let (latitude, longitude) = (position.latitude, position.longitude)
        if (56..<64).contains(latitude), (3..<12).contains(longitude) { return 32 }
        if (72...84).contains(latitude), (0..<42).contains(longitude) {
            return longitude < 9 ? 31 : longitude < 21 ? 33 : longitude < 33 ? 35 : 37
        }
        // 180° east is 180° west and lies in zone 1.
        return Int(((longitude + 180) / 6).rounded(.down)) % 60 + 1
    }

    /// Degrees east.
    static func centralMeridian(of zone: Int) -> Double { Double(zone) * 6 - 183 }
    private static let falseEasting = 500_000.0
    private static let falseNorthing = 10_000_000.0
}

/// The projection itself, about one meridian, without false origins. Angles in degrees, lengths in metres.
enum TransverseMercator {
    private static let scale = 0.9996
    private static let eccentricity = WGS84.eccentricitySquared.squareRoot()
    private static let n = WGS84.flattening / (2 - WGS84.flattening)
    private static let n2 = n * n, n3 = n2 * n, n4 = n2 * n2
    /// Radius of the circle with the meridian's length.
    private static let rectifyingRadius = WGS84.semiMajorAxis / (1 + n) * (1 + n2 / 4 + n4 / 64)
    private static let forward = [
        n / 2 - n2 * 2 / 3 + n3 * 5 / 16 + n4 * 41 / 180, n2 * 13 / 48 - n3 * 3 / 5 + n4 * 557 / 1440,
        n3 * 61 / 240 - n4 * 103 / 140, n4 * 49561 / 161280,
    ]
    private static let backward = [
        n / 2 - n2 * 2 / 3 + n3 * 37 / 96 - n4 / 360, n2 / 48 + n3 / 15 - n4 * 437 / 1440,
        n3 * 17 / 480 - n4 * 37 / 840, n4 * 4397 / 161280,
    ]

    static func project(latitude: Double, longitudeOffset: Double) -> (east: Double, north: Double) {
        let tangent = conformal(tan(latitude * WGS84.radiansPerDegree))
        let lambda = longitudeOffset * WGS84.radiansPerDegree
        let xi = atan2(tangent, cos(lambda))
        let eta = asinh(sin(lambda) / hypot(tangent, cos(lambda)))
        var (east, north) = (eta, xi)
        for (index, factor) in forward.enumerated() {
            let order = 2 * Double(index + 1)
            north += factor * sin(order * xi) * cosh(order * eta)
            east += factor * cos(order * xi) * sinh(order * eta)
        }
        return (east * scale * rectifyingRadius, north * scale * rectifyingRadius)
    }

    static func unproject(east: Double, north: Double) -> (latitude: Double, longitudeOffset: Double) {
        let xi = north / (scale * rectifyingRadius), eta = east / (scale * rectifyingRadius)
        var (xiSphere, etaSphere) = (xi, eta)
        for (index, factor) in backward.enumerated() {
            let order = 2 * Double(index + 1)
            xiSphere -= factor * sin(order * xi) * cosh(order * eta)
            etaSphere -= factor * cos(order * xi) * sinh(order * eta)
        }
        let target = sin(xiSphere) / hypot(sinh(etaSphere), cos(xiSphere))
        // Newton's method back from the conformal latitude; three rounds suffice (Karney 2011, eq. 19–21).
        var tangent = target / (1 - WGS84.eccentricitySquared)
        for _ in 0..<4 {
            let guess = conformal(tangent)
            let slope =
                (1 - WGS84.eccentricitySquared) * (1 + guess * guess).squareRoot()
                * (1 + tangent * tangent).squareRoot() / (1 + (1 - WGS84.eccentricitySquared) * tangent * tangent)
            tangent += (target - guess) / slope
        }
        let longitude = atan2(sinh(etaSphere), cos(xiSphere))
        return (atan(tangent) / WGS84.radiansPerDegree, longitude / WGS84.radiansPerDegree)
    }

    /// Tangent of the conformal latitude from the tangent of the geodetic one.
    private static func conformal(_ tangent: Double) -> Double {
        let secant = (1 + tangent * tangent).squareRoot()
        let sigma = sinh(eccentricity * atanh(eccentricity * tangent / secant))
        return tangent * (1 + sigma * sigma).squareRoot() - sigma * secant
    }
}
