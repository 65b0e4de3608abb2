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
        hotspot_box_sums(noise, Int32(columns), Int32(rows), Int32(reach), &sums, &down)
        average(reach: reach, unit: Self.parts * (isCurved ? Self.meanCurvaturePerSigma : Self.meanDifferencePerSigma))
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
