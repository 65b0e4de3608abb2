/// One u-blox frame: `B5 62`, class, id, length (little-endian), payload, two bytes of Fletcher checksum.
///
/// Source: u-blox M8/M10 interface descriptions, "UBX protocol".
struct UBXFrame {
    static let sync1: UInt8 = 0xB5
    static let sync2: UInt8 = 0x62
    /// Longest payload believed. RXM-RAWX of 92 satellites has 2,960 bytes; a false start must not swallow more.
    static let longestPayload = 4096

    let messageClass: UInt8
    let id: UInt8
    let payload: ArraySlice<UInt8>

    /// What the bytes turned out to be.
    enum Reading {
        case frame(UBXFrame, length: Int)
        case refused
        case needsMore
    }

    /// The message classes u-blox documents. Others are refused at once, so that noise seldom makes the parser wait.
    private static func isClass(_ value: UInt8) -> Bool {
        switch value {
        case 0x01, 0x02, 0x04, 0x05, 0x06, 0x09, 0x0A, 0x0B, 0x0D, 0x10, 0x13, 0x21, 0x27, 0x28, 0x29, 0x2A, 0xF0, 0xF1:
            true
        default: false
        }
    }

    /// Reads the frame that `bytes` begins with; its first byte is `sync1`.
    static func read(_ bytes: ArraySlice<UInt8>) -> Reading {
        let start = bytes.startIndex
        let available = bytes.count
        guard available >= 2 else { return .needsMore }
        guard bytes[start + 1] == sync2 else { return .refused }
        guard available >= 3 else { return .needsMore }
        guard isClass(bytes[start + 2]) else { return .refused }
        guard available >= 6 else { return .needsMore }
        let length = Int(bytes[start + 4]) | Int(bytes[start + 5]) << 8
        guard length <= longestPayload else { return .refused }
        guard available >= length + 8 else { return .needsMore }
        var (first, second) = (UInt8(0), UInt8(0))
        for byte in bytes[(start + 2)..<(start + 6 + length)] {
            first &+= byte
            second &+= first
        }
        guard first == bytes[start + 6 + length], second == bytes[start + 7 + length] else { return .refused }
        let payload = bytes[(start + 6)..<(start + 6 + length)]
        return .frame(
            UBXFrame(messageClass: bytes[start + 2], id: bytes[start + 3], payload: payload), length: length + 8)
    }
    /// A little-endian unsigned number of `count` bytes (1…4) at `offset` of the payload; 0 beyond its end.
    func unsigned(_ offset: Int, _ count: Int) -> UInt32 {
        guard offset >= 0, count > 0, offset + count <= payload.count else { return 0 }
        let start = payload.startIndex + offset
        return payload[start..<(start + count)].reversed().reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
    }
    /// A little-endian signed number of four bytes at `offset` of the payload.
    func signed(_ offset: Int) -> Int32 { Int32(bitPattern: unsigned(offset, 4)) }
}
