import TestSupport
import ImageCoding
import Testing

@Suite struct DetectionCropTests {
    /// A cold scene with noise and one warm spot of 3×3 pixels.
    static func scene(width: Int, height: Int, spot: (Int, Int), noise: Int = 20) -> [UInt16] {
        var random = SplitMix(seed: 8)
        var values = (0..<width * height).map { _ in UInt16(29_000 + Int.random(in: 0...noise, using: &random)) }
        for y in max(0, spot.1 - 1)...min(height - 1, spot.1 + 1) {
            for x in max(0, spot.0 - 1)...min(width - 1, spot.0 + 1) { values[y * width + x] = 30_500 }
        }
        return values
    }

    @Test(arguments: [(80, 60), (0, 0), (159, 119), (20, 100)]) func showsTheSpotLight(_ spot: (Int, Int)) throws {
        let values = Self.scene(width: 160, height: 120, spot: spot)
        let file = try #require(
            try detectionCrop(
                values: values, width: 160, height: 120, centreX: Double(spot.0), centreY: Double(spot.1)))
        let image = try JPEGDecoder.decodeLuma(file)
        #expect(file.count <= 3000 && image.width == 192 && image.height == 144)
        // Where the spot must lie: the window is moved inside the picture, and each pixel is three wide.
        let left = min(160 - 64, max(0, spot.0 - 32))
        let top = min(120 - 48, max(0, spot.1 - 24))
        func shown(_ x: Int, _ y: Int) -> UInt8 { image.pixels[((y - top) * 3 + 1) * 192 + (x - left) * 3 + 1] }
        #expect(shown(spot.0, spot.1) > 200)
        #expect(shown(left + (spot.0 - left + 20) % 64, spot.1) < 60)
    }
    @Test func takesWhatThereIs() throws {
        let values = Self.scene(width: 10, height: 5, spot: (5, 2))
        let file = try #require(
            try detectionCrop(values: values, width: 10, height: 5, centreX: -1e300, centreY: 1e300))
        let image = try JPEGDecoder.decodeLuma(file)
        #expect(image.width == 30 && image.height == 15)
        let flat = try detectionCrop(
            values: [UInt16](repeating: .max, count: 64), width: 8, height: 8, centreX: 4, centreY: 4)
        #expect(try JPEGDecoder.decodeLuma(try #require(flat)).pixels.allSatisfy { $0 == 0 })
    }
    @Test func takesTheBestQualityThatFits() throws {
        var random = SplitMix(seed: 9)
        let values = (0..<64 * 48).map { _ in UInt16.random(in: 0...UInt16.max, using: &random) }
        func crop(_ limit: Int) throws -> [UInt8]? {
            try detectionCrop(values: values, width: 64, height: 48, centreX: 32, centreY: 24, limitBytes: limit)
        }
        let whole = try #require(try crop(.max))
        let half = try #require(try crop(whole.count / 2))
        #expect(half.count <= whole.count / 2 && half.count > whole.count / 3)
        #expect(try crop(300) == nil && crop(-1) == nil)
        #expect(try crop(whole.count) == whole)
    }
    @Test func refusesWhatIsNoPicture() throws {
        func crop(_ count: Int, _ width: Int, _ height: Int, _ x: Double = 1) throws -> [UInt8]? {
            let values = [UInt16](repeating: 1, count: count)
            return try detectionCrop(values: values, width: width, height: height, centreX: x, centreY: 1)
        }
        #expect(try crop(12, 3, 4) == nil && crop(12, 4, 3) == nil && crop(16, 4, 4) != nil)
        #expect(throws: ImageCodingError.self) { try crop(15, 4, 4) }
        #expect(throws: ImageCodingError.self) { try crop(0, 0, 0) }
        #expect(throws: ImageCodingError.self) { try crop(4, .max, .max) }
        #expect(throws: ImageCodingError.self) { try crop(16, -4, -4) }
        #expect(throws: ImageCodingError.self) { try crop(16, 4, 4, .nan) }
    }
}
