/// Reads portable graymaps, binary (`P5`, 8 or 16 bits) and as text (`P2`), and writes binary ones.
public enum PGM {
    /// A graymap as it stands in the file.
    public struct Image: Hashable, Sendable {
        /// Pixels.
        public let width: Int
        /// Pixels.
        public let height: Int
        /// The value of white, 1…65,535.
        public let maximum: UInt16
        /// Rows without padding, 0…`maximum`.
        public let samples: [UInt16]
        init(width: Int, height: Int, maximum: UInt16, samples: [UInt16]) {
            (self.width, self.height, self.maximum, self.samples) = (width, height, maximum, samples)
        }
    }

    /// Whether the bytes begin like a graymap.
    public static func isPGM(_ bytes: [UInt8]) -> Bool {
        bytes.count > 2 && bytes[0] == UInt8(ascii: "P")
            && (bytes[1] == UInt8(ascii: "5") || bytes[1] == UInt8(ascii: "2"))
            && (isSpace(bytes[2]) || bytes[2] == UInt8(ascii: "#"))
    }

    /// Hands over each graymap of `bytes`: the format allows several one behind the other. Anything else behind one is refused, and
    /// so are values above the one that is white. Samples of 16 bits are big-endian, as the format has it.
    public static func each(
        of bytes: [UInt8], limits: ImageLimits = .standard, _ body: (Image) throws -> Void
    ) throws {
        try limits.check(fileBytes: bytes.count)
        var position = 0
        repeat {
            try body(try next(in: bytes, at: &position, limits: limits))
            while position < bytes.count, isSpace(bytes[position]) { position += 1 }
        } while position < bytes.count
    }

    /// The graymap that begins at `position`, which is then behind it.
    private static func next(
        in bytes: [UInt8], at position: inout Int, limits: ImageLimits
    ) throws(ImageCodingError) -> Image {
        guard isPGM(Array(bytes[position..<min(bytes.count, position + 3)])) else {
            throw position == 0 ? .notThisFormat("PGM") : .malformed(at: position, "something else behind a graymap")
        }
        let isText = bytes[position + 1] == UInt8(ascii: "2")
        position += 2
        let width = try number(in: bytes, at: &position)
        let height = try number(in: bytes, at: &position)
        let maximum = try number(in: bytes, at: &position)
        try limits.check(width: width, height: height)
        guard (1...65_535).contains(maximum) else { throw .malformed(at: position, "maximum \(maximum)") }
        let count = width * height
        let samples =
            isText
            ? try numbers(count, in: bytes, at: &position)
            : try binary(count, maximum: maximum, in: bytes, at: &position)
        if let place = samples.firstIndex(where: { $0 > maximum }) {
            throw .malformed(at: position, "value \(samples[place]) over the maximum \(maximum)")
        }
        return Image(width: width, height: height, maximum: UInt16(maximum), samples: samples)
    }

    private static func binary(
        _ count: Int, maximum: Int, in bytes: [UInt8], at position: inout Int
    ) throws(ImageCodingError) -> [UInt16] {
        let size = maximum < 256 ? 1 : 2
        // Exactly one white space stands before the samples; some programs end the line in two bytes.
        let isLonger =
            position + 1 < bytes.count && bytes[position] == 0x0D && bytes[position + 1] == 0x0A
            && bytes.count - position - 2 == count * size
        position += isLonger ? 2 : 1
        guard bytes.count - position >= count * size else { throw .truncated("the samples") }
        let start = position
        position += count * size
        return (0..<count).map { index -> UInt16 in
            let at = start + index * size
            return size == 1 ? UInt16(bytes[at]) : UInt16(bytes[at]) << 8 | UInt16(bytes[at + 1])
        }
    }
    private static func numbers(
        _ count: Int, in bytes: [UInt8], at position: inout Int
    ) throws(ImageCodingError) -> [UInt16] {
        // Each takes at least a digit and a space: what is declared larger than that is not even begun.
        guard (bytes.count - position + 1) / 2 >= count else { throw .truncated("the samples") }
        var samples: [UInt16] = []
        samples.reserveCapacity(count)
        for _ in 0..<count { samples.append(UInt16(clamping: try number(in: bytes, at: &position, mayEnd: true))) }
        return samples
    }

    /// A 16-bit graymap; nil when `samples` are not `width` × `height`.
    public static func encode(_ samples: [UInt16], width: Int, height: Int) -> [UInt8]? {
        guard width > 0, height > 0, samples.count == width * height else { return nil }
        var bytes = Array("P5\n\(width) \(height)\n65535\n".utf8)
        bytes.reserveCapacity(bytes.count + samples.count * 2)
        for sample in samples { bytes += [UInt8(sample >> 8), UInt8(sample & 0xFF)] }
        return bytes
    }

    private static func number(
        in bytes: [UInt8], at position: inout Int, mayEnd: Bool = false
    ) throws(ImageCodingError) -> Int {
        var isComment = false
        while position < bytes.count {
            let byte = bytes[position]
            if byte == UInt8(ascii: "#") { isComment = true }
            if byte == 0x0A || byte == 0x0D { isComment = false }
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
        if position == bytes.count, mayEnd { return value }
        guard position < bytes.count else { throw .truncated("the PGM header") }
        guard isSpace(bytes[position]) else { throw .malformed(at: position, "white space expected") }
        return value
    }
    private static func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || (0x09...0x0D).contains(byte) }
}
