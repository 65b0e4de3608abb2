import CSodium

/// How the datagrams of a session are sealed. Both ends bind their choice into the handshake's prologue, so two that differ
/// never get a session.
public enum CipherChoice: Sendable {
    /// ChaCha20-Poly1305 (RFC 8439): the only one that a shell may use.
    case chaChaPoly
    /// **No secrecy.** A keyed 128-bit checksum that refuses altered bytes; makes simulated flights cheap.
    case simulationTag

    var prologue: [UInt8] {
        switch self {
        case .chaChaPoly: LinkLimits.prologue
        case .simulationTag: LinkLimits.prologue + Array(" without secrecy".utf8)
        }
    }
}

/// One direction's key in use. Seals and opens with libsodium, in place: nothing is allocated but the result
/// (docs/decisions/0009).
struct DatagramCipher: Sendable {
    private enum Kind: Sendable {
        case chaChaPoly([UInt8])
        case simulationTag(UInt64, UInt64)
    }
    private static let keySize = 32
    /// libsodium looks once at what the processor can do; where it could not, it works in plain C.
    private static let ready: Void = { _ = sodium_init() }()
    private let kind: Kind

    init(_ choice: CipherChoice, key: [UInt8]) {
        switch choice {
        case .chaChaPoly:
            // Keys come from the handshake, never from outside: another length is a mistake in this program, and libsodium
            // reads past a shorter one.
            precondition(key.count == Self.keySize, "a key of another length seals nothing")
            _ = Self.ready
            kind = .chaChaPoly(key)
        case .simulationTag:
            var halves: [UInt64] = [0, 0]
            for (place, byte) in key.enumerated() {
                halves[place & 1] = (halves[place & 1] ^ UInt64(byte)) &* 0x100_0000_01B3
            }
            kind = .simulationTag(halves[0], halves[1])
        }
    }

    /// Appends ciphertext and tag of `plaintext` to `datagram`, which holds the clear header.
    func seal(_ plaintext: [UInt8], counter: UInt64, into datagram: inout [UInt8]) {
        switch kind {
        case .chaChaPoly(let key):
            let header = datagram.count
            let end = header + plaintext.count
            datagram += plaintext
            withUnsafeTemporaryAllocation(of: UInt8.self, capacity: LinkLimits.tagSize) { tag in
                Self.withNonce(counter) { nonce in
                    datagram.withUnsafeMutableBytes { bytes in
                        guard let start = bytes.bindMemory(to: UInt8.self).baseAddress, let tag = tag.baseAddress else {
                            return
                        }
                        // With a key and lengths like these it has no way to fail.
                        _ = crypto_aead_chacha20poly1305_ietf_encrypt_detached(
                            start + header, tag, nil, start + header, UInt64(end - header), start,
                            UInt64(header), nil, nonce, key)
                    }
                }
                datagram.append(contentsOf: tag)
            }
        case .simulationTag(let first, let second):
            datagram += plaintext
            let tag = datagram.withUnsafeBytes { Self.checksum($0, counter, first, second) }
            withUnsafeBytes(of: (tag.0.littleEndian, tag.1.littleEndian)) { datagram.append(contentsOf: $0) }
        }
    }

    /// The plaintext of a datagram, or nil when its tag does not verify.
    func open(_ datagram: [UInt8], counter: UInt64) -> [UInt8]? {
        let end = datagram.count - LinkLimits.tagSize
        guard end >= LinkLimits.headerSize else { return nil }
        return datagram.withUnsafeBytes { bytes in
            switch kind {
            case .chaChaPoly(let key): return Self.open(bytes, end: end, counter: counter, key: key)
            case .simulationTag(let first, let second):
                let tag = Self.checksum(UnsafeRawBufferPointer(rebasing: bytes[..<end]), counter, first, second)
                guard bytes.loadUnaligned(fromByteOffset: end, as: UInt64.self) == tag.0.littleEndian,
                    bytes.loadUnaligned(fromByteOffset: end + 8, as: UInt64.self) == tag.1.littleEndian
                else { return nil }
                return [UInt8](bytes[LinkLimits.headerSize..<end])
            }
        }
    }

    private static func open(
        _ bytes: UnsafeRawBufferPointer, end: Int, counter: UInt64, key: [UInt8]
    ) -> [UInt8]? {
        guard let start = bytes.bindMemory(to: UInt8.self).baseAddress else { return nil }
        let size = end - LinkLimits.headerSize
        var isGenuine = false
        let plaintext = [UInt8](unsafeUninitializedCapacity: size) { target, count in
            isGenuine = withNonce(counter) { nonce in
                crypto_aead_chacha20poly1305_ietf_decrypt_detached(
                    target.baseAddress, nil, start + LinkLimits.headerSize, UInt64(size), start + end, start,
                    UInt64(LinkLimits.headerSize), nonce, key) == 0
            }
            // Before the tag has verified nothing was written.
            count = isGenuine ? size : 0
        }
        return isGenuine ? plaintext : nil
    }

    /// Four zero bytes, then the counter (Noise §12.3).
    private static func withNonce<Result>(_ counter: UInt64, _ body: (UnsafePointer<UInt8>) -> Result) -> Result {
        let nonce = (UInt32(0), UInt32(truncatingIfNeeded: counter).littleEndian, UInt32(counter >> 32).littleEndian)
        return withUnsafePointer(to: nonce) {
            $0.withMemoryRebound(to: UInt8.self, capacity: 12) { body($0) }
        }
    }

    /// Two multiply-and-rotate lanes over eight bytes at a time. Any changed bit changes both lanes; it keeps out accidents and
    /// the simulation's forger, not an adversary.
    private static func checksum(
        _ bytes: UnsafeRawBufferPointer, _ counter: UInt64, _ first: UInt64, _ second: UInt64
    ) -> (UInt64, UInt64) {
        var a = first ^ (counter &* 0x9E37_79B9_7F4A_7C15)
        var b = second ^ UInt64(bytes.count)
        var offset = 0
        while offset + 8 <= bytes.count {
            let word = bytes.loadUnaligned(fromByteOffset: offset, as: UInt64.self)
            a = (a ^ word) &* 0xBF58_476D_1CE4_E5B9
            a ^= a >> 29
            b = (b &+ word) &* 0x94D0_49BB_1331_11EB
            b ^= b >> 31
            offset += 8
        }
        while offset < bytes.count {
            a = (a ^ UInt64(bytes[offset])) &* 0x100_0000_01B3
            b = (b &+ UInt64(bytes[offset]) &+ 1) &* 0x9E37_79B9_7F4A_7C15
            offset += 1
        }
        a ^= a >> 32
        return (a &* 0xD6E8_FEB8_6659_FD93, (b ^ (b >> 29)) &* 0xFF51_AFD7_ED55_8CCD)
    }
}
