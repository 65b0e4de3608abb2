import Crypto

/// Why a handshake or datagram did not authenticate. Carries no bytes of the peer.
public enum NoiseError: Error, Hashable, Sendable {
    /// Shorter than the pattern demands.
    case truncated
    /// A tag did not verify.
    case authentication
    /// A Diffie–Hellman result is all zero, or a key has the wrong length.
    case badKey
}

/// CipherState of the Noise specification §5.1 for ChaChaPoly (§12.3): 4 zero bytes, then the nonce little-endian.
struct NoiseCipher: Sendable {
    let key: SymmetricKey
    private(set) var nonce: UInt64 = 0

    init(key: [UInt8]) { self.key = SymmetricKey(data: key) }

    static func nonceBytes(_ counter: UInt64) -> [UInt8] {
        var writer = ByteWriterShim()
        writer.append(counter)
        return writer.bytes
    }

    /// Seals under `counter`. Returns ciphertext and tag.
    static func seal(
        _ plaintext: some Collection<UInt8>, key: SymmetricKey, counter: UInt64, associatedData: some Collection<UInt8>
    ) -> [UInt8] {
        guard let nonce = try? ChaChaPoly.Nonce(data: nonceBytes(counter)),
            let box = try? ChaChaPoly.seal(
                Array(plaintext), using: key, nonce: nonce, authenticating: Array(associatedData))
        else { return [] }
        return Array(box.ciphertext) + Array(box.tag)
    }

    /// Opens what was sealed under `counter`.
    static func open(
        _ sealed: ArraySlice<UInt8>, key: SymmetricKey, counter: UInt64, associatedData: some Collection<UInt8>
    ) throws(NoiseError) -> [UInt8] {
        guard sealed.count >= 16 else { throw .truncated }
        do {
            let box = try ChaChaPoly.SealedBox(
                nonce: try ChaChaPoly.Nonce(data: nonceBytes(counter)), ciphertext: sealed.dropLast(16),
                tag: sealed.suffix(16))
            return Array(try ChaChaPoly.open(box, using: key, authenticating: Array(associatedData)))
        } catch { throw .authentication }
    }

    mutating func encrypt(_ plaintext: [UInt8], associatedData: [UInt8]) -> [UInt8] {
        defer { nonce += 1 }
        return Self.seal(plaintext, key: key, counter: nonce, associatedData: associatedData)
    }

    /// A failure does not advance the nonce (Noise §5.1; RustSec snow advisory).
    mutating func decrypt(_ sealed: ArraySlice<UInt8>, associatedData: [UInt8]) throws(NoiseError) -> [UInt8] {
        let plaintext = try Self.open(sealed, key: key, counter: nonce, associatedData: associatedData)
        nonce += 1
        return plaintext
    }
}

/// Twelve nonce bytes without an intermediate collection.
private struct ByteWriterShim {
    var bytes: [UInt8] = [0, 0, 0, 0]
    mutating func append(_ counter: UInt64) {
        withUnsafeBytes(of: counter.littleEndian) { bytes.append(contentsOf: $0) }
    }
}

/// SymmetricState of the Noise specification §5.2 for SHA256.
struct NoiseSymmetricState: Sendable {
    private(set) var chainingKey: [UInt8]
    private(set) var hash: [UInt8]
    private var cipher: NoiseCipher?

    init(protocolName: String) {
        let name = Array(protocolName.utf8)
        hash = name.count <= 32 ? name + [UInt8](repeating: 0, count: 32 - name.count) : Array(SHA256.hash(data: name))
        chainingKey = hash
    }

    mutating func mixHash(_ data: some Collection<UInt8>) { hash = Array(SHA256.hash(data: hash + Array(data))) }

    mutating func mixKey(_ material: [UInt8]) {
        let (first, second) = Self.hkdf(chainingKey, material)
        chainingKey = first
        cipher = NoiseCipher(key: second)
    }

    mutating func encryptAndHash(_ plaintext: [UInt8]) -> [UInt8] {
        guard var active = cipher else {
            mixHash(plaintext)
            return plaintext
        }
        let sealed = active.encrypt(plaintext, associatedData: hash)
        cipher = active
        mixHash(sealed)
        return sealed
    }

    mutating func decryptAndHash(_ sealed: ArraySlice<UInt8>) throws(NoiseError) -> [UInt8] {
        guard var active = cipher else {
            mixHash(sealed)
            return Array(sealed)
        }
        let plaintext = try active.decrypt(sealed, associatedData: hash)
        cipher = active
        mixHash(sealed)
        return plaintext
    }

    func split() -> (initiatorToResponder: [UInt8], responderToInitiator: [UInt8]) {
        let (first, second) = Self.hkdf(chainingKey, [])
        return (first, second)
    }

    static func hkdf(_ chainingKey: [UInt8], _ material: [UInt8]) -> ([UInt8], [UInt8]) {
        func hmac(_ key: [UInt8], _ data: [UInt8]) -> [UInt8] {
            Array(HMAC<SHA256>.authenticationCode(for: data, using: SymmetricKey(data: key)))
        }
        let temporary = hmac(chainingKey, material)
        let first = hmac(temporary, [1])
        return (first, hmac(temporary, first + [2]))
    }
}
