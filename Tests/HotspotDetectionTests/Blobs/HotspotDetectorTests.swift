import FlightTypes
import HotspotDetection
import Testing

struct HotspotDetectorTests {
    /// Noise of a few steps around `level`, the same for the same seed.
    private func noisy(_ width: Int, _ height: Int, level: Int = 29_000, spread: UInt64 = 10, seed: UInt64 = 1)
        -> [UInt16]
    {
        var state = seed
        return (0..<(width * height)).map { _ in
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return UInt16(clamping: level + Int((state >> 33) % (spread + 1)))
        }
    }
    private func found(
        _ width: Int, _ height: Int, _ values: [UInt16], polarity: HotspotDetector.Polarity = .warm
    ) throws -> [Hotspot] {
        var configuration = HotspotDetector.Configuration(unit: .centikelvin)
        configuration.polarity = polarity
        var detector = HotspotDetector(configuration: configuration)
        return detector.detect(try #require(ThermalImage(width: width, height: height, values: values)))
    }

    @Test func findsASmallTargetWithItsBox() throws {
        var values = noisy(160, 120)
        for y in 50..<53 { for x in 70..<74 { values[y * 160 + x] = 29_600 } }
        let spots = try found(160, 120, values)
        try #require(spots.count == 1)
        let spot = spots[0]
        #expect((spot.x, spot.y, spot.width, spot.height) == (70, 50, 4, 3))
        #expect(spot.area == 12 && spot.peak == 29_600 && !spot.isCold)
        #expect((spot.centroidX - 71.5).magnitude < 0.05 && (spot.centroidY - 51).magnitude < 0.05)
        #expect((585...605).contains(spot.contrast))
        #expect(spot.detection.width == 4 && spot.detection.score == spot.score)
        var detector = HotspotDetector(configuration: .init(unit: .centikelvin))
        let mask = detector.mask(of: try #require(ThermalImage(width: 160, height: 120, values: values)))
        #expect(
            mask.count == 160 * 120 && mask.filter { $0 == 255 }.count == 12 && mask.filter { $0 == 0 }.count == 19_188)
    }
    @Test func findsColdOnlyWhenAsked() throws {
        var values = noisy(64, 64)
        for y in 30..<33 { for x in 20..<23 { values[y * 64 + x] = 28_400 } }
        #expect(try found(64, 64, values).isEmpty)
        let cold = try found(64, 64, values, polarity: .cold)
        #expect(cold.count == 1 && cold[0].isCold && cold[0].peak == 28_400 && cold[0].contrast < -500)
        values[10 * 64 + 50] = 30_000
        #expect(try found(64, 64, values, polarity: .both).map(\.isCold).sorted { !$0 && $1 } == [false, true])
    }
    @Test func findsWhatIsLargerThanTheRing() throws {
        var values = noisy(160, 120)
        for y in 40..<64 { for x in 60..<84 { values[y * 160 + x] = 31_000 } }
        let spots = try found(160, 120, values)
        #expect(!spots.isEmpty)
        #expect(spots.allSatisfy { $0.x >= 52 && $0.x + $0.width <= 92 && $0.y >= 32 && $0.y + $0.height <= 72 })
    }
    @Test func aBrightFireDoesNotHideASwimmer() throws {
        var values = noisy(160, 120)
        for y in 20..<24 { for x in 20..<24 { values[y * 160 + x] = 57_315 } }
        for y in 22..<24 { for x in 60..<62 { values[y * 160 + x] = 29_300 } }
        let spots = try found(160, 120, values)
        #expect(spots.count == 2 && spots[0].peak == 57_315 && spots[1].peak == 29_300)
    }
    @Test func ignoresAnEdgeAndNoise() throws {
        var values = noisy(160, 120, seed: 9)
        for y in 0..<120 { for x in 80..<160 { values[y * 160 + x] += 700 } }
        #expect(try found(160, 120, values).isEmpty)
    }
    @Test func keepsToTheLimitStrongestFirst() throws {
        var values = noisy(320, 256)
        for y in stride(from: 8, to: 250, by: 16) {
            for x in stride(from: 8, to: 312, by: 16) { values[y * 320 + x] = UInt16(30_000 + x * 10 + y) }
        }
        let spots = try found(320, 256, values)
        #expect(spots.count == 64)
        #expect(zip(spots, spots.dropFirst()).allSatisfy { $0.score >= $1.score })
    }
    @Test(arguments: [(1, 1), (2, 1), (1, 2), (3, 3), (7, 5), (32, 24), (65_535, 1), (1, 65_535)])
    func survivesEverySize(width: Int, height: Int) throws {
        for level in [UInt16.min, 1000, .max] {
            let flat = [UInt16](repeating: level, count: width * height)
            #expect(try found(width, height, flat, polarity: .both).isEmpty)
        }
        for spot in try found(width, height, noisy(width, height, level: 0, spread: 65_535), polarity: .both) {
            #expect(spot.x >= 0 && spot.y >= 0 && spot.width >= 1 && spot.height >= 1 && spot.area >= 1)
            #expect(spot.x + spot.width <= width && spot.y + spot.height <= height)
            #expect(spot.centroidX.isFinite && spot.centroidY.isFinite && spot.score.isFinite)
        }
    }
    @Test func takesAnyConfiguration() throws {
        for number in [Float.nan, -.infinity, .infinity, -1, 0] {
            for size in [Int.min, -1, 0, 2, Int.max] {
                var configuration = HotspotDetector.Configuration(unit: .counts)
                configuration.noiseFactor = number
                configuration.floor = number
                configuration.growth = number
                configuration.rings = [size]
                (configuration.erosion, configuration.levels) = (size, size)
                (configuration.noiseReach, configuration.limit) = (size, size)
                var detector = HotspotDetector(configuration: configuration)
                let image = try #require(ThermalImage(width: 20, height: 20, values: noisy(20, 20)))
                #expect(detector.detect(image).count <= 64)
            }
        }
    }
    @Test func remembersNothing() throws {
        var values = noisy(160, 120)
        values[5000] = 30_000
        let image = try #require(ThermalImage(width: 160, height: 120, values: values))
        let other = try #require(ThermalImage(width: 32, height: 24, values: noisy(32, 24, spread: 5000)))
        var detector = HotspotDetector(configuration: .init(unit: .centikelvin))
        let first = detector.detect(image)
        _ = detector.detect(other)
        #expect(detector.detect(image) == first)
    }
    @Test func refusesImagesThatAreNone() {
        #expect(ThermalImage(width: 0, height: 0, values: []) == nil)
        #expect(ThermalImage(width: 2, height: 2, values: [1, 2, 3]) == nil)
        #expect(ThermalImage(width: -2, height: -2, values: [1, 2, 3, 4]) == nil)
        #expect(ThermalImage(width: .max, height: 2, values: [1]) == nil)
        #expect(ThermalImage(width: 2, height: 1, littleEndian: [1, 2, 3]) == nil)
        #expect(ThermalImage(width: 2, height: 1, littleEndian: [1, 2, 3, 4])?.values == [0x201, 0x403])
        #expect(ThermalImage(width: 2, height: 1, gray8: [1, 255])?.values == [1, 255])
        let wide = [UInt16](repeating: 0, count: ThermalImage.pixelsLimit + 65_535)
        #expect(ThermalImage(width: 65_535, height: wide.count / 65_535, values: wide) == nil)
    }
}
