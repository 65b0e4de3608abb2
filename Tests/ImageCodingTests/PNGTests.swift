import TestSupport
import ImageCoding
import Testing

@Suite struct PNGTests {
    @Test(arguments: [(1, 1), (17, 5), (640, 512)]) func comesBack(_ size: (Int, Int)) throws {
        var random = SplitMix(seed: 3)
        let pixels = (0..<size.0 * size.1).map { _ in UInt8.random(in: 0...255, using: &random) }
        let image = try PNG.decodeGray(PNG.encodeGray(width: size.0, height: size.1, pixels: pixels))
        #expect(image == GrayImage(width: size.0, height: size.1, pixels: pixels))
    }
    @Test func survivesDamage() throws {
        let file = try PNG.encodeGray(width: 24, height: 16, pixels: gradient(width: 24, height: 16))
        for length in 0..<file.count { _ = try? PNG.decodeGray(Array(file.prefix(length))) }
        var random = SplitMix(seed: 4)
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

    /// Values are the file's own, whatever the file says about light, significance and transparency; interlaced or not.
    @Test func noChunkChangesAValue() throws {
        let values: [UInt16] = [29_000, 30_400, 1, 65_535, 0, 29_000]
        let rows = stride(from: 0, to: 6, by: 3).map { row in
            values[row..<row + 3].flatMap { [UInt8($0 >> 8), UInt8($0 & 255)] }
        }
        let chunks: [(String, [UInt8])] = [
            ("gAMA", [0, 0, 0xB1, 0x8F]), ("gAMA", [0, 1, 0x86, 0xA0]), ("sRGB", [0]), ("sBIT", [12]),
            ("tRNS", [0x71, 0x48]),
            ("bKGD", [0, 0]), ("tEXt", Array("a\0b".utf8)), ("eXIf", [0x4D, 0x4D, 0, 42, 0, 0, 0, 8, 0, 0]),
        ]
        for chunk in chunks {
            let file = PNGBuilder(width: 3, height: 2, depth: 16, type: 0, chunks: [chunk]).file(rows: rows)
            #expect(try PNG.decodeGray16(file).samples == values, "\(chunk.0)")
        }
        // Adam7 of 3×2 pixels: passes 1 (one pixel), 4 (x 2), 6 (x 1) and 7 (the second row).
        func pixels(_ places: [Int]) -> [UInt8] {
            places.flatMap { [UInt8(values[$0] >> 8), UInt8(values[$0] & 255)] }
        }
        let passes = [pixels([0]), pixels([2]), pixels([1]), pixels([3, 4, 5])]
        let file = PNGBuilder(width: 3, height: 2, depth: 16, type: 0, isInterlaced: true).file(rows: passes)
        #expect(try PNG.decodeGray16(file).samples == values)
    }

    @Test func readsEachKind() throws {
        func samples(_ builder: PNGBuilder, _ rows: [[UInt8]]) throws -> [UInt16] {
            try PNG.decodeGray16(builder.file(rows: rows)).samples
        }
        #expect(try samples(PNGBuilder(width: 3, height: 1, depth: 1, type: 0), [[0b1010_0000]]) == [255, 0, 255])
        #expect(try samples(PNGBuilder(width: 3, height: 1, depth: 2, type: 0), [[0b0001_1100]]) == [0, 85, 255])
        #expect(try samples(PNGBuilder(width: 3, height: 1, depth: 4, type: 0), [[0x0F, 0x10]]) == [0, 255, 17])
        let palette = PNGBuilder(
            width: 3, height: 1, depth: 2, type: 3,
            chunks: [("PLTE", [255, 255, 255, 255, 0, 0]), ("tRNS", [0, 128])])
        #expect(try samples(palette, [[0b0001_0000]]) == [255, 76, 255])
        #expect(try samples(PNGBuilder(width: 2, height: 1, depth: 8, type: 2), [[9, 9, 9, 0, 255, 0]]) == [9, 150])
        #expect(
            try samples(PNGBuilder(width: 2, height: 1, depth: 8, type: 6), [[9, 9, 9, 0, 7, 7, 7, 255]]) == [9, 7])
        #expect(try samples(PNGBuilder(width: 1, height: 1, depth: 16, type: 4), [[1, 2, 0, 0]]) == [258])
        let deep = PNGBuilder(width: 1, height: 1, depth: 16, type: 2).file(rows: [
            [0x76, 0xC0, 0x76, 0xC0, 0x76, 0xC0]
        ])
        #expect(try PNG.decodeGray16(deep).samples == [30_400] && PNG.decodeGray16(deep).maximum == .max)
        #expect(try PNG.decodeGray(deep).pixels == [0x76])
    }

