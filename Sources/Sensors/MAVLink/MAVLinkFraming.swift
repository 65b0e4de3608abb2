/// Decides whether a MAVLink packet begins at a place, for the stream parser and for the tlog reader.
///
/// Version 1: `FE len seq sys comp id payload crc`. Version 2: `FD len incompat compat seq sys comp id×3 payload crc
/// [signature×13]`. Source: mavlink.io, "Packet Serialization".
enum MAVLinkFraming {
    /// The longest packet: version 2 header, 255 bytes, checksum, signature.
    static let longestPacket = 10 + 255 + 2 + 13

    /// What lies at the place.
    enum Examination {
        /// It may be a packet; there are too few bytes to say.
        case incomplete
        /// No packet begins here.
        case noise
        /// It looks like a packet of a known message, but the checksum is wrong.
        case badChecksum
        /// A whole packet that demands a feature we do not have; it is to be dropped.
        case incompatible(length: Int)
        /// A packet and the bytes it takes. Without a layout its checksum could only be shown to be possible.
        case packet(MAVLinkPacket, length: Int, isKnown: Bool)
    }

    static func examine(_ queue: SensorByteQueue, at start: Int) -> Examination {
        let available = queue.count - start
        guard available > 0 else { return .incomplete }
        let isSecond: Bool
        switch queue[start] {
        case 0xFE: isSecond = false
        case 0xFD: isSecond = true
        default: return .noise
        }
        let header = isSecond ? 10 : 6
        guard available >= header else { return .incomplete }
        let length = Int(queue[start + 1])
        let flags = isSecond ? queue[start + 2] : 0
        let total = header + length + 2 + (flags & 1 == 1 ? 13 : 0)
        guard available >= total else { return .incomplete }

        let names = start + (isSecond ? 4 : 2)  // sequence, system, component, then the message id
        var id = UInt32(queue[names + 3])
        if isSecond { id |= UInt32(queue[names + 4]) << 8 | UInt32(queue[names + 5]) << 16 }
        let end = start + header + length
        var sum = MAVLinkChecksum()
        sum.feed(queue[start + 1..<end])
        let stated = UInt16(queue[end]) | UInt16(queue[end + 1]) << 8
        let extra = MAVLinkLayout.crcExtra(of: id)
        if let extra {
            sum.feed(extra)
            guard sum.value == stated else { return .badChecksum }
        } else {
            guard sum.canReach(stated) else { return .noise }
        }
        // Flags other than "signed" change the format in ways we cannot know. Only a checksum that is surely right
        // shows that this is such a packet and not noise.
        if flags & ~1 != 0 { return extra == nil ? .noise : .incompatible(length: total) }
        let packet = MAVLinkPacket(
            version: isSecond ? 2 : 1, sequence: queue[names], system: queue[names + 1], component: queue[names + 2],
            messageID: id, payload: Array(queue[start + header..<end]), isSigned: flags & 1 == 1)
        return .packet(packet, length: total, isKnown: extra != nil)
    }
}
