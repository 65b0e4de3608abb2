/// Reads single pictures of one channel from TIFF files (Adobe TIFF 6.0): 8 or 16 bits, or 32-bit floating point, in strips
/// without compression, of either byte order. That is how radiometric pictures are passed on.
public enum TIFF {
    /// A picture's values, row by row.
    public enum Samples: Hashable, Sendable {
        /// Unsigned whole numbers of 8 or 16 bits.
        case whole([UInt16], bits: Int)
        /// Floating point; may hold anything, NaN too.
        case float([Float])
    }
    /// A picture as it stands in the file.
    public struct Image: Hashable, Sendable {
        /// Pixels.
        public let width: Int, height: Int
        /// `width × height` values.
        public let samples: Samples
    }

    private static let entriesLimit = 256

    /// The first picture of `bytes`.
    public static func decode(_ bytes: [UInt8], limits: ImageLimits = .standard) throws(ImageCodingError) -> Image {
        try limits.check(fileBytes: bytes.count)
        guard bytes.count >= 8, bytes[0] == bytes[1], bytes[0] == 0x49 || bytes[0] == 0x4D else {
            throw .notThisFormat("TIFF")
        }
        let file = File(bytes: bytes, isLittle: bytes[0] == 0x49)
        guard try file.number(at: 2, bytes: 2) == 42 else { throw .notThisFormat("TIFF") }
        let tags = try tags(of: file)
        func single(_ tag: Int, _ standard: Int? = nil) throws(ImageCodingError) -> Int {
            guard let value = tags[tag]?.first ?? standard else { throw .malformed(at: 0, "TIFF without tag \(tag)") }
            return value
        }
        let (width, height) = (try single(256), try single(257))
        try limits.check(width: width, height: height)
        let bits = try single(258, 1), format = try single(339, 1)
        guard try single(259, 1) == 1 else { throw .unsupported("compressed TIFF") }
        guard try single(277, 1) == 1 else { throw .unsupported("TIFF of several channels") }
        guard format == 3 && bits == 32 || format == 1 && (bits == 8 || bits == 16) else {
            throw .unsupported("TIFF samples of \(bits) bits, format \(format)")
        }
        let data = try strips(tags, file, rowBytes: width * bits / 8, height: height)
        return Image(width: width, height: height, samples: samples(data, bits: bits, isLittle: file.isLittle))
    }

    private struct File {
        let bytes: [UInt8]
        let isLittle: Bool

        /// `count` bytes from `place` as an unsigned number.
        func number(at place: Int, bytes count: Int) throws(ImageCodingError) -> Int {
            guard place >= 0, place <= bytes.count - count else { throw .truncated("TIFF at byte \(place)") }
            var value = 0
            for index in 0..<count {
                value = value << 8 | Int(bytes[isLittle ? place + count - 1 - index : place + index])
            }
            return value
        }
    }

    /// Whole numbers of the first directory by tag; other kinds of value are passed over.
    private static func tags(of file: File) throws(ImageCodingError) -> [Int: [Int]] {
        let start = try file.number(at: 4, bytes: 4)
        let count = try file.number(at: start, bytes: 2)
        guard count <= entriesLimit else { throw .exceedsLimit("\(count) TIFF tags; at most \(entriesLimit)") }
        var tags: [Int: [Int]] = [:]
        for entry in 0..<count {
            let place = start + 2 + entry * 12
            let (tag, type) = (try file.number(at: place, bytes: 2), try file.number(at: place + 2, bytes: 2))
            let values = try file.number(at: place + 4, bytes: 4)
            guard let size = [1: 1, 3: 2, 4: 4][type], values > 0 else { continue }
            guard values <= file.bytes.count / size else { throw .truncated("TIFF tag \(tag)") }
            let from = values * size <= 4 ? place + 8 : try file.number(at: place + 8, bytes: 4)
            // Descriptions may be long; of what is needed only strips come in number.
            guard [256, 257, 258, 259, 273, 277, 278, 279, 339].contains(tag) else { continue }
            var read: [Int] = []
            for index in 0..<values { read.append(try file.number(at: from + index * size, bytes: size)) }
            tags[tag] = read
        }
        return tags
    }

    /// All rows behind each other.
    private static func strips(
        _ tags: [Int: [Int]], _ file: File, rowBytes: Int, height: Int
    ) throws(ImageCodingError) -> [UInt8] {
        guard let offsets = tags[273], let counts = tags[279], offsets.count == counts.count else {
            throw .unsupported("TIFF without strips")
        }
        let wanted = rowBytes * height
        var data: [UInt8] = []
        data.reserveCapacity(wanted)
        for (offset, count) in zip(offsets, counts) where data.count < wanted {
            guard offset <= file.bytes.count, count <= file.bytes.count - offset else { throw .truncated("TIFF strip") }
            data += file.bytes[offset..<offset + min(count, wanted - data.count)]
        }
        guard data.count == wanted else { throw .truncated("TIFF rows: \(data.count) of \(wanted) bytes") }
        return data
    }

    private static func samples(_ data: [UInt8], bits: Int, isLittle: Bool) -> Samples {
        switch bits {
        case 8: return .whole(data.map(UInt16.init), bits: 8)
        case 16:
            return .whole(
                (0..<data.count / 2).map { index in
                    let (first, second) = (UInt16(data[2 * index]), UInt16(data[2 * index + 1]))
                    return isLittle ? first | second << 8 : first << 8 | second
                }, bits: 16)
        default:
            return .float(
                data.withUnsafeBytes { raw in
                    (0..<raw.count / 4).map { index in
                        let word = raw.loadUnaligned(fromByteOffset: 4 * index, as: UInt32.self)
                        return Float(bitPattern: isLittle ? UInt32(littleEndian: word) : UInt32(bigEndian: word))
                    }
                })
        }
    }
}
