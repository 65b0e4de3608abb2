import CHotspotKernels

/// Cumulative sums of what stands out, along one family of motions: each pixel of a plane holds what a thing that is there now has
/// gathered on its way (Page 1954, with the picture shifted under the sum).
///
/// A plane is moved by whole pixels; of the rest, half a pixel is taken from evidence between pixels, so that a sum is off by a
/// quarter at most and never blurs.
struct EvidenceSums: Sendable {
    /// One motion: how it differs from the family's, in steps, and the rest of the motion that its plane has not made.
    private struct Path {
        var stepsX: Float, stepsY: Float
        var restX: Float = 0, restY: Float = 0
    }
    private var paths: [Path] = []
    private var warm: [Int16] = [], cold: [Int16] = []
    private(set) var rings = -1
    private let count: Int
    let width: Int, height: Int
    /// The highest sums over the paths.
    private(set) var warmest: [Int16], coldest: [Int16]

    init(width: Int, height: Int) {
        (self.width, self.height, count) = (width, height, width * height)
        warmest = [Int16](repeating: 0, count: count)
        coldest = warmest
    }

    /// Sums for motions up to `rings` steps around the family's; what was gathered is lost when that changes.
    mutating func arrange(rings wanted: Int) {
        guard wanted != rings else { return }
        rings = wanted
        paths = []
        for y in -wanted...wanted {
            // Whole lattice points within a circle.
            for x in -wanted...wanted where x * x + y * y <= wanted * (wanted + 1) {
                paths.append(Path(stepsX: Float(x), stepsY: Float(y)))
            }
        }
        warm = [Int16](repeating: 0, count: paths.count * count)
        cold = warm
        clear()
    }

    /// Nothing gathered.
    mutating func clear() {
        for place in warm.indices { warm[place] = 0 }
        for place in cold.indices { cold[place] = 0 }
        for place in warmest.indices {
            warmest[place] = 0
            coldest[place] = 0
        }
        for number in paths.indices { (paths[number].restX, paths[number].restY) = (0, 0) }
    }

    /// Things have moved by (`x`, `y`) pixels, and in each path by its steps of `step` pixels more.
    mutating func move(x: Float, y: Float, step: Float) {
        for number in paths.indices {
            paths[number].restX += x + paths[number].stepsX * step
            paths[number].restY += y + paths[number].stepsY * step
            let right = paths[number].restX.rounded(), down = paths[number].restY.rounded()
            guard right != 0 || down != 0 else { continue }
            paths[number].restX -= right
            paths[number].restY -= down
            for isCold in [false, true] { move(number, Int32(right), Int32(down), isCold: isCold) }
        }
    }

    private mutating func move(_ number: Int, _ right: Int32, _ down: Int32, isCold: Bool) {
        func shift(_ planes: inout [Int16]) {
            planes.withUnsafeMutableBufferPointer { planes in
                guard let base = planes.baseAddress else { return }
                hotspot_move(base + number * count, Int32(width), Int32(height), right, down)
            }
        }
        if isCold { shift(&cold) } else { shift(&warm) }
    }

    /// Adds a picture's evidence to each sum.
    mutating func add(_ background: ContrastBackground, slack: Int16, cap: Int16) {
        for place in warmest.indices {
            warmest[place] = 0
            coldest[place] = 0
        }
        let (stride, first, row) = (background.planeStride, background.guardCells, width)
        background.standing.withUnsafeBufferPointer { standing in
            warm.withUnsafeMutableBufferPointer { warm in
                cold.withUnsafeMutableBufferPointer { cold in
                    guard let standing = standing.baseAddress, let warm = warm.baseAddress,
                        let cold = cold.baseAddress
                    else { return }
                    for (number, path) in paths.enumerated() {
                        let halvesX = Int((2 * path.restX).rounded()), halvesY = Int((2 * path.restY).rounded())
                        let plane = (halvesX == 0 ? 0 : 1) + (halvesY == 0 ? 0 : 2)
                        let back = (halvesX < 0 ? 1 : 0) + (halvesY < 0 ? row : 0)
                        hotspot_add_evidence(
                            standing + first + plane * stride - back, Int32(count), slack, cap, warm + number * count,
                            cold + number * count, &warmest, &coldest)
                    }
                }
            }
        }
    }
}
