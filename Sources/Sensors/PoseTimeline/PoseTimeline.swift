import FlightTypes

/// Where the drone was and looked at any recent moment, from samples that came at other moments.
///
/// Holds at most `limit` samples. Drop rule: the oldest goes. A sample that comes late is sorted in; one for the very
/// moment of another replaces it; one without a usable position, or older than everything held when full, is refused.
/// `refused` and `dropped` count.
public struct PoseTimeline: Sendable {
    /// A pose is carried at least so far beyond a sample before it counts as history ...
    public static let shortestExtrapolation = Duration.milliseconds(500)
    /// ... and at most so far: in 1.5 s a drone that brakes or turns is some metres beside its straight line.
    public static let longestExtrapolation = Duration.milliseconds(1500)
    /// How many of the last intervals between samples tell the source's own.
    static let intervalsWatched = 8
    /// Two samples further apart than this are not connected by a line: something was missing in between.
    public static let interpolationLimit = Duration.seconds(3)

    /// The most samples held.
    public let limit: Int
    /// Samples refused so far.
    public private(set) var refused: UInt64 = 0
    /// Samples that made room for newer ones so far.
    public private(set) var dropped: UInt64 = 0
    /// How far a pose is carried now: one and a half times the source's own interval (the median of the last ones),
    /// within `shortestExtrapolation` and `longestExtrapolation`, so that a receiver that speaks once a second does
    /// not flicker between fresh and stale. One that is silent for longer than it usually is has stopped.
    public private(set) var extrapolationLimit = shortestExtrapolation
    private var samples: [PositionSample] = []

    /// An empty timeline.
    /// - Parameter limit: at least 2; 512 are half a minute at 16 samples a second.
    public init(limit: Int = 512) {
        self.limit = max(2, limit)
        samples.reserveCapacity(self.limit + 1)
    }

    /// Samples held now.
    public var count: Int { samples.count }
    /// The sample with the latest moment, values brought into range; nil while there is none.
    public var latest: PositionSample? { samples.last }

    /// Takes a sample; false when it was refused.
    @discardableResult
    public mutating func insert(_ sample: PositionSample) -> Bool {
        let index = firstIndex(after: sample.captureTime.monotonic)
        guard let pose = sample.pose.validated(), index > 0 || samples.count < limit else {
            refused &+= 1
            return false
        }
        var sample = sample
        sample.pose = pose
        if index > 0, samples[index - 1].captureTime.monotonic == sample.captureTime.monotonic {
            samples[index - 1] = sample
            return true
        }
        samples.insert(sample, at: index)
        if samples.count > limit {
            samples.removeFirst()
            dropped &+= 1
        }
        extrapolationLimit = limitOfCarrying()
        return true
    }

    private func limitOfCarrying() -> Duration {
        let recent = samples.suffix(Self.intervalsWatched + 1).map(\.captureTime.monotonic)
        let intervals = zip(recent.dropFirst(), recent).map { $0.since($1) }.sorted()
        guard intervals.count >= 3 else { return Self.shortestExtrapolation }
        let usual = intervals[intervals.count / 2].nanosecondsClamped
        let carried = usual > Self.longestExtrapolation.nanosecondsClamped ? usual : usual / 2 * 3
        return min(Self.longestExtrapolation, max(Self.shortestExtrapolation, .nanoseconds(carried)))
    }

    /// The pose at `moment`.
    ///
    /// Between two samples no more than `interpolationLimit` apart it is interpolated. Otherwise it is carried by speed
    /// and course from the nearest sample, forth or back, if that is no further than `extrapolationLimit`. Otherwise it
    /// is the last sample before `moment`, unmoved and `.stale`; and unknown where there is none. `ageMilliseconds`
    /// counts from the last sample at or before `moment` (carried back: to the first one after). The further the nearest
    /// sample, the larger the margins of `basis`.
    public func pose(at moment: MonotonicInstant) -> Pose {
        let index = firstIndex(after: moment)
        let earlier = index > 0 ? samples[index - 1] : nil
        let later = index < samples.count ? samples[index] : nil
        let sinceEarlier = earlier.map { moment.since($0.captureTime.monotonic) }
        let untilLater = later.map { $0.captureTime.monotonic.since(moment) }

        if let earlier, let later, let sinceEarlier, let untilLater {
            let gap = later.captureTime.monotonic.since(earlier.captureTime.monotonic)
            if gap <= Self.interpolationLimit {
                let fraction = sinceEarlier / gap
                let isNear = sinceEarlier <= untilLater
                // At a sample its own values, not what arithmetic makes of them.
                let mixed =
                    sinceEarlier == .zero ? earlier.pose : earlier.pose.mixed(with: later.pose, fraction: fraction)
                return mixed.marked(.interpolated, age: sinceEarlier, like: isNear ? earlier.pose : later.pose)
                    .aged(min(sinceEarlier, untilLater))
            }
            if untilLater < sinceEarlier, untilLater <= extrapolationLimit {
                return later.pose.carried(seconds: -untilLater.seconds).marked(.extrapolated, age: untilLater)
                    .aged(untilLater)
            }
        }
        if let earlier, let sinceEarlier {
            if sinceEarlier == .zero { return earlier.pose.marked(.interpolated, age: .zero, like: earlier.pose) }
            if sinceEarlier <= extrapolationLimit {
                return earlier.pose.carried(seconds: sinceEarlier.seconds).marked(.extrapolated, age: sinceEarlier)
                    .aged(sinceEarlier)
            }
            return earlier.pose.marked(.stale, age: sinceEarlier).aged(sinceEarlier)
        }
        if let later, let untilLater, untilLater <= extrapolationLimit {
            return later.pose.carried(seconds: -untilLater.seconds).marked(.extrapolated, age: untilLater)
                .aged(untilLater)
        }
        return .unknown
    }

    /// How many samples lie at or before `moment`.
    private func firstIndex(after moment: MonotonicInstant) -> Int {
        var low = 0
        var high = samples.count
        while low < high {
            let middle = (low + high) / 2
            if samples[middle].captureTime.monotonic <= moment { low = middle + 1 } else { high = middle }
        }
        return low
    }
}

extension Pose {
    /// With quality and age. A source may itself have given no more than an old position (`like`): that is not made
    /// better.
    fileprivate func marked(_ quality: Quality, age: Duration, like source: Pose? = nil) -> Pose {
        var pose = self
        let stated = source?.quality ?? self.quality
        pose.quality = stated.rawValue > quality.rawValue ? stated : quality
        let milliseconds = max(0, age.nanosecondsClamped / 1_000_000)
        let own = source?.ageMilliseconds ?? ageMilliseconds
        pose.ageMilliseconds = UInt16(clamping: milliseconds + Int64(own))
        return pose
    }
}

extension Pose {
    /// With the errors that grow while the nearest sample is so far away; none within the usual pace of sources.
    fileprivate func aged(_ distance: Duration) -> Pose {
        let (angle, metres) = (PoseAging.angle(after: distance), PoseAging.position(after: distance))
        guard angle > 0 else { return self }
        var pose = self
        pose.basis = basis.widened(positionMetres: metres, tiltDegrees: angle, yawDegrees: angle)
        pose.basis.position = max(basis.position, .carried)
        pose.basis.attitude = max(basis.attitude, .carried)
        pose.basis.direction = max(basis.direction, .carried)
        return pose
    }
}

extension Duration {
    fileprivate var seconds: Double { Double(nanosecondsClamped) / 1e9 }
}
