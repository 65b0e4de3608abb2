import FlightTypes
import Foundation

/// Which candidates get a chip: a logistic regression over what the first stage knows of them (`scripts/train/train.py`, `train_gate`).
///
/// Most of what stands out is no target, and a chip costs a hundred times what this does.
struct CandidateGate: Hashable, Sendable {
    /// Weights of the logarithms of score and excess, and of both as a part of the picture's largest.
    private let logScore: Double, logExcess: Double, scoreShare: Double, excessShare: Double
    /// What their sum must exceed.
    private let least: Double

    /// Reads five numbers; nil where one of them is none.
    init?(_ reader: inout ByteReader) throws {
        var numbers: [Double] = []
        for _ in 0..<5 { numbers.append(Double(Float(bitPattern: try reader.read(UInt32.self)))) }
        guard numbers.allSatisfy(\.isFinite) else { return nil }
        (logScore, logExcess, scoreShare, excessShare) = (numbers[0], numbers[1], numbers[2], numbers[3])
        least = numbers[4]
    }

    /// Whether a seed gets a chip in a picture in which candidates have at most so high a score and excess.
    func opens(_ seed: Seed, highestScore: Float, largestExcess: UInt16) -> Bool {
        margin(seed, highestScore: highestScore, largestExcess: largestExcess) > 0
    }

    /// By how much it is open, in the logarithm of odds.
    func margin(_ seed: Seed, highestScore: Float, largestExcess: UInt16) -> Double {
        let (score, excess) = (Double(seed.score), Double(seed.excess))
        let sum =
            logScore * log(max(score, 1e-3)) + logExcess * log(max(excess, 1))
            + scoreShare * score / max(Double(highestScore), 1e-3) + excessShare * excess
            / max(Double(largestExcess), 1)
        return sum - least
    }
}
