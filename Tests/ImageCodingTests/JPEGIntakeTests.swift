import TestSupport
import Testing

@testable import ImageCoding

@Suite struct JPEGIntakeTests {
    static func file(layout: PixelLayout = .rgb, width: Int = 48, height: Int = 32, quality: Int = 60) throws -> [UInt8]
    {
        let pixels = (0..<layout.rowBytes(width: width) * height).map { UInt8(truncatingIfNeeded: $0 &* 7 &+ $0 / 90) }
        return try JPEGEncoder(quality: quality).encode(pixels, layout: layout, width: width, height: height)
    }
    /// Places of segments by marker code: marker's offset to the byte behind its payload.
    static func segments(_ file: [UInt8]) -> [(code: UInt8, range: Range<Int>)] {
        var (found, place): ([(UInt8, Range<Int>)], Int) = ([], 2)
        while file[place] == 0xFF, file[place + 1] != 0xD9 {
            let end = place + 2 + Int(file[place + 2]) << 8 + Int(file[place + 3])
            found.append((file[place + 1], place..<end))
            if file[place + 1] == 0xDA { break }
            place = end
        }
        return found
    }
    static func without(_ code: UInt8, _ file: [UInt8]) -> [UInt8] {
        var file = file
        for segment in segments(file).reversed() where segment.code == code { file.removeSubrange(segment.range) }
        return file
    }
    /// An Exif segment whose first directory says an orientation.
    static func exif(_ orientation: UInt8, isBig: Bool, type: UInt8 = 3) -> [UInt8] {
        func number(_ value: Int, _ count: Int) -> [UInt8] {
            let bytes = (0..<count).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
            return isBig ? bytes.reversed() : bytes
        }
        let size = type == 4 ? 4 : 2
        var tiff: [UInt8] = (isBig ? [0x4D, 0x4D] : [0x49, 0x49]) + number(42, 2) + number(8, 4) + number(2, 2)
        tiff += number(0x010F, 2) + number(2, 2) + number(2, 4) + [65, 0, 0, 0]
        tiff += number(0x0112, 2) + number(Int(type), 2) + number(1, 4) + number(Int(orientation), size)
        tiff += [UInt8](repeating: 0, count: 4 - size) + number(0, 4)
        let payload = Array("Exif\0\0".utf8) + tiff
        return [0xFF, 0xE1, 0, UInt8(payload.count + 2)] + payload
    }
    static func inserted(_ bytes: [UInt8], into file: [UInt8]) -> [UInt8] { file.prefix(2) + bytes + file.dropFirst(2) }

    /// What a camera made whole passes byte for byte: comments, application segments, fill bytes and restart markers too.
    @Test func whatIsWholeIsUnchanged() throws {
        let plain = try Self.file()
        let grey = try JPEGEncoder(quality: 90).encode(
            gradient(width: 33, height: 17), layout: .grey, width: 33, height: 17)
        let preview: [UInt8] = [0xFF, 0xE1, 1, 0] + plain.prefix(254)
        for file in [
            plain, grey, Self.inserted([0xFF, 0xFE, 0, 5, 1, 2, 3], into: plain),
            Self.inserted([0xFF, 0xFF], into: plain),
            Self.inserted(preview, into: plain), Self.inserted(Self.exif(1, isBig: true), into: plain),
            plain.dropLast(2) + [0xFF, 0xFE, 0, 3, 9, 0xFF, 0xD9],
        ] {
            let picture = try JPEGIntake.take(file)
            #expect(picture.bytes == file && picture.mendings == [])
        }
    }

    @Test func mendsEachThingOnce() throws {
        let whole = try Self.file()
        let scan = try JPEGHeader(of: whole).firstScanOffset
        let frame = try #require(Self.segments(whole).first { $0.code == 0xC0 }).range.lowerBound
        var late = whole
        (late[frame + 5], late[frame + 6]) = (0, 0)
        late = late.dropLast(2) + [0xFF, 0xDC, 0, 4, 0, 32, 0xFF, 0xD9]
        var cases: [([UInt8], JPEGIntake.Mendings)] = []
        func add(_ file: [UInt8], _ mendings: JPEGIntake.Mendings) { cases.append((file, mendings)) }
        add(Array(whole.dropLast(2)), .endMarker)
        add(Array(whole.dropLast(1)), .endMarker)
        add(Self.inserted([0, 1, 0xFF, 0, 5], into: whole), .strayBytes)
        add(Array(whole[..<scan]) + [UInt8](repeating: 0xDB, count: 608) + Array(whole[scan...]), .strayBytes)
        add(Self.inserted([0xFF, 0xD3], into: whole), .strayBytes)
        add(Self.inserted([0xFF, 0xF5, 0, 4, 1, 2], into: whole), .strayBytes)
        add(whole + [0, 0, 0], .surroundings)
        add([0xFF, 0xD8] + whole, .surroundings)
        add(Array("--x\r\n\r\n".utf8) + whole, .surroundings)
        add(late, .height)
        let two = Array(whole.dropLast(2)) + whole
        add(Self.inserted([1], into: two), [.endMarker, .strayBytes, .surroundings])
        for (file, mendings) in cases {
            let picture = try JPEGIntake.take(file)
            #expect(picture.mendings == mendings, "\(picture.mendings)")
            #expect(picture.width == 48 && picture.height == 32)
            // A single 0xFF at the end is padding before the marker that is put there.
            #expect(picture.bytes == whole || file.count == whole.count - 1)
            #expect(try JPEGIntake.take(picture.bytes).mendings == [])
            #expect(try JPEGDecoder.decodeLuma(picture.bytes) == JPEGDecoder.decodeLuma(whole))
        }
    }

