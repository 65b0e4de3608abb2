import FlightTypes
import Glibc

/// One thing on the water, followed from picture to picture.
public struct Track: Hashable, Sendable {
    /// How far it is believed.
    public enum State: Hashable, Sendable {
        /// Too few pictures yet.
        case tentative
        /// Seen again and again for long enough: people are told.
        case confirmed
    }
    /// Counts the tracks of a tracker, from 0; never used again.
    public let number: UInt32
    /// When it was first seen.
    public let birth: MonotonicInstant
    /// How far it is believed; never goes back.
    public internal(set) var state = State.tentative
    /// When it was last seen.
    public internal(set) var lastSeen: MonotonicInstant
    /// Since when it has not been surely seen, in three of five looks, though it should be in view; nil where that is not so.
    private(set) var missedSince: MonotonicInstant?
    /// Why it is probably no person.
    public internal(set) var doubts: TrackReport.Doubts = []
    /// Pictures it was seen in, and pictures it should have been seen in.
    public internal(set) var hits = 1, looks = 1
    /// Mean size on the water, square metres.
    public internal(set) var areaSquareMetres: Double
    /// Mean of what it is larger than a point, square metres; negative where it is smaller.
    public internal(set) var excessSquareMetres: Double
    /// Mean difference to the surroundings, in the picture's unit.
    public internal(set) var contrast: Double
    /// The best score of all pictures.
    public internal(set) var bestScore: Double
    /// Mean score of late.
    private var meanScore: Double
    private let isCold: Bool
    /// The last eight looks, the newest in the lowest bit; and the scores of those that were hits.
    var recent: UInt8 = 1
    var scores = SIMD8<Double>.zero
    var motion: Motion
    /// Where it was at its birth or five to ten seconds ago, and where since then.
    private var earlier: Waypoint, later: Waypoint
    private struct Waypoint: Hashable, Sendable {
        var place: PlanePoint
        var sigma: Double
        var time: MonotonicInstant
    }
    /// Weighted mean of how far it was from where it was expected, in sigmas.
    private var lean = PlanePoint(east: 0, north: 0)
    /// What `motion` stands for, and the random acceleration that it is moved on with.
    private(set) var predicted: MonotonicInstant
    private let acceleration: Double

    init(number: UInt32, from seen: Observation, at now: MonotonicInstant, motion: Motion, acceleration: Double) {
        self.number = number
        birth = now
        earlier = Waypoint(place: motion.place, sigma: seen.sigmaMetres, time: now)
        later = earlier
        lastSeen = now
        areaSquareMetres = seen.areaSquareMetres
        excessSquareMetres = seen.areaSquareMetres - seen.pointSquareMetres
        contrast = seen.contrast
        bestScore = seen.score
        meanScore = seen.score
        isCold = seen.contrast < 0
        scores[0] = seen.score
        self.motion = motion
        predicted = now
        self.acceleration = acceleration
    }

    mutating func predict(to now: MonotonicInstant) {
        motion.predict(seconds: now.since(predicted).milliseconds / 1000, acceleration: acceleration)
        predicted = now
    }

    /// Where it is now, by the last prediction.
    public var place: PlanePoint { motion.place }
    /// Metres a second over ground.
    public var velocity: PlanePoint { motion.velocity }
    /// One sigma of place (metres) and velocity (metres a second) on each axis.
    public var sigmas: (place: Double, velocity: Double) {
        (motion.placeVariance.squareRoot(), motion.velocityVariance.squareRoot())
    }
    /// Where it will be, or was, at `instant`, and one sigma on each axis (metres). The place above is that of the last picture.
    public func foretold(at instant: MonotonicInstant) -> (place: PlanePoint, sigma: Double) {
        var motion = motion
        let seconds = instant.since(predicted).milliseconds / 1000
        if seconds > 0 { motion.predict(seconds: min(seconds, 3600), acceleration: acceleration) }
        return (motion.place, motion.placeVariance.squareRoot())
    }
    /// The scores of the last eight looks, each no more than `limit`.
    func evidence(limit: Double) -> Double {
        scores.clamped(lowerBound: .zero, upperBound: SIMD8(repeating: limit)).sum()
    }
    /// Pictures of the last five in which it was seen.
    var ofFive: Int { (recent & 0b1_1111).nonzeroBitCount }
    /// Of the last eight.
    var ofEight: Int { recent.nonzeroBitCount }

