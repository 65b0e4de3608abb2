import TestSupport
import Crypto
import Testing

@testable import LinkProtocol

@Suite struct DatagramCipherTests {
    static let choices = [CipherChoice.chaChaPoly, .simulationTag]

    private static func sealed(_ cipher: DatagramCipher, _ plaintext: [UInt8], counter: UInt64) -> [UInt8] {
        var datagram: [UInt8] = []
        DataHeader(receiverIndex: 77, counter: counter).append(to: &datagram)
        cipher.seal(plaintext, counter: counter, into: &datagram)
        return datagram
    }

    @Test(arguments: choices)
    func roundTrip(choice: CipherChoice) {
        var random = SplitMix(seed: 1)
        let cipher = DatagramCipher(choice, key: random.bytes(32))
        for count in Array(0..<40) + [1000, LinkLimits.largestDatagram - 24] {
            let plaintext = random.bytes(count)
            let counter = random.next()
            let datagram = Self.sealed(cipher, plaintext, counter: counter)
            #expect(datagram.count == LinkLimits.headerSize + count + LinkLimits.tagSize)
            #expect(cipher.open(datagram, counter: counter) == plaintext)
        }
    }

    /// Another implementation of RFC 8439 opens what this one seals, and the other way round.
    @Test func anotherImplementationAgrees() throws {
        var random = SplitMix(seed: 11)
        for count in [0, 1, 15, 16, 17, 64, 1136, LinkLimits.largestDatagram - 24] {
            let key = random.bytes(32)
            let plaintext = random.bytes(count)
            let counter = random.next()
            let datagram = Self.sealed(DatagramCipher(.chaChaPoly, key: key), plaintext, counter: counter)
            let nonce = try withUnsafeBytes(of: counter.littleEndian) {
                try ChaChaPoly.Nonce(data: [UInt8](repeating: 0, count: 4) + $0)
            }
            let header = datagram.prefix(LinkLimits.headerSize)
            let box = try ChaChaPoly.seal(
                plaintext, using: SymmetricKey(data: key), nonce: nonce, authenticating: header)
            #expect(Array(datagram.dropFirst(LinkLimits.headerSize)) == Array(box.ciphertext) + Array(box.tag))
        }
    }

    /// Header, ciphertext, tag: no bit can change unnoticed.
    @Test(arguments: choices, [0, 1, 7, 8, 9, 100])
    func anyFlippedBitIsRefused(choice: CipherChoice, count: Int) {
        var random = SplitMix(seed: UInt64(2 + count))
        let cipher = DatagramCipher(choice, key: random.bytes(32))
        let datagram = Self.sealed(cipher, random.bytes(count), counter: 5)
        for bit in 0..<datagram.count * 8 {
            var altered = datagram
            altered[bit / 8] ^= 1 << UInt8(bit % 8)
            #expect(cipher.open(altered, counter: 5) == nil, "bit \(bit)")
        }
    }

    @Test(arguments: choices)
    func otherCounterOtherKeyOtherLength(choice: CipherChoice) {
        var random = SplitMix(seed: 3)
        let cipher = DatagramCipher(choice, key: random.bytes(32))
        let other = DatagramCipher(choice, key: random.bytes(32))
        let datagram = Self.sealed(cipher, random.bytes(64), counter: 5)
        #expect(other.open(datagram, counter: 5) == nil)
        for counter: UInt64 in [0, 4, 6, 5 + (1 << 32), .max] {
            #expect(cipher.open(datagram, counter: counter) == nil)
        }
        for length in 0..<datagram.count { #expect(cipher.open(Array(datagram.prefix(length)), counter: 5) == nil) }
        #expect(cipher.open(datagram + [0], counter: 5) == nil)
    }

    @Test func twoEndsWithDifferentCiphersGetNoSession() {
        #expect(CipherChoice.chaChaPoly.prologue != CipherChoice.simulationTag.prologue)
        #expect(CipherChoice.chaChaPoly.prologue == LinkLimits.prologue)
    }
}
