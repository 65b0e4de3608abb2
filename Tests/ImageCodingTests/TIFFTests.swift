import TestSupport
import Testing

@testable import ImageCoding

@Suite struct TIFFTests {
    private static let wholes: [UInt16] = [0, 1, 255, 200, 7, 9]
    /// 3×2 pixels of 16 bits in one strip, with further tags.
    private static func page(_ tags: [Int: (type: Int, values: [Int])] = [:], isLittle: Bool = true) -> TIFFBuilder.Page
    {
        TIFFBuilder.Page(
            width: 3, height: 2, blocks: [TIFFBuilder(isLittle: isLittle).numbers(wholes, bits: 16)], tags: tags)
    }
    private static func samples(_ page: TIFFBuilder.Page) throws -> TIFF.Samples? {
        try TIFF.all(TIFFBuilder().file([page])).first?.samples
    }
    private static func reason(_ page: TIFFBuilder.Page) -> String {
        do { return "taken: \(try TIFF.all(TIFFBuilder().file([page])))" } catch { return "\(error)" }
    }
    private static func floats(_ values: [Float], tags: [Int: (type: Int, values: [Int])] = [:]) -> TIFFBuilder.Page {
        var page = page(tags)
        page.bits = 32
        page.tags[339] = TIFFBuilder.short(3)
        page.blocks = [TIFFBuilder().numbers(values.map(\.bitPattern), bits: 32)]
        return page
    }

    @Test(arguments: [(true, false), (false, false), (true, true), (false, true)])
    func readsEachKindOfNumber(isLittle: Bool, isBig: Bool) throws {
        let builder = TIFFBuilder(isLittle: isLittle, isBigTIFF: isBig)
        for (bits, format) in [(8, 1), (16, 1), (32, 1), (8, 4), (16, 4), (16, 2), (32, 2)] {
            var page = Self.page([339: TIFFBuilder.short(format)])
            (page.bits, page.blocks) = (bits, [builder.numbers(Self.wholes, bits: bits)])
            let image = try #require(try TIFF.all(builder.file([page])).first)
            #expect((image.width, image.height) == (3, 2))
            #expect(image.samples == .whole(Self.wholes, bits: bits == 8 ? 8 : 16, known: []))
        }
        let degrees: [Float] = [-40, 0, 21.5, 300, -273, 1e-3]
        for bits in [32, 64] {
            var page = Self.page([339: TIFFBuilder.short(3)])
            page.bits = bits
            page.blocks = [
                bits == 32
                    ? builder.numbers(degrees.map(\.bitPattern), bits: 32)
                    : builder.numbers(degrees.map { Double($0).bitPattern }, bits: 64)
            ]
            #expect(try TIFF.all(builder.file([page])).first?.samples == .celsius(degrees))
        }
    }

    /// Strips of rows, tiles with edges beyond the picture, packed bytes: the same values.
    @Test func readsEachLayout() throws {
        let builder = TIFFBuilder()
        var strips = Self.page()
        strips.blocks = [
            builder.numbers(Self.wholes[..<3].map(\.self), bits: 16),
            builder.numbers(Self.wholes[3...].map(\.self), bits: 16),
        ]
        #expect(try Self.samples(strips) == .whole(Self.wholes, bits: 16, known: []))
        var tiles = Self.page()
        var tile = [UInt16](repeating: 999, count: 16 * 16)
        for place in 0..<6 { tile[place / 3 * 16 + place % 3] = Self.wholes[place] }
        (tiles.tile, tiles.blocks) = ((16, 16), [builder.numbers(tile, bits: 16)])
        #expect(try Self.samples(tiles) == .whole(Self.wholes, bits: 16, known: []))
        var packed = Self.page([259: TIFFBuilder.short(32_773)])
        packed.blocks = [[11] + builder.numbers(Self.wholes, bits: 16)]
        #expect(try Self.samples(packed) == .whole(Self.wholes, bits: 16, known: []))
        // Bits of each byte from low to high.
        var turned = Self.page([266: TIFFBuilder.short(2)])
        turned.bits = 8
        turned.blocks = [[0b1000_0000, 0b0100_0000, 3, 4, 5, 6]]
        guard case .whole(let values, _, _)? = try Self.samples(turned) else {
            Issue.record("no whole numbers")
            return
        }
        #expect(values.prefix(2) == [1, 2])
    }

