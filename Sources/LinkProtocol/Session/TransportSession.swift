import FlightTypes

/// Constants of a session's life, after WireGuard §6.1 (rekey 120 s, reject 180 s).
public enum SessionLife {
    /// The drone starts a new handshake at this age.
    public static let rekeyAfter: Duration = .seconds(120)
    /// Nothing is sealed or opened under keys older than this.
    public static let rejectAfter: Duration = .seconds(180)
    /// Or after this many datagrams.
    public static let rekeyAfterDatagrams: UInt64 = 1 << 60
}

/// Two keys in use: seals with an explicit counter, opens each counter once.
struct TransportSession: Sendable {
    let localIndex: UInt32
    let remoteIndex: UInt32
    let created: MonotonicInstant
    private let sending: DatagramCipher
    private let receiving: DatagramCipher
    private(set) var sendCounter: UInt64 = 0
    private(set) var window = ReplayWindow()
    private(set) var received = ReceiveMap()

    init(
        keys: NoiseTransportKeys, isInitiator: Bool, cipher: CipherChoice, localIndex: UInt32, remoteIndex: UInt32,
        at now: MonotonicInstant
    ) {
        self.localIndex = localIndex
        self.remoteIndex = remoteIndex
        created = now
        sending = DatagramCipher(cipher, key: isInitiator ? keys.initiatorToResponder : keys.responderToInitiator)
        receiving = DatagramCipher(cipher, key: isInitiator ? keys.responderToInitiator : keys.initiatorToResponder)
    }

    func isUsable(at now: MonotonicInstant) -> Bool { now.since(created) < SessionLife.rejectAfter }

    mutating func seal(_ plaintext: [UInt8]) -> [UInt8] {
        var datagram: [UInt8] = []
        datagram.reserveCapacity(LinkLimits.headerSize + plaintext.count + LinkLimits.tagSize)
        DataHeader(receiverIndex: remoteIndex, counter: sendCounter).append(to: &datagram)
        sending.seal(plaintext, counter: sendCounter, into: &datagram)
        sendCounter += 1
        return datagram
    }

    mutating func gapsReported() { received.gapsReported() }

    enum Opened {
        case plaintext([UInt8], isNewest: Bool)
        case forged
        case replayed
    }

    /// Opens a datagram whose header was read already. State changes only after the tag has verified.
    mutating func open(_ datagram: [UInt8], header: DataHeader, at now: MonotonicInstant) -> Opened {
        let before = window.highest
        let counter = header.counter(near: before)
        guard let plaintext = receiving.open(datagram, counter: counter) else { return .forged }
        guard window.accept(counter) else { return .replayed }
        received.note(counter, at: now)
        return .plaintext(plaintext, isNewest: before.map { counter > $0 } ?? true)
    }
}
