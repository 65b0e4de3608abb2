import TestSupport
import CHotspotKernels
import Testing

@testable import HotspotDetection

/// The passes of the temporal way beside the plainest code that says the same.
@Suite struct CoarseKernelTests {
    private static func mirrored(_ at: Int, _ count: Int) -> Int {
        at < 0 ? -at : at >= count ? 2 * count - 2 - at : at
    }

    @Test(arguments: 0..<40 as Range<UInt64>)
    func contrast(seed: UInt64) {
        var random = SplitMix(seed: seed)
        let (width, height) = (4 + random.below(77), 4 + random.below(77))
        let isExtreme = random.below(2) == 0
        let image = (0..<width * height).map { _ -> UInt16 in
            isExtreme ? (random.below(2) == 0 ? 0 : .max) : UInt16(29_000 + random.below(300))
        }
        var expected: [Int32] = []
        for y in 0..<height {
            for x in 0..<width {
                var blend = 0, around = 0
                for dy in -3...3 {
                    for dx in -3...3 {
                        let value = Int(image[Self.mirrored(y + dy, height) * width + Self.mirrored(x + dx, width)])
                        if max(abs(dx), abs(dy)) > 1 {
                            around += value
                        } else {
                            blend += value * (2 - abs(dx)) * (2 - abs(dy))
                        }
                    }
                }
                expected.append(Int32(5 * blend - 2 * around))
            }
        }
        var contrast = [Int32](repeating: 7, count: image.count)
        var workspace = [Int32](repeating: 0, count: hotspot_contrast_workspace(Int32(width)))
        hotspot_contrast(image, Int32(width), Int32(height), &contrast, &workspace)
        #expect(contrast == expected)
    }

    @Test(arguments: 0..<10 as Range<UInt64>)
    func whatChangesAlikeOrLikeAChessboardIsNoContrast(seed: UInt64) {
        var random = SplitMix(seed: seed)
        let (width, height) = (4 + random.below(77), 4 + random.below(77))
        let (even, odd) = (UInt16(random.below(65_536)), UInt16(random.below(65_536)))
        let image = (0..<width * height).map { ($0 % width + $0 / width) % 2 == 0 ? even : odd }
        var contrast = [Int32](repeating: 7, count: image.count)
        var workspace = [Int32](repeating: 0, count: hotspot_contrast_workspace(Int32(width)))
        hotspot_contrast(image, Int32(width), Int32(height), &contrast, &workspace)
        #expect(contrast.allSatisfy { $0 == 0 })
    }

    @Test(arguments: 0..<60 as Range<UInt64>)
    func moves(seed: UInt64) {
        var random = SplitMix(seed: seed)
        let (width, height) = (1 + random.below(40), 1 + random.below(40))
        let plane = (0..<width * height).map { _ in Int16(1 + random.below(500)) }
        let (right, down) = (random.below(2 * width + 3) - width - 1, random.below(2 * height + 3) - height - 1)
        var moved = plane
        hotspot_move(&moved, Int32(width), Int32(height), Int32(right), Int32(down))
        for y in 0..<height {
            for x in 0..<width {
                let (fromX, fromY) = (x - right, y - down)
                let isInside = (0..<width).contains(fromX) && (0..<height).contains(fromY)
                #expect(moved[y * width + x] == (isInside ? plane[fromY * width + fromX] : 0))
            }
        }
    }

    @Test(arguments: 0..<20 as Range<UInt64>)
    func standing(seed: UInt64) {
        var random = SplitMix(seed: seed)
        let count = 1 + random.below(500)
        func values(_ limit: Int) -> [Int32] { (0..<count).map { _ in Int32(random.below(2 * limit) - limit) } }
        let size = [100, 20_000, 80 * 65_535][random.below(3)]
        let contrast = values(size), backgrounds = values(size).map { $0 * 256 }
        let deviations = values(min(size, 1 << 18)).map { abs($0) * 256 }
        let warm = values(300).map(Int16.init), cold = values(300).map(Int16.init)
        let before = values(64).map(Int16.init)
        let widening = 256 + random.below(200), floor = 1 + random.below(5000)
        var (background, deviation, standing) = (backgrounds, deviations, before)
        var sums = hotspot_standing_sums()
        hotspot_standing(
            contrast, Int32(count), Int32(floor), Int32(widening), warm, cold, 250, &background, &deviation, &standing,
            &sums)
        var (off, sigmas, squares, products) = (0, 0, 0, 0)
        for place in 0..<count {
            let measured = Int(deviations[place]) / 16 * 321 / 4096 * widening / 256
            let sigma = max(measured, floor)
            let distance = min(max(Int(contrast[place]) - Int(backgrounds[place]) / 256, -4 * sigma), 4 * sigma)
            let wanted = Int(Float(16 * distance) / Float(sigma))
            #expect(Int(standing[place]) == wanted && abs(wanted) <= 64)
            let isHeld = warm[place] >= 250 || cold[place] >= 250
            #expect(Int(background[place]) == Int(backgrounds[place]) + (isHeld ? distance >> 4 : 2 * distance))
            let grown = (abs(distance) * 256 - Int(deviations[place])) >> 7
            #expect(Int(deviation[place]) == min(Int(deviations[place]) + (isHeld ? 0 : grown), 1 << 26))
            off += abs(distance)
            sigmas += sigma
            squares += wanted * wanted
            products += wanted * Int(before[place])
        }
        #expect((Int(sums.off), Int(sums.sigmas)) == (off, sigmas))
        #expect((Int(sums.squares), Int(sums.products)) == (squares, products))
    }
}
