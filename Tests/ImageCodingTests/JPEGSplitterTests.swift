import ImageCoding
import Testing

@Suite struct JPEGSplitterTests {
    static func files(_ count: Int) throws -> [[UInt8]] {
        let encoder = try JPEGEncoder(quality: 60)
        return try (0..<count).map { shift in
            let pixels = gradient(width: 48, height: 32).map { $0 &+ UInt8(shift) }
            return try encoder.encode(pixels, layout: .grey, width: 48, height: 32)
        }
    }

    @Test(arguments: 1...20 as ClosedRange<UInt64>) func splitsHoweverTheBytesArrive(_ seed: UInt64) throws {
        var random = SeededRandom(state: seed)
        let files = try Self.files(12)
        var stream: [UInt8] = []
        var garbage = 0
        for file in files {
            // No 0xFF, so that the garbage is none of a marker.
            let noise = (0..<Int.random(in: 0...40, using: &random)).map { _ in
                UInt8.random(in: 0...254, using: &random)
            }
            garbage += noise.count
            stream += noise + file
        }
        var splitter = JPEGSplitter()
        var found: [[UInt8]] = []
        var rest = stream[...]
        while !rest.isEmpty {
            let count = min(rest.count, Int.random(in: 1...300, using: &random))
            found += splitter.append(rest.prefix(count))
            rest = rest.dropFirst(count)
        }
        splitter.finish()
        #expect(found == files)
        #expect(splitter.filesFound == 12 && splitter.filesMalformed == 0 && splitter.bytesSkipped == UInt64(garbage))
    }
    @Test func goesOnBehindABrokenFile() throws {
        let files = try Self.files(3)
        var splitter = JPEGSplitter()
        let cut = Array(files[1].prefix(files[1].count - 20))
        #expect(splitter.append((files[0] + cut + files[2])[...]) == [files[0], files[2]])
        #expect(splitter.filesMalformed == 1 && splitter.bytesSkipped == UInt64(cut.count))
    }
    @Test func keepsAThumbnailInsideItsSegment() throws {
        let file = try Self.files(1)[0]
        let length = file.count + 2
        let whole = [0xFF, 0xD8, 0xFF, 0xE1, UInt8(length >> 8), UInt8(length & 255)] + file + file.dropFirst(2)
        var splitter = JPEGSplitter()
        #expect(splitter.append(whole[...]) == [whole])
    }
    @Test func boundsAFile() throws {
        let file = try Self.files(1)[0]
        var splitter = JPEGSplitter(fileLimit: 2000)
        let endless = [0xFF, 0xD8, 0xFF, 0xDA, 0, 4, 1, 1] + [UInt8](repeating: 0x11, count: 10_000)
        #expect(splitter.append(endless[...]) == [])
        #expect(splitter.filesOversized == 1)
        #expect(splitter.append(file[...]) == [file])
    }
    @Test func accountsForEveryByteOfNoise() {
        var random = SeededRandom(state: 5)
        let codes: [UInt8] = [0xFF, 0xD8, 0xFF, 0xD9, 0xFF, 0xDA, 0xE0, 0, 2, 8, 0xD0, 0x11]
        for _ in 0..<200 {
            let noise = (0..<3000).map { _ in codes.randomElement(using: &random) ?? 0 }
            var splitter = JPEGSplitter(fileLimit: 500)
            let found = splitter.append(noise[...]).reduce(0) { $0 + $1.count }
            splitter.finish()
            #expect(UInt64(found) + splitter.bytesSkipped == 3000)
        }
    }
}
