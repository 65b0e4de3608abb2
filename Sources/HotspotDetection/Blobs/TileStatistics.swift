import CHotspotKernels

/// What each tile of 8×8 pixels of a level holds: its noise, its lowest and highest value.
///
/// The noise comes from the mean difference of pixels two columns apart: two, because neighbours share the lens blur and
/// column noise comes in pairs. The tiles are averaged with their neighbours so that a target does not raise its own threshold
/// much.
struct TileStatistics: Sendable {
    static let edge = 8
    /// Mean of |a − b| of two normal values in sigmas: 2 / √π. Of |(a + b) / 2 − c|: √(3 / π).
    private static let meanDifferencePerSigma: Float = 1.128_379, meanCurvaturePerSigma: Float = 0.977_205
    /// Noise is summed in such parts of the picture's unit, so that sums in any order are the same.
    private static let parts: Float = 256

    private(set) var columns = 0, rows = 0
    /// Stale where slopes do not count: who asks for that asks for no extremes.
    private(set) var lowest: [UInt16] = [], highest: [UInt16] = []
    private var differences: [UInt32] = []
    /// Noise of a tile in parts, sums of it, and columns of sums.
    private var noise: [UInt32] = [], sums: [UInt32] = [], down: [UInt32] = []
    /// One sigma per tile, in the picture's unit.
    private(set) var sigma: [Float] = []
    private var means: [Float] = []
    /// Ground is strewn from so many times the noise of the picture's quietest part on; and what that noise is taken for at least.
    private static let strewnSigmas: Float = 4, leastSigma: Float = 1
    /// The noise that this is, in parts.
    private var strewnFrom = UInt32.max

    /// With `isCurved` what a slope of the ground makes does not count as noise.
    mutating func measure(_ level: Level, reach: Int, isCurved: Bool) {
        let (width, height) = (level.width, level.height)
        resize(width: width, height: height)
        if isCurved {
            hotspot_curvature(level.values, Int32(width), Int32(height), &differences)
        } else {
            hotspot_tiles(level.values, Int32(width), Int32(height), &differences, &lowest, &highest)
        }
        noise.withUnsafeMutableBufferPointer { noise in
            differences.withUnsafeBufferPointer { differences in
                for tileY in 0..<rows {
                    let lines = min((tileY &+ 1) &* Self.edge, height) &- tileY &* Self.edge
                    for tileX in 0..<columns {
                        let pairs = min((tileX &+ 1) &* Self.edge, width &- (isCurved ? 4 : 2)) &- tileX &* Self.edge
                        let place = tileY &* columns &+ tileX
                        // At most 64 differences of 8191, so a part fits 32 bits. Nearly all tiles are whole.
                        noise[place] =
                            pairs &* lines == 64
                            ? differences[place] << 2
                            : pairs <= 0 ? 0 : (differences[place] << 8) / UInt32(truncatingIfNeeded: pairs &* lines)
                    }
                }
            }
        }
        // Of what is looked for on water, the quietest side counts: a bank in view is no reason to overlook who swims before it.
        let reach = isCurved ? (reach + 1) / 2 : reach
        hotspot_box_sums(noise, Int32(columns), Int32(rows), Int32(reach), &sums, &down)
        let unit = Self.parts * (isCurved ? Self.meanCurvaturePerSigma : Self.meanDifferencePerSigma)
        average(reach: reach, unit: unit)
        guard isCurved else { return }
        let quietest = max(sigma.min() ?? 0, Self.leastSigma)
        strewnFrom = UInt32(min(Self.strewnSigmas * quietest * unit, 4e9))
        takeQuietest(reach: reach)
    }

    /// Whether a pixel lies where the ground is strewn with warm and cold while elsewhere in the picture it is quiet: on land, where water is
    /// in view. Something by itself on quiet ground is not strewn, however large its own edges are.
    func isStrewn(x: Int, y: Int) -> Bool {
        let (tileX, tileY) = (min(max(x / Self.edge, 0), columns - 1), min(max(y / Self.edge, 0), rows - 1))
        guard tileX >= 0, tileY >= 0, noise[tileY * columns + tileX] >= strewnFrom else { return false }
        var count = 0
        for row in [tileY - 2, tileY, tileY + 2] {
            for column in [tileX - 2, tileX, tileX + 2] where row != tileY || column != tileX {
                let place = min(max(row, 0), rows - 1) * columns + min(max(column, 0), columns - 1)
                if noise[place] >= strewnFrom { count += 1 }
            }
        }
        return count >= 4
    }

    private mutating func resize(width: Int, height: Int) {
        columns = (width + Self.edge - 1) / Self.edge
        rows = (height + Self.edge - 1) / Self.edge
        let count = columns * rows
        if down.count < columns { down = [UInt32](repeating: 0, count: columns) }
        guard differences.count != count else { return }
        differences = [UInt32](repeating: 0, count: count)
        lowest = [UInt16](repeating: 0, count: count)
        highest = lowest
        noise = differences
        sums = differences
        sigma = [Float](repeating: 0, count: count)
    }

    /// The smallest of the means around a tile itself and around the eight that lie so far away that they have nothing to do with it
    /// ("smallest of", Trunk 1978).
    private mutating func takeQuietest(reach: Int) {
        means.removeAll(keepingCapacity: true)
        means.append(contentsOf: sigma)
        let off = reach + 1
        sigma.withUnsafeMutableBufferPointer { sigma in
            means.withUnsafeBufferPointer { means in
                for tileY in 0..<rows {
                    let row = tileY &* columns
                    let above = max(tileY &- off, 0) &* columns, below = min(tileY &+ off, rows &- 1) &* columns
                    for tileX in 0..<columns {
                        let left = max(tileX &- off, 0), right = min(tileX &+ off, columns &- 1)
                        let upper = min(means[above &+ left], means[above &+ tileX], means[above &+ right])
                        let lower = min(means[below &+ left], means[below &+ tileX], means[below &+ right])
                        sigma[row &+ tileX] = min(
                            upper, means[row &+ left], means[row &+ tileX], means[row &+ right], lower)
                    }
                }
            }
        }
    }

    /// Means over the tiles up to `reach` away, as far as there are some.
    private mutating func average(reach: Int, unit: Float) {
        sigma.withUnsafeMutableBufferPointer { sigma in
            sums.withUnsafeBufferPointer { sums in
                for tileY in 0..<rows {
                    let lines = min(tileY &+ reach, rows &- 1) &- max(tileY &- reach, 0) &+ 1
                    for tileX in 0..<columns {
                        let tiles = lines &* (min(tileX &+ reach, columns &- 1) &- max(tileX &- reach, 0) &+ 1)
                        let place = tileY &* columns &+ tileX
                        sigma[place] = Float(sums[place]) / (Float(tiles) * unit)
                    }
                }
            }
        }
    }
}
