import Crypto

/// The secret that MAVLink packets of one network are signed with.
///
/// Source: mavlink.io, "Message Signing". A signature is the link's number (u8), a timestamp (u48, little-endian, tens of
/// microseconds since 2015-01-01) and the first six bytes of SHA-256 over key, packet, link and timestamp.
public struct MAVLinkSigningKey: Sendable {
    /// Bytes of a key.
    public static let size = 32
    /// Bytes a signature adds to a packet.
    static let signatureSize = 13
    /// Tens of microseconds from 1970-01-01 to 2015-01-01.
    static let epoch: UInt64 = 142_007_040_000_000

    private let bytes: [UInt8]

    /// Nil unless there are 32 bytes.
    public init?(bytes: [UInt8]) {
        guard bytes.count == Self.size else { return nil }
        self.bytes = bytes
    }
    /// A key file: 32 bytes, or 64 hexadecimal digits with white space around them. Nil for anything else.
    public init?(file contents: [UInt8]) {
        if contents.count == Self.size {
            bytes = contents
            return
        }
        let text = contents.starts(with: [0xEF, 0xBB, 0xBF]) ? contents[3...] : contents[...]
        let digits = Array(text.filter { $0 != 0x20 && $0 != 0x09 && $0 != 0x0A && $0 != 0x0D })
        guard digits.count == Self.size * 2 else { return nil }
        var key: [UInt8] = []
        for index in stride(from: 0, to: digits.count, by: 2) {
            guard let high = Self.nibble(digits[index]), let low = Self.nibble(digits[index + 1]) else { return nil }
            key.append(high << 4 | low)
        }
        bytes = key
    }
    private static func nibble(_ digit: UInt8) -> UInt8? {
        switch digit {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): digit - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): digit - UInt8(ascii: "a") + 10
        case UInt8(ascii: "A")...UInt8(ascii: "F"): digit - UInt8(ascii: "A") + 10
        default: nil
        }
    }

    /// Six bytes for everything of a packet that comes before them: `FD` … checksum, link, timestamp.
    func signature(of signed: ArraySlice<UInt8>) -> [UInt8] {
        var hash = SHA256()
        hash.update(data: bytes)
        signed.withUnsafeBytes { hash.update(bufferPointer: $0) }
        return Array(hash.finalize().prefix(6))
    }
}

/// Decides whether signed packets are authentic and new.
///
/// Holds the last timestamp of at most `streamLimit` streams (system, component, link). Drop rule: packets of further
/// streams are refused, so that a flood of names cannot make room for old timestamps.
struct MAVLinkSignatureCheck: Sendable {
    static let streamLimit = 256
    /// How far a stream that was not heard before may lie behind the newest timestamp, in tens of microseconds: a minute.
    static let newStreamWindow: UInt64 = 6_000_000

    enum Verdict: Sendable { case authentic, unsigned, forged, replayed, streamBeyondLimit }

    private let key: MAVLinkSigningKey
    private var last: [UInt32: UInt64] = [:]
    private var newest: UInt64 = 0

    init(key: MAVLinkSigningKey) { self.key = key }

    /// - Parameter bytes: the whole packet, from its first byte to the end of its signature.
    mutating func check(_ bytes: ArraySlice<UInt8>, _ packet: MAVLinkPacket) -> Verdict {
        guard packet.isSigned, bytes.count > MAVLinkSigningKey.signatureSize else { return .unsigned }
        let start = bytes.endIndex - MAVLinkSigningKey.signatureSize
        let expected = key.signature(of: bytes[..<(bytes.endIndex - 6)])
        // No early end, so that the time taken does not tell how much of a guess was right.
        let difference = zip(expected, bytes.suffix(6)).reduce(UInt8(0)) { $0 | ($1.0 ^ $1.1) }
        guard difference == 0 else { return .forged }
        let timestamp = bytes[(start + 1)..<(start + 7)].reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
        let stream = UInt32(packet.system) << 16 | UInt32(packet.component) << 8 | UInt32(bytes[start])
        if let previous = last[stream] {
            guard timestamp > previous else { return .replayed }
        } else {
            guard timestamp &+ Self.newStreamWindow >= newest else { return .replayed }
            guard last.count < Self.streamLimit else { return .streamBeyondLimit }
        }
        last[stream] = timestamp
        newest = max(newest, timestamp)
        return .authentic
    }
}

extension MAVLinkPacket {
    /// The packet as it goes over the wire, signed; nil as for ``encoded()``, and for version 1, which has no signatures.
    /// - Parameters:
    ///   - link: a number of the sender's choice for the way it goes.
    ///   - timestamp: tens of microseconds since 2015-01-01 (48 bits), larger for each packet of a link.
    public func encoded(signedWith key: MAVLinkSigningKey, link: UInt8, timestamp: UInt64) -> [UInt8]? {
        guard version == 2, var bytes = encoded(incompatibilityFlags: 1) else { return nil }
        bytes.append(link)
        for shift in stride(from: UInt64(0), to: 48, by: 8) {
            bytes.append(UInt8(truncatingIfNeeded: timestamp >> shift))
        }
        return bytes + key.signature(of: bytes[...])
    }
}
