import CHotspotKernels

/// A pixel that stands out, before its region is known.
struct Seed {
    var x: Int, y: Int
    /// Halvings of the level it was found in.
    var shift: Int
    /// Excess over the background in damped sigmas.
    var score: Float
    /// The same in the level's unit.
    var excess: UInt16
}

/// Threshold and non-maximum suppression over what the pixels of one level have more, or less, than their surroundings. Buffers grow
/// to the largest picture and stay.
struct CandidateSearch: Sendable {
    /// Half the edge of the neighbourhood in which only the strongest stays.
    private static let reach = 3
    private var active = ActiveAreas()
    private var thresholds: [UInt16] = []
    private var residual: [UInt16] = []
    /// What exceeds its threshold, at its place; zero elsewhere and between two calls.
    private var standing: [UInt16] = []
    private var indices: [UInt32] = [], warmer: [UInt32] = [], colder: [UInt32] = []
    private var workspace: [UInt16] = []
    private var row: [UInt16] = [], differences: [UInt16] = []
    private var sums: [UInt32] = []
    private var sectors = Sectors()
    /// The strongest seeds of the last level, at most `configuration.limit` of each kind, strongest first.
    private(set) var warm: [Seed] = [], cold: [Seed] = []

    /// Looks for seeds of the kinds that are asked for.
    mutating func search(_ level: Level, _ tiles: TileStatistics, configuration: HotspotDetector.Configuration) {
        warm.removeAll(keepingCapacity: true)
        cold.removeAll(keepingCapacity: true)
        let widest = configuration.rings.max() ?? 0
        guard configuration.background == .mean || widest > 0 else { return }
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
        let ranking = Ranking(
            sigma: tiles.sigma, columns: tiles.columns, damping: damping, limit: configuration.limit,
            isEven: configuration.background == .mean)
        switch configuration.background {
        case .mean: searchBoth(level, ranking, configuration.polarity)
        case .brightest:
            let margin = widest / 2 + configuration.erosion / 2
            if configuration.polarity != .cold {
                search(level, tiles, ranking, configuration, margin: margin, isCold: false)
            }
            if configuration.polarity != .warm {
                search(level, tiles, ranking, configuration, margin: margin, isCold: true)
            }
        }
    }

    /// How a seed's strength is told.
    private struct Ranking {
        var sigma: [Float]
        var columns: Int
        var damping: Float
        var limit: Int
        /// Ground such as water: the mean is what a pixel is compared with.
        var isEven: Bool

        func score(_ excess: UInt16, x: Int, y: Int) -> Float {
            let edge = TileStatistics.edge
            return Float(excess) / max(sigma[y / edge * columns + x / edge] + damping, 0.001)
        }
    }

    /// Of one kind, over the brightest of rings: where nothing can stand out nothing is computed.
    private mutating func search(
        _ level: Level, _ tiles: TileStatistics, _ ranking: Ranking, _ configuration: HotspotDetector.Configuration,
        margin: Int, isCold: Bool
    ) {
        let invert: UInt16 = isCold ? .max : 0
        active.find(
            in: tiles, thresholds: thresholds, width: level.width, height: level.height, margin: margin, invert: invert)
        for area in active.areas {
            for (number, ring) in configuration.rings.enumerated() {
                hotspot_ring_top_hat(
                    level.values, Int32(level.width), Int32(level.height), area, Int32(ring),
                    Int32(configuration.erosion), invert, number == 0 ? 0 : 1, &residual, &workspace)
            }
            let count = Int(hotspot_exceeding(residual, Int32(level.width), area, thresholds, &row, &indices))
            pick(indices[..<count], level, ranking, isCold: isCold)
        }
    }

    /// Of both kinds at once, over the mean of a ring: what a pixel lacks is the reverse of what it has more.
    private mutating func searchBoth(_ level: Level, _ ranking: Ranking, _ polarity: HotspotDetector.Polarity) {
        let (width, height) = (Int32(level.width), Int32(level.height))
        let count = Int(
            hotspot_surround(level.values, width, height, thresholds, &indices, &differences, &workspace, &sums))
        warmer.removeAll(keepingCapacity: true)
        colder.removeAll(keepingCapacity: true)
        for (index, difference) in zip(indices[..<count], differences) {
            residual[Int(index)] = difference
            let isColder = hotspot_is_colder(
                level.values, width, height, Int32(truncatingIfNeeded: index) % width,
                Int32(truncatingIfNeeded: index) / width)
            if isColder != 0 { colder.append(index) } else { warmer.append(index) }
        }
        if polarity != .cold { pick(warmer[...], level, ranking, isCold: false) }
        if polarity != .warm { pick(colder[...], level, ranking, isCold: true) }
    }

    /// Puts the peaks among pixels that exceed their threshold into the list of their kind. On even ground only what is no crest and no
    /// edge, and from each part of the picture.
    private mutating func pick(_ exceeding: ArraySlice<UInt32>, _ level: Level, _ ranking: Ranking, isCold: Bool) {
        for index in exceeding { standing[Int(index)] = residual[Int(index)] }
        let room = ranking.isEven ? Self.roomBeforeThinning : ranking.limit
        for index in exceeding {
            let (x, y) = (Int(index) % level.width, Int(index) / level.width)
            guard isPeak(level, x: x, y: y) else { continue }
            let excess = residual[Int(index)]
            let seed = Seed(
                x: x, y: y, shift: level.shift, score: ranking.score(excess, x: x, y: y), excess: excess)
            if ranking.isEven, !level.mayBeThing(seed, isCold: isCold) { continue }
            if isCold { Self.insert(seed, into: &cold, room) } else { Self.insert(seed, into: &warm, room) }
        }
        for index in exceeding { standing[Int(index)] = 0 }
        func sector(_ seed: Seed) -> Int {
            Sectors.sector(x: seed.x, y: seed.y, width: level.width, height: level.height)
        }
        if isCold {
            sectors.thin(&cold, to: ranking.limit, sector: sector)
        } else {
            sectors.thin(&warm, to: ranking.limit, sector: sector)
        }
    }
    /// Peaks of a kind and level from which the parts of the picture choose; of more only the strongest.
    private static let roomBeforeThinning = 256

    private mutating func resize(_ level: Level, widest: Int, erosion: Int) {
        let count = level.width * level.height
        if residual.count < count {
            residual = [UInt16](repeating: 0, count: count)
            standing = residual
            differences = residual
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

    /// Keeps a list sorted and no longer than `limit`, so that a picture full of peaks costs no memory.
    private static func insert(_ seed: Seed, into best: inout [Seed], _ limit: Int) {
        if best.count >= limit {
            guard let last = best.last, last.score < seed.score else { return }
            best.removeLast()
        }
        let index = best.firstIndex { $0.score < seed.score } ?? best.count
        best.insert(seed, at: index)
    }
}