    @Test func whiteIsZeroIsTurnedRound() throws {
        #expect(
            try Self.samples(Self.page([262: TIFFBuilder.short(0)]))
                == .whole(Self.wholes.map { 65_535 - $0 }, bits: 16, known: []))
        #expect(
            Self.reason(Self.floats([1, 2, 3, 4, 5, 6], tags: [262: TIFFBuilder.short(0)])).contains("white-is-zero"))
    }

    @Test func colourBecomesLuma() throws {
        var page = Self.page([277: TIFFBuilder.short(3), 262: TIFFBuilder.short(2), 258: TIFFBuilder.short(8, 8, 8)])
        (page.width, page.height, page.blocks) = (2, 1, [[255, 255, 255, 255, 0, 0]])
        #expect(try Self.samples(page) == .whole([255, 76], bits: 8, known: []))
        // The same, plane by plane.
        page.tags[284] = TIFFBuilder.short(2)
        page.tags[278] = TIFFBuilder.short(1)
        page.blocks = [[255, 255], [255, 0], [255, 0]]
        #expect(try Self.samples(page) == .whole([255, 76], bits: 8, known: []))
        var palette = Self.page([262: TIFFBuilder.short(3)])
        (palette.width, palette.height, palette.bits, palette.blocks) = (2, 1, 8, [[0, 1]])
        var colours = [Int](repeating: 0, count: 768)
        for plane in 0..<3 { colours[plane * 256 + 1] = 65_535 }
        palette.tags[320] = (3, colours)
        #expect(try Self.samples(palette) == .whole([0, 255], bits: 8, known: []))
    }

    @Test func alphaSaysWhichPixelsHaveAValue() throws {
        var page = Self.page([277: TIFFBuilder.short(2), 338: TIFFBuilder.short(2), 258: TIFFBuilder.short(16, 16)])
        (page.width, page.height) = (3, 1)
        page.blocks = [TIFFBuilder().numbers([300, 65_535, 310, 0, 320, 7] as [UInt16], bits: 16)]
        #expect(try Self.samples(page) == .whole([300, 0, 320], bits: 16, known: [true, false, true]))
        page.tags[338] = TIFFBuilder.short(1)
        #expect(Self.reason(page).contains("multiplied by alpha"))
        page.tags[338] = TIFFBuilder.short(0)
        #expect(Self.reason(page).contains("additional samples"))
    }

    @Test func whatIsNoValueIsNone() throws {
        #expect(
            try Self.samples(Self.page([42_113: TIFFBuilder.text("200")]))
                == .whole([0, 1, 255, 0, 7, 9], bits: 16, known: [true, true, true, false, true, true]))
        var signed = Self.page([339: TIFFBuilder.short(2)])
        signed.blocks = [TIFFBuilder().numbers([-9999, 1, 2, 3, 4, 5] as [Int16], bits: 16)]
        #expect(
            try Self.samples(signed)
                == .whole([0, 1, 2, 3, 4, 5], bits: 16, known: [false] + [Bool](repeating: true, count: 5)))
        let raw: [Float] = [-9999, .nan, .infinity, -3.4e38, 12, 3.4e38]
        guard case .celsius(let values)? = try Self.samples(Self.floats(raw)) else {
            Issue.record("no temperatures")
            return
        }
        #expect(values.map(\.isNaN) == [true, true, true, true, false, true] && values[4] == 12)
        // Text with more digits than a sample of 32 bits holds.
        guard
            case .celsius(let others)? = try Self.samples(
                Self.floats([0.1, 1, 2, 3, 4, 5], tags: [42_113: TIFFBuilder.text("0.1000000001")]))
        else {
            Issue.record("no temperatures")
            return
        }
        #expect(others.map(\.isNaN) == [true] + [Bool](repeating: false, count: 5))
        #expect(Self.reason(Self.floats([Float](repeating: .nan, count: 6))).contains("no pixel has a value"))
        #expect(Self.reason(Self.page([42_113: TIFFBuilder.text("none")])).contains("tag for no value"))
    }

    @Test func scaleOffsetAndUnitMakeTemperatures() throws {
        func items(_ text: String) -> [Int: (type: Int, values: [Int])] {
            [42_112: TIFFBuilder.text("<GDALMetadata>\(text)</GDALMetadata>")]
        }
        let scaled = items(
            "<Item name=\"OFFSET\" sample=\"0\" role=\"offset\">-100</Item><Item name=\"SCALE\" sample=\"0\" role=\"scale\">0.5</Item>"
                + "<Item name=\"SCALE\" sample=\"1\" role=\"scale\">7</Item>")
        #expect(try Self.samples(Self.page(scaled)) == .celsius([-100, -99.5, 27.5, 0, -96.5, -95.5]))
        let kelvin = items("<Item name=\"UNITTYPE\" sample=\"0\" role=\"unittype\"> K </Item>")
        guard case .celsius(let degrees)? = try Self.samples(Self.floats([273.15, 300, 0, -1, 2, 3], tags: kelvin))
        else {
            Issue.record("no temperatures")
            return
        }
        #expect(zip(degrees, [0, 26.85, -273.15]).allSatisfy { abs($0 - $1) < 1e-3 } && degrees[3].isNaN)
        let celsius = items("<Item name=\"UNITTYPE\" sample=\"0\" role=\"unittype\">°C</Item>")
        #expect(try Self.samples(Self.page(celsius)) == .celsius(Self.wholes.map { Float($0) }))
        for text in [
            "<Item role=\"unittype\">F</Item>", "<Item role=\"scale\">x</Item>", "<Item role=\"scale\">0</Item>",
        ] {
            #expect(Self.reason(Self.page(items(text))).contains("TIFF"), "\(text)")
        }
        let other = items("<Item name=\"AREA_OR_POINT\">Area</Item><Item name=\"UNITTYPE\" role=\"unittype\">DN</Item>")
        #expect(try Self.samples(Self.page(other)) == .whole(Self.wholes, bits: 16, known: []))
    }

    /// Rows and columns of the picture as it is seen, for each of the eight ways to store it.
    @Test func picturesAreHandedOutUpright() throws {
        let seen: [[UInt16]] = [[1, 2, 3], [4, 5, 6]]
        for code in 1...8 {
            let swaps = code > 4
            let (width, height) = swaps ? (2, 3) : (3, 2)
            var stored = [UInt16](repeating: 0, count: 6)
            for row in 0..<height {
                for column in 0..<width {
                    // What row 0 and column 0 are, by the tag's own words (TIFF 6.0, page 36).
                    let fromBottom = [3, 4].contains(code), fromRight = [2, 3].contains(code)
                    let (y, x) =
                        switch code {
                        case 5: (column, row)
                        case 6: (column, 2 - row)
                        case 7: (1 - column, 2 - row)
                        case 8: (1 - column, row)
                        default: (fromBottom ? 1 - row : row, fromRight ? 2 - column : column)
                        }
                    stored[row * width + column] = seen[y][x]
                }
            }
            var page = Self.page([274: TIFFBuilder.short(code)])
            (page.width, page.height, page.blocks) = (width, height, [TIFFBuilder().numbers(stored, bits: 16)])
            let image = try #require(try TIFF.all(TIFFBuilder().file([page])).first)
            #expect((image.width, image.height) == (3, 2), "\(code)")
            #expect(image.samples == .whole(seen.flatMap(\.self), bits: 16, known: []), "\(code)")
        }
    }

    @Test func everyPageIsAPictureButSmallerCopies() throws {
        let small = Self.page([254: (4, [1])])
        #expect(try TIFF.all(TIFFBuilder().file([Self.page(), small, Self.page()])).count == 2)
        #expect(Self.reason(small).contains("smaller copies only"))
        #expect(Self.reason(Self.page([254: (4, [4])])).contains("mask"))
        // The second directory is the first one again.
        var endless = TIFFBuilder().file([Self.page()])
        let first = endless[4..<8].map(\.self)
        endless.replaceSubrange(endless.count - 4..<endless.count, with: first)
        #expect(throws: (any Error).self) { try TIFF.all(endless) }
    }

    @Test func refusesWhatItCannotRead() {
        let good = TIFFBuilder().file([Self.page()])
        // The last four bytes say that there is no other page.
        for length in 0..<good.count - 4 {
            #expect(throws: (any Error).self) { try TIFF.all(Array(good[..<length])) }
        }
        #expect(Self.reason(Self.page([259: TIFFBuilder.short(7)])).contains("compression 7"))
        #expect(Self.reason(Self.page([339: TIFFBuilder.short(6)])).contains("format 6"))
        #expect(Self.reason(Self.page([262: TIFFBuilder.short(8)])).contains("photometric interpretation 8"))
        #expect(!Self.reason(Self.page([256: (4, [60_000]), 257: (4, [60_000])])).contains("taken"))
        var large = Self.page()
        (large.bits, large.blocks) = (32, [TIFFBuilder().numbers([70_000, 1, 2, 3, 4, 5], bits: 32)])
        #expect(Self.reason(large).contains("value of 70000"))
        var bilevel = Self.page()
        bilevel.bits = 1
        #expect(Self.reason(bilevel).contains("1 bits"))
    }

    @Test func noDamageTraps() {
        var random = SplitMix(seed: 3)
        let limits = ImageLimits(width: 256, height: 256, pixels: 4096)
        for isLittle in [true, false] {
            let good = TIFFBuilder(isLittle: isLittle).file([
                Self.page([42_113: TIFFBuilder.text("9"), 274: TIFFBuilder.short(6)], isLittle: isLittle), Self.page(),
            ])
            for _ in 0..<5_000 {
                var bytes = good
                for _ in 0...random.below(4) {
                    bytes[random.below(bytes.count)] = UInt8(truncatingIfNeeded: random.next())
                }
                try? TIFF.each(of: bytes, limits: limits) { image in
                    if case .whole(let values, _, _) = image.samples {
                        #expect(values.count == image.width * image.height)
                    }
                }
            }
        }
    }
}