    @Test func addsTheHuffmanTablesThatAreMissing() throws {
        let whole = try Self.file()
        let none = Self.without(0xC4, whole)
        let picture = try JPEGIntake.take(none)
        #expect(try picture.mendings == .huffmanTables && JPEGHeader(of: picture.bytes).hasHuffmanTables)
        #expect(try JPEGDecoder.decodeLuma(picture.bytes) == JPEGDecoder.decodeLuma(whole))
        // Only the colours' tables are missing: those of brightness stay the file's own.
        let tables = Self.segments(whole).filter { $0.code == 0xC4 }
        let brightness = tables.filter { whole[$0.range.lowerBound + 4] & 15 == 0 }.flatMap { Array(whole[$0.range]) }
        if tables.count > 1 {
            let scan = try JPEGHeader(of: none).firstScanOffset
            let some = try JPEGIntake.take(Array(none[..<scan]) + brightness + Array(none[scan...]))
            #expect(some.mendings == .huffmanTables && some.bytes.contains(brightness))
            #expect(try JPEGDecoder.decodeLuma(some.bytes) == JPEGDecoder.decodeLuma(whole))
        }
    }

    /// All read the grid of pixels: the note to turn it is set to upright where browsers look for it, and nothing else is touched.
    @Test(arguments: [true, false]) func orientationIsSetToUpright(isBig: Bool) throws {
        let whole = try Self.file()
        for orientation in UInt8(2)...8 {
            for type in [UInt8(3), 4] {
                let turned = Self.inserted(Self.exif(orientation, isBig: isBig, type: type), into: whole)
                let picture = try JPEGIntake.take(turned)
                #expect(picture.mendings == .orientation)
                #expect(picture.bytes == Self.inserted(Self.exif(1, isBig: isBig, type: type), into: whole))
                #expect(picture.width == 48 && picture.height == 32)
            }
        }
        let nonsense = Self.inserted(Self.exif(9, isBig: isBig), into: whole)
        #expect(try JPEGIntake.take(nonsense).bytes == nonsense)
    }

