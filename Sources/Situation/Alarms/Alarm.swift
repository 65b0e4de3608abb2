import FlightTypes

/// Which alarm of an incident: counted from 1, never used again within it.
public struct AlarmID: Hashable, Comparable, Sendable, Codable, CustomStringConvertible {
    /// The number.
    public let number: Int
    /// The alarm `number`.
    public init(_ number: Int) { self.number = number }
    /// From the number.
    public init(from decoder: any Decoder) throws {
        number = try decoder.singleValueContainer().decode(Int.self)
    }
    /// The number.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(number)
    }
    /// The text form.
    public var description: String { "\(number)" }
    /// By number.
    public static func < (a: AlarmID, b: AlarmID) -> Bool { a.number < b.number }
}

/// What a thing is taken for. A question, never an answer: a person judges.
public enum AlarmKind: String, Sendable, Codable, CaseIterable, Comparable {
    /// Hot enough and large enough to be a fire.
    case fire
    /// Stays on the water, and nothing speaks against a person.
    case personInWater
    /// Looks like a person on land.
    case personOnLand

    /// The more urgent first: 1 to 3.
    public var rank: Int {
        switch self {
        case .fire: 1
        case .personInWater: 2
        case .personOnLand: 3
        }
    }
    /// The more urgent is less.
    public static func < (a: AlarmKind, b: AlarmKind) -> Bool { a.rank < b.rank }
}

/// A place with the ellipse that nine in ten true places lie within.
public struct AlarmPlace: Hashable, Sendable, Codable {
    /// WGS84, degrees.
    public var latitude: Double, longitude: Double
    /// Half axes in metres, the longer one first; its direction, degrees clockwise from true north.
    public var semiMajorMetres: Double, semiMinorMetres: Double, directionDegrees: Double
    /// A place of its parts.
    public init(
        latitude: Double, longitude: Double, semiMajorMetres: Double, semiMinorMetres: Double, directionDegrees: Double
    ) {
        self.latitude = latitude
        self.longitude = longitude
        self.semiMajorMetres = semiMajorMetres
        self.semiMinorMetres = semiMinorMetres
        self.directionDegrees = directionDegrees
    }
}

/// Where a thing was seen: one camera of one drone in one flight.
public struct AlarmSource: Hashable, Sendable, Codable {
    /// The drone.
    public var drone: DroneID
    /// Its run of the agent.
    public var flight: UInt32
    /// The stream of the pictures, such as `thermal0`.
    public var stream: String
    /// The drone's number for it, where it follows it as a track.
    public var track: UInt32?
    /// A source of its parts.
    public init(drone: DroneID, flight: UInt32, stream: String, track: UInt32?) {
        self.drone = drone
        self.flight = flight
        self.stream = stream
        self.track = track
    }
}

/// What speaks for and against, as numbers that the page puts into words.
public struct AlarmEvidence: Hashable, Sendable, Codable {
    /// Pictures that show it, of those it should have been seen in.
    public var hits: Int, looks: Int
    /// The best score of all.
    public var score: Double
    /// Its hottest value, where the camera is calibrated.
    public var celsius: Double?
    /// Mean difference to the surroundings, where the camera is calibrated.
    public var contrastKelvin: Double?
    /// Its size on the ground.
    public var areaSquareMetres: Double?
    /// Over ground, and the direction it moves to.
    public var speedMetresPerSecond: Double?, courseDegrees: Double?
    /// What the visible camera says: `silent`, `supports`, `ordinary`, `glint`, `unable`.
    public var witness: String?
    /// Whether only the visible camera follows it.
    public var isVisibleOnly: Bool?
    /// What speaks against it, such as `large`.
    public var doubts: [String]
    /// Nothing is known yet.
    public init(hits: Int = 0, looks: Int = 0, score: Double = 0, doubts: [String] = []) {
        self.hits = hits
        self.looks = looks
        self.score = score
        self.doubts = doubts
    }
}

/// One thing that somebody has to look at, as it was last told.
public struct Alarm: Hashable, Sendable, Codable {
    /// What it is taken for.
    public var kind: AlarmKind
    /// Who sees it, the newest last. At most `sourcesLimit`.
    public var sources: [AlarmSource]
    /// Where it is; nil where no camera can say.
    public var place: AlarmPlace?
    /// What speaks for and against.
    public var evidence: AlarmEvidence
    /// When it was seen last, by the clock of the drone.
    public var lastSeen: WallTime
    /// The cameras that an alarm remembers.
    public static let sourcesLimit = 8
    /// A place that is less certain is no place to send somebody to (metres, the longer half axis).
    public static let vagueMetres = 50.0

    /// An alarm of its parts.
    public init(
        kind: AlarmKind, sources: [AlarmSource], place: AlarmPlace?, evidence: AlarmEvidence, lastSeen: WallTime
    ) {
        self.kind = kind
        self.sources = sources
        self.place = place
        self.evidence = evidence
        self.lastSeen = lastSeen
    }
    /// Whether its place is too uncertain to be drawn as a circle.
    public var isVague: Bool { (place?.semiMajorMetres ?? 0) > Self.vagueMetres }
}

/// What a person says of an alarm.
public enum Verdict: String, Sendable, Codable, CaseIterable {
    case confirmed, dismissed, unclear
}
