import FlightTypes

// docs/wire-format.md §3.
//   initiation:  1 version 0 0 · sender u32 · noise (96 + 12) · mac1 16 · mac2 16        = 148
//   response:    2 version 0 0 · sender u32 · receiver u32 · noise 48 · mac1 16           =  76
//   cookieReply: 3 version 0 0 · receiver u32 · salt 16 · sealed cookie 32                =  56

/// Drone → station.
public struct InitiationMessage: Sendable {
    /// Bytes of the whole datagram.
    public static let size = 148
    static let noiseRange = 8..<116
    /// The drone's name for the session.
    public var sender: UInt32
    /// Noise message 1.
    public var noise: ArraySlice<UInt8>
    private let bytes: [UInt8]

    /// What the noise payload says: the flight and a freshness counter that a drone never uses twice.
    public struct Payload: Hashable, Sendable {
        /// The agent's run.
        public var flight: UInt32
        /// Grows with every handshake of this drone, over restarts too.
        public var freshness: UInt64
        var bytes: [UInt8] {
            var writer = ByteWriter()
            writer.write(flight)
            writer.write(freshness)
            return writer.bytes
        }
        init(flight: UInt32, freshness: UInt64) {
            self.flight = flight
            self.freshness = freshness
        }
        init?(_ bytes: [UInt8]) {
            var reader = ByteReader(bytes)
            guard bytes.count == 12, let flight = try? reader.read(UInt32.self),
                let freshness = try? reader.read(UInt64.self)
            else { return nil }
            self.init(flight: flight, freshness: freshness)
        }
    }

    static func encode(sender: UInt32, noise: [UInt8], stationKey: [UInt8], cookie: [UInt8]?) -> [UInt8] {
        var writer = ByteWriter(capacity: size)
        writer.write(DatagramType.initiation.rawValue)
        writer.write(LinkLimits.version)
        writer.write(UInt16(0))
        writer.write(sender)
        writer.write(bytes: noise)
        writer.write(bytes: HandshakeMAC.mac1(writer.bytes, publicKey: stationKey))
        writer.write(
            bytes: cookie.map { HandshakeMAC.mac2(writer.bytes, cookie: $0) } ?? [UInt8](repeating: 0, count: 16))
        return writer.bytes
    }

    /// Nil unless length, type, version and mac1 (one hash) are right.
    init?(_ datagram: [UInt8], stationKey: [UInt8]) {
        self.init(datagram, mac1Key: HandshakeMAC.mac1Key(publicKey: stationKey))
    }

    /// The same with a key that was made before.
    init?(_ datagram: [UInt8], mac1Key: [UInt8]) {
        guard datagram.count == Self.size, datagram[1] == LinkLimits.version,
            HandshakeMAC.equal(HandshakeMAC.tag(datagram[0..<116], key: mac1Key), datagram[116..<132])
        else { return nil }
        var reader = ByteReader(datagram[4...])
        // Data datagrams have 24 bits for it: a larger one would get a session that nothing could be sent to.
        guard let sender = try? reader.read(UInt32.self), sender < LinkLimits.sessionIndices else { return nil }
        self.sender = sender
        noise = datagram[Self.noiseRange]
        bytes = datagram
    }
    var mac1: ArraySlice<UInt8> { bytes[116..<132] }
    /// Whether there is a mac2 at all.
    var carriesMAC2: Bool { bytes[132..<148].contains { $0 != 0 } }
    func hasValidMAC2(cookie: [UInt8]) -> Bool {
        HandshakeMAC.equal(HandshakeMAC.mac2(bytes[0..<132], cookie: cookie), bytes[132..<148])
    }
}

/// Station → drone.
struct ResponseMessage {
    static let size = 76
    var sender: UInt32
    var receiver: UInt32
    var noise: ArraySlice<UInt8>

    static func encode(sender: UInt32, receiver: UInt32, noise: [UInt8], droneKey: [UInt8]) -> [UInt8] {
        var writer = ByteWriter(capacity: size)
        writer.write(DatagramType.response.rawValue)
        writer.write(LinkLimits.version)
        writer.write(UInt16(0))
        writer.write(sender)
        writer.write(receiver)
        writer.write(bytes: noise)
        writer.write(bytes: HandshakeMAC.mac1(writer.bytes, publicKey: droneKey))
        return writer.bytes
    }

    init?(_ datagram: [UInt8], droneKey: [UInt8]) {
        guard datagram.count == Self.size, datagram[1] == LinkLimits.version,
            HandshakeMAC.equal(HandshakeMAC.mac1(datagram[0..<60], publicKey: droneKey), datagram[60..<76])
        else { return nil }
        var reader = ByteReader(datagram[4...])
        guard let sender = try? reader.read(UInt32.self), let receiver = try? reader.read(UInt32.self),
            sender < LinkLimits.sessionIndices
        else { return nil }
        self.sender = sender
        self.receiver = receiver
        noise = datagram[12..<60]
    }
}

/// Station → drone, under load: prove that you receive at your address.
enum CookieReply {
    static let size = 56

    static func encode(
        receiver: UInt32, cookie: [UInt8], salt: [UInt8], mac1: ArraySlice<UInt8>, stationKey: [UInt8]
    ) -> [UInt8] {
        encode(
            receiver: receiver, cookie: cookie, salt: salt, mac1: mac1,
            replyKey: HandshakeMAC.replyKey(publicKey: stationKey))
    }

    static func encode(
        receiver: UInt32, cookie: [UInt8], salt: [UInt8], mac1: ArraySlice<UInt8>, replyKey: [UInt8]
    ) -> [UInt8] {
        var writer = ByteWriter(capacity: size)
        writer.write(DatagramType.cookieReply.rawValue)
        writer.write(LinkLimits.version)
        writer.write(UInt16(0))
        writer.write(receiver)
        writer.write(bytes: salt)
        writer.write(
            bytes: HandshakeMAC.sealCookie(cookie, replyKey: replyKey, salt: salt, mac1: Array(mac1)))
        return writer.bytes
    }

    /// The cookie, if the reply answers the initiation that carried `mac1` and the session index `sender`.
    static func open(_ datagram: [UInt8], sender: UInt32, mac1: [UInt8], stationKey: [UInt8]) -> [UInt8]? {
        guard datagram.count == size, datagram[1] == LinkLimits.version else { return nil }
        var reader = ByteReader(datagram[4...])
        guard (try? reader.read(UInt32.self)) == sender, let salt = try? reader.readBytes(16) else { return nil }
        return HandshakeMAC.openCookie(
            Array(reader.readRest()), replyKey: HandshakeMAC.replyKey(publicKey: stationKey), salt: Array(salt),
            mac1: mac1)
    }
}
