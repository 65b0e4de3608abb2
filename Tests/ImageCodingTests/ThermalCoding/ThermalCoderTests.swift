import TestSupport
import Testing

@testable import ImageCoding

private func picture(_ width: Int, _ height: Int, seed: UInt64, kind: Int) -> [UInt16] {
    var noise = SplitMix(seed: seed)
    return (0..<width * height).map { place in
        let (x, y) = (place % width, place / width)
        switch kind {
        case 0: return UInt16(truncatingIfNeeded: noise.next())
        case 1: return 0
        case 2: return 65_535
        case 3: return UInt16((x + y) % 2 * 65_535)
        case 4: return UInt16(clamping: 29_000 + x * 7 + y * 3)
        case 5: return UInt16(clamping: 29_000 + x + y / 2 + noise.below(16))
        default: return noise.below(200) == 0 ? 65_535 : UInt16(noise.below(3))
        }
    }
}

@Suite struct ThermalCoderTests {
    static let sizes = [(1, 1), (1, 40), (40, 1), (31, 5), (32, 24), (33, 3), (64, 2), (160, 120)]

    @Test(arguments: 0..<7, sizes)
    func losslessComesBack(kind: Int, size: (width: Int, height: Int)) throws {
        let values = picture(size.width, size.height, seed: UInt64(kind + size.width), kind: kind)
        let stream = try #require(ThermalCoder.encode(values, width: size.width, height: size.height))
        let decoded = try ThermalCoder.decode(stream)
        #expect(decoded.values == values)
        #expect(decoded.header == ThermalCoder.Header(width: size.width, height: size.height, bound: 0))
    }

    @Test(arguments: 0..<7, [1, 2, 3, 7, 50, 1000])
    func noValueIsOffByMoreThanTheBound(kind: Int, bound: Int) throws {
        let values = picture(67, 31, seed: UInt64(bound), kind: kind)
        let stream = try #require(ThermalCoder.encode(values, width: 67, height: 31, bound: bound))
        let decoded = try ThermalCoder.decode(stream)
        #expect(decoded.header.bound == bound)
        let worst = zip(values, decoded.values).map { abs(Int($0) - Int($1)) }.max() ?? 0
        #expect(worst <= bound)
        #expect(kind != 0 || worst > 0, "a bound that is never used saves nothing")
    }

    @Test func smoothPicturesGetSmallAndABoundMakesThemSmaller() throws {
        let values = picture(160, 120, seed: 3, kind: 5)
        let sizes = try [0, 2, 5, 20].map {
            try #require(ThermalCoder.encode(values, width: 160, height: 120, bound: $0)).count
        }
        #expect(sizes == sizes.sorted(by: >))
        #expect(Double(values.count * 2) / Double(sizes[0]) > 2.5)
    }

    @Test func wrongSizesAndBoundsAreRefused() {
        let values = [UInt16](repeating: 1, count: 12)
        #expect(ThermalCoder.encode(values, width: 3, height: 4) != nil)
        #expect(ThermalCoder.encode(values, width: 4, height: 4) == nil)
        #expect(ThermalCoder.encode(values, width: 0, height: 4) == nil)
        #expect(ThermalCoder.encode([], width: 70_000, height: 0) == nil)
        #expect(ThermalCoder.encode(values, width: 3, height: 4, bound: -1) == nil)
        #expect(ThermalCoder.encode(values, width: 3, height: 4, bound: ThermalCoder.boundLimit + 1) == nil)
    }

    @Test func everyTruncationAndEveryTrailingByteIsRefused() throws {
        let values = picture(33, 9, seed: 4, kind: 5)
        for bound in [0, 3] {
            let stream = try #require(ThermalCoder.encode(values, width: 33, height: 9, bound: bound))
            for count in 0..<stream.count {
                #expect(throws: ImageCodingError.self) { try ThermalCoder.decode(Array(stream.prefix(count))) }
            }
            #expect(throws: ImageCodingError.self) { try ThermalCoder.decode(stream + [0]) }
        }
    }

    /// Whatever is altered, the answer is a refusal or a picture of the size that the head names.
    @Test(arguments: [UInt64(1), 2])
    func alteredStreamsNeverTrap(seed: UInt64) throws {
        var noise = SplitMix(seed: seed)
        let values = picture(40, 20, seed: seed, kind: 6)
        let stream = try #require(ThermalCoder.encode(values, width: 40, height: 20, bound: seed == 1 ? 0 : 4))
        var pictures = 0
        for _ in 0..<10_000 {
            var altered = stream
            for _ in 0..<(1 + noise.below(4)) {
                altered[noise.below(altered.count)] = UInt8(truncatingIfNeeded: noise.next())
            }
            guard let decoded = try? ThermalCoder.decode(altered) else { continue }
            pictures += 1
            #expect(decoded.values.count == decoded.header.width * decoded.header.height)
        }
        #expect(pictures > 0, "damage inside the bits is not always seen: whoever needs to know compares hashes")
    }

    @Test func randomBytesNeverTrap() {
        var noise = SplitMix(seed: 9)
        for _ in 0..<10_000 {
            var bytes = (0..<(10 + noise.below(60))).map { _ in UInt8(truncatingIfNeeded: noise.next()) }
            bytes.replaceSubrange(0..<4, with: [0x4C, 0x54, 1, 0])
            bytes[5] = 0
            bytes[7] = 0
            bytes[9] = UInt8(noise.below(4))
            _ = try? ThermalCoder.decode(bytes)
        }
    }

    @Test func aGiantDeclaredSizeIsRefusedBeforeMemoryIsTaken() {
        let head: [UInt8] = [0x4C, 0x54, 1, 0, 0xFF, 0x1F, 0xFF, 0x12, 0, 0]
        #expect(throws: ImageCodingError.self) { try ThermalCoder.decode(head + [UInt8](repeating: 0xFF, count: 100)) }
        let over: [UInt8] = [0x4C, 0x54, 1, 0, 0xFF, 0xFF, 0xFF, 0xFF, 0, 0]
        #expect(throws: ImageCodingError.self) { try ThermalCoder.decode(over) }
    }

    /// The stream of a small picture by hand: 4 bits k, Rice codes, row by row.
    @Test func theStreamIsAsWrittenDown() throws {
        // Row 1: predictions 0, 10, 12; residuals 10, 2, −2, in zigzag form 20, 4, 3. With k = 3 they take 6 + 4 + 4 bits, with 2 one
        // more. Row 2: predictions (10 + 10) / 2, (10 + 12) / 2, (11 + 10) / 2: all residuals are zero.
        let values: [UInt16] = [10, 12, 10, 10, 11, 10]
        let stream = try #require(ThermalCoder.encode(values, width: 3, height: 2))
        #expect(Array(stream.prefix(10)) == [0x4C, 0x54, 1, 0, 3, 0, 2, 0, 0, 0])
        #expect(try ThermalCoder.decode(stream).values == values)
        let bits = "0011" + "110100" + "0100" + "0011" + "1111"
        let padded = bits + String(repeating: "0", count: (8 - bits.count % 8) % 8)
        let expected = stride(from: 0, to: padded.count, by: 8).map { start -> UInt8 in
            let from = padded.index(padded.startIndex, offsetBy: start)
            return UInt8(padded[from..<padded.index(from, offsetBy: 8)], radix: 2) ?? 0
        }
        #expect(Array(stream.dropFirst(10)) == expected)
    }
}
