import TestSupport
import FlightTypes
import HotspotDetection
import Testing

/// What pictures of few pixels show together, and what must not disturb it.
@Suite struct TemporalDetectorTests {
    private static let warmUp = 128

    /// Pictures of a made-up sensor of 32×24 pixels, handed to a detector one after the other.
    private struct Rig {
        var detector = TemporalDetector()
        var random: SplitMix
        var pattern: [Int]
        var number = 0
        /// One sigma of about 0.25 K.
        let spread = 30

        init(seed: UInt64, unit: ThermalUnit = .centikelvin) {
            random = SplitMix(seed: seed)
            detector = TemporalDetector(configuration: .init(unit: unit))
            pattern = []
            pattern = (0..<768).map { _ in noise() }
        }
        mutating func noise() -> Int { (0..<3).reduce(0) { sum, _ in sum + random.below(spread + 1) } - 45 }

        /// A picture with `add` on top of noise and pattern.
        mutating func values(_ add: (Int, Int) -> Int = { _, _ in 0 }) -> [UInt16] {
            (0..<768).map { UInt16(clamping: 28_915 + pattern[$0] + noise() + add($0 % 32, $0 / 32)) }
        }
        mutating func look(
            _ values: [UInt16], width: Int = 32, height: Int = 24, motion: ImageMotion? = nil, isFlatField: Bool = false
        ) throws -> [Hotspot] {
            let image = try #require(ThermalImage(width: width, height: height, values: values))
            var spots: [Hotspot] = []
            let now = MonotonicInstant(nanoseconds: Int64(number) * 125_000_000 + 1)
            detector.detect(image, at: now, motion: motion, isFlatField: isFlatField, into: &spots)
            number += 1
            return spots
        }
        mutating func warm(_ pictures: Int = warmUp, motion: ImageMotion? = nil) throws {
            for _ in 0..<pictures { #expect(try look(values(), motion: motion).isEmpty) }
        }
    }
    /// Half a kelvin more in a pixel, a part of it in its neighbours: two sigmas.
    private static func head(_ x: Int, _ y: Int, _ columnsX: Double, _ rowY: Double, size: Double = 70) -> Int {
        let (dx, dy) = (Double(x) - columnsX, Double(y) - rowY)
        return Int(size / (1 + 2 * (dx * dx + dy * dy) * (dx * dx + dy * dy)))
    }
    private func near(_ spot: Hotspot, _ x: Double, _ y: Double) -> Bool {
        abs(Double(spot.centroidX) - x) <= 2 && abs(Double(spot.centroidY) - y) <= 2
    }

    @Test(arguments: 0..<8 as Range<UInt64>, [1, -1])
    func whatStandsStillIsFoundAndStays(seed: UInt64, sign: Int) throws {
        var rig = Rig(seed: seed)
        try rig.warm()
        #expect(rig.detector.isReady)
        var found: [Bool] = [], elsewhere = 0
        for _ in 0..<480 {
            let spots = try rig.look(rig.values { sign * Self.head($0, $1, 9, 14) })
            found.append(spots.contains { near($0, 9, 14) && $0.isCold == (sign < 0) })
            elsewhere += spots.count { !near($0, 9, 14) }
        }
        #expect(found[..<24].contains(true), "within three seconds")
        #expect(found[400...].filter { $0 }.count >= 72, "a minute later it has not become background")
        // Noise passes once an hour and is told for a second; these are sixteen minutes in all.
        #expect(elsewhere <= 10)
    }

    @Test(arguments: 0..<8 as Range<UInt64>)
    func whatDriftsIsFoundAlongTheMotionOnly(seed: UInt64) throws {
        let motion = ImageMotion(waterX: 1.2, waterY: -0.3, reach: 0.05)
        for isKnown in [true, false] {
            var rig = Rig(seed: seed)
            try rig.warm(motion: isKnown ? motion : nil)
            var found = 0
            for step in 0..<22 {
                let (x, y) = (3 + 1.2 * Double(step), 16 - 0.3 * Double(step))
                let spots = try rig.look(rig.values { Self.head($0, $1, x, y) }, motion: isKnown ? motion : nil)
                found += spots.contains { near($0, x, y) && !$0.isCold } ? 1 : 0
            }
            #expect(isKnown ? found >= 4 : found == 0, "\(found)")
        }
    }

