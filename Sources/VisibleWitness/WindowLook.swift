import CHotspotKernels
import ImageCoding

/// The memory in which one window around a place is looked at: brightness and colours cut out of the picture, contrasts of small
/// spots, and how unlikely each is. Kept from window to window.
struct WindowLook {
    static let size = Int(HOTSPOT_WITNESS_SIZE)
    private static let count = size * size
    /// Darker or brighter than this on average nothing can be said, steps.
    private static let usableBrightness = 24...232

    /// Where a window lies in the picture.
    struct Frame {
        /// Pixels of the window in its own size, of the plane's upper left corner's sake maybe negative.
        var left: Int, top: Int
        /// Powers of two by which the plane is made smaller.
        var shift: Int
        /// Half the edge of the box that is asked about; the box is in the window's middle.
        var reach: Int
        /// Columns and rows of the window that lie in the picture.
        var columns: Range<Int>, rows: Range<Int>

        /// Middles of the boxes around that the place is compared with: as large, in the picture, and clear of it.
        func forEachControl(_ body: (_ x: Int, _ y: Int) -> Void) {
            let most = WindowLook.size / 2 - Int(HOTSPOT_WITNESS_EDGE) - reach
            let parts = max(2, most / max(reach, 6))
            for down in -parts...parts {
                for across in -parts...parts {
                    let (dx, dy) = (across * most / parts, down * most / parts)
                    guard max(abs(dx), abs(dy)) >= 2 * reach + 6 else { continue }
                    let (x, y) = (WindowLook.size / 2 + dx, WindowLook.size / 2 + dy)
                    if columns.contains(x - reach), columns.contains(x + reach), rows.contains(y - reach),
                        rows.contains(y + reach)
                    {
                        body(x, y)
                    }
                }
            }
        }
        /// Whether enough of them are in the picture; fewer say nothing.
        var isComparable: Bool {
            var count = 0
            forEachControl { _, _ in count += 1 }
            return count >= 6
        }
    }

    /// As ``WaterStatistics/roughness``.
    var roughness: Double { statistics.roughness }
    /// Mean of |one neighbour + the other − 2 · middle| of the brightness, steps.
    private(set) var sharpness = 0.0
    /// Whether the sun's reflection is in the box.
    private(set) var hasGlare = false
    /// The highest within 5 by 5 pixels, which is as much as a place moves from picture to picture: eighths of a sigma.
    private(set) var dark = [UInt8](repeating: 0, count: count)
    private(set) var bright = [UInt8](repeating: 0, count: count)
    private(set) var colour = [UInt8](repeating: 0, count: count)
    /// 255 within two pixels of a saturated one.
    private(set) var glare = [UInt8](repeating: 0, count: count)

    /// 255 where a saturated pixel spoils the contrast.
    private(set) var mask = [UInt8](repeating: 0, count: count)

    private var windows = [[UInt8]](repeating: [UInt8](repeating: 128, count: count), count: 3)
    private var contrasts = [[Int16]](repeating: [Int16](repeating: 0, count: count), count: 3)
    private var sums = [Int64](
        repeating: 0, count: WaterStatistics.tilesAcross * WaterStatistics.tilesAcross * Int(HOTSPOT_WITNESS_SUMS))
    private var plain = [UInt8](repeating: 0, count: count)
    private var plainBright = [UInt8](repeating: 0, count: count)
    private var plainColour = [UInt8](repeating: 0, count: count)
    private var statistics = WaterStatistics()

    /// Looks at a window; false where nothing can be said there.
    mutating func look(
        at frame: Frame, _ luma: JPEGPlanes.Plane, _ blue: JPEGPlanes.Plane?, _ red: JPEGPlanes.Plane?
    ) -> Bool {
        Self.cut(luma, frame, frame.shift, &windows[0])
        guard Self.usableBrightness.contains(brightness(frame)) else { return false }
        sharpness = bend()
        hotspot_witness_contrast(windows[0], &contrasts[0])
        for (number, plane) in [(1, blue), (2, red)] {
            if let plane {
                Self.cut(plane, frame, frame.shift - 1, &windows[number])
                hotspot_witness_contrast(windows[number], &contrasts[number])
            } else {
                for place in contrasts[number].indices { contrasts[number][place] = 0 }
            }
        }
        hotspot_witness_tiles(contrasts[0], contrasts[1], contrasts[2], &sums)
        let tile = Int(HOTSPOT_WITNESS_TILE), middle = Self.size / 2
        let place = (middle - frame.reach - 4)..<(middle + frame.reach + 5)
        let isMeasured = statistics.measure(sums) { column, row in
            let (across, down) = (column * tile..<(column + 1) * tile, row * tile..<(row + 1) * tile)
            return across.clamped(to: frame.columns) == across && down.clamped(to: frame.rows) == down
                && !(across.overlaps(place) && down.overlaps(place))
        }
        guard isMeasured else { return false }
        hotspot_witness_whiten(
            contrasts[0], contrasts[1], contrasts[2], statistics.weights, &plain, &plainBright, &plainColour)
        hotspot_witness_dilate(plain, &dark)
        hotspot_witness_dilate(plainBright, &bright)
        hotspot_witness_dilate(plainColour, &colour)
        guard let values = luma.values.baseAddress else { return false }
        hotspot_witness_glare(
            values, Int32(luma.stride), Int32(luma.width), Int32(luma.height), Int32(frame.left), Int32(frame.top),
            Int32(frame.shift), &plain)
        hotspot_witness_dilate(plain, &glare)
        // Its edge, and what it takes from the mean of the pixels around.
        hotspot_witness_dilate(glare, &mask)
        hasGlare = false
        for y in middle - frame.reach...middle + frame.reach {
            for x in middle - frame.reach...middle + frame.reach where plain[y * Self.size + x] != 0 { hasGlare = true }
        }
        return true
    }

    private static func cut(_ plane: JPEGPlanes.Plane, _ frame: Frame, _ shift: Int, _ window: inout [UInt8]) {
        guard let values = plane.values.baseAddress else { return }
        hotspot_witness_window(
            values, Int32(plane.stride), Int32(plane.width), Int32(plane.height), Int32(frame.left), Int32(frame.top),
            Int32(shift), &window)
    }

    /// Mean of what lies in the picture.
    private func brightness(_ frame: Frame) -> Int {
        var sum = 0
        for y in frame.rows { for x in frame.columns { sum &+= Int(windows[0][y &* Self.size &+ x]) } }
        return sum / max(1, frame.rows.count * frame.columns.count)
    }

    /// How much the brightness bends from pixel to pixel, along rows or columns, whichever is less: a camera that moved blurs one way.
    private func bend() -> Double {
        var (across, down): (Int32, Int32) = (0, 0)
        windows[0].withUnsafeBufferPointer { window in
            for place in Self.size..<window.count - Self.size {
                let twice = 2 &* Int32(window[place])
                across &+= abs(Int32(window[place &- 1]) &+ Int32(window[place &+ 1]) &- twice)
                down &+= abs(Int32(window[place &- Self.size]) &+ Int32(window[place &+ Self.size]) &- twice)
            }
        }
        return Double(min(across, down)) / Double(Self.count)
    }
}
