import ImageCoding
import Testing

@Suite struct SizeModelTests {
    @Test func knowsNothingBeforeTheFirstNote() {
        var model = JPEGSizeModel()
        #expect(model.bytes(quality: 75, pixels: 1000) == nil && model.quality(forBytes: 1 << 30, pixels: 1) == nil)
        model.note(bytes: 0, quality: 75, pixels: 1000)
        model.note(bytes: 100, quality: 75, pixels: 0)
        model.note(bytes: .min, quality: .min, pixels: .min)
        #expect(model.bytes(quality: 75, pixels: 1000) == nil)
    }
    @Test func followsTheMeasuredShape() {
        var model = JPEGSizeModel()
        model.note(bytes: 100_000, quality: 75, pixels: 1_000_000)
        let measured = [(20, 36), (30, 47), (50, 66), (75, 100), (85, 134), (90, 165), (95, 226)]
        for (quality, thousands) in measured {
            #expect(abs((model.bytes(quality: quality, pixels: 1_000_000) ?? 0) - thousands * 1000) <= 1)
        }
        #expect(abs((model.bytes(quality: 25, pixels: 1_000_000) ?? 0) - 41_500) <= 1)
        #expect(model.bytes(quality: -9, pixels: 1000) == model.bytes(quality: 20, pixels: 1000))
        #expect(model.bytes(quality: 100, pixels: 1000) == model.bytes(quality: 95, pixels: 1000))
        #expect(model.quality(forBytes: 100_001, pixels: 1_000_000) == 75)
        #expect(model.quality(forBytes: 35_000, pixels: 1_000_000) == nil)
        #expect(model.quality(forBytes: .max, pixels: 1) == 95 && model.quality(forBytes: .min, pixels: 1) == nil)
        #expect(model.bytes(quality: 95, pixels: .max) != nil)
    }
    @Test func forgetsAtTheRateGiven() {
        var model = JPEGSizeModel()
        model.note(bytes: 1000, quality: 75, pixels: 1000)
        model.note(bytes: 2000, quality: 75, pixels: 1000)
        #expect(model.bytes(quality: 75, pixels: 1000) == 1300)
    }

    /// Three notes at qualities a link would use, then every quality of the range.
    @Test(arguments: [1, 2, 3] as [UInt64]) func predictsTexturedPictures(_ seed: UInt64) throws {
        let pixels = Textured.yuv420(width: 640, height: 360, seed: seed)
        func size(_ quality: Int) throws -> Int {
            try JPEGEncoder(quality: quality).encode(pixels, layout: .yuv420, width: 640, height: 360).count
        }
        var model = JPEGSizeModel()
        for quality in [40, 60, 80] { model.note(bytes: try size(quality), quality: quality, pixels: 640 * 360) }
        var worst = 0.0
        for quality in stride(from: 25, through: 90, by: 5) {
            let predicted = try #require(model.bytes(quality: quality, pixels: 640 * 360))
            worst = max(worst, abs(Double(predicted) / Double(try size(quality)) - 1))
        }
        print("size model, seed \(seed): worst error \(worst)")
        #expect(worst <= 0.15)
    }
}
