/// Where a known point was seen in a frame.
public struct HoverObservation: Hashable, Sendable {
    /// Capture time of the frame, seconds, of the same clock as the pose log but for the offset looked for.
    public var seconds: Double
    /// Where the point was.
    public var pixel: ImagePoint
    /// An observation of its parts.
    public init(seconds: Double, pixel: ImagePoint) {
        self.seconds = seconds
        self.pixel = pixel
    }
}

/// What a hover can tell about a camera.
public enum HoverParameter: Int, CaseIterable, Hashable, Sendable {
    /// Boresight angles.
    case roll, pitch, yaw
    /// Capture time minus pose time.
    case timeOffset
}

/// What is taken as known about a hover.
public struct HoverAssumptions: Hashable, Sendable {
    /// Error of position and known point at the hover's beginning, one sigma on each axis, metres.
    public var positionMetres = 1.5
    /// How far that error wanders within a minute, one sigma on each axis, metres.
    public var driftMetresPerMinute = 0.2
    /// Likewise of the height above the point, metres.
    public var heightMetres = 1.0
    /// Time offsets are looked for within ± this, milliseconds, 0…2,000.
    public var timeOffsetRangeMilliseconds = 500.0
    /// An angle known worse than this (one sigma, degrees) counts as not observable.
    public var angleLimitDegrees = 0.2
    /// A time offset known worse than this (one sigma, milliseconds) counts as not observable.
    public var timeLimitMilliseconds = 30.0
    /// A common receiver, and a known point that was measured with care.
    public init() {}
}

/// How far what was seen lay from what was expected, in pixels.
public struct HoverResiduals: Hashable, Sendable {
    /// Half of the observations lie nearer.
    public var median: Double
    /// Nine of ten lie nearer.
    public var ninetyPercent: Double
}

/// What a hover told.
public struct HoverCalibration: Sendable {
    /// The calibration with the new values; those that could not be observed are as before.
    public var calibration: CameraCalibration
    /// One sigma of each new value: degrees, or milliseconds for the time offset.
    public var standardErrors: [HoverParameter: Double]
    /// What could not be observed, and why.
    public var leftAsItWas: [HoverParameter: String]
    /// Mean error of position during the hover: what has to be added to the poses, metres north, east and up.
    public var northMetres: Double, eastMetres: Double, upMetres: Double
    /// With the values from before.
    public var before: HoverResiduals
    /// With the new values, and the errors of position taken out.
    public var after: HoverResiduals
    /// Observations that counted, and those of them further than four sigmas off.
    public var used: Int, outliers: Int
    /// Typical error of one coordinate of an observation, pose and all, pixels.
    public var noisePixels: Double
}

/// Why a hover told nothing.
public enum HoverCalibrationError: Error, Hashable, Sendable, CustomStringConvertible {
    /// Fewer than `HoverSolver.leastObservations` have a pose.
    case tooFewObservations(withPose: Int, of: Int)
    /// By pose and calibration the point was mostly behind the camera.
    case pointNotInView
    /// Nothing about this camera can be observed with this hover.
    case nothingObservable([HoverParameter: String])
    /// No values explain what was seen.
    case notConverged
    /// More than 45 degrees off: rather a wrong mount pitch.
    case boresightImplausible

    /// The fact, in one sentence.
    public var description: String {
        switch self {
        case .tooFewObservations(let withPose, let all):
            "\(withPose) of \(all) observations have a pose; at least \(HoverSolver.leastObservations) are needed"
        case .pointNotInView: "by pose and mount pitch the point was not before the camera: is the known point right?"
        case .nothingObservable(let reasons):
            "nothing can be told: "
                + HoverParameter.allCases.compactMap { parameter in reasons[parameter].map { "\(parameter): \($0)" } }
                .joined(separator: "; ")
        case .notConverged: "no calibration explains these observations: do both files belong to the same hover?"
        case .boresightImplausible: "the camera looks more than 45 degrees off its mount: correct the mount pitch first"
        }
    }
}
