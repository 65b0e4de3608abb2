/// Something that has stayed on the water long enough for people to be told, as of one frame. It may be a person; a person decides.
public struct TrackReport: Hashable, Sendable {
    /// Why it is probably no person in the water. All that apply are kept, so that people can judge.
    public struct Doubts: OptionSet, Hashable, Sendable {
        /// The bits.
        public let rawValue: UInt8
        /// From its raw form.
        public init(rawValue: UInt8) { self.rawValue = rawValue }
        /// Larger than a person: a boat, a bank.
        public static let large = Doubts(rawValue: 1)
        /// Faster through the water than anybody swims: a boat, a bird.
        public static let fast = Doubts(rawValue: 2)
        /// It stays where it is while the water flows: a buoy, a stone, an outfall.
        public static let fixed = Doubts(rawValue: 4)
        /// Warmer than a body can be: a fire, an engine.
        public static let hot = Doubts(rawValue: 8)
    }
    /// Which camera it is followed with.
    public enum Sense: UInt8, Hashable, Sendable {
        /// Warmer or colder than the water.
        case thermal
        /// Of a colour that the water does not have, and not followed by the thermal camera: summer water as warm as a body hides it there.
        case visible
    }
    /// What the visible camera says about the same place.
    public enum Witness: UInt8, Hashable, Sendable {
        /// It was not asked, or not often enough yet.
        case silent
        /// Something stands out from the water there, and stays.
        case supports
        /// The water looks as elsewhere, and a head that stands out would have been seen. Clears nobody: many do not stand out.
        case ordinary
        /// The sun's reflections flash there. Clears nobody: a head among them is not seen either.
        case glint
        /// Nothing can be said: too dark, too bright, out of the picture, too rough, blurred, too coarse, or something weak.
        case unable
    }
    /// Nine in ten true places lie within, if the errors are as assumed.
    public struct Ellipse: Hashable, Sendable {
        /// Half axes in metres, the longer one first; and its direction, degrees clockwise from true north, 0..<180.
        public var semiMajorMetres: Float, semiMinorMetres: Float, directionDegrees: Float
        /// An ellipse of its parts.
        public init(semiMajorMetres: Float, semiMinorMetres: Float, directionDegrees: Float) {
            self.semiMajorMetres = semiMajorMetres
            self.semiMinorMetres = semiMinorMetres
            self.directionDegrees = directionDegrees
        }
    }

    /// Counts the tracks of a flight and stream, from 0, those of the visible camera from 2³¹; never used again.
    public var number: UInt32
    /// The camera that follows it.
    public var sense = Sense.thermal
    /// Why it is probably no person.
    public var doubts: Doubts = []
    /// What the visible camera says.
    public var witness = Witness.silent
    /// Whether the frame shows it; otherwise its place is foretold.
    public var isSeen: Bool
    /// Whether the report's crop shows it.
    public var isPictured = false
    /// Which of the report's detections it is.
    public var detection: UInt8?
    /// Milliseconds since it was first seen, and since it was last seen, at the frame's capture.
    public var ageMilliseconds: UInt32, unseenMilliseconds: UInt32
    /// Pictures it was seen in, of those it should have been seen in.
    public var hits: UInt32, looks: UInt32
    /// The best score of all its detections.
    public var bestScore: Float
    /// Mean size on the water, square metres.
    public var areaSquareMetres: Float
    /// Mean difference to the surroundings, in the frame's unit; negative where it is colder. Of the visible camera eighths of a step of
    /// colour.
    public var contrast: Float
    /// Where it is at the frame's capture, WGS84.
    public var latitude: Double, longitude: Double
    /// The error of that place.
    public var ellipse: Ellipse
    /// Metres a second over ground to the east and north, and one sigma of each.
    public var velocityEast: Float, velocityNorth: Float, velocitySigma: Float

    /// A track of its parts; what has a default is set afterwards.
    public init(
        number: UInt32, isSeen: Bool, ageMilliseconds: UInt32, unseenMilliseconds: UInt32, hits: UInt32, looks: UInt32,
        bestScore: Float, areaSquareMetres: Float, contrast: Float, latitude: Double, longitude: Double,
        ellipse: Ellipse, velocityEast: Float, velocityNorth: Float, velocitySigma: Float
    ) {
        self.number = number
        self.isSeen = isSeen
        self.ageMilliseconds = ageMilliseconds
        self.unseenMilliseconds = unseenMilliseconds
        self.hits = hits
        self.looks = looks
        self.bestScore = bestScore
        self.areaSquareMetres = areaSquareMetres
        self.contrast = contrast
        self.latitude = latitude
        self.longitude = longitude
        self.ellipse = ellipse
        self.velocityEast = velocityEast
        self.velocityNorth = velocityNorth
        self.velocitySigma = velocitySigma
    }
}
