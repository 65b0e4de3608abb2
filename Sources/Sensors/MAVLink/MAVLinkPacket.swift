/// One MAVLink packet whose checksum was right (or, for a message of unknown layout, could be right).
public struct MAVLinkPacket: Hashable, Sendable {
    /// The wire format: 1 begins with FE, 2 with FD.
    public var version: UInt8
    /// The sender's counter, wrapping at 256.
    public var sequence: UInt8
    /// Who sent it: the vehicle, or a ground station.
    public var system: UInt8
    /// Which part of it: 1 is the autopilot, 100 a camera, 154 a gimbal.
    public var component: UInt8
    /// The message, 24 bits.
    public var messageID: UInt32
    /// As on the wire, at most 255 bytes; version 2 strips zeros at its end.
    public var payload: [UInt8]
    /// Whether it carried a signature. A parser with a key hands out only packets whose signature holds; one without
    /// does not look at it.
    public var isSigned: Bool

    /// A packet of its parts.
    public init(
        version: UInt8, sequence: UInt8, system: UInt8, component: UInt8, messageID: UInt32, payload: [UInt8],
        isSigned: Bool = false
    ) {
        self.version = version
        self.sequence = sequence
        self.system = system
        self.component = component
        self.messageID = messageID
        self.payload = payload
        self.isSigned = isSigned
    }
    /// Name and fields of the message; nil when no dialect we know has it.
    public var layout: MAVLinkLayout? { MAVLinkLayout.of(messageID) }
    /// MAVLink's name of the message, or `UNKNOWN_<id>`.
    public var messageName: String { layout?.name ?? "UNKNOWN_\(messageID)" }

    /// `size` bytes from `offset` as a little-endian number; what the sender stripped or never knew reads as zero.
    func unsigned(at offset: Int, size: Int) -> UInt64 {
        // What is missing is the upper end, as the lower bytes come first.
        var value: UInt64 = 0
        var index = min(offset + size, payload.count)
        while index > offset {
            index -= 1
            value = value << 8 | UInt64(payload[index])
        }
        return value
    }
    func uint8(at offset: Int) -> UInt8 { UInt8(truncatingIfNeeded: unsigned(at: offset, size: 1)) }
    func int8(at offset: Int) -> Int8 { Int8(bitPattern: uint8(at: offset)) }
    func uint16(at offset: Int) -> UInt16 { UInt16(truncatingIfNeeded: unsigned(at: offset, size: 2)) }
    func int16(at offset: Int) -> Int16 { Int16(bitPattern: uint16(at: offset)) }
    func uint32(at offset: Int) -> UInt32 { UInt32(truncatingIfNeeded: unsigned(at: offset, size: 4)) }
    func int32(at offset: Int) -> Int32 { Int32(bitPattern: uint32(at: offset)) }
    func float(at offset: Int) -> Float { Float(bitPattern: uint32(at: offset)) }
}

extension MAVLinkPacket {
    /// The packet as it goes over the wire, unsigned, version 2 with its zeros stripped.
    ///
    /// Nil when no layout tells the CRC_EXTRA, when the payload is longer than 255 bytes or when version 1 is to carry
    /// a message above 255.
    public func encoded() -> [UInt8]? { encoded(incompatibilityFlags: 0) }

    func encoded(incompatibilityFlags: UInt8) -> [UInt8]? {
        guard let extra = MAVLinkLayout.crcExtra(of: messageID), payload.count <= 255 else { return nil }
        var body = payload
        var bytes: [UInt8]
        switch version {
        case 1:
            guard let id = UInt8(exactly: messageID) else { return nil }
            bytes = [0xFE, UInt8(body.count), sequence, system, component, id]
        case 2:
            while body.count > 1, body.last == 0 { body.removeLast() }
            bytes = [0xFD, UInt8(body.count), incompatibilityFlags, 0, sequence, system, component]
            for shift in [0, 8, 16] { bytes.append(UInt8(truncatingIfNeeded: messageID >> UInt32(shift))) }
        default: return nil
        }
        bytes += body
        var sum = MAVLinkChecksum()
        sum.feed(bytes.dropFirst())
        sum.feed(extra)
        return bytes + [UInt8(truncatingIfNeeded: sum.value), UInt8(truncatingIfNeeded: sum.value >> 8)]
    }
}