@Suite struct MissingValuesTests {
    @Test func theMiddleStandsInForWhatIsMissing() {
        #expect(MissingValues.filled([9, 1, 0, 5], known: [true, true, false, true]) == [9, 1, 5, 5])
        #expect(MissingValues.filled([9, 1], known: []) == [9, 1])
        #expect(MissingValues.filled([9, 1], known: [false, false]) == [9, 1])
        #expect(MissingValues.centikelvin([.nan, 30.85, 20, 20]) == [29_315, 30_400, 29_315, 29_315])
        #expect(MissingValues.centikelvin([-273.15, 90_000]) == [0, 65_535])
    }
}

@Suite struct DeepPNGTests {
    /// 3×2 pixels of 16 bits as OpenCV 5.0 wrote them.
    private static let file: [UInt8] = [
        0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A, 0x00, 0x00, 0x00, 0x0D, 0x49, 0x48, 0x44, 0x52, 0x00, 0x00,
        0x00,
        0x03, 0x00, 0x00, 0x00, 0x02, 0x10, 0x00, 0x00, 0x00, 0x00, 0xE8, 0x8F, 0xE5, 0x85, 0x00, 0x00, 0x00, 0x16,
        0x49,
        0x44, 0x41, 0x54, 0x08, 0x1D, 0x63, 0x64, 0x60, 0x60, 0x60, 0x2C, 0x6A, 0x62, 0xFC, 0xFF, 0x9F, 0x89, 0x51,
        0xD0,
        0x04, 0x00, 0x13, 0x95, 0x03, 0x3E, 0x69, 0xA6, 0x26, 0xB1, 0x00, 0x00, 0x00, 0x00, 0x49, 0x45, 0x4E, 0x44,
        0xAE,
        0x42, 0x60, 0x82,
    ]
    @Test func keepsEveryValue() throws {
        let image = try PNG.decodeGray16(Self.file)
        #expect(image.samples == [0, 1, 29_315, 65_535, 256, 4660] && image.maximum == .max)
        let shallow = try PNG.decodeGray16(try PNG.encodeGray(width: 2, height: 1, pixels: [3, 200]))
        #expect(shallow.samples == [3, 200] && shallow.maximum == 255)
        for length in 0..<Self.file.count {
            #expect(throws: ImageCodingError.self) { try PNG.decodeGray16(Array(Self.file[..<length])) }
        }
    }
}
