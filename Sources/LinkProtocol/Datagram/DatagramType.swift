import FlightTypes

// docs/wire-format.md §2–§4. All integers little-endian.

/// The first byte of every datagram.
public enum DatagramType: UInt8, Sendable {
    case initiation = 1, response = 2, cookieReply = 3, data = 4
}

/// Sizes that both ends share.
public enum LinkLimits {
    /// The protocol version, second byte of every datagram.
    public static let version: UInt8 = 1
    /// No datagram is longer (UDP payload), so that every path carries it whole.
    public static let datagramSize = 1200
    /// Clear header of a data datagram, which is also its associated data.
    public static let headerSize = 16
    /// Poly1305 tag.
    public static let tagSize = 16
    /// Fragment record: type, object number, length, fragment size, index.
    public static let fragmentHeaderSize = 12
    /// Bytes of an object in a full datagram.
    public static let fragmentSize = datagramSize - headerSize - tagSize - fragmentHeaderSize
    /// No object is longer (bytes): 8 MiB of payload, as the camera readers allow, and its header.
    public static let objectSize = (8 << 20) + 4096
    /// Prologue of the handshake: binds both ends to this protocol and version.
    public static let prologue = Array("Lagebild link 1".utf8)
}

/// The clear header of a data datagram: type, version, two zero bytes, receiver's session index, counter.
public struct DataHeader: Hashable, Sendable {
    /// The receiver's name for the session.
    public var receiverIndex: UInt32
    /// Explicit nonce; never repeats under one key.
    public var counter: UInt64
    /// A header of its parts.
    public init(receiverIndex: UInt32, counter: UInt64) {
        self.receiverIndex = receiverIndex
        self.counter = counter
    }
    /// The 16 bytes.
    public var bytes: [UInt8] {
        var writer = ByteWriter(capacity: LinkLimits.headerSize)
        writer.write(DatagramType.data.rawValue)
        writer.write(LinkLimits.version)
        writer.write(UInt16(0))
        writer.write(receiverIndex)
        writer.write(counter)
        return writer.bytes
    }
    /// Nil when `datagram` is no data datagram of this version, or too short to be one.
    public init?(_ datagram: [UInt8]) {
        guard datagram.count >= LinkLimits.headerSize + LinkLimits.tagSize else { return nil }
        var reader = ByteReader(datagram)
        guard (try? reader.read(UInt8.self)) == DatagramType.data.rawValue,
            (try? reader.read(UInt8.self)) == LinkLimits.version,
            (try? reader.read(UInt16.self)) == 0,
            let index = try? reader.read(UInt32.self), let counter = try? reader.read(UInt64.self)
        else { return nil }
        receiverIndex = index
        self.counter = counter
    }
}
