import TestSupport
import CHotspotKernels
import Testing

/// The kernels beside the plainest code that says the same, on pictures of every kind and size: equal to the last bit.
@Suite struct KernelTests {
    /// One picture of a seed: noise, flat, saturated, an edge, or few values.
    struct Picture {
        var width: Int, height: Int
        var values: [UInt16]

        init(seed: UInt64) {
            var random = SplitMix(seed: seed)
            (width, height) = (1 + random.below(90), 1 + random.below(60))
            let kind = random.below(5)
            values = (0..<width * height).map { _ in UInt16(truncatingIfNeeded: random.next()) }
            switch kind {
            case 0: break
            case 1: values = values.map { 29_000 + $0 % 40 }
            case 2: values = values.map { $0 % 50 == 0 ? .max : 0 }
            case 3: for index in values.indices { values[index] = index % width < width / 2 ? 1000 : 40_000 }
            default: values = values.map { $0 % 3 }
            }
        }
        func at(_ x: Int, _ y: Int) -> UInt16 { values[min(max(y, 0), height - 1) * width + min(max(x, 0), width - 1)] }
    }

    private static func ringMaximum(_ picture: Picture, x: Int, y: Int, ring: Int, invert: UInt16) -> UInt16 {
        let reach = ring / 2
        var most: UInt16 = 0
        for dy in -reach...reach {
            for dx in -reach...reach where abs(dx) >= reach - 1 || abs(dy) >= reach - 1 {
                most = max(most, picture.at(x + dx, y + dy) ^ invert)
            }
        }
        return most
    }

    @Test(arguments: 0..<60 as Range<UInt64>)
    func ringTopHat(seed: UInt64) {
        let picture = Picture(seed: seed)
        var random = SplitMix(seed: seed ^ 0xA5)
        let ring = [5, 7, 9, 13, 17, 21, 33, 63][random.below(8)], erosion = [1, 3, 5, 7, 9, 15][random.below(6)]
        let invert: UInt16 = random.below(2) == 0 ? 0 : .max
        let isRaising = random.below(2) == 0
        let (left, top) = (random.below(picture.width), random.below(picture.height))
        let (right, bottom) = (
            left + 1 + random.below(picture.width - left), top + 1 + random.below(picture.height - top)
        )
        let before = picture.values.map { $0 / 3 }

        var expected = before
        var maxima: [Int: UInt16] = [:]
        let back = erosion / 2
        for y in top..<bottom {
            for x in left..<right {
                var under = UInt16.max
                for nearY in max(0, y - back)...min(picture.height - 1, y + back) {
                    for nearX in max(0, x - back)...min(picture.width - 1, x + back) {
                        let place = nearY * picture.width + nearX
                        let most =
                            maxima[place] ?? Self.ringMaximum(picture, x: nearX, y: nearY, ring: ring, invert: invert)
                        maxima[place] = most
                        under = min(under, most)
                    }
                }
                let value = picture.at(x, y) ^ invert
                let excess = value > under ? value - under : 0
                let place = y * picture.width + x
                expected[place] = isRaising ? max(expected[place], excess) : excess
            }
        }

        var residual = before
        var workspace = [UInt16](
            repeating: 0xABCD, count: hotspot_workspace(Int32(picture.width), Int32(ring), Int32(erosion)))
        hotspot_ring_top_hat(
            picture.values, Int32(picture.width), Int32(picture.height),
            hotspot_area(left: Int32(left), top: Int32(top), right: Int32(right), bottom: Int32(bottom)), Int32(ring),
            Int32(erosion), invert, isRaising ? 1 : 0, &residual, &workspace)
        #expect(residual == expected, "\(picture.width)×\(picture.height), ring \(ring), erosion \(erosion)")
    }

    @Test(arguments: 0..<60 as Range<UInt64>)
    func surround(seed: UInt64) {
        let picture = Picture(seed: seed)
        var random = SplitMix(seed: seed ^ 0xB7)
        let columns = (picture.width + 7) / 8
        let thresholds = (0..<columns * ((picture.height + 7) / 8)).map { _ in
            UInt16(truncatingIfNeeded: random.next()) >> UInt16(random.below(17))
        }
        var expected: [UInt32] = [], far: [UInt16] = [], isColder: [Bool] = []
        for y in 0..<picture.height {
            for x in 0..<picture.width {
                var sum = 0
                for dy in -4...4 {
                    for dx in -4...4 where max(abs(dx), abs(dy)) >= 3 { sum += Int(picture.at(x + dx, y + dy)) }
                }
                let excess = 56 * Int(picture.at(x, y)) - sum
                isColder.append(excess < 0)
                let difference = UInt16(Float(abs(excess)) * (1.0 / 56))
                guard difference > thresholds[y / 8 * columns + x / 8] else { continue }
                expected.append(UInt32(y * picture.width + x))
                far.append(difference)
            }
        }
        var indices = [UInt32](repeating: 7, count: picture.values.count), differences = picture.values
        var space = [UInt16](repeating: 77, count: hotspot_surround_workspace(Int32(picture.width)))
        var sums = [UInt32](repeating: 77, count: hotspot_surround_sums(Int32(picture.width)))
        let (width, height) = (Int32(picture.width), Int32(picture.height))
        let count = Int(
            hotspot_surround(picture.values, width, height, thresholds, &indices, &differences, &space, &sums))
        #expect(Array(indices.prefix(count)) == expected && Array(differences.prefix(count)) == far)
        let gotColder = (0..<height).flatMap { y in
            (0..<width).map { x in hotspot_is_colder(picture.values, width, height, x, y) != 0 }
        }
        #expect(gotColder == isColder)
    }

