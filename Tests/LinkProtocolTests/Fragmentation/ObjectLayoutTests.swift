import TestSupport
import LinkProtocol
import Testing

@Suite struct ObjectLayoutTests {
    /// Blocks and symbols cover every byte of the object once, in order.
    private static func coversAll(_ layout: ObjectLayout) -> Bool {
        var byte = 0
        var symbol = 0
        for block in 0..<layout.blocks {
            guard layout.firstSymbol(of: block) == symbol, (1...128).contains(layout.count(of: block)) else {
                return false
            }
            for index in 0..<layout.count(of: block) {
                let bytes = layout.bytes(block: block, index: index)
                guard byte == symbol * layout.size, bytes > 0, bytes <= layout.size else { return false }
                guard bytes == layout.size || symbol == layout.symbols - 1 else { return false }
                byte += bytes
                symbol += 1
            }
            guard layout.bytes(block: block, index: layout.count(of: block)) == layout.size,
                layout.bytes(block: block, index: 255) == layout.size
            else { return false }
        }
        return byte == layout.length && symbol == layout.symbols
    }

    @Test(arguments: [UInt64(1), 2, 3])
    func everyByteOnce(seed: UInt64) {
        var random = SplitMix(seed: seed)
        let edges = [1, 2, 255, 256, 257, 1436, 128 * 1436, 128 * 1436 + 1, LinkLimits.objectSize]
        var found = 0
        for step in 0..<1_000 {
            let length = step < 200 ? edges[step % edges.count] : 1 + random.below(1 << (1 + random.below(22)))
            let size = random.chance(0.1) ? length : 200 + random.below(1300)
            guard let layout = ObjectLayout(length: length, size: size) else { continue }
            found += 1
            #expect(layout.length == length && layout.size == size)
            guard Self.coversAll(layout) else {
                Issue.record("\(length) bytes in symbols of \(size)")
                return
            }
        }
        #expect(found > 500)
    }

    @Test(arguments: [UInt64(4), 5])
    func cuttingFitsAndIsEven(seed: UInt64) throws {
        var random = SplitMix(seed: seed)
        for _ in 0..<1_000 {
            let length = 1 + random.below(1 << (1 + random.below(20)))
            let largest = ObjectLayout.smallestSymbol + random.below(1200)
            let layout = try #require(ObjectLayout.cutting(length: length, largestSymbol: largest))
            #expect(layout.size <= largest)
            #expect(layout.symbols <= (length + largest - 1) / largest)
            guard Self.coversAll(layout) else {
                Issue.record("\(length) bytes cut to \(largest)")
                return
            }
            // No datagram is left half full: the last symbol lacks less than one byte a symbol, but for the smallest ones.
            if layout.size > ObjectLayout.smallestSymbol {
                #expect(layout.symbols * layout.size - length < layout.symbols)
            }
        }
    }

    @Test func whatCannotBeIsRefused() {
        for (length, size) in [
            (0, 256), (-1, 256), (1, 0), (1, -1), (1000, 255), (10, 1473), (LinkLimits.objectSize + 1, 1400),
            (1 << 31, 1400), (Int.max, 1400), (LinkLimits.objectSize, 256),
        ] { #expect(ObjectLayout(length: length, size: size) == nil, "\(length) \(size)") }
        #expect(ObjectLayout.cutting(length: 0, largestSymbol: 1000) == nil)
        #expect(ObjectLayout.cutting(length: 10, largestSymbol: 0) == nil)
        #expect(ObjectLayout(length: 255, size: 255)?.symbols == 1)
        #expect(ObjectLayout(length: 128 * 1000, size: 1000)?.blocks == 1)
        #expect(ObjectLayout(length: 128 * 1000 + 1, size: 1000)?.blocks == 2)
    }
}
