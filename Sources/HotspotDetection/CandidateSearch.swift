import CHotspotKernels

/// A pixel that stands out, before its region is known.
struct Seed {
    var x: Int, y: Int
    /// Halvings of the level it was found in.
    var shift: Int
    /// Excess over the background in damped sigmas.
    var score: Float
}

/// Threshold and non-maximum suppression over the ring top-hat of one level. Buffers grow to the largest picture and stay.
struct CandidateSearch: Sendable {
    /// Half the edge of the neighbourhood in which only the strongest stays.
    private static let reach = 3
    private var active = ActiveAreas()
    private var thresholds: [UInt16] = []
    private var residual: [UInt16] = []
    /// What exceeds its threshold, at its place; zero elsewhere and between two calls.
    private var standing: [UInt16] = []
    private var indices: [UInt32] = []
    private var workspace: [UInt16] = []
    private var row: [UInt16] = []
    private var sums: [UInt32] = []
    private(set) var best: [Seed] = []

    /// Puts the strongest seeds of a level, at most `configuration.limit`, into ``best``, strongest first.
    mutating func search(
        _ level: Level, _ tiles: TileStatistics, configuration: HotspotDetector.Configuration, invert: UInt16
    ) {
        best.removeAll(keepingCapacity: true)
        guard let widest = configuration.background == .mean ? 9 : configuration.rings.max() else { return }
        resize(level, widest: widest, erosion: configuration.erosion)
        // With sigma and floor folded into one divisor, the threshold is the same score everywhere.
        let factor = max(configuration.noiseFactor, 0.001)
        let damping = configuration.floor / factor
        thresholds.withUnsafeMutableBufferPointer { thresholds in
            tiles.sigma.withUnsafeBufferPointer { sigma in
                for tile in sigma.indices {
                    thresholds[tile] = UInt16(min(max((sigma[tile] + damping) * factor, 0), 65_535))
                }
            }
        }
        active.find(
            in: tiles, thresholds: thresholds, width: level.width, height: level.height,
            margin: widest / 2 + (configuration.background == .mean ? 0 : configuration.erosion / 2), invert: invert)
        for area in active.areas {
            raise(area, level, configuration, invert)
            let count = Int(hotspot_exceeding(residual, Int32(level.width), area, thresholds, &row, &indices))
            for index in indices[..<count] { standing[Int(index)] = residual[Int(index)] }
            for index in indices[..<count] {
                let (x, y) = (Int(index) % level.width, Int(index) / level.width)
                guard isPeak(level, x: x, y: y) else { continue }
                let sigma = tiles.sigma[y / TileStatistics.edge * tiles.columns + x / TileStatistics.edge]
                let score = Float(residual[Int(index)]) / max(sigma + damping, 0.001)
                insert(Seed(x: x, y: y, shift: level.shift, score: score), limit: configuration.limit)
            }
            for index in indices[..<count] { standing[Int(index)] = 0 }
        }
    }

    /// Fills the residual of an area.
    private mutating func raise(
        _ area: hotspot_area, _ level: Level, _ configuration: HotspotDetector.Configuration, _ invert: UInt16
    ) {
        let (width, height) = (Int32(level.width), Int32(level.height))
        guard configuration.background == .brightest else {
            return hotspot_surround(level.values, width, height, area, invert, &residual, &workspace, &sums)
        }
        for (number, ring) in configuration.rings.enumerated() {
            hotspot_ring_top_hat(
                level.values, width, height, area, Int32(ring), Int32(configuration.erosion), invert,
                number == 0 ? 0 : 1, &residual, &workspace)
        }
    }

    private mutating func resize(_ level: Level, widest: Int, erosion: Int) {
        let count = level.width * level.height
        if residual.count < count {
            residual = [UInt16](repeating: 0, count: count)
            standing = residual
            indices = [UInt32](repeating: 0, count: count)
        }
        let tiles = (level.width + TileStatistics.edge - 1) / TileStatistics.edge
        let tileCount = tiles * ((level.height + TileStatistics.edge - 1) / TileStatistics.edge)
        if thresholds.count < tileCount { thresholds = [UInt16](repeating: 0, count: tileCount) }
        if row.count < level.width { row = [UInt16](repeating: 0, count: level.width) }
        let space = max(
            hotspot_workspace(Int32(level.width), Int32(widest), Int32(erosion)),
            hotspot_surround_workspace(Int32(level.width)))
        if sums.count < hotspot_surround_sums(Int32(level.width)) {
            sums = [UInt32](repeating: 0, count: hotspot_surround_sums(Int32(level.width)))
        }
        if workspace.count < space { workspace = [UInt16](repeating: 0, count: space) }
    }

    /// Whether nothing near that exceeds its threshold is stronger; of equals the first in reading order is the peak.
    private func isPeak(_ level: Level, x: Int, y: Int) -> Bool {
        standing.withUnsafeBufferPointer { standing in
            let value = standing[y &* level.width &+ x]
            for nearY in max(0, y &- Self.reach)...min(level.height &- 1, y &+ Self.reach) {
                for nearX in max(0, x &- Self.reach)...min(level.width &- 1, x &+ Self.reach) {
                    let other = standing[nearY &* level.width &+ nearX]
                    if other > value { return false }
                    if other == value, nearY < y || (nearY == y && nearX < x) { return false }
                }
            }
            return true
        }
    }

    /// Keeps the list sorted and no longer than `limit`, so that a picture full of peaks costs no memory.
    private mutating func insert(_ seed: Seed, limit: Int) {
        if best.count >= limit {
            guard let last = best.last, last.score < seed.score else { return }
            best.removeLast()
        }
        let index = best.firstIndex { $0.score < seed.score } ?? best.count
        best.insert(seed, at: index)
    }
}
