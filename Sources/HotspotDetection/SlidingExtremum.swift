/// Maxima and minima over sliding windows of a grid in place, by doubling: a window of 17 costs five passes.
///
/// After a call the value at an index is the extremum of the window that *begins* there; the last `window − 1` rows
/// or columns hold shorter windows. Reading ahead of the write makes it safe in place, and the inner loops are plain
/// enough for the compiler to use vector instructions.
enum SlidingExtremum {
    typealias Grid = UnsafeMutableBufferPointer<UInt16>

    /// Distances of the passes for a window of `window` (≥ 1): 1, 2, 4 … and the rest.
    private static func passes(_ window: Int, _ body: (Int) -> Void) {
        var covered = 1
        while covered * 2 <= window {
            body(covered)
            covered *= 2
        }
        if window > covered { body(window - covered) }
    }

    static func maximumAlongRows(_ grid: Grid, width: Int, height: Int, window: Int) {
        for y in 0..<height {
            let row = y &* width
            passes(window) { distance in
                for x in row..<max(row, row &+ width &- distance) {
                    let (a, b) = (grid[x], grid[x &+ distance])
                    grid[x] = a > b ? a : b
                }
            }
        }
    }
    static func maximumAlongColumns(_ grid: Grid, width: Int, height: Int, window: Int) {
        passes(window) { distance in
            let ahead = distance &* width
            for x in 0..<max(0, (height &- distance) &* width) {
                let (a, b) = (grid[x], grid[x &+ ahead])
                grid[x] = a > b ? a : b
            }
        }
    }
    static func minimumAlongRows(_ grid: Grid, width: Int, height: Int, window: Int) {
        for y in 0..<height {
            let row = y &* width
            passes(window) { distance in
                for x in row..<max(row, row &+ width &- distance) {
                    let (a, b) = (grid[x], grid[x &+ distance])
                    grid[x] = a < b ? a : b
                }
            }
        }
    }
    static func minimumAlongColumns(_ grid: Grid, width: Int, height: Int, window: Int) {
        passes(window) { distance in
            let ahead = distance &* width
            for x in 0..<max(0, (height &- distance) &* width) {
                let (a, b) = (grid[x], grid[x &+ ahead])
                grid[x] = a < b ? a : b
            }
        }
    }
}
