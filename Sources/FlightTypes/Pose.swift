/// Where the drone is and where it looks, at one moment. Angles in degrees, lengths in metres, speeds in m/s.
public struct Pose: Hashable, Sendable {
    /// How the values relate to the moment they are given for.
    public enum Quality: UInt8, Sendable {
        /// No position is known.
        case none = 0
        /// Between two samples.
        case interpolated = 1
        /// Carried on from the last sample, no further than the limit.
        case extrapolated = 2
        /// The last known one, older than the limit: believe it only as history.
        case stale = 3

        /// Whether the values are those of the moment, so that a picture can be put on the ground with them.
        public var isOfTheMoment: Bool { self == .interpolated || self == .extrapolated }
    }
    /// What is doubtful about the values. Nothing is withheld for it: they stand as the source gave them.
    public struct Remarks: OptionSet, Hashable, Sendable {
        /// One bit a remark, as on the wire; bits 5 to 7 are always 0.
        public let rawValue: UInt8
        /// The remarks of the five lowest bits of `rawValue`; the others name none.
        public init(rawValue: UInt8) { self.rawValue = rawValue & 0x1F }

        /// The place lies further from the one before than a drone gets in the time between.
        public static let jump = Remarks(rawValue: 1)
        /// A value is none a drone can have, although it came with a checksum that holds.
        public static let outOfRange = Remarks(rawValue: 2)
        /// Speed and course are not those of the movement over ground.
        public static let motion = Remarks(rawValue: 4)
        /// The source's time is not the drone's: wrong decade, a week counter that wrapped, or a step.
        public static let sourceTime = Remarks(rawValue: 8)
        /// Beside 0° north 0° east, where receivers without a position say they are.
        public static let nullIsland = Remarks(rawValue: 16)
    }
    /// WGS84 latitude, −90…90.
    public var latitude: Double
    /// WGS84 longitude, −180…180.
    public var longitude: Double
    /// Above mean sea level; NaN when unknown.
    public var altitudeMSLMetres: Float
    /// Above the take-off point; NaN when unknown.
    public var heightMetres: Float
    /// Right wing down positive, −180…180; NaN when unknown.
    public var rollDegrees: Float
    /// Nose up positive, −90…90; NaN when unknown.
    public var pitchDegrees: Float
    /// Clockwise from true north, 0..<360; NaN when unknown.
    public var yawDegrees: Float
    /// Camera axis below the horizon is negative (−90 looks straight down); NaN when there is no gimbal report.
    public var gimbalPitchDegrees: Float
    /// Camera axis clockwise from true north; NaN when there is no gimbal report.
    public var gimbalYawDegrees: Float
    /// Over ground; NaN when unknown.
    public var groundSpeed: Float
    /// Course over ground clockwise from true north; NaN when unknown.
    public var courseDegrees: Float
    /// Horizontal accuracy (1 sigma) as the source states it; NaN when it does not.
    public var horizontalAccuracyMetres: Float
    /// GNSS fix as MAVLink's GPS_FIX_TYPE: 0 unknown, 1 none, 2 2D, 3 3D, 4 DGPS, 5 RTK float, 6 RTK fixed.
    public var fix: UInt8
    /// Satellites used; 255 unknown.
    public var satellites: UInt8
    /// How old the newest sample behind this pose is, in milliseconds (saturates at 65,535).
    public var ageMilliseconds: UInt16
    /// How it was made.
    public var quality: Quality
    /// What is doubtful about it; empty when nothing is.
    public var remarks: Remarks = []
    /// What its parts rest on.
    public var basis = PoseBasis.measured

    /// A pose at a place, everything else unknown.
    public init(latitude: Double, longitude: Double, quality: Quality = .interpolated) {
        self.latitude = latitude
        self.longitude = longitude
        self.quality = quality
        altitudeMSLMetres = .nan
        heightMetres = .nan
        rollDegrees = .nan
        pitchDegrees = .nan
        yawDegrees = .nan
        gimbalPitchDegrees = .nan
        gimbalYawDegrees = .nan
        groundSpeed = .nan
        courseDegrees = .nan
        horizontalAccuracyMetres = .nan
        fix = 0
        satellites = 255
        ageMilliseconds = 0
    }
    /// No position known.
    public static var unknown: Pose { Pose(latitude: 0, longitude: 0, quality: .none) }
    /// Whether latitude and longitude mean anything.
    public var hasPosition: Bool { quality != .none }
}
