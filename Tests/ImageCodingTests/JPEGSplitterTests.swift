import TestSupport
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
        var random = SplitMix(seed: seed)
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
        #expect(splitter.finish() == nil)
        #expect(found == files)
        #expect(splitter.filesFound == 12 && splitter.filesMalformed == 0 && splitter.bytesSkipped == UInt64(garbage))
    }
    /// The next file's start ends one without an end marker; the stream's end does, too.
    @Test func takesFilesWithoutAnEndMarker() throws {
        let files = try Self.files(3)
        let open = files.map { Array($0.dropLast(2)) }
        var splitter = JPEGSplitter()
        #expect(splitter.append(Array(open.joined())[...]) == [open[0], open[1]])
        #expect(splitter.finish() == open[2])
        #expect(splitter.filesFound == 3 && splitter.filesMalformed == 0 && splitter.bytesSkipped == 0)
        #expect(splitter.finish() == nil)
    }
    @Test func goesOnBehindAFileThatBreaksOffInItsHeader() throws {
        let files = try Self.files(3)
        var splitter = JPEGSplitter()
        // Behind its first segment.
        let cut = Array(files[1].prefix(20))
        #expect(splitter.append((files[0] + cut + files[2])[...]) == [files[0], files[2]])
        #expect(splitter.filesMalformed == 1 && splitter.bytesSkipped == UInt64(cut.count))
    }
    @Test func keepsStrayBytesForTheDoor() throws {
        let file = try Self.files(1)[0]
        let stray = file.prefix(2) + [1, 2, 0xFF, 0, 3] + file.dropFirst(2)
        var splitter = JPEGSplitter()
        #expect(splitter.append(Array(stray)[...]) == [Array(stray)])
    }
    @Test func aStartMarkerToldTwiceIsNoBrokenFile() throws {
        let file = try Self.files(1)[0]
        var splitter = JPEGSplitter()
        #expect(splitter.append(([0xFF, 0xD8] + file)[...]) == [file])
        #expect(splitter.filesMalformed == 0 && splitter.bytesSkipped == 2)
    }
    /// In one piece, byte by byte, in random cuts: the same files, whatever was done to them. And of a single file the same bytes
    /// are kept as the door keeps of a folder's file.
    @Test(arguments: 1...40 as ClosedRange<UInt64>) func cutsAndDamageGiveTheSameFiles(_ seed: UInt64) throws {
        var random = SplitMix(seed: seed)
        let stream = try Self.files(6).flatMap { file in
            var file = file
            for _ in 0..<random.below(4) {
                file[random.below(file.count)] = [0xFF, 0xD8, 0xD9, 0xDA, 0, 7][random.below(6)]
            }
            return Array(file.prefix(file.count - random.below(3) * random.below(40)))
        }
        func split(_ piece: () -> Int) -> ([[UInt8]], JPEGSplitter) {
            var (splitter, files, rest) = (JPEGSplitter(fileLimit: 5000), [[UInt8]](), stream[...])
            while !rest.isEmpty {
                let count = min(rest.count, piece())
                files += splitter.append(rest.prefix(count))
                rest = rest.dropFirst(count)
            }
            if let last = splitter.finish() { files.append(last) }
            return (files, splitter)
        }
        let whole = split { .max }
        let bytes = split { 1 }
        let cuts = split { 1 + random.below(700) }
        #expect(whole.0 == bytes.0 && whole.0 == cuts.0)
        for other in [bytes.1, cuts.1] {
            #expect(other.bytesSkipped == whole.1.bytesSkipped && other.filesMalformed == whole.1.filesMalformed)
        }
        #expect(whole.0.reduce(0) { $0 + $1.count } + Int(whole.1.bytesSkipped) == stream.count)
        for file in whole.0 {
            guard let taken = try? JPEGIntake.take(file) else { continue }
            var again = JPEGSplitter()
            #expect(again.append(taken.bytes[...]) == [taken.bytes])
        }
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
        var random = SplitMix(seed: 5)
        let codes: [UInt8] = [0xFF, 0xD8, 0xFF, 0xD9, 0xFF, 0xDA, 0xE0, 0, 2, 8, 0xD0, 0x11]
        for _ in 0..<200 {
            let noise = (0..<3000).map { _ in codes.randomElement(using: &random) ?? 0 }
            var splitter = JPEGSplitter(fileLimit: 500)
            let found = splitter.append(noise[...]).reduce(0) { $0 + $1.count }
            let last = splitter.finish()?.count ?? 0
            #expect(UInt64(found + last) + splitter.bytesSkipped == 3000)
        }
    }
}
