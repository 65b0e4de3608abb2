import Scenario
import Testing

/// The visible water is what its table says.
@Suite struct VisibleWaterTests {
    /// Red, green and blue around a thing, 5 × 5 pixels.
    private func colour(_ thing: VisibleWater.Thing, _ water: VisibleWater, _ picture: VisiblePicture) -> [Int] {
        let x = Int(thing.x / water.metresPerPixel) + 640, y = Int(thing.y / water.metresPerPixel) + 360
        return (0..<3).map { channel in
            var sum = 0
            for dy in -2...2 {
                for dx in -2...2 { sum += Int(picture.rgb[((y + dy) * picture.width + x + dx) * 3 + channel]) }
            }
            return sum / 25
        }
    }

    @Test func aSeedAlwaysGivesTheSame() {
        let picture = VisibleWater(seed: 4).picture(7)
        #expect(picture.width == 1280 && picture.height == 720 && picture.rgb.count == 1280 * 720 * 3)
        #expect(picture == VisibleWater(seed: 4).picture(7))
        #expect(picture != VisibleWater(seed: 5).picture(7) && picture != VisibleWater(seed: 4).picture(8))
    }

    @Test(arguments: 0..<6 as Range<UInt64>)
    func thingsAreWhereTheTruthSays(seed: UInt64) throws {
        let water = VisibleWater(seed: seed)
        let picture = water.picture(0), things = water.things(in: 0)
        #expect(Set(things.map(\.kind)) == Set(VisibleWater.Kind.allCases))
        let vest = try #require(things.first { $0.kind == .vest }),
            plain = try #require(things.first { $0.kind == .water })
        let orange = colour(vest, water, picture), river = colour(plain, water, picture)
        // Red over blue against the same of the water: 40 % of a vest show at least, around a head that fills half of what is measured.
        #expect(orange[0] - orange[2] > river[0] - river[2] + 25, "\(orange) \(river)")
        #expect(abs(river[0] - river[2]) < 25 && (40...170).contains(river[1]), "\(river)")
        for (one, other) in zip(things, water.things(in: 15)) {
            #expect(one.kind == other.kind && abs(other.x - one.x - 1.5) < 0.51 && abs(other.y - one.y) < 0.51)
        }
    }

    /// Also where things lie outside the picture, from any height.
    @Test(arguments: [-5, 5, 17, 90, 1e9, .infinity])
    func anyHeightGivesAPicture(height: Double) {
        let water = VisibleWater(seed: 9, heightMetres: height)
        #expect(water.metresPerPixel > 0.005 && water.metresPerPixel < 0.25)
        #expect(water.picture(300).rgb.count == 1280 * 720 * 3)
    }
}
