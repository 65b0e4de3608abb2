import TestSupport
import Testing

@testable import HotspotDetection

/// What is followed on water: points and round things, no crests, no edges, nothing on land.
@Suite struct SeedShapeTests {
    /// A picture of what `value` says of each pixel, smoothed as the detector does.
    private func level(_ value: (Int, Int) -> Double) -> Level {
        let (width, height) = (48, 40)
        func at(_ x: Int, _ y: Int) -> Double {
            value(min(max(x, 0), width - 1), min(max(y, 0), height - 1))
        }
        let values = (0..<width * height).map { place -> UInt16 in
            var sum = 0.0
            for dy in -1...1 { for dx in -1...1 { sum += at(place % width + dx, place / width + dy) } }
            return UInt16(29_000 + sum / 9)
        }
        return Level(width: width, height: height, shift: 0, values: values)
    }
    /// A seed with what it truly has more than the ring 3 and 4 pixels away.
    private func seed(_ x: Int, _ y: Int, in level: Level, score: Float, isCold: Bool = false) -> Seed {
        var (sum, count) = (0, 0)
        for dy in -4...4 {
            for dx in -4...4 where max(abs(dx), abs(dy)) >= 3 {
                sum += Int(level.values[(y + dy) * level.width + x + dx])
                count += 1
            }
        }
        let more = Int(level.values[y * level.width + x]) - sum / count
        return Seed(x: x, y: y, shift: 0, score: score, excess: UInt16(max(0, isCold ? -more : more)))
    }
    private func isThing(_ x: Int, _ y: Int, in level: Level, score: Float, isCold: Bool = false) -> Bool {
        level.mayBeThing(seed(x, y, in: level, score: score, isCold: isCold), isCold: isCold)
    }

    @Test func aPointIsAThingWarmOrCold() {
        let warm = level { x, y in x == 20 && y == 20 ? 300 : 0 }
        #expect(isThing(20, 20, in: warm, score: 6) && isThing(20, 20, in: warm, score: 60))
        let cold = level { x, y in x == 20 && y == 20 ? -300 : 0 }
        #expect(isThing(20, 20, in: cold, score: 6, isCold: true))
    }
    @Test(arguments: [8.0, 12, 17, 25]) func theCrestOfAWaveIsNone(length: Double) {
        // Two trains that cross: their crests are round, but wide.
        let wave = level { x, y in 20 * _cosine(Double(x - 20) / length) + 20 * _cosine(Double(y - 20) / length) + 60 }
        #expect(!isThing(20, 20, in: wave, score: 8))
    }
    @Test func anEdgeIsNoneHoweverStrong() {
        let edge = level { x, _ in x < 20 ? 800 : 0 }
        #expect(!isThing(18, 20, in: edge, score: 90))
        let slanting = level { x, y in x + y < 40 ? 800 : 0 }
        #expect(!isThing(19, 19, in: slanting, score: 90))
    }
    @Test func somethingStrongMayBeLarge() {
        let body = level { x, y in abs(x - 20) <= 2 && abs(y - 20) <= 1 ? 800 : 0 }
        #expect(isThing(20, 20, in: body, score: 90))
    }

    @Test func eachPartOfThePictureHasItsShare() {
        // A hundred strong ones in one corner, three weak ones elsewhere.
        var things = (0..<100).map { (x: $0 % 10, y: $0 / 10) }
        things += [(150, 20), (80, 60), (10, 110)]
        var sectors = Sectors()
        sectors.thin(&things, to: 32) { Sectors.sector(x: $0.x, y: $0.y, width: 160, height: 120) }
        #expect(things.count == 32)
        #expect(things.suffix(3).map(\.x) == [150, 80, 10])
        // The order stays, and those of the corner are the strongest of it.
        #expect(things.prefix(29).map { $0.y * 10 + $0.x } == Array(0..<29))
    }
    @Test func whatFitsIsLeftAsItIs() {
        var things = Array(0..<32)
        var sectors = Sectors()
        sectors.thin(&things, to: 32) { _ in 0 }
        #expect(things == Array(0..<32))
        sectors.thin(&things, to: 0) { _ in 0 }
        #expect(things.isEmpty)
    }

    /// Quiet water on the left, stones on the right, a boat on the water.
    private func shore(_ random: inout SplitMix) -> Level {
        let (width, height) = (160, 120)
        let values = (0..<width * height).map { place -> UInt16 in
            let (x, y) = (place % width, place / width)
            let isBoat = abs(x - 40) < 10 && abs(y - 60) < 4
            return UInt16(29_000 + random.below(10) + (isBoat ? 400 : 0) + (x >= 110 ? random.below(600) : 0))
        }
        return Level(width: width, height: height, shift: 0, values: values)
    }
    @Test func landIsStrewnAndABoatIsNot() {
        var random = SplitMix(seed: 5)
        var tiles = TileStatistics()
        tiles.measure(shore(&random), reach: 4, isCurved: true)
        #expect(tiles.isStrewn(x: 135, y: 60) && tiles.isStrewn(x: 120, y: 4) && tiles.isStrewn(x: 159, y: 119))
        for place in [(40, 60), (31, 57), (49, 63), (5, 5), (100, 100)] {
            #expect(!tiles.isStrewn(x: place.0, y: place.1), "\(place)")
        }
        #expect(!tiles.isStrewn(x: -5, y: 700))
    }
    @Test func landDoesNotMakeTheWaterBesideItLoud() {
        var random = SplitMix(seed: 6)
        var tiles = TileStatistics()
        tiles.measure(shore(&random), reach: 4, isCurved: true)
        let far = tiles.sigma[7 * tiles.columns + 8], near = tiles.sigma[7 * tiles.columns + 12]
        #expect(near < 1.3 * far, "\(near) \(far)")
        #expect(tiles.sigma[7 * tiles.columns + 18] > 10 * far)
    }
    @Test func whereAllIsLandNothingIsStrewn() {
        var random = SplitMix(seed: 7)
        let level = Level(
            width: 80, height: 64, shift: 0, values: (0..<80 * 64).map { _ in UInt16(29_000 + random.below(600)) })
        var tiles = TileStatistics()
        tiles.measure(level, reach: 4, isCurved: true)
        #expect(!tiles.isStrewn(x: 40, y: 32))
    }
}

/// Of turns, to some thousandths (Taylor about each half turn): no more is needed here.
private func _cosine(_ turns: Double) -> Double {
    let part = (turns - turns.rounded()) * 2 * Double.pi
    var (sum, term) = (1.0, 1.0)
    for step in 1...9 {
        term *= -part * part / Double((2 * step - 1) * 2 * step)
        sum += term
    }
    return sum
}
