import Crypto
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
    private let sendKey: SymmetricKey
    private let receiveKey: SymmetricKey
    private(set) var sendCounter: UInt64 = 0
    private(set) var window = ReplayWindow()
    private(set) var received = ReceiveMap()

    init(keys: NoiseTransportKeys, isInitiator: Bool, localIndex: UInt32, remoteIndex: UInt32, at now: MonotonicInstant)
    {
        self.localIndex = localIndex
        self.remoteIndex = remoteIndex
        created = now
        sendKey = SymmetricKey(data: isInitiator ? keys.initiatorToResponder : keys.responderToInitiator)
        receiveKey = SymmetricKey(data: isInitiator ? keys.responderToInitiator : keys.initiatorToResponder)
    }

    func isUsable(at now: MonotonicInstant) -> Bool { now.since(created) < SessionLife.rejectAfter }

    mutating func seal(_ plaintext: [UInt8]) -> [UInt8] {
        let header = DataHeader(receiverIndex: remoteIndex, counter: sendCounter).bytes
        sendCounter += 1
        return header + NoiseCipher.seal(plaintext, key: sendKey, counter: sendCounter - 1, associatedData: header)
    }

    enum Opened {
        case plaintext([UInt8], isNewest: Bool)
        case forged
        case replayed
    }

    /// Opens a datagram whose header was read already. State changes only after the tag has verified.
    mutating func open(_ datagram: [UInt8], header: DataHeader, at now: MonotonicInstant) -> Opened {
        let plaintext: [UInt8]
        do throws(NoiseError) {
            plaintext = try NoiseCipher.open(
                datagram[LinkLimits.headerSize...], key: receiveKey, counter: header.counter,
                associatedData: datagram[0..<LinkLimits.headerSize])
        } catch { return .forged }
        let before = window.highest
        guard window.accept(header.counter) else { return .replayed }
        received.note(header.counter, at: now)
        return .plaintext(plaintext, isNewest: before.map { header.counter > $0 } ?? true)
    }
}