    @Test(arguments: 0..<40 as Range<UInt64>)
    func ringAround(seed: UInt64) {
        let picture = Picture(seed: seed)
        var random = SplitMix(seed: seed ^ 0xC1)
        let (x, y) = (random.below(picture.width), random.below(picture.height))
        let invert: UInt16 = random.below(2) == 0 ? 0 : .max
        let around = (0..<picture.width * picture.height).filter { place in
            (7...9).contains(max(abs(place % picture.width - x), abs(place / picture.width - y)))
        }
        let got = hotspot_ring_around(
            picture.values, Int32(picture.width), Int32(picture.height), Int32(x), Int32(y), invert)
        #expect(Int(got.count) == around.count)
        #expect(got.sum == around.reduce(UInt64(0)) { $0 + UInt64(picture.values[$1] ^ invert) })
    }

    @Test(arguments: 0..<40 as Range<UInt64>)
    func tilesHalvingAndThresholds(seed: UInt64) {
        let picture = Picture(seed: seed)
        let (width, height) = (picture.width, picture.height)
        let (columns, rows) = ((width + 7) / 8, (height + 7) / 8)
        var random = SplitMix(seed: seed ^ 0x5A)
        let isCurved = random.below(2) == 0
        var (lowest, highest) = (
            [UInt16](repeating: .max, count: columns * rows), [UInt16](repeating: 0, count: columns * rows)
        )
        var differences = [UInt32](repeating: 0, count: columns * rows)
        let thresholds = (0..<columns * rows).map { _ in
            UInt16(truncatingIfNeeded: random.next()) >> UInt16(random.below(10))
        }
        var exceeding: [UInt32] = []
        for y in 0..<height {
            for x in 0..<width {
                let tile = y / 8 * columns + x / 8
                let value = picture.at(x, y)
                lowest[tile] = min(lowest[tile], value)
                highest[tile] = max(highest[tile], value)
                let middle = Int(picture.at(x + 2, y))
                if isCurved, x + 4 < width {
                    differences[tile] += UInt32(
                        min(8191, abs((Int(value) + Int(picture.at(x + 4, y)) + 1) / 2 - middle)))
                } else if !isCurved, x + 2 < width {
                    differences[tile] += UInt32(min(8191, abs(Int(value) - middle)))
                }
                if value > thresholds[tile] { exceeding.append(UInt32(y * width + x)) }
            }
        }
        var (gotDifferences, gotLowest, gotHighest) = (
            differences.map { _ in UInt32(7) }, lowest.map { _ in UInt16(7) }, lowest.map { _ in UInt16(7) }
        )
        var space = [UInt16](repeating: 9, count: 3 * width)
        if isCurved {
            hotspot_curvature(picture.values, Int32(width), Int32(height), &gotDifferences)
        } else {
            hotspot_tiles(
                picture.values, Int32(width), Int32(height), &gotDifferences, &gotLowest, &gotHighest)
            #expect(gotLowest == lowest && gotHighest == highest)
        }
        #expect(gotDifferences == differences)

        var indices = [UInt32](repeating: 0, count: width * height)
        let area = hotspot_area(left: 0, top: 0, right: Int32(width), bottom: Int32(height))
        let count = hotspot_exceeding(picture.values, Int32(width), area, thresholds, &space, &indices)
        #expect(Array(indices.prefix(Int(count))) == exceeding)

        var smooth = [UInt16](repeating: 1, count: width * height)
        var rowSums = [UInt32](repeating: 5, count: 3 * width)
        hotspot_smooth(picture.values, Int32(width), Int32(height), &smooth, &rowSums)
        let weighted = smooth.indices.map { place -> UInt16 in
            var sum = 8
            for dy in -1...1 {
                for dx in -1...1 {
                    sum += (2 - abs(dx)) * (2 - abs(dy)) * Int(picture.at(place % width + dx, place / width + dy))
                }
            }
            return UInt16(sum / 16)
        }
        #expect(smooth == weighted)

        var half = [UInt16](repeating: 0, count: (width / 2) * (height / 2))
        hotspot_halve(picture.values, Int32(width), Int32(height), &half)
        var means: [UInt16] = []
        for y in 0..<height / 2 {
            for x in 0..<width / 2 {
                let four = [(0, 0), (1, 0), (0, 1), (1, 1)].map { Int(picture.at(2 * x + $0.0, 2 * y + $0.1)) }
                means.append(UInt16((four.reduce(0, +) + 2) / 4))
            }
        }
        #expect(half == means)
    }
}

/// Values that no picture of 8 bits has: all the highest, single highest among zeros, and everything.
func extremes(_ count: Int) -> [[UInt16]] {
    [
        [UInt16](repeating: .max, count: count), (0..<count).map { $0 % 31 == 0 ? .max : 0 },
        (0..<count).map { UInt16(truncatingIfNeeded: $0 &* 40_503) },
    ]
}
