import TestSupport
import Testing

@testable import ErasureCoding

@Suite struct EncodeTests {
    /// Computed outside of Swift; a change here means that drones and stations of two versions cannot repair.
    @Test func goldenVector() {
        var random = SplitMix(seed: 0)
        var block = Block(k: 3, size: 4, random: &random)
        block.data = Array("Lagebild".utf8) + [0x00, 0x01, 0x80, 0xff]
        let expected: [Int: [UInt8]] = [
            3: [0xfe, 0x6f, 0x60, 0xee], 4: [0xab, 0x38, 0x07, 0xb7], 5: [0xd3, 0xab, 0xfd, 0x04],
            255: [0xa8, 0x41, 0x73, 0xc3],
        ]
        for (index, bytes) in expected {
            #expect(block.parity(index..<index + 1) == bytes)
            #expect(ScalarCode.parity(index, of: block) == bytes)
        }
    }

    @Test func fieldIsThatOfTheScalarCode() {
        let field = GaloisField.shared
        #expect(Set(field.powers).count == 255)
        for element in 1...255 {
            #expect(Int(field.powers[field.logarithms[element]]) == element)
            let doubled = ScalarCode.product(UInt8(element), 2)
            #expect(field.powers[field.logarithms[element] + 1] == doubled)
        }
        #expect(GaloisField.reduced(-1) == 254)
        #expect(GaloisField.reduced(-255) == 0)
        #expect(GaloisField.reduced(765) == 0)
    }

    /// The sizes lie around the widths of the vector loops in ISA-L, which treat their remainders apart.
    @Test(arguments: [1, 2, 7, 15, 16, 17, 31, 32, 33, 63, 64, 65, 127, 130])
    func agreesWithTheDefinition(size: Int) {
        var random = SplitMix(seed: UInt64(size))
        for k in [1, 2, 5, 9] {
            let block = Block(k: k, size: size, random: &random)
            let indices = random.choice(3, from: k..<256) + [k, 255]
            for index in indices {
                #expect(block.parity(index..<index + 1) == ScalarCode.parity(index, of: block), "k \(k), \(index)")
            }
        }
    }

    @Test(arguments: [1, 17, 128])
    func eachParitySymbolIsIndependentOfTheOthers(k: Int) {
        var random = SplitMix(seed: 7)
        let block = Block(k: k, size: 70, random: &random)
        let together = block.parity(k..<256)
        for index in k..<256 {
            let start = (index - k) * block.size
            #expect(Array(together[start..<start + block.size]) == block.parity(index..<index + 1))
        }
        #expect(block.parity(k..<k).isEmpty)
    }
}
