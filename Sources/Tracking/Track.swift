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
    /// Why a confirmed track is probably not a person in the water. All that apply are kept, so that people can judge.
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

    init(number: UInt32, from seen: Observation, at now: MonotonicInstant, motion: Motion) {
        self.number = number
        birth = now
        lastSeen = now
        areaSquareMetres = seen.areaSquareMetres
        contrast = seen.contrast
        bestScore = seen.score
        meanScore = seen.score
        isCold = seen.contrast < 0
        scores[0] = seen.score
        self.motion = motion
    }

    /// Where it is now, by the last prediction.
    public var place: PlanePoint { motion.place }
    /// Metres a second over ground.
    public var velocity: PlanePoint { motion.velocity }
    /// One sigma of place (metres) and velocity (metres a second) on each axis.
    public var sigmas: (place: Double, velocity: Double) {
        (motion.placeVariance.squareRoot(), motion.velocityVariance.squareRoot())
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
