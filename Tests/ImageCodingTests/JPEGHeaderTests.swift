import TestSupport
import ImageCoding
import Testing

@Suite struct JPEGHeaderTests {
    /// A header that claims `width × height`, then one empty scan.
    static func claiming(width: Int, height: Int, frame: UInt8 = 0xC0, scans: Int = 1) -> [UInt8] {
        var bytes: [UInt8] = [0xFF, 0xD8, 0xFF, frame, 0, 11, 8]
        bytes += [UInt8(height >> 8), UInt8(height & 255), UInt8(width >> 8), UInt8(width & 255), 1, 1, 0x11, 0]
        for _ in 0..<scans { bytes += [0xFF, 0xDA, 0, 8, 1, 1, 0, 0, 63, 0, 0x12, 0x34] }
        return bytes + [0xFF, 0xD9]
    }

    @Test func readsWhatTheEncoderWrote() throws {
        let file = try JPEGEncoder(quality: 80).encode(
            gradient(width: 33, height: 17), layout: .grey, width: 33, height: 17)
        let header = try JPEGHeader(of: file)
        #expect(header.width == 33 && header.height == 17 && header.components == 1)
        #expect(header.hasHuffmanTables && !header.isProgressive && header.isComplete && header.scans == 1)
    }
    @Test func refusesHugeClaims() {
        #expect(throws: ImageCodingError.self) { try JPEGHeader(of: Self.claiming(width: 60_000, height: 60_000)) }
        #expect(throws: ImageCodingError.self) {
            try JPEGDecoder.decodeLuma(Self.claiming(width: 60_000, height: 60_000))
        }
        // Each side within its limit, the product not.
        #expect(throws: ImageCodingError.self) { try JPEGHeader(of: Self.claiming(width: 8192, height: 8192)) }
        #expect(throws: ImageCodingError.self) { try JPEGHeader(of: Self.claiming(width: 0, height: 8)) }
    }
    @Test func boundsTheWorkOfScans() throws {
        #expect(try JPEGHeader(of: Self.claiming(width: 64, height: 64, frame: 0xC2, scans: 64)).scans == 64)
        #expect(throws: ImageCodingError.self) {
            try JPEGHeader(of: Self.claiming(width: 64, height: 64, frame: 0xC2, scans: 65))
        }
        #expect(throws: ImageCodingError.self) {
            try JPEGHeader(of: Self.claiming(width: 8000, height: 5000, frame: 0xC2, scans: 11))
        }
    }
    @Test(arguments: [0xC3, 0xC5, 0xC9, 0xCF] as [UInt8]) func refusesOtherProcesses(_ frame: UInt8) {
        #expect(throws: ImageCodingError.self) { try JPEGHeader(of: Self.claiming(width: 8, height: 8, frame: frame)) }
    }
    @Test func boundsSegments() {
        var file: [UInt8] = [0xFF, 0xD8]
        for _ in 0..<2000 { file += [0xFF, 0xFE, 0, 2] }
        #expect(throws: ImageCodingError.exceedsLimit("more than 1024 JPEG segments")) { try JPEGHeader(of: file) }
    }

    /// Every cut and thousands of changed files: refused or decoded to the size of the header, never a trap.
    @Test func survivesDamage() throws {
        let file = try JPEGEncoder(quality: 70).encode(
            (0..<40 * 24 * 3).map { UInt8($0 * 7 % 251) }, layout: .rgb, width: 40, height: 24)
        for length in 0...file.count { _ = try? JPEGHeader(of: Array(file.prefix(length))) }
        var random = SplitMix(seed: 20)
        for _ in 0..<3000 {
            var damaged = file
            for _ in 0..<Int.random(in: 1...8, using: &random) {
                damaged[Int.random(in: 0..<damaged.count, using: &random)] = UInt8.random(in: 0...255, using: &random)
            }
            guard let header = try? JPEGHeader(of: damaged), Int(header.width) * Int(header.height) < 1_000_000 else {
                continue
            }
            guard let image = try? JPEGDecoder.decodeLuma(damaged) else { continue }
            #expect(image.pixels.count == Int(header.width) * Int(header.height))
        }
    }
}
