/// What a pixel has more than the brightest of a square ring around it: the ring top-hat of Bai and Zhou (2010).
///
/// The ring is two pixels wide and sits at half the outer edge, so a target smaller than the inside does not raise
/// its own background, while an edge or a bright field does. Its maximum is then eroded over a small square, which
/// gives back targets that stand a few pixels from another.
struct RingTopHat: Sendable {
    /// Width of the ring's sides in pixels.
    private static let side = 2
    private var along: [UInt16] = []
    private var across: [UInt16] = []
    private var background: [UInt16] = []

    /// Raises `residual` to this ring's excess wherever that is more.
    mutating func raise(
        _ residual: inout [UInt16], image: [UInt16], width: Int, height: Int, ring: Int, erosion: Int
    ) {
        let reach = ring / 2, padWidth = width + 2 * reach, padHeight = height + 2 * reach
        Self.pad(image, width: width, height: height, by: reach, into: &along)
        Self.resize(&across, to: along.count)
        let erodedReach = erosion / 2
        let backWidth = width + 2 * erodedReach, backHeight = height + 2 * erodedReach
        Self.resize(&background, to: backWidth * backHeight)
        along.withUnsafeMutableBufferPointer { along in
            across.withUnsafeMutableBufferPointer { across in
                _ = across.update(fromContentsOf: along)
                SlidingExtremum.maximumAlongRows(along, width: padWidth, height: padHeight, window: ring)
                SlidingExtremum.maximumAlongColumns(along, width: padWidth, height: padHeight, window: Self.side)
                SlidingExtremum.maximumAlongColumns(across, width: padWidth, height: padHeight, window: ring)
                SlidingExtremum.maximumAlongRows(across, width: padWidth, height: padHeight, window: Self.side)
                background.withUnsafeMutableBufferPointer { background in
                    let far = ring - Self.side
                    for y in 0..<height {
                        let upper = y &* padWidth, lower = (y &+ far) &* padWidth
                        let out = (y &+ erodedReach) &* backWidth &+ erodedReach
                        for x in 0..<width {
                            let (top, bottom) = (along[upper &+ x], along[lower &+ x])
                            let (left, right) = (across[upper &+ x], across[upper &+ far &+ x])
                            let a = top > bottom ? top : bottom, b = left > right ? left : right
                            background[out &+ x] = a > b ? a : b
                        }
                    }
                }
            }
        }
        erodeAndSubtract(
            from: image, width: width, height: height, backWidth: backWidth, backHeight: backHeight, erosion: erosion,
            raising: &residual)
    }

    private mutating func erodeAndSubtract(
        from image: [UInt16], width: Int, height: Int, backWidth: Int, backHeight: Int, erosion: Int,
        raising residual: inout [UInt16]
    ) {
        let reach = erosion / 2
        background.withUnsafeMutableBufferPointer { background in
            Self.replicateEdges(background, width: width, height: height, by: reach)
            SlidingExtremum.minimumAlongRows(background, width: backWidth, height: backHeight, window: erosion)
            SlidingExtremum.minimumAlongColumns(background, width: backWidth, height: backHeight, window: erosion)
            image.withUnsafeBufferPointer { image in
                residual.withUnsafeMutableBufferPointer { residual in
                    for y in 0..<height {
                        let row = y &* width, back = y &* backWidth
                        for x in 0..<width {
                            let (value, under) = (image[row &+ x], background[back &+ x])
                            let excess = value > under ? value &- under : 0
                            let before = residual[row &+ x]
                            residual[row &+ x] = excess > before ? excess : before
                        }
                    }
                }
            }
        }
    }

    static func resize(_ buffer: inout [UInt16], to count: Int) {
        if buffer.count != count { buffer = [UInt16](repeating: 0, count: count) }
    }

    /// Copies `image` with its edges continued outward by `reach`.
    private static func pad(_ image: [UInt16], width: Int, height: Int, by reach: Int, into out: inout [UInt16]) {
        let padWidth = width + 2 * reach
        resize(&out, to: padWidth * (height + 2 * reach))
        out.withUnsafeMutableBufferPointer { out in
            image.withUnsafeBufferPointer { image in
                for y in 0..<height {
                    let source = y &* width, target = (y &+ reach) &* padWidth &+ reach
                    for x in 0..<width { out[target &+ x] = image[source &+ x] }
                }
            }
            replicateEdges(out, width: width, height: height, by: reach)
        }
    }

    /// Fills the border of `reach` around a grid of `width × height` with the nearest inner value.
    private static func replicateEdges(
        _ grid: UnsafeMutableBufferPointer<UInt16>, width: Int, height: Int, by reach: Int
    ) {
        let padWidth = width + 2 * reach
        for y in reach..<(reach + height) {
            let row = y &* padWidth
            for x in 0..<reach {
                grid[row &+ x] = grid[row &+ reach]
                grid[row &+ reach &+ width &+ x] = grid[row &+ reach &+ width &- 1]
            }
        }
        for y in 0..<reach {
            let (first, last) = (reach &* padWidth, (reach &+ height &- 1) &* padWidth)
            let (above, below) = (y &* padWidth, (reach &+ height &+ y) &* padWidth)
            for x in 0..<padWidth {
                grid[above &+ x] = grid[first &+ x]
                grid[below &+ x] = grid[last &+ x]
            }
        }
    }
}