    @Test func refusesWrongChecksumsAndHugeClaims() throws {
        let good = PNGBuilder(width: 3, height: 1, depth: 8, type: 0, chunks: [("tEXt", [65, 0, 66])]).file(rows: [
            [1, 2, 3]
        ])
        for place in good.indices.dropFirst(8) {
            var damaged = good
            damaged[place] ^= 1
            #expect(throws: ImageCodingError.self, "byte \(place)") { try PNG.decodeGray16(damaged) }
        }
        let large = PNGBuilder(width: 60_000, height: 60_000, depth: 16, type: 0).file(rows: [[1, 2]])
        #expect(throws: ImageCodingError.self) { try PNG.decodeGray16(large) }
        let interlaced = PNGBuilder(width: 7000, height: 5500, depth: 16, type: 6, isInterlaced: true).file(rows: [[1]])
        #expect(throws: ImageCodingError.codec("interlaced and too large")) { try PNG.decodeGray16(interlaced) }
    }
}

@Suite struct PGMTests {
    private static func all(_ bytes: [UInt8]) throws -> [PGM.Image] {
        var images: [PGM.Image] = []
        try PGM.each(of: bytes) { images.append($0) }
        return images
    }
    @Test func readsGraymaps() throws {
        let small = try #require(try Self.all(Array("P5\n# a comment\n2 1 255\n".utf8) + [7, 200]).first)
        #expect(small.width == 2 && small.height == 1 && small.samples == [7, 200])
        let wide = try #require(try Self.all(Array("P5 1 2 65535\n".utf8) + [1, 2, 0xFF, 0xFE]).first)
        #expect(wide.samples == [0x0102, 0xFFFE] && wide.maximum == 65_535)
        let lines = try Self.all(Array("P5\r\n# made by\r\n2 1\r\n255\r\n".utf8) + [7, 200])
        #expect(lines.map(\.samples) == [[7, 200]])
        #expect(try Self.all(Array("P2 # text\n3 1\n1000\n0 1000\n29".utf8)).map(\.samples) == [[0, 1000, 29]])
    }
    @Test func readsSeveralAndNothingElseBehindOne() throws {
        let one = Array("P5 1 1 255\n".utf8) + [9]
        #expect(try Self.all(one + one + [10]).map(\.samples) == [[9], [9]])
        #expect(throws: ImageCodingError.self) { try Self.all(one + [1]) }
        #expect(throws: ImageCodingError.self) { try Self.all(Array("P5 1 1 100\n".utf8) + [101]) }
    }
    @Test(arguments: [
        "", "P5", "P5 ", "P5 1", "P5 1 1 0\n", "P5 1 1 70000\n\0", "P5 99999999999999999999 1 1\n", "P6 1 1 1\n",
        "P2 2 1 255\n1", "P2 2000 2000 255\n1 2", "P2 1 1 9\n10",
    ])
    func refusesOtherGraymaps(_ text: String) {
        #expect(throws: ImageCodingError.self) { try Self.all(Array(text.utf8)) }
    }
}

/// Builds PNG files whose data are not compressed.
struct PNGBuilder {
    var width: Int, height: Int, depth: Int, type: Int
    var isInterlaced = false
    /// Before the picture's data.
    var chunks: [(String, [UInt8])] = []

    /// `rows` of raw bytes, in the order of the file.
    func file(rows: [[UInt8]]) -> [UInt8] {
        let raw: [UInt8] = rows.flatMap { (row: [UInt8]) -> [UInt8] in [0] + row }
        var stream: [UInt8] = [0x78, 1, 1, UInt8(raw.count & 255), UInt8(raw.count >> 8)]
        stream += [~UInt8(raw.count & 255), ~UInt8(raw.count >> 8)]
        stream += raw
        var (a, b): (UInt32, UInt32) = (1, 0)
        for byte in raw {
            a = (a + UInt32(byte)) % 65_521
            b = (b + a) % 65_521
        }
        stream += Self.big(Int(b << 16 | a))
        var file: [UInt8] = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]
        var head: [UInt8] = Self.big(width) + Self.big(height)
        head += [UInt8(depth), UInt8(type), 0, 0, isInterlaced ? 1 : 0]
        var all: [(String, [UInt8])] = [("IHDR", head)]
        all += chunks
        all += [("IDAT", stream), ("IEND", [])]
        for (name, payload) in all {
            let body: [UInt8] = Array(name.utf8) + payload
            file += Self.big(payload.count)
            file += body
            file += Self.big(Int(Self.checksum(body)))
        }
        return file
    }
    private static func big(_ value: Int) -> [UInt8] {
        [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: value >> $0) }
    }
    private static func checksum(_ bytes: [UInt8]) -> UInt32 {
        var sum = UInt32.max
        for byte in bytes {
            sum ^= UInt32(byte)
            for _ in 0..<8 { sum = sum & 1 == 1 ? sum >> 1 ^ 0xEDB8_8320 : sum >> 1 }
        }
        return ~sum
    }
}
