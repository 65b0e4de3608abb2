import TestSupport
import ErasureCoding
import Testing

@Suite struct DecodeTests {
    @Test(arguments: [1, 2, 3, 17, 56, 100, 128], [1, 40, 1200])
    func anyErasedSymbolsComeBack(k: Int, size: Int) {
        var random = SplitMix(seed: UInt64(k * 10_000 + size))
        let block = Block(k: k, size: size, random: &random)
        // One, all, and some in between.
        let counts = [1, k] + (0..<6).map { _ in Int.random(in: 1...k, using: &random) }
        for count in counts {
            let missing = random.choice(count, from: 0..<k).sorted()
            let parity = block.parity(random.choice(count, from: k..<256))
            #expect(
                block.decoded(missing: missing, lost: 0x5a, parity: parity) == block.data,
                "k \(k), missing \(missing), parity \(parity.map(\.index))")
        }
    }

    @Test func everyPatternOfASmallBlock() {
        var random = SplitMix(seed: 3)
        let block = Block(k: 4, size: 19, random: &random)
        let parity = block.parity([4, 5, 6, 255])
        for pattern in 0..<16 {
            let missing = (0..<4).filter { pattern >> $0 & 1 == 1 }
            for selection in 0..<16 where selection.nonzeroBitCount == missing.count {
                let used = (0..<4).filter { selection >> $0 & 1 == 1 }.map { parity[$0] }
                #expect(block.decoded(missing: missing, lost: 0, parity: used) == block.data)
            }
        }
    }

    /// The first ones are used: a wrong one behind them does no harm, a wrong one among them would.
    @Test func surplusParityIsIgnored() {
        var random = SplitMix(seed: 4)
        let block = Block(k: 17, size: 100, random: &random)
        var parity = block.parity([200, 20, 99])
        parity.append((index: 21, bytes: random.bytes(100)))
        #expect(block.decoded(missing: [0, 8, 16], lost: 1, parity: parity) == block.data)
    }

    @Test func nothingMissingIsNothingToDo() {
        var random = SplitMix(seed: 5)
        let block = Block(k: 5, size: 10, random: &random)
        #expect(block.decoded(missing: [], lost: 0, parity: []) == block.data)
        #expect(block.decoded(missing: [], lost: 0, parity: block.parity([5, 6])) == block.data)
    }
}
