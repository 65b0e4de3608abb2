import TestSupport
import CHotspotKernels
import FlightTypes
import Testing

@testable import HotspotDetection

/// What every picture has alike is learned and taken out.
@Suite struct FixedPatternTests {
    @Test(arguments: 0..<40 as Range<UInt64>)
    func kernelIsThePlainestCodeThatSaysTheSame(seed: UInt64) {
        let picture = KernelTests.Picture(seed: seed)
        let (width, height) = (picture.width, picture.height)
        var random = SplitMix(seed: seed ^ 0xD2)
        let limit = 1 + random.below(255), weight = 1 + random.below(256)
        let before = picture.values.map { _ in Int32(random.below(2_000_000) - 1_000_000) }
        var expected = before, expectedPicture = picture.values
        for place in before.indices {
            let (x, y) = (place % width, place / width)
            var excess = 81 * Int(picture.at(x, y))
            for dy in -4...4 { for dx in -4...4 { excess -= Int(picture.at(x + dx, y + dy)) } }
            let known = Int(before[place])
            let rounded = Int(Float(known < 0 ? known - 2592 : known + 2592) * (1.0 / 5184))
            expectedPicture[place] = UInt16(clamping: Int(picture.at(x, y)) - rounded)
            let cut = min(max(excess, -81 * limit), 81 * limit)
            expected[place] = Int32(known + (cut * 64 - known) * weight / 256)
        }
        var pattern = before
        var corrected = picture.values
        var space = [UInt16](repeating: 77, count: hotspot_pattern_workspace(Int32(width)))
        var sums = [UInt32](repeating: 77, count: hotspot_pattern_sums(Int32(width)))
        hotspot_pattern(
            picture.values, Int32(width), Int32(height), Int32(limit), Int32(weight), &pattern, &corrected, &space,
            &sums)
        #expect(pattern == expected && corrected == expectedPicture)
    }

    private let width = 60, height = 50
    /// Even water with a pattern of ±8 that stays; `extra` is added in one pixel.
    private func water(extra: Int = 0) -> ThermalImage? {
        let values = (0..<width * height).map { place -> UInt16 in
            let own = place * 7919 % 17 - 8
            return UInt16(28_900 + own + (place == 25 * width + 30 ? extra : 0))
        }
        return ThermalImage(width: width, height: height, values: values)
    }
    private func spread(_ image: ThermalImage) -> Int {
        image.values.reduce(0) { $0 + abs(Int($1) - 28_900) }
    }

    @Test func whatStaysInEveryPictureGoes() throws {
        var pattern = try #require(FixedPattern(unit: .centikelvin))
        let picture = try #require(water())
        #expect(pattern.correct(picture) == picture, "nothing is known of it yet")
        for _ in 0..<60 { _ = pattern.correct(picture) }
        #expect(spread(pattern.correct(picture)) < spread(picture) / 4)
        pattern.forget()
        #expect(pattern.correct(picture) == picture)
    }

    /// A head that the drone keeps in one pixel loses no more than the limit, and where it was nothing is colder by more.
    @Test func whatIsWarmKeepsMostOfItsWarmth() throws {
        var pattern = try #require(FixedPattern(unit: .centikelvin))
        let empty = try #require(water())
        let head = try #require(water(extra: 60))
        for _ in 0..<500 { _ = pattern.correct(head) }
        let place = 25 * width + 30
        let seen = pattern.correct(head).values[place]
        #expect(Int(head.values[place]) - Int(seen) <= 12 && Int(seen) > 28_900 + 30)
        #expect(Int(empty.values[place]) - Int(pattern.correct(empty).values[place]) <= 12)
    }

    @Test func anotherSizeBeginsAnew() throws {
        var pattern = try #require(FixedPattern(unit: .counts))
        for edge in [1, 3, 40, 2] {
            let image = try #require(
                ThermalImage(width: edge, height: edge, values: .init(repeating: 65_535, count: edge * edge)))
            #expect(pattern.correct(image) == image)
            #expect(pattern.correct(image) == image)
        }
        #expect(FixedPattern(unit: .none) == nil && FixedPattern(unit: .decikelvin) == nil)
    }
}
