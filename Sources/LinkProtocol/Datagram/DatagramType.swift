import FlightTypes

// docs/wire-format.md §2–§4. All integers little-endian.

/// The first byte of every datagram.
public enum DatagramType: UInt8, Sendable {
    case initiation = 1, response = 2, cookieReply = 3, data = 4
}

/// Sizes that both ends share.
public enum LinkLimits {
    /// The protocol version, second byte of every handshake datagram; data datagrams inherit it from their session.
    public static let version: UInt8 = 2
    /// Every path carries datagrams of this size (UDP payload); larger ones are sent only after a probe came through.
    public static let datagramSize = 1200
    /// No datagram is longer: what fits an Ethernet frame of 1500 bytes with IPv4 and UDP.
    public static let largestDatagram = 1472
    /// Clear header of a data datagram, which is also its associated data.
    public static let headerSize = 8
    /// Poly1305 tag.
    public static let tagSize = 16
    /// Fragment record: kind, object number, length, symbol size, block, index.
    public static let fragmentHeaderSize = 12
    /// Bytes of a datagram that are not an object's: header, tag, fragment record.
    public static let fragmentOverhead = headerSize + tagSize + fragmentHeaderSize
    /// IPv4 and UDP headers, which the link pays for as well.
    public static let networkOverhead = 28
    /// No object is longer (bytes): 8 MiB of payload, as the camera readers allow, and its header.
    public static let objectSize = (8 << 20) + 4096
    /// Session indices are below this: 24 bits stand in the clear header.
    public static let sessionIndices: UInt32 = 1 << 24
    /// The station's transport keeps a queue for each value of a session index's lowest bits; a power of two.
    public static let lanes: UInt32 = 8
    /// Prologue of the handshake: binds both ends to this protocol and version.
    public static let prologue = Array("Lagebild link 2".utf8)
}

/// The clear header of a data datagram: type u8, receiver's session index u24, low half of the counter u32.
public struct DataHeader: Hashable, Sendable {
    /// The receiver's name for the session, 24 bits.
    public var receiverIndex: UInt32
    /// The low 32 bits of the counter; the receiver completes it (`counter(near:)`).
    public var counterLow: UInt32

    /// A header of its parts.
    public init(receiverIndex: UInt32, counter: UInt64) {
        self.receiverIndex = receiverIndex & (LinkLimits.sessionIndices - 1)
        counterLow = UInt32(truncatingIfNeeded: counter)
    }

    /// Appends the 8 bytes.
    public func append(to bytes: inout [UInt8]) {
        let index = UInt64(DatagramType.data.rawValue) | UInt64(receiverIndex) << 8
        withUnsafeBytes(of: (index | UInt64(counterLow) << 32).littleEndian) { bytes.append(contentsOf: $0) }
    }

    /// Nil when `datagram` is no data datagram, or too short or too long to be one.
    public init?(_ datagram: [UInt8]) {
        guard datagram.count >= LinkLimits.headerSize + LinkLimits.tagSize,
            datagram.count <= LinkLimits.largestDatagram, datagram[0] == DatagramType.data.rawValue
        else { return nil }
        receiverIndex = UInt32(datagram[1]) | UInt32(datagram[2]) << 8 | UInt32(datagram[3]) << 16
        counterLow =
            UInt32(datagram[4]) | UInt32(datagram[5]) << 8 | UInt32(datagram[6]) << 16 | UInt32(datagram[7]) << 24
    }

    /// The whole counter: of all numbers with these low bits the one closest to the next expected (RFC 9000 §A.3).
    /// A wrong guess only fails to authenticate.
    public func counter(near highest: UInt64?) -> UInt64 {
        guard let highest else { return UInt64(counterLow) }
        let expected = highest &+ 1
        let candidate = (expected & ~0xFFFF_FFFF) | UInt64(counterLow)
        let half: UInt64 = 1 << 31
        if candidate <= expected, expected - candidate >= half, candidate < UInt64.max - (half << 1) {
            return candidate + (half << 1)
        }
        if candidate > expected, candidate - expected > half, candidate >= half << 1 { return candidate - (half << 1) }
        return candidate
    }
}
