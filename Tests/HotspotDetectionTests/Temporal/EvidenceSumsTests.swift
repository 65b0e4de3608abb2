import TestSupport
import Testing

@testable import HotspotDetection

/// Sums along a motion beside the plainest way to write them: each picture's evidence looked up where the thing was.
@Suite struct EvidenceSumsTests {
    private static let width = 24, height = 18

    /// Evidence of pictures from a seed, as the background makes it.
    private func backgrounds(_ seed: UInt64, pictures: Int) throws -> [ContrastBackground] {
        var random = SplitMix(seed: seed)
        var background = ContrastBackground(floor: 32)
        background.resize(width: Self.width, height: Self.height)
        let none = [Int16](repeating: 0, count: Self.width * Self.height)
        var all: [ContrastBackground] = []
        for _ in 0..<2 * ContrastBackground.warmUp + pictures {
            let values = none.map { _ in UInt16(29_000 + random.below(30) + random.below(30) + random.below(30)) }
            let image = try #require(ThermalImage(width: Self.width, height: Self.height, values: values))
            if background.look(image, warm: none, cold: none, hold: .max) == .steady { all.append(background) }
        }
        #expect(all.count == pictures)
        return all
    }

    /// What stands out at half pixels, zero outside.
    private func standing(_ background: ContrastBackground, halvesX: Int, halvesY: Int) -> Int {
        let (x, y) = (halvesX >> 1, halvesY >> 1), isBetweenX = halvesX & 1 == 1, isBetweenY = halvesY & 1 == 1
        let isInside =
            (0..<Self.width - (isBetweenX ? 1 : 0)).contains(x) && (0..<Self.height - (isBetweenY ? 1 : 0)).contains(y)
        guard isInside else { return 0 }
        func at(_ x: Int, _ y: Int) -> Int { Int(background.standing[background.guardCells + y * Self.width + x]) }
        switch (isBetweenX, isBetweenY) {
        case (false, false): return at(x, y)
        case (true, false): return ((at(x, y) + at(x + 1, y)) * 9) >> 4
        case (false, true): return ((at(x, y) + at(x, y + 1)) * 9) >> 4
        case (true, true): return ((at(x, y) + at(x + 1, y) + at(x, y + 1) + at(x + 1, y + 1)) * 5) >> 4
        }
    }

    @Test(arguments: 0..<12 as Range<UInt64>)
    func sumsAreThoseOfThePlainestCode(seed: UInt64) throws {
        var random = SplitMix(seed: seed ^ 0x50)
        let motion = (x: Float(random.below(4001) - 2000) / 1000, y: Float(random.below(4001) - 2000) / 1000)
        let all = try backgrounds(seed, pictures: 20)
        var sums = EvidenceSums(width: Self.width, height: Self.height)
        sums.arrange(rings: 0)
        var plain = [Int](repeating: 0, count: Self.width * Self.height), cold = plain
        var rest = (x: Float(0), y: Float(0))
        for background in all {
            sums.move(x: motion.x, y: motion.y, step: 1)
            sums.add(background, slack: 10, cap: 200)
            rest = (rest.x + motion.x, rest.y + motion.y)
            let (right, down) = (Int(rest.x.rounded()), Int(rest.y.rounded()))
            rest = (rest.x - Float(right), rest.y - Float(down))
            let (old, oldCold) = (plain, cold)
            for y in 0..<Self.height {
                for x in 0..<Self.width {
                    let (fromX, fromY) = (x - right, y - down)
                    let isInside = (0..<Self.width).contains(fromX) && (0..<Self.height).contains(fromY)
                    let from = fromY * Self.width + fromX, place = y * Self.width + x
                    let evidence = standing(
                        background, halvesX: 2 * x + Int((2 * rest.x).rounded()),
                        halvesY: 2 * y + Int((2 * rest.y).rounded()))
                    plain[place] = min(max((isInside ? old[from] : 0) + evidence - 10, 0), 200)
                    cold[place] = min(max((isInside ? oldCold[from] : 0) - evidence - 10, 0), 200)
                }
            }
            #expect(sums.warmest.map(Int.init) == plain && sums.coldest.map(Int.init) == cold)
        }
        #expect(plain.contains { $0 > 0 } && cold.contains { $0 > 0 })
    }

    @Test func pathsLieWithinACircleAndChangingThemForgets() throws {
        let background = try #require(try backgrounds(1, pictures: 1).last)
        var sums = EvidenceSums(width: Self.width, height: Self.height)
        for rings in [0, 1, 2, 3, 5] {
            sums.arrange(rings: rings)
            #expect(sums.warmest.allSatisfy { $0 == 0 } && sums.coldest.allSatisfy { $0 == 0 })
            sums.add(background, slack: 0, cap: 200)
            #expect(sums.warmest.contains { $0 > 0 })
            sums.arrange(rings: rings)
            #expect(sums.warmest.contains { $0 > 0 }, "the same again changes nothing")
        }
    }
}
