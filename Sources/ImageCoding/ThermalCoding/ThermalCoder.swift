/// Codes 16-bit thermal pictures, each on its own: lossless, or with every value off by no more than a stated bound.
///
/// A value is predicted by the mean of its left and upper neighbour; what is off is coded with Rice codes whose parameter
/// is chosen anew for each 32 values of a row. Thermal sensors give smooth pictures with a few bits of noise: against
/// JPEG-LS and against zstd over split bytes on real sequences see docs/decisions/0010.
///
/// The stream: `"LT"`, version 1, 0, width u16, height u16, bound u16 (little-endian), then bits, most significant first. For
/// each 32 values of a row (fewer at its end) 4 bits k, then their Rice codes (``RiceCode``); k = 15 says that all are zero. A
/// coded value is the zigzag form of (value − prediction) / (2·bound + 1), rounded; without a bound it is taken modulo 2¹⁶.
public enum ThermalCoder {
    /// Bytes before the bits.
    public static let headerSize = 10
    /// No bound may be larger, in steps of the values: 10 K in hundredths of a kelvin.
    public static let boundLimit = 1000
    static let version: UInt8 = 1
    static let blockSize = 32
    static let allZero: UInt32 = 15
    static let largestK: UInt32 = 14

    /// What a stream says of itself.
    public struct Header: Hashable, Sendable {
        /// Pixels, at least 1.
        public var width: Int
        /// Pixels, at least 1.
        public var height: Int
        /// No value is off by more; 0 where all are as they were.
        public var bound: Int

        /// Reads a stream's head; nil when it is none of ours or breaks a limit.
        public init?(_ stream: [UInt8], limits: ImageLimits = .standard) {
            guard stream.count >= headerSize, stream[0] == UInt8(ascii: "L"), stream[1] == UInt8(ascii: "T"),
                stream[2] == version, stream[3] == 0
            else { return nil }
            func number(_ place: Int) -> Int { Int(stream[place]) | Int(stream[place + 1]) << 8 }
            (width, height, bound) = (number(4), number(6), number(8))
            guard width > 0, height > 0, width <= limits.width, height <= limits.height,
                width * height <= limits.pixels, bound <= boundLimit
            else { return nil }
        }
        init(width: Int, height: Int, bound: Int) { (self.width, self.height, self.bound) = (width, height, bound) }
    }

    /// The stream of `values`, row by row. Nil when there are not `width` × `height` of them, or a size is 0 or over 65,535.
    /// `bound`: how far a value may be off, 0…`boundLimit`.
    public static func encode(_ values: [UInt16], width: Int, height: Int, bound: Int = 0) -> [UInt8]? {
        guard (1...65_535).contains(width), (1...65_535).contains(height), values.count == width * height,
            (0...boundLimit).contains(bound)
        else { return nil }
        let worst = values.count * (RiceCode.escape + RiceCode.valueBits) / 8 + values.count / blockSize + height + 16
        return [UInt8](unsafeUninitializedCapacity: headerSize + worst) { buffer, count in
            guard let start = buffer.baseAddress else { return }
            let sizes = [width, height, bound].flatMap {
                [UInt8(truncatingIfNeeded: $0), UInt8(truncatingIfNeeded: $0 >> 8)]
            }
            let head: [UInt8] = [UInt8(ascii: "L"), UInt8(ascii: "T"), version, 0] + sizes
            for (place, byte) in head.enumerated() { start[place] = byte }
            var writer = RiceWriter(start + headerSize)
            values.withUnsafeBufferPointer { values in
                bound == 0
                    ? LosslessRows.encode(values, width: width, height: height, into: &writer)
                    : BoundedRows.encode(values, width: width, height: height, bound: bound, into: &writer)
            }
            count = headerSize + writer.finish()
        }
    }

    /// The values of a stream. Throws when it breaks a limit, or ends too early or too late.
    public static func decode(_ stream: [UInt8], limits: ImageLimits = .standard) throws(ImageCodingError)
        -> (header: Header, values: [UInt16])
    {
        guard let header = Header(stream, limits: limits) else {
            throw .notThisFormat("thermal picture, or it is over the limits")
        }
        // A block takes at least its four bits: what is declared larger than that is not even begun.
        let blocks = (header.width + blockSize - 1) / blockSize * header.height
        guard (stream.count - headerSize) * 2 >= blocks else {
            throw .truncated("thermal picture")
        }
        var isWhole = false
        let values = [UInt16](unsafeUninitializedCapacity: header.width * header.height) { buffer, count in
            stream.withUnsafeBytes { bytes in
                var reader = RiceReader(UnsafeRawBufferPointer(rebasing: bytes[headerSize...]))
                DecodedRows.decode(&reader, header, into: buffer)
                isWhole = !reader.isExhausted && reader.rest == 0
            }
            count = header.width * header.height
        }
        guard isWhole else { throw .malformed(at: headerSize, "thermal picture's bits end elsewhere than it says") }
        return (header, values)
    }
}
