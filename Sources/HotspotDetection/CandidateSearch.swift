/// A pixel that stands out, before its region is known.
struct Seed {
    var x: Int, y: Int
    /// Halvings of the level it was found in.
    var shift: Int
    /// Excess over the background in damped sigmas.
    var score: Float
}

/// Threshold and non-maximum suppression over the ring top-hat of one level.
struct CandidateSearch: Sendable {
    /// Half the edge of the neighbourhood in which only the strongest stays.
    private static let reach = 3
    private var ringTopHat = RingTopHat()
    private var noise = LocalNoise()
    private var residual: [UInt16] = []

    /// The strongest seeds of `level`, at most `configuration.limit`, strongest first.
    mutating func seeds(in level: Level, configuration: HotspotDetector.Configuration) -> [Seed] {
        residual = [UInt16](repeating: 0, count: level.values.count)
        for ring in configuration.rings {
            ringTopHat.raise(
                &residual, image: level.values, width: level.width, height: level.height, ring: ring,
                erosion: configuration.erosion)
        }
        noise.measure(level.values, width: level.width, height: level.height, reach: configuration.noiseReach)
        var best: [Seed] = []
        // With sigma and floor folded into one divisor, the threshold is the same score everywhere.
        let factor = max(configuration.noiseFactor, 0.001)
        let damping = configuration.floor / factor
        residual.withUnsafeBufferPointer { residual in
            for tileY in 0..<noise.rows {
                for tileX in 0..<noise.columns {
                    let divisor = noise.sigma[tileY * noise.columns + tileX] + damping
                    let threshold = UInt16(min(max((divisor * factor).rounded(.down), 0), 65_535))
                    for y in (tileY * LocalNoise.tile)..<min((tileY + 1) * LocalNoise.tile, level.height) {
                        let row = y &* level.width
                        for x in (tileX * LocalNoise.tile)..<min((tileX + 1) * LocalNoise.tile, level.width)
                        where residual[row &+ x] > threshold {
                            guard Self.isPeak(residual, level: level, x: x, y: y) else { continue }
                            let score = Float(residual[row &+ x]) / max(divisor, 0.001)
                            Self.insert(
                                Seed(x: x, y: y, shift: level.shift, score: score), into: &best,
                                limit: configuration.limit)
                        }
                    }
                }
            }
        }
        return best
    }

    /// Whether nothing near is stronger; of equals the first in reading order is the peak.
    private static func isPeak(_ residual: UnsafeBufferPointer<UInt16>, level: Level, x: Int, y: Int) -> Bool {
        let value = residual[y &* level.width &+ x]
        for nearY in max(0, y &- reach)...min(level.height &- 1, y &+ reach) {
            for nearX in max(0, x &- reach)...min(level.width &- 1, x &+ reach) {
                let other = residual[nearY &* level.width &+ nearX]
                if other > value { return false }
                if other == value, nearY < y || (nearY == y && nearX < x) { return false }
            }
        }
        return true
    }

    /// Keeps the list sorted and no longer than `limit`, so that a picture full of peaks costs no memory.
    private static func insert(_ seed: Seed, into best: inout [Seed], limit: Int) {
        if best.count >= limit {
            guard let last = best.last, last.score < seed.score else { return }
            best.removeLast()
        }
        let index = best.firstIndex { $0.score < seed.score } ?? best.count
        best.insert(seed, at: index)
    }
}
