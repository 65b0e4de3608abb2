/// The noise of a picture by 8×8 tiles, from the mean difference of pixels two columns apart.
///
/// Two apart, because neighbours share the lens blur and column noise comes in pairs. The tiles are averaged with
/// their neighbours so that a target does not raise its own threshold much.
struct LocalNoise: Sendable {
    static let tile = 8
    /// Mean of |a − b| of two normal values in sigmas: 2 / √π.
    private static let meanDifferencePerSigma: Float = 1.128_379
    private var raw: [Float] = []
    /// One sigma per tile, in the picture's unit.
    private(set) var sigma: [Float] = []
    private(set) var columns = 0
    private(set) var rows = 0

    mutating func measure(_ image: [UInt16], width: Int, height: Int, reach: Int) {
        columns = (width + Self.tile - 1) / Self.tile
        rows = (height + Self.tile - 1) / Self.tile
        let count = columns * rows
        if raw.count != count {
            raw = [Float](repeating: 0, count: count)
            sigma = raw
        }
        image.withUnsafeBufferPointer { image in
            for tileY in 0..<rows {
                for tileX in 0..<columns {
                    let right = min((tileX + 1) * Self.tile, width - 2),
                        left = min(tileX * Self.tile, max(0, right - 1))
                    let bottom = min((tileY + 1) * Self.tile, height)
                    var sum: UInt32 = 0, pairs = 0
                    for y in (tileY * Self.tile)..<bottom {
                        for x in left..<max(left, right) {
                            let (a, b) = (image[y &* width &+ x], image[y &* width &+ x &+ 2])
                            sum &+= UInt32(a > b ? a &- b : b &- a)
                        }
                        pairs &+= max(0, right &- left)
                    }
                    raw[tileY * columns + tileX] =
                        pairs == 0 ? 0 : Float(sum) / Float(pairs) / Self.meanDifferencePerSigma
                }
            }
        }
        average(reach: reach)
    }

    private mutating func average(reach: Int) {
        for tileY in 0..<rows {
            for tileX in 0..<columns {
                var sum: Float = 0, count: Float = 0
                for y in max(0, tileY - reach)...min(rows - 1, tileY + reach) {
                    for x in max(0, tileX - reach)...min(columns - 1, tileX + reach) {
                        sum += raw[y * columns + x]
                        count += 1
                    }
                }
                sigma[tileY * columns + tileX] = sum / count
            }
        }
    }
}
