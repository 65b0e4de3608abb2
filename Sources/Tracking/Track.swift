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
    /// What `motion` stands for, and the random acceleration that it is moved on with.
    private(set) var predicted: MonotonicInstant
    private let acceleration: Double

    init(number: UInt32, from seen: Observation, at now: MonotonicInstant, motion: Motion, acceleration: Double) {
        self.number = number
        birth = now
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
        motion.correct(with: seen.place, sigma: seen.sigmaMetres)
        turn(seen.score)
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

    private mutating func turn(_ score: Double) {
        recent <<= 1
        for place in stride(from: 7, to: 0, by: -1) { scores[place] = scores[place - 1] }
        scores[0] = score
    }

    mutating func miss() {
        turn(0)
        looks += 1
    }
}
