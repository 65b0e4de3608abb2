import CSodium

/// The two outer tags of handshake messages, after WireGuard §5.4.4–5.4.7 with HMAC-SHA256 truncated to 16 bytes.
///
/// `mac1` proves knowledge of the receiver's public key and costs one hash to refuse; `mac2` proves, under load, that the
/// sender can receive at its address. Who floods makes the station calculate these, so they are libsodium's, like the datagrams'
/// seals (docs/decisions/0024).
public enum HandshakeMAC {
    /// Bytes of either tag.
    public static let size = 16
    private static let hashSize = 32

    /// The tag over `message` for a receiver with `publicKey`.
    public static func mac1(_ message: some Collection<UInt8>, publicKey: [UInt8]) -> [UInt8] {
        tag(message, key: mac1Key(publicKey: publicKey))
    }

    /// What mac1 is made with: the same for every message to one receiver.
    static func mac1Key(publicKey: [UInt8]) -> [UInt8] { hash(Array("lagebild-mac1".utf8) + publicKey) }

    /// The tag over `message` with a cookie.
    public static func mac2(_ message: some Collection<UInt8>, cookie: [UInt8]) -> [UInt8] { tag(message, key: cookie) }

    static func tag(_ message: some Collection<UInt8>, key: [UInt8]) -> [UInt8] {
        Array(hmac(Array(message), key: key).prefix(size))
    }

    /// Compares in constant time.
    static func equal(_ a: some Collection<UInt8>, _ b: some Collection<UInt8>) -> Bool {
        guard a.count == b.count else { return false }
        return zip(a, b).reduce(UInt8(0)) { $0 | ($1.0 ^ $1.1) } == 0
    }

    /// What cookie replies of a station are made from.
    static func replyKey(publicKey: [UInt8]) -> [UInt8] { hash(Array("lagebild-cookie".utf8) + publicKey) }

    /// Seals a cookie, or opens what was sealed (nil when it does not verify). The key is HKDF-SHA256 (RFC 5869) of `replyKey`
    /// with a fresh `salt` and no info, because the cipher's nonce is too short to be random; the nonce is zero.
    static func sealCookie(_ cookie: [UInt8], replyKey: [UInt8], salt: [UInt8], mac1: [UInt8]) -> [UInt8] {
        let key = cookieKey(replyKey, salt)
        let nonce = [UInt8](repeating: 0, count: 12)
        return [UInt8](unsafeUninitializedCapacity: cookie.count + LinkLimits.tagSize) { sealed, count in
            guard let target = sealed.baseAddress else { return }
            // With a key and lengths like these it has no way to fail.
            _ = crypto_aead_chacha20poly1305_ietf_encrypt(
                target, nil, cookie, UInt64(cookie.count), mac1, UInt64(mac1.count), nil, nonce, key)
            count = cookie.count + LinkLimits.tagSize
        }
    }

    static func openCookie(_ sealed: [UInt8], replyKey: [UInt8], salt: [UInt8], mac1: [UInt8]) -> [UInt8]? {
        guard sealed.count >= LinkLimits.tagSize else { return nil }
        let key = cookieKey(replyKey, salt)
        let nonce = [UInt8](repeating: 0, count: 12)
        var isGenuine = false
        let cookie = [UInt8](unsafeUninitializedCapacity: sealed.count - LinkLimits.tagSize) { cookie, count in
            guard let target = cookie.baseAddress else { return }
            isGenuine =
                crypto_aead_chacha20poly1305_ietf_decrypt(
                    target, nil, nil, sealed, UInt64(sealed.count), mac1, UInt64(mac1.count), nonce, key)
                == 0
            count = isGenuine ? sealed.count - LinkLimits.tagSize : 0
        }
        return isGenuine ? cookie : nil
    }

    private static func cookieKey(_ replyKey: [UInt8], _ salt: [UInt8]) -> [UInt8] {
        hmac([1], key: hmac(replyKey, key: salt))
    }

    private static func hash(_ bytes: [UInt8]) -> [UInt8] {
        [UInt8](unsafeUninitializedCapacity: hashSize) { digest, count in
            guard let target = digest.baseAddress else { return }
            _ = crypto_hash_sha256(target, bytes, UInt64(bytes.count))
            count = hashSize
        }
    }

    /// HMAC-SHA256 (RFC 2104); a key may have any length.
    private static func hmac(_ bytes: [UInt8], key: [UInt8]) -> [UInt8] {
        var state = crypto_auth_hmacsha256_state()
        _ = crypto_auth_hmacsha256_init(&state, key, key.count)
        _ = crypto_auth_hmacsha256_update(&state, bytes, UInt64(bytes.count))
        return [UInt8](unsafeUninitializedCapacity: hashSize) { code, count in
            guard let target = code.baseAddress else { return }
            _ = crypto_auth_hmacsha256_final(&state, target)
            count = hashSize
        }
    }
}
