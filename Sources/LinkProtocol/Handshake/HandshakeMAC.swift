import Crypto
import FlightTypes

/// The two outer tags of handshake messages, after WireGuard §5.4.4–5.4.7 with HMAC-SHA256 truncated to 16 bytes.
///
/// `mac1` proves knowledge of the receiver's public key and costs one hash to refuse; `mac2` proves, under load, that the
/// sender can receive at its address.
public enum HandshakeMAC {
    /// Bytes of either tag.
    public static let size = 16

    /// The tag over `message` for a receiver with `publicKey`.
    public static func mac1(_ message: some Collection<UInt8>, publicKey: [UInt8]) -> [UInt8] {
        tag(message, key: mac1Key(publicKey: publicKey))
    }

    /// What mac1 is made with: the same for every message to one receiver.
    static func mac1Key(publicKey: [UInt8]) -> SymmetricKey {
        SymmetricKey(data: SHA256.hash(data: Array("lagebild-mac1".utf8) + publicKey))
    }

    /// The tag over `message` with a cookie.
    public static func mac2(_ message: some Collection<UInt8>, cookie: [UInt8]) -> [UInt8] { tag(message, key: cookie) }

    static func tag(_ message: some Collection<UInt8>, key: [UInt8]) -> [UInt8] {
        tag(message, key: SymmetricKey(data: key))
    }
    static func tag(_ message: some Collection<UInt8>, key: SymmetricKey) -> [UInt8] {
        Array(HMAC<SHA256>.authenticationCode(for: Array(message), using: key).prefix(size))
    }

    /// Compares in constant time.
    static func equal(_ a: some Collection<UInt8>, _ b: some Collection<UInt8>) -> Bool {
        guard a.count == b.count else { return false }
        return zip(a, b).reduce(UInt8(0)) { $0 | ($1.0 ^ $1.1) } == 0
    }

    /// The key and nonce that seal a cookie reply: fresh `salt` through HKDF, because ChaChaPoly's nonce is too short to be random.
    static func cookieKey(_ replyKey: SymmetricKey, salt: some Collection<UInt8>) -> SymmetricKey {
        HKDF<SHA256>.deriveKey(inputKeyMaterial: replyKey, salt: Array(salt), outputByteCount: 32)
    }

    /// What cookie replies of a station are made from.
    static func replyKey(publicKey: [UInt8]) -> SymmetricKey {
        SymmetricKey(data: SHA256.hash(data: Array("lagebild-cookie".utf8) + publicKey))
    }
}
