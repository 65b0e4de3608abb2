import TestSupport
import LinkProtocol
import Testing

@Suite struct SequenceRangesTests {
    @Test(arguments: [UInt64(1), 2, 3], [UInt64(0), UInt64.max - 400])
    func agreesWithASet(seed: UInt64, base: UInt64) {
        var random = SplitMix(seed: seed)
        var ranges = SequenceRanges()
        var model: Set<UInt64> = []
        for _ in 0..<300 {
            let first = base + UInt64(random.below(395))
            let last = first + UInt64(random.chance(0.7) ? 0 : random.below(6))
            expect(ranges.insert(first...last), is: true)
            model.formUnion(first...last)
            #expect(ranges.count == UInt64(model.count))
            // Ascending, and not touching.
            for (a, b) in zip(ranges.ranges, ranges.ranges.dropFirst()) where a.upperBound + 1 >= b.lowerBound {
                Issue.record("\(a) and \(b)")
            }
            let start = base + UInt64(random.below(400))
            let end = base + UInt64(random.below(400))
            let missing = start <= end ? (start...end).first { !model.contains($0) } : nil
            #expect(ranges.firstMissing(from: start, through: end) == missing)
            #expect(ranges.contains(start) == model.contains(start))
        }
        #expect(model == Set(ranges.ranges.flatMap { Array($0) }))
    }

    @Test func theWholeRange() {
        var ranges = SequenceRanges()
        #expect(ranges.isEmpty && ranges.count == 0)
        #expect(ranges.firstMissing(from: 0, through: .max) == 0)
        ranges.insert(.max)
        ranges.insert(0)
        #expect(ranges.count == 2)
        ranges.insert(0...(.max))
        #expect(ranges.ranges == [0...(.max)])
        #expect(ranges.count == .max)
        #expect(ranges.firstMissing(from: 0, through: .max) == nil)
        ranges.insert(5)
        #expect(ranges.ranges.count == 1)
    }

    @Test func nothingIsClaimedBeyondTheLimit() {
        var ranges = SequenceRanges()
        for number in 0..<UInt64(SequenceRanges.limit) { ranges.insert(number * 2) }
        expect(ranges.insert(1_000_000), is: false)
        #expect(!ranges.contains(1_000_000))
        // What joins ranges is taken, and makes room.
        expect(ranges.insert(1), is: true)
        expect(ranges.insert(1_000_000), is: true)
        #expect(ranges.ranges.count == SequenceRanges.limit)
    }
}
