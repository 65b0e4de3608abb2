import ImageCoding
import Testing

@Suite struct PNGTests {
    @Test(arguments: [(1, 1), (17, 5), (640, 512)]) func comesBack(_ size: (Int, Int)) throws {
        var random = SeededRandom(state: 3)
        let pixels = (0..<size.0 * size.1).map { _ in UInt8.random(in: 0...255, using: &random) }
        let image = try PNG.decodeGray(PNG.encodeGray(width: size.0, height: size.1, pixels: pixels))
        #expect(image == GrayImage(width: size.0, height: size.1, pixels: pixels))
    }
    @Test func survivesDamage() throws {
        let file = try PNG.encodeGray(width: 24, height: 16, pixels: gradient(width: 24, height: 16))
        for length in 0..<file.count { _ = try? PNG.decodeGray(Array(file.prefix(length))) }
        var random = SeededRandom(state: 4)
        for _ in 0..<2000 {
            var damaged = file
            damaged[Int.random(in: 8..<damaged.count, using: &random)] = UInt8.random(in: 0...255, using: &random)
            _ = try? PNG.decodeGray(damaged)
        }
        #expect(throws: ImageCodingError.notThisFormat("PNG")) { try PNG.decodeGray([]) }
    }
    @Test func refusesOverTheLimit() throws {
        let file = try PNG.encodeGray(width: 24, height: 16, pixels: gradient(width: 24, height: 16))
        #expect(throws: ImageCodingError.self) { try PNG.decodeGray(file, limits: ImageLimits(pixels: 383)) }
        #expect(throws: ImageCodingError.self) { try PNG.encodeGray(width: 4, height: 4, pixels: [1, 2]) }
    }

    @Test func readsGraymaps() throws {
        let small = try PGM.decode(Array("P5\n# a comment\n2 1 255\n".utf8) + [7, 200])
        #expect(small.width == 2 && small.height == 1 && small.samples == [7, 200])
        let wide = try PGM.decode(Array("P5 1 2 65535\n".utf8) + [1, 2, 0xFF, 0xFE])
        #expect(wide.samples == [0x0102, 0xFFFE] && wide.maximum == 65_535)
    }
    @Test(arguments: [
        "", "P5", "P5 ", "P5 1", "P5 1 1 0\n", "P5 1 1 70000\n\0", "P5 99999999999999999999 1 1\n", "P6 1 1 1\n",
    ])
    func refusesOtherGraymaps(_ text: String) {
        #expect(throws: ImageCodingError.self) { try PGM.decode(Array(text.utf8)) }
    }
}
