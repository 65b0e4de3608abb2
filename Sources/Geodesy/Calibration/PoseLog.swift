import Glibc

/// A pose and when it was, seconds of any clock that is the same for a whole log.
public struct TimedPose: Hashable, Sendable {
    /// Seconds.
    public var seconds: Double
    /// The pose.
    public var pose: CameraPose
    /// A pose of a moment.
    public init(seconds: Double, pose: CameraPose) {
        self.seconds = seconds
        self.pose = pose
    }
}

/// Poses in the order of time, with a straight line between each two.
public struct PoseLog: Sendable {
    /// Nothing is said between samples further apart than this.
    public static let longestGapSeconds = 1.0
    private let samples: [TimedPose]

    /// Nil when there are fewer than two samples, or time does not grow from each to the next.
    public init?(_ samples: [TimedPose]) {
        guard samples.count >= 2, samples.allSatisfy({ $0.seconds.isFinite }),
            zip(samples, samples.dropFirst()).allSatisfy({ $0.seconds < $1.seconds })
        else { return nil }
        self.samples = samples
    }

    /// The pose at a moment; nil outside the log, in a gap, and where a gimbal report begins or ends.
    public func pose(at seconds: Double) -> CameraPose? {
        guard let first = samples.first, let last = samples.last, seconds >= first.seconds, seconds <= last.seconds
        else { return nil }
        // The first sample not before the moment.
        var (low, high) = (0, samples.count - 1)
        while low < high {
            let middle = (low + high) / 2
            if samples[middle].seconds < seconds { low = middle + 1 } else { high = middle }
        }
        let later = samples[low]
        guard low > 0, later.seconds > seconds else { return later.pose }
        let earlier = samples[low - 1]
        let gap = later.seconds - earlier.seconds
        guard gap <= Self.longestGapSeconds,
            earlier.pose.gimbalPitchDegrees.isNaN == later.pose.gimbalPitchDegrees.isNaN
        else { return nil }
        return Self.mixed(earlier.pose, later.pose, share: (seconds - earlier.seconds) / gap)
    }

    private static func mixed(_ a: CameraPose, _ b: CameraPose, share: Double) -> CameraPose {
        func line(_ a: Double, _ b: Double) -> Double { a + (b - a) * share }
        // The shorter way round.
        func turn(_ a: Double, _ b: Double) -> Double { a + remainder(b - a, 360) * share }
        return CameraPose(
            position: GeodeticPosition(
                latitude: line(a.position.latitude, b.position.latitude),
                longitude: line(a.position.longitude, b.position.longitude)),
            heightMetres: line(a.heightMetres, b.heightMetres), rollDegrees: turn(a.rollDegrees, b.rollDegrees),
            pitchDegrees: turn(a.pitchDegrees, b.pitchDegrees), yawDegrees: turn(a.yawDegrees, b.yawDegrees),
            gimbalPitchDegrees: turn(a.gimbalPitchDegrees, b.gimbalPitchDegrees),
            gimbalYawDegrees: turn(a.gimbalYawDegrees, b.gimbalYawDegrees))
    }
}
