import CHotspotKernels

/// A connected region around a peak, down to a part of its contrast, within a bounded window.
struct RegionGrowing: Sendable {
    /// Half the edge of the window in pixels of the level: regions are cut off there.
    static let reach = 12
    private static let edge = 2 * reach + 1
    /// False between two calls.
    private var inside = [Bool](repeating: false, count: edge * edge)
    private var stack: [Int] = [], reached: [Int] = []

    /// A grown region in pixels of its level.
    struct Region {
        var left = Int.max, top = Int.max, right = Int.min, bottom = Int.min
        var area = 0
        var weight: Float = 0, weightedX: Float = 0, weightedY: Float = 0
        var peak: UInt16 = 0
        var background: Float = 0
    }

    /// The region around (`seedX`, `seedY`) in values taken `^ invert`; `visit` is told each of its pixels.
    mutating func grow(
        _ image: UnsafeBufferPointer<UInt16>, width: Int, height: Int, seedX: Int, seedY: Int, growth: Float,
        invert: UInt16,
        visit: (_ x: Int, _ y: Int) -> Void
    ) -> Region {
        var region = Region()
        region.background = Self.ringMean(image, width: width, height: height, x: seedX, y: seedY, invert: invert)
        let seed = Float(image[seedY &* width &+ seedX] ^ invert)
        let level = region.background + growth * (seed - region.background)
        let left = seedX - Self.reach, top = seedY - Self.reach
        inside[Self.reach * Self.edge + Self.reach] = true
        stack.removeAll(keepingCapacity: true)
        stack.append(Self.reach * Self.edge + Self.reach)
        reached.removeAll(keepingCapacity: true)
        while let cell = stack.popLast() {
            reached.append(cell)
            let (cellX, cellY) = (cell % Self.edge, cell / Self.edge)
            let (x, y) = (left + cellX, top + cellY)
            let value = image[y &* width &+ x] ^ invert
            visit(x, y)
            region.left = min(region.left, x)
            region.right = max(region.right, x)
            region.top = min(region.top, y)
            region.bottom = max(region.bottom, y)
            region.area += 1
            region.peak = max(region.peak, value)
            let weight = max(Float(value) - region.background, 0.001)
            region.weight += weight
            region.weightedX += weight * Float(x - seedX)
            region.weightedY += weight * Float(y - seedY)
            for nextY in max(cellY - 1, 0, -top)...min(cellY + 1, Self.edge - 1, height - 1 - top) {
                for nextX in max(cellX - 1, 0, -left)...min(cellX + 1, Self.edge - 1, width - 1 - left) {
                    let next = nextY * Self.edge + nextX
                    guard !inside[next] else { continue }
                    guard Float(image[(top &+ nextY) &* width &+ left &+ nextX] ^ invert) > level else { continue }
                    inside[next] = true
                    stack.append(next)
                }
            }
        }
        for cell in reached { inside[cell] = false }
        return region
    }

    /// Mean of the pixels 7…9 away (in the larger of both directions), cut at the picture's edge.
    private static func ringMean(
        _ image: UnsafeBufferPointer<UInt16>, width: Int, height: Int, x: Int, y: Int, invert: UInt16
    ) -> Float {
        let ring = hotspot_ring_around(image.baseAddress, Int32(width), Int32(height), Int32(x), Int32(y), invert)
        // A picture smaller than the ring has no surroundings: the pixel is its own background.
        return ring.count == 0 ? Float(image[y &* width &+ x] ^ invert) : Float(ring.sum) / Float(ring.count)
    }
}