    @Test(arguments: 0..<4 as Range<UInt64>)
    func anUnknownCurrentIsSearched(seed: UInt64) throws {
        let motion = ImageMotion(waterX: 0, waterY: 0, reach: 0.8)
        var rig = Rig(seed: seed)
        try rig.warm(motion: motion)
        var found = 0
        for step in 0..<32 {
            let (x, y) = (5 + 0.5 * Double(step), 14 - 0.2 * Double(step))
            let spots = try rig.look(rig.values { Self.head($0, $1, x, y, size: 120) }, motion: motion)
            found += spots.contains { near($0, x, y) } ? 1 : 0
        }
        #expect(found >= 4)
    }

    @Test func commonStepsAndChessboardsDisturbNothing() throws {
        var rig = Rig(seed: 3)
        try rig.warm()
        for number in 0..<160 {
            let step = number / 40 * 90 - number % 2 * 40
            let chess = number % 2 == 0 ? 60 : -60
            let picture = rig.values { step + (($0 + $1) % 2 == 0 ? chess : -chess) }
            #expect(try rig.look(picture).isEmpty)
        }
        #expect(rig.detector.counters.leftOut == 0 && rig.detector.counters.relearned == 0)
    }

    /// Offsets of every pixel jump: at a flat field that is said, else it shows.
    @Test(arguments: [true, false])
    func jumpedOffsetsAreLearnedAnew(isSaid: Bool) throws {
        var rig = Rig(seed: 4)
        try rig.warm()
        if isSaid { for _ in 0..<8 { #expect(try rig.look(rig.values { _, _ in 4000 }, isFlatField: true).isEmpty) } }
        for place in rig.pattern.indices { rig.pattern[place] += 4 * rig.noise() }
        try rig.warm(Self.warmUp + 40)
        #expect(rig.detector.isReady && rig.detector.counters.relearned == 1)
        #expect(rig.detector.counters.leftOut == (isSaid ? 8 : 3))
        var found = 0
        for _ in 0..<32 { found += try rig.look(rig.values { Self.head($0, $1, 20, 8) }).isEmpty ? 0 : 1 }
        #expect(found > 0)
    }

    @Test func aPictureThatComesAgainIsNoEvidence() throws {
        for seed in 0..<12 as Range<UInt64> {
            var rig = Rig(seed: seed)
            try rig.warm()
            let picture = rig.values()
            for _ in 0..<40 { #expect(try rig.look(picture).isEmpty) }
            #expect(rig.detector.counters.leftOut == 39)
        }
    }

    /// A sensor that renews one half of its chessboard at a time shows all noise twice.
    @Test func halfRenewedPicturesInventNothing() throws {
        var rig = Rig(seed: 6)
        var shown = rig.values()
        for number in 0..<3000 {
            let fresh = rig.values()
            for place in shown.indices where (place % 32 + place / 32 + number) % 2 == 0 { shown[place] = fresh[place] }
            #expect(try rig.look(shown).isEmpty)
        }
    }

    @Test func afterAPauseTheSumsBeginAnew() throws {
        var rig = Rig(seed: 7)
        try rig.warm()
        for _ in 0..<40 { _ = try rig.look(rig.values { Self.head($0, $1, 20, 8) }) }
        #expect(try !rig.look(rig.values { Self.head($0, $1, 20, 8) }).isEmpty)
        rig.number += 20
        #expect(try rig.look(rig.values { Self.head($0, $1, 20, 8) }).isEmpty)
        #expect(rig.detector.isReady)
    }

    @Test func fireIsToldFromTheFirstPictureOn() throws {
        var rig = Rig(seed: 8)
        let spots = try rig.look(rig.values { ($0 == 7 || $0 == 8) && $1 == 3 ? 9000 : 0 })
        let fire = try #require(spots.first)
        #expect(spots.count == 1 && (fire.x, fire.y, fire.width, fire.height) == (7, 3, 2, 1))
        #expect(fire.area == 2 && !fire.isCold && (8800...9200).contains(fire.contrast) && fire.score > 10)
        #expect(abs(fire.centroidX - 7.5) < 0.1)
        #expect(try rig.look(rig.values { x, _ in x == 7 ? 5700 : 0 }).isEmpty, "57 K are no fire")
    }

    @Test func firesAreFewAndOnlyWhereValuesAreTemperatures() throws {
        let dotted = (0..<768).map { UInt16($0 % 32 % 2 == 0 && $0 / 32 % 3 == 0 ? 60_000 : 29_000) }
        for (unit, wanted) in [(ThermalUnit.centikelvin, 16), (.decikelvin, 16), (.counts, 0), (.none, 0)] {
            var rig = Rig(seed: 9, unit: unit)
            #expect(try rig.look(dotted).count == wanted)
        }
    }

    @Test func flatAndSaturatedPicturesSayNothing() throws {
        for value in [UInt16(0), 29_000, .max] {
            var rig = Rig(seed: 10)
            for _ in 0..<300 { #expect(try rig.look([UInt16](repeating: value, count: 768)).isEmpty) }
        }
    }

    @Test func anySizeIsTakenAndChangingItBeginsAnew() throws {
        var rig = Rig(seed: 11)
        try rig.warm()
        for (width, height) in [(1, 1), (1, 80), (80, 1), (6, 80), (7, 7), (80, 80), (81, 24), (24, 81), (640, 512)] {
            let spots = try rig.look([UInt16](repeating: 29_000, count: width * height), width: width, height: height)
            #expect(spots.isEmpty)
        }
        #expect(rig.detector.counters.refused == 7 && !rig.detector.isReady)
        try rig.warm()
        #expect(rig.detector.isReady)
        #expect(try rig.look([29_000, 60_000, 29_000], width: 3, height: 1).count == 1, "fire in any size")
    }

    @Test(arguments: 0..<30 as Range<UInt64>)
    func nothingBreaksIt(seed: UInt64) throws {
        var rig = Rig(seed: seed)
        var random = SplitMix(seed: seed &+ 99)
        let hostile: [Float] = [.nan, .infinity, -.infinity, 1e30, -80, 80, 0, 0.5, 79.9]
        var (width, height) = (32, 24)
        for number in 0..<400 {
            if random.below(60) == 0 { (width, height) = (1 + random.below(90), 1 + random.below(90)) }
            func any() -> Float { number < 200 ? Float(random.below(5)) / 4 : hostile[random.below(hostile.count)] }
            let motion = ImageMotion(groundX: any(), groundY: any(), waterX: any(), waterY: any(), reach: any())
            let kind = random.below(4)
            let values = (0..<width * height).map { _ -> UInt16 in
                kind == 0
                    ? UInt16(truncatingIfNeeded: random.next()) : kind == 1 ? .max : UInt16(29_000 + random.below(50))
            }
            rig.number = random.below(20) == 0 ? random.below(1 << 30) : rig.number
            let spots = try rig.look(
                values, width: width, height: height, motion: random.below(5) == 0 ? nil : motion,
                isFlatField: random.below(50) == 0)
            #expect(spots.count <= 16)
            for spot in spots {
                #expect(spot.x >= 0 && spot.y >= 0 && spot.x + spot.width <= width && spot.y + spot.height <= height)
                #expect(spot.score.isFinite && spot.centroidX.isFinite && spot.centroidY.isFinite)
                #expect(spot.isCold ? spot.contrast <= 0 : spot.contrast >= 0)
            }
        }
    }

    /// The largest contrasts there are, in either order, and one that flickers until its deviation can grow no more.
    @Test(arguments: [1, 64, 128])
    func extremesFitTheArithmetic(period: Int) throws {
        var rig = Rig(seed: 13)
        for number in 0..<1200 {
            let isBright = number / period % 2 == 0
            let picture = (0..<768).map { place -> UInt16 in
                let isInside = abs(place % 32 - 16) <= 1 && abs(place / 32 - 12) <= 1
                let isTarget = abs(place % 32 - 16) <= 3 && abs(place / 32 - 12) <= 3
                return isTarget ? (isInside == isBright ? .max : 0) : UInt16(29_000 + rig.noise())
            }
            #expect(try rig.look(picture).count <= 16)
        }
    }

    @Test func valuesOutOfRangeAreBroughtIntoIt() {
        var wrong = TemporalDetector.Configuration()
        (wrong.slack, wrong.stillThreshold, wrong.driftThresholds) = (.nan, -1, [.infinity])
        (wrong.noiseFloor, wrong.fire, wrong.limit) = (0, -5, 1000)
        let configuration = TemporalDetector(configuration: wrong).configuration
        #expect(configuration.slack == 4 && configuration.stillThreshold == 4 && configuration.limit == 64)
        #expect(configuration.driftThresholds == [Float](repeating: 100, count: 6))
        #expect(configuration.noiseFloor == 0.01 && configuration.fire == 1)
    }

    @Test func theSamePicturesGiveTheSame() throws {
        func told() throws -> [[Hotspot]] {
            var rig = Rig(seed: 12)
            return try (0..<200).map { _ in try rig.look(rig.values { Self.head($0, $1, 5, 5) * ($1 == 5 ? 2 : 1) }) }
        }
        #expect(try told() == told())
    }
}
