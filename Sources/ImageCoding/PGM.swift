/// Reads and writes binary portable graymaps (`P5`, 8 or 16 bits).
public enum PGM {
    /// A graymap as it stands in the file.
    public struct Image: Hashable, Sendable {
        /// Pixels.
        public let width: Int
        /// Pixels.
        public let height: Int
        /// The value of white, 1…65,535.
        public let maximum: UInt16
        /// Rows without padding, 0…`maximum` by the format (not checked).
        public let samples: [UInt16]
    }

    /// The first graymap in `bytes`. Samples of 16 bits are big-endian, as the format has it.
    public static func decode(
        _ bytes: [UInt8], limits: ImageLimits = .standard
    ) throws(ImageCodingError) -> Image {
        try limits.check(fileBytes: bytes.count)
        guard bytes.count > 2, bytes[0] == UInt8(ascii: "P"), bytes[1] == UInt8(ascii: "5") else {
            throw .notThisFormat("PGM (P5)")
        }
        var position = 2
        let width = try number(in: bytes, at: &position)
        let height = try number(in: bytes, at: &position)
        let maximum = try number(in: bytes, at: &position)
        try limits.check(width: width, height: height)
        guard (1...65_535).contains(maximum) else { throw .malformed(at: position, "maximum \(maximum)") }
        // Exactly one white space stands before the samples.
        position += 1
        let count = width * height
        let size = maximum < 256 ? 1 : 2
        guard bytes.count - position >= count * size else { throw .truncated("the samples") }
        let samples = (0..<count).map { index -> UInt16 in
            let at = position + index * size
            return size == 1 ? UInt16(bytes[at]) : UInt16(bytes[at]) << 8 | UInt16(bytes[at + 1])
        }
        return Image(width: width, height: height, maximum: UInt16(maximum), samples: samples)
    }

    /// A 16-bit graymap; nil when `samples` are not `width` × `height`.
    public static func encode(_ samples: [UInt16], width: Int, height: Int) -> [UInt8]? {
        guard width > 0, height > 0, samples.count == width * height else { return nil }
        var bytes = Array("P5\n\(width) \(height)\n65535\n".utf8)
        bytes.reserveCapacity(bytes.count + samples.count * 2)
        for sample in samples { bytes += [UInt8(sample >> 8), UInt8(sample & 0xFF)] }
        return bytes
    }

    private static func number(in bytes: [UInt8], at position: inout Int) throws(ImageCodingError) -> Int {
        var isComment = false
        while position < bytes.count {
            let byte = bytes[position]
            if byte == UInt8(ascii: "#") { isComment = true }
            if byte == UInt8(ascii: "\n") { isComment = false }
            if !isComment, !isSpace(byte) { break }
            position += 1
        }
        let start = position
        var value = 0
        while position < bytes.count, case let digit = bytes[position], digit >= 0x30, digit <= 0x39 {
            value = value * 10 + Int(digit - 0x30)
            guard value <= 1_000_000 else { throw .malformed(at: start, "number over a million") }
            position += 1
        }
        guard position > start else { throw .malformed(at: start, "number expected") }
        guard position < bytes.count else { throw .truncated("the PGM header") }
        guard isSpace(bytes[position]) else { throw .malformed(at: position, "white space expected") }
        return value
    }
    private static func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || (0x09...0x0D).contains(byte) }
}
