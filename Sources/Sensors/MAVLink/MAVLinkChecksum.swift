/// CRC-16/MCRF4XX (reflected polynomial 0x1021, initial value 0xFFFF), MAVLink's checksum.
///
/// Source: mavlink.io, "Packet Serialization", section checksum. "123456789" gives 0x6F91.
struct MAVLinkChecksum {
    /// The remainder for every value of the byte that enters.
    private static let table: [UInt16] = (0..<256).map { byte in
        var value = UInt16(byte)
        for _ in 0..<8 { value = value & 1 == 1 ? value >> 1 ^ 0x8408 : value >> 1 }
        return value
    }
    /// The checksum of what was fed so far.
    private(set) var value: UInt16 = 0xFFFF

    /// Feeds one byte.
    mutating func feed(_ byte: UInt8) {
        value = value >> 8 ^ Self.table[Int(UInt8(truncatingIfNeeded: value) ^ byte)]
    }
    /// Feeds bytes in order.
    mutating func feed(_ bytes: some Sequence<UInt8>) {
        for byte in bytes { feed(byte) }
    }
    /// Whether some last byte leads from here to `result`.
    ///
    /// A packet of a message we have no layout of ends its checksum with a CRC_EXTRA we do not know. Of 65,536 results
    /// only 256 can be reached with one byte, so this still refuses 255 of 256 pieces of noise.
    func canReach(_ result: UInt16) -> Bool {
        Self.table.contains(result ^ value >> 8)
    }
}