    @Test func refusesWhatCannotBeShownWithTheReason() throws {
        let whole = try Self.file()
        let scan = try #require(Self.segments(whole).last).range
        func reason(_ file: some Sequence<UInt8>) -> String {
            do throws(ImageCodingError) { return "taken: \(try JPEGIntake.take(Array(file)).mendings)" } catch {
                return error.description
            }
        }
        #expect(reason(whole[..<scan.upperBound]).contains("a scan without data"))
        #expect(reason(whole[..<scan.upperBound] + [0xFF, 0xD9]).contains("a scan without data"))
        #expect(reason(whole[..<(scan.lowerBound - 3)]).contains("before the first scan"))
        #expect(reason(whole[..<scan.lowerBound]).contains("no scan found"))
        #expect(reason(Self.without(0xDB, whole)).contains("without quantisation tables"))
        #expect(reason([0xFF, 0xD8, 0xFF, 0xD9]).contains("no scan found"))
        #expect(reason([UInt8](repeating: 0, count: 200)).contains("not a JPEG"))
        let frame = try #require(Self.segments(whole).first { $0.code == 0xC0 }).range.lowerBound
        func changed(_ offset: Int, _ value: UInt8) -> [UInt8] {
            var file = whole
            file[frame + offset] = value
            return file
        }
        #expect(reason(changed(1, 0xC9)).contains("arithmetic"))
        #expect(reason(changed(1, 0xC3)).contains("lossless"))
        #expect(reason(changed(1, 0xF7)).contains("lossless"))
        #expect(reason(changed(4, 12)).contains("12 bits"))
        #expect(reason(changed(11, 0x44)).contains("blocks a unit"))
        #expect(reason(changed(6, 0)).contains("zero"))
        var large = changed(5, 0x1F)
        large[frame + 7] = 0x1F
        #expect(reason(large).contains("at most 8192×8192 and 24000000"))
        var cmyk = JPEGHeaderTests.claiming(width: 8, height: 8)
        cmyk.replaceSubrange(
            2..<(2 + 13), with: [0xFF, 0xC0, 0, 20, 8, 0, 8, 0, 8, 4] + (1...4).flatMap { [$0, 0x11, 0] })
        cmyk = Self.inserted(
            Array(whole[try #require(Self.segments(whole).first { $0.code == 0xDB }).range]), into: cmyk)
        #expect(reason(cmyk).contains("CMYK"))
    }

    /// Other colour spaces and samplings are shown by browsers; so the smaller copies are made of them, too.
    @Test func rgbFilesCanBeReduced() throws {
        var file = try JPEGIntakeTests.file(width: 64, height: 64, quality: 90)
        // Without JFIF the components' names decide: these say RGB.
        file = Self.without(0xE0, file)
        let frame = try #require(Self.segments(file).first { $0.code == 0xC0 }).range.lowerBound
        let scan = try #require(Self.segments(file).last).range.lowerBound
        for (index, name) in Array("RGB".utf8).enumerated() {
            file[frame + 10 + 3 * index] = name
            file[frame + 11 + 3 * index] = index == 0 ? 0x22 : 0x11
            file[scan + 5 + 2 * index] = name
        }
        let taken = try JPEGIntake.take(file)
        #expect(taken.bytes == file)
        var reducer = JPEGReducer()
        let copy = try #require(try reducer.reduce(file, toAtMost: file.count / 2))
        #expect(copy.bytes.count < file.count && copy.bytes != file)
        let planes = try JPEGPlanes()
        try planes.decode(file, widthLimit: 32)
        let luma = try JPEGDecoder.decodeLuma(file)
        let mean = planes.withPlanes { luma, _, _ in
            Double(
                (0..<luma.height).reduce(0) { sum, y in
                    (0..<luma.width).reduce(sum) { $0 + Int(luma.values[y * luma.stride + $1]) }
                }) / Double(luma.width * luma.height)
        }
        let expected = Double(luma.pixels.reduce(0) { $0 + Int($1) }) / Double(luma.pixels.count)
        #expect(abs(try #require(mean) - expected) < 3)
    }

    @Test func survivesDamage() throws {
        let file = Self.inserted(Self.exif(6, isBig: true), into: try Self.file())
        for length in 0...file.count { _ = try? JPEGIntake.take(Array(file.prefix(length))) }
        var random = SplitMix(seed: 7)
        for _ in 0..<5000 {
            var damaged = file
            for _ in 0...random.below(6) {
                damaged[random.below(damaged.count)] = UInt8(truncatingIfNeeded: random.next())
            }
            guard let picture = try? JPEGIntake.take(damaged) else { continue }
            let again = try JPEGIntake.take(picture.bytes)
            #expect(again.bytes == picture.bytes && again.mendings == [])
        }
    }
}

extension [UInt8] {
    fileprivate func contains(_ part: [UInt8]) -> Bool {
        indices.contains { self[$0...].starts(with: part) }
    }
}

@Suite struct CodedPictureTests {
    @Test func remarksDoNotMakeAnotherPicture() throws {
        let file = try JPEGIntakeTests.file()
        let inserted = { JPEGIntakeTests.inserted($0, into: file) }
        let comment: [UInt8] = [0xFF, 0xFE, 0, 4, 1, 2]
        for other in [
            file, inserted(comment), inserted([0xFF, 0xFE, 0, 4, 9, 9]),
            inserted(JPEGIntakeTests.exif(1, isBig: false)),
            file.dropLast(2) + comment + [0xFF, 0xD9], file + [1, 2, 3], inserted([0xFF, 0xFF]),
        ] {
            #expect(CodedPicture.isSame(file, other) && CodedPicture.isSame(other, file))
            #expect(CodedPicture.isSame(other, inserted(comment)))
        }
    }
    @Test func anythingOfThePictureDoes() throws {
        let file = try JPEGIntakeTests.file()
        for place in file.indices where place > 1 && place < file.count - 2 {
            var other = file
            other[place] ^= 1
            // The JFIF segment is a remark; a changed length moves everything behind it.
            guard place > 20 else { continue }
            #expect(!CodedPicture.isSame(file, other), "byte \(place)")
        }
        #expect(!CodedPicture.isSame(file, Array(file.prefix(file.count / 2))))
        #expect(!CodedPicture.isSame(file, []) && !CodedPicture.isSame([1, 2], [1, 3]))
        #expect(CodedPicture.isSame([], []))
    }
    @Test func survivesDamage() throws {
        let file = try JPEGIntakeTests.file()
        var random = SplitMix(seed: 9)
        for _ in 0..<3000 {
            var damaged = file
            for _ in 0...random.below(6) {
                damaged[random.below(damaged.count)] = UInt8(truncatingIfNeeded: random.next())
            }
            let cut = Array(damaged.prefix(random.below(damaged.count + 1)))
            #expect(CodedPicture.isSame(cut, cut))
            _ = CodedPicture.isSame(file, cut)
        }
    }
}
