import Crypto
import Foundation

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

/// One direction's key in use.
struct DatagramCipher: Sendable {
    private enum Kind: Sendable {
        case chaChaPoly(SymmetricKey)
        case simulationTag(UInt64, UInt64)
    }
    private let kind: Kind

    init(_ choice: CipherChoice, key: [UInt8]) {
        switch choice {
        case .chaChaPoly: kind = .chaChaPoly(SymmetricKey(data: key))
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
            guard let nonce = Self.nonce(counter) else { return datagram.removeAll() }
            let box = plaintext.withUnsafeBytes { plain in
                datagram.withUnsafeBytes { header in
                    try? ChaChaPoly.seal(plain, using: key, nonce: nonce, authenticating: header)
                }
            }
            guard let box else { return datagram.removeAll() }
            box.ciphertext.withUnsafeBytes { datagram.append(contentsOf: $0) }
            box.tag.withUnsafeBytes { datagram.append(contentsOf: $0) }
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
            case .chaChaPoly(let key):
                guard let nonce = Self.nonce(counter),
                    let box = try? ChaChaPoly.SealedBox(
                        nonce: nonce, ciphertext: bytes[LinkLimits.headerSize..<end], tag: bytes[end...]),
                    let plain = try? ChaChaPoly.open(box, using: key, authenticating: bytes[..<LinkLimits.headerSize])
                else { return nil }
                return [UInt8](plain)
            case .simulationTag(let first, let second):
                let tag = Self.checksum(UnsafeRawBufferPointer(rebasing: bytes[..<end]), counter, first, second)
                guard bytes.loadUnaligned(fromByteOffset: end, as: UInt64.self) == tag.0.littleEndian,
                    bytes.loadUnaligned(fromByteOffset: end + 8, as: UInt64.self) == tag.1.littleEndian
                else { return nil }
                return [UInt8](bytes[LinkLimits.headerSize..<end])
            }
        }
    }

    /// Four zero bytes, then the counter (Noise §12.3).
    private static func nonce(_ counter: UInt64) -> ChaChaPoly.Nonce? {
        withUnsafeBytes(
            of: (UInt32(0), UInt32(truncatingIfNeeded: counter).littleEndian, UInt32(counter >> 32).littleEndian)
        ) {
            try? ChaChaPoly.Nonce(data: $0)
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
