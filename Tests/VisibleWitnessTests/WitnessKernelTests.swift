import CHotspotKernels
import NetworkImpairment
import Testing

/// The witness's kernels beside the plainest code that says the same, on random planes and windows: equal to the last bit.
@Suite struct WitnessKernelTests {
    private static let size = Int(HOTSPOT_WITNESS_SIZE)
    private static let pixels = size * size

    /// A plane and a window that may lie partly or wholly outside it.
    private struct Plane {
        var width: Int, height: Int, left: Int, top: Int
        var values: [UInt8]
        var random: SeededGenerator

        init(seed: UInt64) {
            random = SeededGenerator(seed: seed)
            (width, height) = (1 + random.below(300), 1 + random.below(200))
            (left, top) = (random.below(400) - 150, random.below(300) - 100)
            let kind = random.below(3)
            values = []
            for _ in 0..<width * height {
                let value = UInt8(truncatingIfNeeded: random.next())
                values.append(kind == 0 ? value : kind == 1 ? 80 + value % 12 : value % 20 == 0 ? 255 : 0)
            }
        }
        /// The values that a pixel of the window is made of.
        func parts(_ x: Int, _ y: Int, _ shift: Int) -> [Int] {
            let factor = shift > 0 ? 1 << shift : 1
            return (0..<factor * factor).map { part in
                let (across, down) = (left + x, top + y)
                let column = shift < 0 ? across >> 1 : across * factor + part % factor
                let row = shift < 0 ? down >> 1 : down * factor + part / factor
                return Int(values[min(max(row, 0), height - 1) * width + min(max(column, 0), width - 1)])
            }
        }
        func window(_ shift: Int) -> [UInt8] {
            var window = [UInt8](repeating: 1, count: pixels)
            hotspot_witness_window(
                values, Int32(width), Int32(width), Int32(height), Int32(left), Int32(top), Int32(shift), &window)
            return window
        }
    }
    private static func contrast(_ window: [UInt8]) -> [Int16] {
        var contrast = [Int16](repeating: 1, count: pixels)
        hotspot_witness_contrast(window, &contrast)
        return contrast
    }
    private static func each(_ body: (_ x: Int, _ y: Int) -> Void) {
        for y in 0..<size { for x in 0..<size { body(x, y) } }
    }

    @Test(arguments: 0..<12 as Range<UInt64>)
    func windowAndGlare(seed: UInt64) {
        let plane = Plane(seed: seed)
        for shift in -1...2 {
            var expected = [UInt8](repeating: 0, count: Self.pixels), glare = expected
            Self.each { x, y in
                let parts = plane.parts(x, y, shift)
                expected[y * Self.size + x] = UInt8((parts.reduce(0, +) + parts.count / 2) / parts.count)
                glare[y * Self.size + x] = parts.contains { $0 >= 250 } ? 255 : 0
            }
            #expect(plane.window(shift) == expected, "seed \(seed), shift \(shift)")
            guard shift >= 0 else { continue }
            var given = [UInt8](repeating: 1, count: Self.pixels)
            hotspot_witness_glare(
                plane.values, Int32(plane.width), Int32(plane.width), Int32(plane.height), Int32(plane.left),
                Int32(plane.top), Int32(shift), &given)
            #expect(given == glare, "seed \(seed), shift \(shift)")
        }
    }

    @Test(arguments: 20..<26 as Range<UInt64>)
    func contrastIsThePointAgainstItsRing(seed: UInt64) {
        let window = Plane(seed: seed).window(0)
        var expected = [Int16](repeating: 0, count: Self.pixels)
        func at(_ x: Int, _ y: Int) -> Int { Int(window[y * Self.size + x]) }
        for y in 4..<Self.size - 4 {
            for x in 4..<Self.size - 4 {
                var (point, ring) = (0, 0)
                for dy in -4...4 {
                    for dx in -4...4 {
                        let far = max(abs(dx), abs(dy))
                        if far <= 1 { point += at(x + dx, y + dy) * (2 - abs(dx)) * (2 - abs(dy)) }
                        if far >= 3 { ring += at(x + dx, y + dy) }
                    }
                }
                expected[y * Self.size + x] = Int16((7 * point - 2 * ring) >> 3)
            }
        }
        #expect(Self.contrast(window) == expected, "seed \(seed)")
    }

