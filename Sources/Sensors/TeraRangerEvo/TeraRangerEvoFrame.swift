import FlightTypes

/// One picture of the TeraRanger Evo Thermal 33 or 90, as the sensor sends it.
///
/// Source: Terabee's `terabee_api`. 2070 bytes: `0D 00`, 1024 pixels, the sensor's temperature, 14 reserved bytes, all
/// words little-endian in tenths of a kelvin; then CRC-32/MPEG-2 over the 2064 bytes between header and CRC, its high
/// word first, each word little-endian.
public struct TeraRangerEvoFrame: Hashable, Sendable {
    /// Pixels of a row.
    public static let width = 32
    /// Rows.
    public static let height = 32
    /// Bytes of a frame on the wire.
    public static let encodedSize = 2070
    static let header: [UInt8] = [0x0D, 0x00]
    static let reservedSize = 14

    /// 1024 temperatures in 0.1 K, row by row in the order sent.
    public let pixels: [UInt16]
    /// The sensor's own temperature in 0.1 K.
    public let ambient: UInt16

    /// Nil unless there are 1024 pixels.
    public init?(pixels: [UInt16], ambient: UInt16) {
        guard pixels.count == Self.width * Self.height else { return nil }
        self.pixels = pixels
        self.ambient = ambient
    }
    /// Nil unless it is the right number of bytes with the header and a right CRC.
    init?(bytes: [UInt8]) {
        guard Self.isWhole(bytes) else { return nil }
        let words = Gray16.values(bytes[2..<2 + (Self.width * Self.height + 1) * 2])
        self.init(pixels: Array(words.dropLast()), ambient: words.last ?? 0)
    }
    static func isWhole(_ bytes: [UInt8]) -> Bool {
        guard bytes.count == encodedSize, bytes.starts(with: header) else { return false }
        let end = encodedSize - 4
        return bytes[end...].elementsEqual(checksum(bytes[2..<end]))
    }
    private static func checksum(_ bytes: some Sequence<UInt8>) -> [UInt8] {
        let crc = TeraRangerEvoChecksum.crc32(bytes)
        return [16, 24, 0, 8].map { UInt8(truncatingIfNeeded: crc >> $0) }
    }

    /// The frame as the sensor sends it.
    public func encoded() -> [UInt8] {
        var bytes = Self.header + Gray16.payload(pixels + [ambient])
        bytes += [UInt8](repeating: 0, count: Self.reservedSize)
        return bytes + Self.checksum(bytes.dropFirst(2))
    }
}