    mutating func see(_ seen: Observation, at now: MonotonicInstant) {
        noteMisses(of: seen)
        motion.correct(with: seen.place, sigma: seen.sigmaMetres)
        turn(seen.score)
        leaveWaypoint(at: now)
        recent |= 1
        hits += 1
        looks += 1
        lastSeen = now
        // The last twenty or so count.
        let weight = 1 / Double(min(hits, 20))
        areaSquareMetres += weight * (seen.areaSquareMetres - areaSquareMetres)
        excessSquareMetres += weight * (seen.areaSquareMetres - seen.pointSquareMetres - excessSquareMetres)
        contrast += weight * (seen.contrast - contrast)
        bestScore = max(bestScore, seen.score)
        meanScore += max(weight, 0.3) * (seen.score - meanScore)
    }

    /// What drifts is seen now on this side of where it was expected, now on that. What is told of already and always lies on the same
    /// side swims, drives or stands: it is no longer expected to move with the water.
    private mutating func noteMisses(of seen: Observation) {
        let off = seen.place - motion.place
        let sigma = (motion.placeVariance + seen.sigmaMetres * seen.sigmaMetres).squareRoot()
        lean = (1 - Self.leanWeight) * lean + Self.leanWeight / sigma * off
        guard state == .confirmed, lean.length > Self.leanLimit else { return }
        release()
    }
    private mutating func release() {
        motion.release(velocitySigma: Self.releasedSigma)
        lean = PlanePoint(east: 0, north: 0)
    }
    /// Independent errors lean beyond the limit, three sigmas of their weighted mean, once in a hundred looks.
    private static let leanWeight = 0.3, leanLimit = 1.3
    /// One sigma of the velocity of what does not drift, metres a second.
    private static let releasedSigma = 2.0
    /// What has left its course is no more than this factor stronger or weaker. With more, a swimmer who is under the water for two seconds
    /// is lost to a wave.
    private static let strengthRatio = 1.5

    /// How ill an observation fits, as a square of sigmas: its distance, and a strength that differs (a factor of two is one
    /// sigma). Nil outside the gate.
    func misfit(of seen: Observation, at place: PlanePoint) -> Double? {
        guard (seen.contrast < 0) == isCold else { return nil }
        let distance = motion.distance(to: place, sigma: seen.sigmaMetres)
        guard distance < Self.gate else { return nil }
        let factor = log2(max(seen.score, 0.01) / max(meanScore, 0.01))
        return distance + factor * factor
    }
    /// Square of the gate in sigmas: 99 % of what belongs to a track (χ² of two values).
    private static let gate = 9.21

    /// How ill an observation of about the same strength fits if the track has gone anywhere since it was last seen, which must not be
    /// long ago. Nil outside the gate.
    func misfitOffCourse(of seen: Observation, at now: MonotonicInstant) -> Double? {
        let seconds = now.since(lastSeen).milliseconds / 1000
        guard (seen.contrast < 0) == isCold, seconds < 1,
            (1 / Self.strengthRatio...Self.strengthRatio).contains(seen.score / max(meanScore, 0.01))
        else {
            return nil
        }
        let distance = motion.distance(to: seen.place, sigma: hypot(seen.sigmaMetres, Self.releasedSigma * seconds))
        return distance < Self.gate ? distance : nil
    }
    mutating func seeOffCourse(_ seen: Observation, at now: MonotonicInstant) {
        release()
        see(seen, at: now)
    }
    /// Mean velocity of the last five to ten seconds (of its life, where that is shorter) and two sigmas of its error, metres a second.
    func overall(at now: MonotonicInstant) -> (velocity: PlanePoint, error: Double) {
        let seconds = max(now.since(earlier.time).milliseconds / 1000, 0.001)
        return (1 / seconds * (place - earlier.place), 2 * hypot(earlier.sigma, sigmas.place) / seconds)
    }
    private mutating func leaveWaypoint(at now: MonotonicInstant) {
        guard now.since(later.time) > .seconds(5) else { return }
        earlier = later
        later = Waypoint(place: place, sigma: sigmas.place, time: now)
    }

    private mutating func turn(_ score: Double) {
        recent <<= 1
        for place in stride(from: 7, to: 0, by: -1) { scores[place] = scores[place - 1] }
        scores[0] = score
    }

    /// One that chance finds somewhere near now and then is not surely seen.
    mutating func note(isInView: Bool, at now: MonotonicInstant) {
        if ofFive >= 3 || !isInView { missedSince = nil } else if missedSince == nil { missedSince = now }
    }

    mutating func miss() {
        turn(0)
        looks += 1
    }
}