    @Test(arguments: 40..<46 as Range<UInt64>)
    func sumsAndWhitening(seed: UInt64) {
        var plane = Plane(seed: seed)
        let three = [0, 1, -1].map { Self.contrast(plane.window($0)) }
        let across = Self.size / Int(HOTSPOT_WITNESS_TILE), each = Int(HOTSPOT_WITNESS_SUMS)
        var sums = [Int64](repeating: 1, count: across * across * each), expectedSums = sums.map { _ in Int64(0) }
        hotspot_witness_tiles(three[0], three[1], three[2], &sums)
        let weights = (0..<6).map { _ in Int32(plane.random.below(300_000) - 150_000) }
        var white = [[UInt8]](repeating: [UInt8](repeating: 1, count: Self.pixels), count: 3), expected = white
        var (dark, bright, colour) = (white[0], white[1], white[2])
        hotspot_witness_whiten(three[0], three[1], three[2], weights, &dark, &bright, &colour)
        Self.each { x, y in
            let place = y * Self.size + x
            let (a, b, c) = (Int64(three[0][place]), Int64(three[1][place]), Int64(three[2][place]))
            let tile = (y / Int(HOTSPOT_WITNESS_TILE) * across + x / Int(HOTSPOT_WITNESS_TILE)) * each
            for (sum, product) in [a * a, a * b, b * b, a * c, b * c, c * c].enumerated() {
                expectedSums[tile + sum] += product
            }
            func turned(_ sum: Int64) -> Int64 { min(max(sum >> 12, -255), 255) }
            let w = weights.map(Int64.init)
            let first = turned(w[0] * a)
            let (p, q) = (abs(turned(w[1] * a + w[2] * b)), abs(turned(w[3] * a + w[4] * b + w[5] * c)))
            expected[0][place] = UInt8(max(0, -first))
            expected[1][place] = UInt8(max(0, first))
            expected[2][place] = UInt8(min(255, max(p, q) + 3 * min(p, q) / 8))
        }
        white = [dark, bright, colour]
        #expect(sums == expectedSums && white == expected, "seed \(seed)")
    }

    @Test(arguments: 60..<64 as Range<UInt64>)
    func dilationMeanAndPeak(seed: UInt64) {
        var plane = Plane(seed: seed)
        let window = plane.window(0), mask = plane.window(1).map { $0 > 100 ? UInt8(255) : 0 }
        var most = [UInt8](repeating: 1, count: Self.pixels), expectedMost = most
        hotspot_witness_dilate(window, &most)
        var mean = window.map { UInt16($0) * 251 }, expectedMean = mean
        let weight = 1 + plane.random.below(256)
        hotspot_witness_mean(window, mask, Int32(weight), &mean)
        let (left, top) = (plane.random.below(Self.size), plane.random.below(Self.size))
        let area = hotspot_area(
            left: Int32(left), top: Int32(top), right: Int32(left + 1 + plane.random.below(Self.size - left)),
            bottom: Int32(top + 1 + plane.random.below(Self.size - top)))
        var peak: UInt16 = 0
        Self.each { x, y in
            let place = y * Self.size + x
            var value: UInt8 = 0
            for nearY in max(0, y - 2)...min(Self.size - 1, y + 2) {
                for nearX in max(0, x - 2)...min(Self.size - 1, x + 2) {
                    value = max(value, window[nearY * Self.size + nearX])
                }
            }
            expectedMost[place] = value
            let old = Int(expectedMean[place]), new = mask[place] == 0 ? Int(window[place]) << 8 : 0
            expectedMean[place] = UInt16(old + ((new - old) * weight) >> 8)
            if (area.left..<area.right).contains(Int32(x)), (area.top..<area.bottom).contains(Int32(y)) {
                peak = max(peak, expectedMean[place])
            }
        }
        #expect(most == expectedMost && mean == expectedMean, "seed \(seed)")
        #expect(hotspot_witness_peak(mean, area) == peak, "seed \(seed)")
    }
}

extension SeededGenerator {
    fileprivate mutating func below(_ limit: Int) -> Int { Int.random(in: 0..<max(1, limit), using: &self) }
}
