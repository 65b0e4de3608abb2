import ImageCoding
import Testing

@Suite struct JPEGCodecTests {
    static func source(_ layout: PixelLayout, _ width: Int, _ height: Int, _ luma: [UInt8]) -> [UInt8] {
        let (chromaWidth, chromaHeight) = ((width + 1) / 2, (height + 1) / 2)
        let neutral = [UInt8](repeating: 128, count: chromaWidth * chromaHeight * 2)
        switch layout {
        case .grey: return luma
        case .rgb: return luma.flatMap { [$0, $0, $0] }
        case .nv12, .yuv420: return luma + neutral
        case .yuyv, .uyvy:
            return (0..<height).flatMap { y in
                (0..<chromaWidth * 2).flatMap { x -> [UInt8] in
                    let value = luma[y * width + min(x, width - 1)]
                    return layout == .yuyv ? [value, 128] : [128, value]
                }
            }
        }
    }

    @Test(arguments: PixelLayout.allCases, [(64, 48), (38, 21), (1, 1)])
    func keepsBrightness(_ layout: PixelLayout, _ size: (Int, Int)) throws {
        let (width, height) = size
        // V4L2 halves the row distance for chroma planes, so rows of this layout must be even.
        if layout == .yuv420 || layout == .nv12, width % 2 == 1 { return }
        let luma = gradient(width: width, height: height)
        let encoder = try JPEGEncoder(quality: 95)
        let pixels = Self.source(layout, width, height, luma)
        for _ in 0..<2 {
            let file = try encoder.encode(pixels, layout: layout, width: width, height: height)
            let image = try JPEGDecoder.decodeLuma(file)
            #expect(image.width == width && image.height == height && !image.isDamaged)
            #expect(meanDifference(image.pixels, luma) < 1.5)
        }
    }
    @Test func stretchesLimitedRange() throws {
        let encoder = try JPEGEncoder(quality: 95)
        for (coded, shown) in [(16, 0), (235, 255), (126, 128)] as [(UInt8, UInt8)] {
            let pixels = Self.source(.yuyv, 16, 16, [UInt8](repeating: coded, count: 256))
            let file = try encoder.encode(pixels, layout: .yuyv, width: 16, height: 16, range: .limited)
            let image = try JPEGDecoder.decodeLuma(file)
            #expect(image.pixels.allSatisfy { abs(Int($0) - Int(shown)) <= 1 })
        }
    }
    @Test func refusesShortPictures() throws {
        let encoder = try JPEGEncoder(quality: 80)
        for layout in PixelLayout.allCases {
            let whole = Self.source(layout, 32, 32, [UInt8](repeating: 9, count: 1024))
            #expect(throws: ImageCodingError.self) {
                try encoder.encode(Array(whole.dropLast()), layout: layout, width: 32, height: 32)
            }
            #expect(throws: ImageCodingError.self) { try encoder.encode(whole, layout: layout, width: 0, height: 32) }
            #expect(layout.byteCount(width: 32, height: 32, bytesPerRow: 31) == nil)
            #expect(layout.byteCount(width: 32, height: 32, bytesPerRow: .max) == nil)
        }
    }

    /// The codec writes the tables of T.81 annex K where it is not told to make better ones: an independent witness.
    @Test func huffmanTablesAreTheTypicalOnes() throws {
        let file = try JPEGEncoder(quality: 80).encode(
            [UInt8](repeating: 77, count: 768), layout: .rgb, width: 16, height: 16)
        var tables: [UInt8] = []
        var without: [UInt8] = [0xFF, 0xD8]
        var at = 2
        while file[at + 1] != 0xDA {
            let length = Int(file[at + 2]) << 8 | Int(file[at + 3])
            let segment = file[at..<(at + 2 + length)]
            if file[at + 1] == 0xC4 { tables += segment.dropFirst(4) } else { without += segment }
            at += 2 + length
        }
        without += file[at...]
        #expect(HuffmanTables.segment.count == 420)
        #expect(Array(HuffmanTables.segment.dropFirst(4)) == tables)
        #expect(try !JPEGHeader(of: without).hasHuffmanTables)
        let mended = try HuffmanTables.inserted(into: without)
        #expect(try JPEGHeader(of: mended).hasHuffmanTables && mended.count == without.count + 420)
        #expect(try HuffmanTables.inserted(into: mended) == mended)
        #expect(try JPEGDecoder.decodeLuma(mended) == JPEGDecoder.decodeLuma(file))
        #expect(try JPEGDecoder.decodeLuma(without) == JPEGDecoder.decodeLuma(file))
    }
}
