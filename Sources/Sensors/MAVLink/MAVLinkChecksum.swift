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
    /// `slices[256 · k + b]` is the remainder of the byte b with k zero bytes behind it: with eight of them eight bytes are
    /// taken at once (Kounavis and Berry 2005, "slicing-by-8").
    private static let slices: [UInt16] = {
        var slices = table
        for place in 0..<(7 * 256) {
            let value = slices[place]
            slices.append(value >> 8 ^ table[Int(value & 0xFF)])
        }
        return slices
    }()
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
    /// Feeds bytes that lie together, which goes faster.
    mutating func feed(_ bytes: ArraySlice<UInt8>) {
        let slices = Self.slices
        var rest = value
        var index = bytes.startIndex
        while bytes.endIndex - index >= 8 {
            let low = UInt8(truncatingIfNeeded: rest) ^ bytes[index]
            let high = UInt8(truncatingIfNeeded: rest >> 8) ^ bytes[index + 1]
            var next = slices[1792 + Int(low)] ^ slices[1536 + Int(high)]
            next ^= slices[1280 + Int(bytes[index + 2])] ^ slices[1024 + Int(bytes[index + 3])]
            next ^= slices[768 + Int(bytes[index + 4])] ^ slices[512 + Int(bytes[index + 5])]
            rest = next ^ slices[256 + Int(bytes[index + 6])] ^ slices[Int(bytes[index + 7])]
            index += 8
        }
        while index < bytes.endIndex {
            rest = rest >> 8 ^ slices[Int(UInt8(truncatingIfNeeded: rest) ^ bytes[index])]
            index += 1
        }
        value = rest
    }
    /// Whether some last byte leads from here to `result`.
    ///
    /// A packet of a message we have no layout of ends its checksum with a CRC_EXTRA we do not know. Of 65,536 results
    /// only 256 can be reached with one byte, so this still refuses 255 of 256 pieces of noise.
    func canReach(_ result: UInt16) -> Bool {
        Self.table.contains(result ^ value >> 8)
    }
}
