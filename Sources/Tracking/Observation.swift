import FlightTypes

/// Metres east and north of a fixed place on the water.
public struct PlanePoint: Hashable, Sendable {
    /// Metres.
    public var east: Double, north: Double
    /// A place of its parts.
    public init(east: Double, north: Double) {
        self.east = east
        self.north = north
    }
    static func + (a: PlanePoint, b: PlanePoint) -> PlanePoint {
        PlanePoint(east: a.east + b.east, north: a.north + b.north)
    }
    static func - (a: PlanePoint, b: PlanePoint) -> PlanePoint {
        PlanePoint(east: a.east - b.east, north: a.north - b.north)
    }
    static func * (factor: Double, a: PlanePoint) -> PlanePoint {
        PlanePoint(east: factor * a.east, north: factor * a.north)
    }
    var length: Double { (east * east + north * north).squareRoot() }
}

/// Something warm (or cold) that one picture shows, put on the water.
public struct Observation: Hashable, Sendable {
    /// Pixels that a point covers in a picture of ours: the lens's blur and the detector's smoothing over 3×3.
    public static let pointPixels = 9.0
    /// Where.
    public var place: PlanePoint
    /// One sigma on each axis of what changes from picture to picture: pixel, attitude, time. Metres, > 0. What stays the same
    /// for seconds (the receiver's own error) does not count: it moves all tracks alike.
    public var sigmaMetres: Double
    /// Size on the water, square metres.
    public var areaSquareMetres: Double
    /// The size that a mere point has on the water, for optics and smoothing; square metres. What is not larger may be a point.
    public var pointSquareMetres: Double
    /// Difference to the surroundings, in the picture's unit; the cold are negative. Warm and cold are never the same thing.
    public var contrast: Double
    /// The detector's score.
    public var score: Double

    /// An observation of its parts.
    public init(
        place: PlanePoint, sigmaMetres: Double, areaSquareMetres: Double, pointSquareMetres: Double = 0,
        contrast: Double,
        score: Double
    ) {
        self.place = place
        self.sigmaMetres = sigmaMetres
        self.areaSquareMetres = areaSquareMetres
        self.pointSquareMetres = pointSquareMetres
        self.contrast = contrast
        self.score = score
    }
    func moved(by shift: PlanePoint) -> Observation {
        var moved = self
        moved.place = place - shift
        return moved
    }
    var isUsable: Bool {
        place.east.magnitude < 1e6 && place.north.magnitude < 1e6 && sigmaMetres > 0 && sigmaMetres < 1e4
            && areaSquareMetres.isFinite && pointSquareMetres.isFinite && contrast.isFinite && score.isFinite
    }
}
