import CHotspotKernels

/// The parts of a level where anything can exceed its threshold at all.
///
/// No ring is darker than the darkest pixel within reach, so no pixel of a tile exceeds its background by more than the tile's
/// highest value less the lowest of the tiles around. Where that is not above the threshold nothing needs to be computed, and
/// the result is the same. Over quiet water that is nearly everywhere.
struct ActiveAreas: Sendable {
    private var firsts: [Int32] = [], lasts: [Int32] = []
    private var workspace: [UInt16] = []
    /// Bands of rows with the columns they need, from above; between two lies at least one row of tiles.
    private(set) var areas: [hotspot_area] = []

    /// Finds the areas; `margin` is how far in pixels a background reaches, `invert` as in the kernels.
    mutating func find(
        in tiles: TileStatistics, thresholds: [UInt16], width: Int, height: Int, margin: Int, invert: UInt16
    ) {
        let edge = TileStatistics.edge, reach = (margin + edge - 1) / edge
        if firsts.count < tiles.rows {
            firsts = [Int32](repeating: 0, count: tiles.rows)
            lasts = firsts
        }
        let space = 2 * (tiles.columns + 2 * reach)
        if workspace.count < space { workspace = [UInt16](repeating: 0, count: space) }
        // Of inverted values the lowest are the highest.
        let isInverted = invert != 0
        hotspot_active_columns(
            isInverted ? tiles.highest : tiles.lowest, isInverted ? tiles.lowest : tiles.highest, thresholds,
            Int32(tiles.columns), Int32(tiles.rows), Int32(reach), invert, &firsts, &lasts, &workspace)
        areas.removeAll(keepingCapacity: true)
        var band: hotspot_area?
        for row in 0..<tiles.rows {
            let (first, last) = (Int(firsts[row]), Int(lasts[row]))
            guard first <= last else {
                if let band { areas.append(band) }
                band = nil
                continue
            }
            let (left, right) = (Int32(first * edge), Int32(min((last + 1) * edge, width)))
            let bottom = Int32(min((row + 1) * edge, height))
            var grown = band ?? hotspot_area(left: left, top: Int32(row * edge), right: right, bottom: bottom)
            grown.left = min(grown.left, left)
            grown.right = max(grown.right, right)
            grown.bottom = bottom
            band = grown
        }
        if let band { areas.append(band) }
    }
}
