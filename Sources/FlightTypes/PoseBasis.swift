/// What the parts of a pose rest on, and how much larger than usual their errors are.
///
/// Travels with the pose from the parser to the ellipse. A place is only as good as the worst part it is made of, and a
/// source that goes away never makes a stated error smaller.
public struct PoseBasis: Hashable, Sendable {
    /// What a part rests on, from good to bad: of two that are mixed the worse one counts.
    public enum Basis: UInt8, Comparable, CaseIterable, Sendable {
        /// Measured, and the source stands by it.
        case measured = 0
        /// The source does not say what it rests on.
        case unstated = 1
        /// Measured longer ago than the source's own pace; the margin grows with its age.
        case carried = 2
        /// Reckoned on without the measurement it usually rests on: dead reckoning.
        case estimated = 3
        /// Typed in, or surveyed in once.
        case manual = 4
        /// Made up by a simulator.
        case simulated = 5
        /// It was reported before and no longer is, or is known to be there and does not report.
        case silent = 6
        /// Several sources contradict each other.
        case ambiguous = 7
        /// The source itself says that it is broken.
        case faulty = 8

        /// From good to bad.
        public static func < (a: Basis, b: Basis) -> Bool { a.rawValue < b.rawValue }
    }
    /// Of latitude and longitude.
    public var position = Basis.measured
    /// Of the height above the take-off point.
    public var height = Basis.measured
    /// Of the airframe's roll, pitch and yaw.
    public var attitude = Basis.measured
    /// Of the gimbal's pitch and yaw. `measured` also where no gimbal is known: then the mounting angle counts.
    public var direction = Basis.measured
    /// Position error beside the usual and the stated one; one sigma on each axis, metres.
    public var positionMarginMetres: Float = 0
    /// Height error beside the usual one, one sigma, metres.
    public var heightMarginMetres: Float = 0
    /// Error of the line of sight's tilt beside the usual one, one sigma, degrees.
    public var tiltMarginDegrees: Float = 0
    /// Error of its direction about the vertical beside the usual one, one sigma, degrees.
    public var yawMarginDegrees: Float = 0

    /// All parts measured, nothing beside the usual errors.
    public init() {}
    /// All parts measured, nothing beside the usual errors.
    public static let measured = PoseBasis()

    /// The worse of both in every part.
    public func worse(with other: PoseBasis) -> PoseBasis {
        var worse = self
        worse.position = max(position, other.position)
        worse.height = max(height, other.height)
        worse.attitude = max(attitude, other.attitude)
        worse.direction = max(direction, other.direction)
        worse.positionMarginMetres = Self.larger(positionMarginMetres, other.positionMarginMetres)
        worse.heightMarginMetres = Self.larger(heightMarginMetres, other.heightMarginMetres)
        worse.tiltMarginDegrees = Self.larger(tiltMarginDegrees, other.tiltMarginDegrees)
        worse.yawMarginDegrees = Self.larger(yawMarginDegrees, other.yawMarginDegrees)
        return worse
    }

    /// With errors added that are independent of those there already, one sigma each; what is no number counts as infinite.
    public func widened(
        positionMetres: Float = 0, heightMetres: Float = 0, tiltDegrees: Float = 0, yawDegrees: Float = 0
    ) -> PoseBasis {
        var wider = self
        wider.positionMarginMetres = Self.sum(positionMarginMetres, positionMetres)
        wider.heightMarginMetres = Self.sum(heightMarginMetres, heightMetres)
        wider.tiltMarginDegrees = Self.sum(tiltMarginDegrees, tiltDegrees)
        wider.yawMarginDegrees = Self.sum(yawMarginDegrees, yawDegrees)
        return wider
    }

    private static func larger(_ a: Float, _ b: Float) -> Float { a.isNaN || b.isNaN ? .infinity : max(a, b) }
    private static func sum(_ a: Float, _ b: Float) -> Float {
        guard b != 0 else { return a }
        let sum = (a * a + b * b).squareRoot()
        return sum.isNaN ? .infinity : sum
    }
}

extension Pose {
    /// Why nothing can be put on the ground with a pose.
    public enum Obstacle: UInt8, CaseIterable, Sendable {
        /// No position is known, or it is no number.
        case positionUnknown = 1
        /// The last position is older than the limit.
        case positionOld = 2
        /// The position does not rest on a measurement, or no longer says how wrong it may be.
        case positionUnfounded = 3
        /// Several vehicles or receivers say different positions.
        case positionAmbiguous = 4
        /// The height above the take-off point is unknown, or does not rest on a measurement.
        case heightUnknown = 5
        /// A gimbal is known to be there and does not say where it looks.
        case directionSilent = 6
        /// Several gimbals say different directions.
        case directionAmbiguous = 7
        /// The gimbal says that it is broken or folded away.
        case directionFaulty = 8
        /// Roll, pitch or yaw is unknown, and no gimbal says where the camera looks.
        case attitudeUnknown = 9
    }

    /// Metres of position error beyond which a place is no help any more: the whole reach of a search.
    public static let positionMarginLimit: Float = 150
    /// Degrees of error beyond which a line of sight is none.
    public static let angleMarginLimit: Float = 40

    /// Why nothing can be placed with this pose, the first reason that applies; nil where nothing speaks against it. Whether a
    /// pixel's line of sight meets the water is another question.
    public var obstacle: Obstacle? {
        guard hasPosition, latitude.isFinite, longitude.isFinite else { return .positionUnknown }
        guard quality.isOfTheMoment else { return .positionOld }
        switch basis.position {
        case .measured, .unstated, .carried, .estimated: break
        case .ambiguous: return .positionAmbiguous
        case .manual, .simulated, .silent, .faulty: return .positionUnfounded
        }
        // A place out of reach of the one before: one of the two is wrong, and nobody can say which.
        guard !remarks.contains(.jump) else { return .positionAmbiguous }
        guard basis.positionMarginMetres <= Self.positionMarginLimit, !remarks.contains(.nullIsland) else {
            return .positionUnfounded
        }
        guard heightMetres.isFinite, basis.height < .manual, basis.heightMarginMetres.isFinite else {
            return .heightUnknown
        }
        return directionObstacle
    }

    private var directionObstacle: Obstacle? {
        switch basis.direction {
        case .measured, .unstated, .carried, .estimated, .manual, .simulated: break
        case .silent: return .directionSilent
        case .ambiguous: return .directionAmbiguous
        case .faulty: return .directionFaulty
        }
        guard basis.tiltMarginDegrees <= Self.angleMarginLimit, basis.yawMarginDegrees <= 2 * Self.angleMarginLimit
        else { return gimbalPitchDegrees.isFinite ? .directionSilent : .attitudeUnknown }
        guard basis.attitude != .faulty else { return .attitudeUnknown }
        if gimbalPitchDegrees.isFinite {
            return gimbalYawDegrees.isFinite || yawDegrees.isFinite ? nil : .attitudeUnknown
        }
        let isAttitudeKnown = rollDegrees.isFinite && pitchDegrees.isFinite && yawDegrees.isFinite
        return isAttitudeKnown && basis.attitude < .silent ? nil : .attitudeUnknown
    }
}
