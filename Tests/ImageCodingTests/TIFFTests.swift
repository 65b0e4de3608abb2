import Testing

@testable import ImageCoding

@Suite struct TIFFTests {
    /// A TIFF file of strips with one row each, in either byte order.
    static func file(
        width: Int, height: Int, bits: Int, format: Int, isLittle: Bool, compression: Int = 1, values: [UInt32]
    ) -> [UInt8] {
        func number(_ value: Int, _ count: Int) -> [UInt8] {
            let bytes = (0..<count).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
            return isLittle ? bytes : bytes.reversed()
        }
        let size = bits / 8, rowBytes = width * size
        let entries: [(Int, Int, [Int])] = [
            (256, 4, [width]), (257, 3, [height]), (258, 3, [bits]), (259, 3, [compression]),
            (273, 4, (0..<height).map { 8 + $0 * rowBytes }), (277, 3, [1]),
            (279, 4, (0..<height).map { _ in rowBytes }),
            (339, 3, [format]),
        ]
        let directory = 8 + height * rowBytes
        var extra: [UInt8] = []
        let extraStart = directory + 2 + entries.count * 12 + 4
        var body = (isLittle ? [0x49, 0x49] : [0x4D, 0x4D]) + number(42, 2) + number(directory, 4)
        for value in values { body += number(Int(value), size) }
        body += number(entries.count, 2)
        for (tag, type, list) in entries {
            let width = type == 3 ? 2 : 4
            body += number(tag, 2) + number(type, 2) + number(list.count, 4)
            let bytes = list.flatMap { number($0, width) }
            if bytes.count <= 4 {
                body += bytes + [UInt8](repeating: 0, count: 4 - bytes.count)
            } else {
                body += number(extraStart + extra.count, 4)
                extra += bytes
            }
        }
        return body + number(0, 4) + extra
    }

    @Test(arguments: [true, false])
    func readsEachKind(isLittle: Bool) throws {
        let wholes: [UInt32] = [0, 1, 255, 200, 7, 9]
        for bits in [8, 16] {
            let image = try TIFF.decode(
                Self.file(width: 3, height: 2, bits: bits, format: 1, isLittle: isLittle, values: wholes))
            #expect((image.width, image.height) == (3, 2))
            #expect(image.samples == .whole(wholes.map(UInt16.init), bits: bits))
        }
        let floats: [Float] = [-40, 0, 21.5, 300, .infinity, 1e-3]
        let image = try TIFF.decode(
            Self.file(width: 2, height: 3, bits: 32, format: 3, isLittle: isLittle, values: floats.map(\.bitPattern)))
        #expect(image.samples == .float(floats))
    }

    @Test func refusesWhatItCannotRead() {
        let good = Self.file(width: 3, height: 2, bits: 16, format: 1, isLittle: true, values: [1, 2, 3, 4, 5, 6])
        for length in 0..<good.count {
            #expect(throws: ImageCodingError.self) { try TIFF.decode(Array(good[..<length])) }
        }
        #expect(throws: ImageCodingError.unsupported("compressed TIFF")) {
            try TIFF.decode(
                Self.file(width: 1, height: 1, bits: 16, format: 1, isLittle: true, compression: 5, values: [1]))
        }
        #expect(throws: ImageCodingError.unsupported("TIFF samples of 32 bits, format 2")) {
            try TIFF.decode(Self.file(width: 1, height: 1, bits: 32, format: 2, isLittle: true, values: [1]))
        }
        #expect(throws: ImageCodingError.self) {
            try TIFF.decode(
                Self.file(width: 60_000, height: 60_000, bits: 8, format: 1, isLittle: true, values: []))
        }
    }

    @Test func noDamageTraps() {
        var random = SeededRandom(state: 3)
        let good = Self.file(width: 3, height: 2, bits: 16, format: 1, isLittle: false, values: [1, 2, 3, 4, 5, 6])
        for _ in 0..<20_000 {
            var bytes = good
            for _ in 0...random.below(4) { bytes[random.below(bytes.count)] = UInt8(truncatingIfNeeded: random.next()) }
            if let image = try? TIFF.decode(bytes), case .whole(let values, _) = image.samples {
                #expect(values.count == image.width * image.height)
            }
        }
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
        for length in 0..<Self.file.count - 20 {
            #expect(throws: ImageCodingError.self) { try PNG.decodeGray16(Array(Self.file[..<length])) }
        }
    }
}
