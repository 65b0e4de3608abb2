import CHotspotKernels

/// What small spots of the water around a place differ by among themselves: the covariance of brightness and both colours, from
/// those tiles of a window that hold nothing conspicuous.
///
/// Reed and Yu's detector (1990) measures how unlikely a pixel is under such a covariance.
struct WaterStatistics {
    /// Fourteenths of a step, as the kernel's contrast.
    static let step = 14.0
    /// Less than this differs between pixels of any camera: steps squared, added to the variances.
    private static let lumaFloor = (1 * step) * (1 * step), chromaFloor = (0.5 * step) * (0.5 * step)
    /// Fewer tiles say nothing.
    private static let leastTiles = 8
    static let tilesAcross = Int(HOTSPOT_WITNESS_SIZE) / Int(HOTSPOT_WITNESS_TILE)

    /// One sigma of the contrast of brightness, steps.
    private(set) var roughness = 0.0
    /// What makes three independent values of a pixel's three, in eighths of a sigma, for the kernel.
    private(set) var weights = [Int32](repeating: 0, count: 6)
    private var order: [Int] = []
    private var total = [Double](repeating: 0, count: Int(HOTSPOT_WITNESS_SUMS))

    /// Measures from the kernel's sums. `isUsed` says which tiles lie in the picture and outside the place; a quarter of them, the
    /// roughest, is left out. False when too few are left.
    mutating func measure(_ sums: [Int64], isUsed: (_ column: Int, _ row: Int) -> Bool) -> Bool {
        let across = Self.tilesAcross, each = Int(HOTSPOT_WITNESS_SUMS)
        order.removeAll(keepingCapacity: true)
        for tile in 0..<across * across where isUsed(tile % across, tile / across) { order.append(tile) }
        guard order.count >= Self.leastTiles else { return false }
        func pixels(_ tile: Int) -> Int64 { Self.pixels(tile % across) * Self.pixels(tile / across) }
        order.sort { one, other in
            let (a, b) = (sums[one * each] * pixels(other), sums[other * each] * pixels(one))
            return a != b ? a < b : one < other
        }
        var count = 0.0
        for sum in 0..<each { total[sum] = 0 }
        for tile in order.prefix((order.count * 3 + 3) / 4) {
            for sum in 0..<each { total[sum] += Double(sums[tile * each + sum]) }
            count += Double(pixels(tile))
        }
        for sum in 0..<each { total[sum] /= count }
        roughness = total[0].squareRoot() / Self.step
        whiten(total)
        return true
    }

    /// Pixels along one side of a tile that have a contrast.
    private static func pixels(_ place: Int) -> Int64 {
        Int64(HOTSPOT_WITNESS_TILE) - (place == 0 || place == tilesAcross - 1 ? Int64(HOTSPOT_WITNESS_EDGE) : 0)
    }

    /// The inverse of the covariance's Cholesky root, row by row, in 1/4096 of eighths of a sigma.
    private mutating func whiten(_ c: [Double]) {
        let l11 = (c[0] + Self.lumaFloor).squareRoot()
        let l21 = c[1] / l11
        let l22 = max(c[2] + Self.chromaFloor - l21 * l21, Self.chromaFloor).squareRoot()
        let l31 = c[3] / l11
        let l32 = (c[4] - l31 * l21) / l22
        let l33 = max(c[5] + Self.chromaFloor - l31 * l31 - l32 * l32, Self.chromaFloor).squareRoot()
        // So that the kernel's sums of three products with values up to 3570 stay within 32 bits.
        func weight(_ value: Double) -> Int32 { Int32(min(max((value * 8 * 4096).rounded(), -150_000), 150_000)) }
        weights[0] = weight(1 / l11)
        weights[1] = weight(-l21 / (l11 * l22))
        weights[2] = weight(1 / l22)
        weights[3] = weight((l21 * l32 - l31 * l22) / (l11 * l22 * l33))
        weights[4] = weight(-l32 / (l22 * l33))
        weights[5] = weight(1 / l33)
    }
}
