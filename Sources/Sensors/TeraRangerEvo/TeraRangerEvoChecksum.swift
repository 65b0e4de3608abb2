/// The two checksums of the TeraRanger Evo Thermal. Source: Terabee's `terabee_api`; both are of the common catalogue.
enum TeraRangerEvoChecksum {
    /// CRC-32/MPEG-2: polynomial 04C11DB7, begun with all ones, nothing reflected, nothing inverted at the end.
    static func crc32(_ bytes: some Sequence<UInt8>) -> UInt32 {
        var crc = UInt32.max
        for byte in bytes { crc = crc << 8 ^ table[Int(UInt8(truncatingIfNeeded: crc >> 24) ^ byte)] }
        return crc
    }
    private static let table: [UInt32] = (0..<256).map { index in
        (0..<8).reduce(UInt32(index) << 24) { crc, _ in crc << 1 ^ (crc >> 31 == 1 ? 0x04C1_1DB7 : 0) }
    }

    /// CRC-8: polynomial 07, begun with nothing.
    static func crc8(_ bytes: some Sequence<UInt8>) -> UInt8 {
        bytes.reduce(0) { crc, byte in
            (0..<8).reduce(crc ^ byte) { crc, _ in crc << 1 ^ (crc >> 7 == 1 ? 0x07 : 0) }
        }
    }
}
