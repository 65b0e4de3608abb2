/// One direction's key of a session, for whoever shall read a capture of it (docs/wire-format.md §3).
///
/// It opens every datagram of that direction, so it leaves the link only where its owner asked for that.
public struct SessionKey: Hashable, Sendable {
    /// What the datagrams to the receiver carry in their clear header, 24 bits.
    public var receiverIndex: UInt32
    /// ChaCha20-Poly1305, 32 bytes.
    public var key: [UInt8]

    /// A key of its parts.
    public init(receiverIndex: UInt32, key: [UInt8]) {
        self.receiverIndex = receiverIndex
        self.key = key
    }

    /// Both keys of a handshake: those of what the drone sends, then those of what the station sends.
    static func both(_ keys: NoiseTransportKeys, station: UInt32, drone: UInt32) -> [SessionKey] {
        [
            SessionKey(receiverIndex: station, key: keys.initiatorToResponder),
            SessionKey(receiverIndex: drone, key: keys.responderToInitiator),
        ]
    }
}
