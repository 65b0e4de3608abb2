import Crypto

// The Noise IK pattern (specification rev. 34 §7.5), suite Noise_IK_25519_ChaChaPoly_SHA256:
//   <- s
//   ...
//   -> e, es, s, ss
//   <- e, ee, se
// Both machines are values: a caller keeps the old one when a message does not authenticate, so forged bytes change nothing.

/// The suite's name, which is also its initial hash.
public let noiseProtocolName = "Noise_IK_25519_ChaChaPoly_SHA256"

/// The two transport keys that a finished handshake gives (32 bytes each), and the handshake hash (32 bytes).
public struct NoiseTransportKeys: Sendable {
    /// Seals what the initiator (the drone) sends.
    public let initiatorToResponder: [UInt8]
    /// Seals what the responder (the station) sends.
    public let responderToInitiator: [UInt8]
    /// Identifies this handshake; equal at both ends.
    public let handshakeHash: [UInt8]
}

/// An X25519 key pair from 32 secret bytes.
public struct StaticKeyPair: Sendable {
    let privateKey: Curve25519.KeyAgreement.PrivateKey
    /// The 32 public bytes.
    public let publicKey: [UInt8]
    /// Nil unless `secret` has 32 bytes.
    public init?(secret: [UInt8]) {
        guard secret.count == 32, let key = try? Curve25519.KeyAgreement.PrivateKey(rawRepresentation: secret) else {
            return nil
        }
        privateKey = key
        publicKey = Array(key.publicKey.rawRepresentation)
    }
    func agree(with publicKey: [UInt8]) throws(NoiseError) -> [UInt8] {
        let secret: [UInt8]
        do {
            let peer = try Curve25519.KeyAgreement.PublicKey(rawRepresentation: publicKey)
            secret = try privateKey.sharedSecretFromKeyAgreement(with: peer).withUnsafeBytes { Array($0) }
        } catch { throw .badKey }
        // RFC 7748 §6.1: a point of low order gives zeroes that everybody knows, and the library lets them pass.
        guard secret.reduce(UInt8(0), |) != 0 else { throw .badKey }
        return secret
    }
}

/// The drone's side.
public struct NoiseInitiator: Sendable {
    private var symmetric: NoiseSymmetricState
    private let own: StaticKeyPair
    private let ephemeral: StaticKeyPair
    private let remote: [UInt8]

    /// `ephemeral` must be fresh for each handshake; `remote` is the responder's public key (32 bytes).
    public init(prologue: [UInt8], own: StaticKeyPair, ephemeral: StaticKeyPair, remote: [UInt8]) {
        symmetric = NoiseSymmetricState(protocolName: noiseProtocolName)
        symmetric.mixHash(prologue)
        symmetric.mixHash(remote)
        self.own = own
        self.ephemeral = ephemeral
        self.remote = remote
    }

    /// `-> e, es, s, ss` and the payload: 96 bytes more than the payload.
    public mutating func writeInitiation(payload: [UInt8]) throws(NoiseError) -> [UInt8] {
        var message = ephemeral.publicKey
        symmetric.mixHash(ephemeral.publicKey)
        symmetric.mixKey(try ephemeral.agree(with: remote))
        message += symmetric.encryptAndHash(own.publicKey)
        symmetric.mixKey(try own.agree(with: remote))
        return message + symmetric.encryptAndHash(payload)
    }

    /// `<- e, ee, se`: gives the payload and the keys. On failure `self` is unchanged and may read another response.
    public func readResponse(_ message: ArraySlice<UInt8>) throws(NoiseError) -> (
        payload: [UInt8], keys: NoiseTransportKeys
    ) {
        guard message.count >= 48 else { throw .truncated }
        var symmetric = symmetric
        let theirs = Array(message.prefix(32))
        symmetric.mixHash(theirs)
        symmetric.mixKey(try ephemeral.agree(with: theirs))
        symmetric.mixKey(try own.agree(with: theirs))
        let payload = try symmetric.decryptAndHash(message.dropFirst(32))
        let keys = symmetric.split()
        return (
            payload,
            NoiseTransportKeys(
                initiatorToResponder: keys.initiatorToResponder, responderToInitiator: keys.responderToInitiator,
                handshakeHash: symmetric.hash)
        )
    }
}

/// The station's side.
public struct NoiseResponder: Sendable {
    private var symmetric: NoiseSymmetricState
    private let own: StaticKeyPair
    private var theirEphemeral: [UInt8] = []
    private var theirStatic: [UInt8] = []

    /// A responder that waits for an initiation.
    public init(prologue: [UInt8], own: StaticKeyPair) {
        symmetric = NoiseSymmetricState(protocolName: noiseProtocolName)
        symmetric.mixHash(prologue)
        symmetric.mixHash(own.publicKey)
        self.own = own
    }

    /// Reads the initiation: the initiator's authenticated public key and its payload.
    public mutating func readInitiation(
        _ message: ArraySlice<UInt8>
    ) throws(NoiseError) -> (remote: [UInt8], payload: [UInt8]) {
        guard message.count >= 96 else { throw .truncated }
        var symmetric = symmetric
        let ephemeral = Array(message.prefix(32))
        symmetric.mixHash(ephemeral)
        symmetric.mixKey(try own.agree(with: ephemeral))
        let remote = try symmetric.decryptAndHash(message.dropFirst(32).prefix(48))
        symmetric.mixKey(try own.agree(with: remote))
        let payload = try symmetric.decryptAndHash(message.dropFirst(80))
        self.symmetric = symmetric
        theirEphemeral = ephemeral
        theirStatic = remote
        return (remote, payload)
    }

    /// Writes the response (48 bytes more than the payload) and gives the keys.
    public mutating func writeResponse(
        payload: [UInt8], ephemeral: StaticKeyPair
    ) throws(NoiseError) -> (message: [UInt8], keys: NoiseTransportKeys) {
        symmetric.mixHash(ephemeral.publicKey)
        symmetric.mixKey(try ephemeral.agree(with: theirEphemeral))
        symmetric.mixKey(try ephemeral.agree(with: theirStatic))
        let sealed = symmetric.encryptAndHash(payload)
        let keys = symmetric.split()
        return (
            ephemeral.publicKey + sealed,
            NoiseTransportKeys(
                initiatorToResponder: keys.initiatorToResponder, responderToInitiator: keys.responderToInitiator,
                handshakeHash: symmetric.hash)
        )
    }
}

/// Seals or opens one transport message under an explicit counter, with no associated data: what the published vectors check.
public enum NoiseTransport {
    /// Ciphertext and tag of `plaintext` under `key` and `counter`.
    public static func seal(_ plaintext: [UInt8], key: [UInt8], counter: UInt64) -> [UInt8] {
        NoiseCipher.seal(plaintext, key: SymmetricKey(data: key), counter: counter, associatedData: [])
    }
}
