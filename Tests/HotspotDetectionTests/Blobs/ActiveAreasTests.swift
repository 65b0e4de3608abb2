import TestSupport
import CHotspotKernels
import FlightTypes
import Testing

@testable import HotspotDetection

/// What is left out of the dense pass is what could not have mattered.
@Suite struct ActiveAreasTests {
    /// Water with noise, and here and there something warm, cold or textured.
    private func picture(_ random: inout SplitMix) -> Level {
        let (width, height) = (9 + random.below(200), 9 + random.below(150))
        var values = (0..<width * height).map { _ in UInt16(29_000 + random.below(20)) }
        for _ in 0..<random.below(6) {
            let (x, y, size) = (random.below(width), random.below(height), 1 + random.below(25))
            let (step, isTextured) = (random.below(900) - 300, random.below(3) == 0)
            for nearY in y..<min(height, y + size) {
                for nearX in x..<min(width, x + size) {
                    let change = isTextured ? random.below(900) : step
                    values[nearY * width + nearX] = UInt16(clamping: Int(values[nearY * width + nearX]) + change)
                }
            }
        }
        return Level(width: width, height: height, shift: 0, values: values)
    }

    @Test(arguments: 0..<80 as Range<UInt64>)
    func seedsAreThoseOfTheWholePicture(seed: UInt64) {
        var random = SplitMix(seed: seed)
        let level = picture(&random)
        var configuration = HotspotDetector.Configuration(unit: .centikelvin)
        configuration.rings = [[17, 9], [9], [21, 13, 7]][random.below(3)]
        configuration.noiseReach = random.below(5)
        configuration.background = random.below(2) == 0 ? .brightest : .mean
        configuration.polarity = [.warm, .cold, .both][random.below(3)]
        var tiles = TileStatistics()
        tiles.measure(level, reach: configuration.noiseReach, isCurved: false)
        var search = CandidateSearch()
        search.search(level, tiles, configuration: configuration)
        func places(_ seeds: [Seed]) -> Set<Int> { Set(seeds.map { $0.y * level.width + $0.x }) }
        let warm = configuration.polarity == .cold ? [] : Self.peaks(level, tiles, configuration, 0)
        let cold = configuration.polarity == .warm ? [] : Self.peaks(level, tiles, configuration, .max)
        #expect(places(search.warm) == Set(warm) && places(search.cold) == Set(cold))
    }

    /// What each pixel of the whole picture has more than its surroundings.
    private static func residual(
        _ level: Level, _ configuration: HotspotDetector.Configuration, _ invert: UInt16
    ) -> [UInt16] {
        let (width, height) = (level.width, level.height)
        var residual = [UInt16](repeating: 0, count: width * height)
        guard configuration.background == .brightest else {
            func at(_ x: Int, _ y: Int) -> Int {
                Int(level.values[min(max(y, 0), height - 1) * width + min(max(x, 0), width - 1)] ^ invert)
            }
            for place in residual.indices {
                let (x, y) = (place % width, place / width)
                var excess = 56 * at(x, y)
                for dy in -4...4 {
                    for dx in -4...4 where max(abs(dx), abs(dy)) >= 3 { excess -= at(x + dx, y + dy) }
                }
                residual[place] = excess > 0 ? UInt16(Float(excess) * (1.0 / 56)) : 0
            }
            return residual
        }
        var space = [UInt16](repeating: 0, count: hotspot_workspace(Int32(width), 63, 15))
        let whole = hotspot_area(left: 0, top: 0, right: Int32(width), bottom: Int32(height))
        for ring in configuration.rings {
            hotspot_ring_top_hat(
                level.values, Int32(width), Int32(height), whole, Int32(ring), Int32(configuration.erosion), invert, 1,
                &residual, &space)
        }
        return residual
    }

    /// All peaks, of the residual of the whole picture.
    private static func peaks(
        _ level: Level, _ tiles: TileStatistics, _ configuration: HotspotDetector.Configuration, _ invert: UInt16
    ) -> [Int] {
        let (width, height) = (level.width, level.height)
        var residual = residual(level, configuration, invert)
        let damping = configuration.floor / configuration.noiseFactor
        for place in residual.indices {
            let sigma = tiles.sigma[place / width / 8 * tiles.columns + place % width / 8]
            let threshold = UInt16(min(max((sigma + damping) * configuration.noiseFactor, 0), 65_535))
            if residual[place] <= threshold { residual[place] = 0 }
        }
        return residual.indices.filter { place in
            guard residual[place] > 0 else { return false }
            for y in max(0, place / width - 3)...min(height - 1, place / width + 3) {
                for x in max(0, place % width - 3)...min(width - 1, place % width + 3) {
                    let other = residual[y * width + x]
                    if other > residual[place] || other == residual[place] && y * width + x < place { return false }
                }
            }
            guard configuration.background == .mean else { return true }
            let (x, y) = (place % width, place / width)
            let seed = Seed(
                x: x, y: y, shift: 0,
                score: Float(residual[place]) / max(tiles.sigma[y / 8 * tiles.columns + x / 8] + damping, 0.001),
                excess: residual[place])
            return level.mayBeThing(seed, isCold: invert != 0)
        }
    }

    @Test func quietWaterNeedsNoDensePass() {
        var random = SplitMix(seed: 4)
        let level = Level(
            width: 640, height: 512, shift: 0, values: (0..<640 * 512).map { _ in UInt16(29_000 + random.below(20)) })
        var tiles = TileStatistics()
        tiles.measure(level, reach: 4, isCurved: false)
        var active = ActiveAreas()
        let thresholds = [UInt16](repeating: 100, count: tiles.columns * tiles.rows)
        active.find(in: tiles, thresholds: thresholds, width: 640, height: 512, margin: 10, invert: 0)
        #expect(active.areas.isEmpty)
    }
}
