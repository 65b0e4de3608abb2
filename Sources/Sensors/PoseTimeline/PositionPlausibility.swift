import FlightTypes
import Geodesy

/// Marks position samples that cannot be true. It flags and never hides: every sample comes out as it went in, with
/// remarks.
///
/// Feed it the samples of one source in the order they came. A checksum only shows that the bytes arrived; receivers
/// that are jammed, deceived or just starting send nonsense behind checksums that hold.
public struct PositionPlausibility: Sendable {
    /// No drone of a fire brigade is faster, in m/s.
    public static let speedLimit = 100.0
    /// A step wider than this is a jump however much time has passed, in metres.
    public static let jumpLimit = 5000.0
    /// Receivers wander by this much without anything being wrong, in metres; the stated accuracy comes on top.
    public static let wander = 50.0
    /// For how long a new place has to hold together before it is believed after a jump.
    public static let settling = Duration.seconds(10)
    /// Closer to 0° north 0° east than this many degrees (about 11 km) is the island of receivers without a position.
    public static let islandDegrees = 0.1

    /// What was marked so far, by remark; a sample with two counts twice.
    public struct Counters: Hashable, Sendable {
        /// Places out of reach of the one before.
        public internal(set) var jumps: UInt64 = 0
        /// Samples with a value that cannot be.
        public internal(set) var outOfRange: UInt64 = 0
        /// Places against the stated speed and course.
        public internal(set) var motion: UInt64 = 0
        /// Times that are not the drone's.
        public internal(set) var sourceTime: UInt64 = 0
        /// Places beside 0/0.
        public internal(set) var nullIsland: UInt64 = 0
    }
    /// What was marked so far.
    public private(set) var counters = Counters()

    private struct Fix: Sendable {
        var place: GeodeticPosition
        var at: MonotonicInstant
        var accuracy: Double
    }
    private var believed: Fix?
    private var candidate: (since: MonotonicInstant, last: Fix)?
    private var motion = MotionConsistency()
    private var clock = SourceClockCheck()

    /// A check that has seen nothing.
    public init() {}

    /// The sample with its remarks; those it already has stay.
    public mutating func marked(_ sample: PositionSample) -> PositionSample {
        var result = sample
        var remarks: Pose.Remarks = []
        if !Self.isInRange(sample.pose) { remarks.insert(.outOfRange) }
        if clock.isDoubtful(sample) { remarks.insert(.sourceTime) }
        let place = GeodeticPosition(latitude: sample.pose.latitude, longitude: sample.pose.longitude)
        if sample.pose.hasPosition, place.isValid {
            if max(place.latitude.magnitude, place.longitude.magnitude) < Self.islandDegrees {
                remarks.insert(.nullIsland)
            }
            let accuracy = Self.accuracy(sample.pose)
            if isJump(Fix(place: place, at: sample.captureTime.monotonic, accuracy: accuracy)) {
                remarks.insert(.jump)
                // What the jump covers says nothing about the stated speed.
                motion = MotionConsistency()
            } else if motion.isContradicted(sample, place: place, accuracy: accuracy) {
                remarks.insert(.motion)
            }
        }
        count(remarks)
        result.remarks.formUnion(remarks)
        return result
    }

    /// Metres stated, 0 where nothing usable is stated. Capped, or a source could excuse any jump.
    private static func accuracy(_ pose: Pose) -> Double {
        let stated = Double(pose.horizontalAccuracyMetres)
        return stated >= 0 ? min(stated, 200) : 0
    }

    /// Whether `fix` is out of reach of the place believed. Two places that both hold together are possible; the older
    /// one is believed until the new one has held for `settling`, so that a single wild fix marks itself and not its
    /// successors.
    private mutating func isJump(_ fix: Fix) -> Bool {
        guard let held = believed, !Self.reaches(held, fix) else {
            believed = fix
            candidate = nil
            return false
        }
        guard let other = candidate, Self.reaches(other.last, fix) else {
            candidate = (fix.at, fix)
            return true
        }
        if fix.at.since(other.since) >= Self.settling {
            believed = fix
            candidate = nil
            return false
        }
        candidate = (other.since, fix)
        return true
    }
    private static func reaches(_ from: Fix, _ to: Fix) -> Bool {
        let seconds = Double(to.at.since(from.at).nanosecondsClamped.magnitude) / 1e9
        let reach = min(jumpLimit, speedLimit * seconds) + wander + from.accuracy + to.accuracy
        // Exact where the reach ends, a few kilometres away; beyond it only the order of size counts.
        let way = LocalPlane(origin: from.place).offset(to: to.place)
        return (way.east * way.east + way.north * way.north).squareRoot() <= reach
    }

    /// Unknown (NaN) is in order; what is stated has to be possible.
    private static func isInRange(_ pose: Pose) -> Bool {
        func allows(_ value: Float, _ range: ClosedRange<Float>) -> Bool { value.isNaN || range.contains(value) }
        return pose.latitude.magnitude <= 90 && pose.longitude.magnitude <= 180
            && allows(pose.altitudeMSLMetres, -500...20_000) && allows(pose.heightMetres, -1000...20_000)
            && allows(pose.groundSpeed, 0...150) && allows(pose.courseDegrees, 0...360)
            && allows(pose.horizontalAccuracyMetres, 0...100_000)
            && allows(pose.rollDegrees, -180...180) && allows(pose.pitchDegrees, -90...90)
            && allows(pose.yawDegrees, -360...360) && (pose.satellites == 255 || pose.satellites <= 100)
    }

    private mutating func count(_ remarks: Pose.Remarks) {
        if remarks.contains(.jump) { counters.jumps &+= 1 }
        if remarks.contains(.outOfRange) { counters.outOfRange &+= 1 }
        if remarks.contains(.motion) { counters.motion &+= 1 }
        if remarks.contains(.sourceTime) { counters.sourceTime &+= 1 }
        if remarks.contains(.nullIsland) { counters.nullIsland &+= 1 }
    }
}
