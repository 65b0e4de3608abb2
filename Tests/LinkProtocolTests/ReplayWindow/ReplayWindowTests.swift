import TestSupport
import LinkProtocol
import Testing

/// Accepted before, or too old: the specification that the bitmap must agree with.
private struct Model {
    private var seen: Set<UInt64> = []
    private var highest: UInt64?

    mutating func accept(_ counter: UInt64) -> Bool {
        if let highest, counter <= highest, highest - counter >= ReplayWindow.size { return false }
        highest = max(highest ?? counter, counter)
        return seen.insert(counter).inserted
    }
}

@Suite struct ReplayWindowTests {
    static let cases: [(seed: UInt64, start: UInt64)] = [
        (1, 0), (2, 5_000), (3, 1 << 40), (4, .max - 30_000), (5, .max - 9_000),
    ]

    @Test(arguments: cases)
    func agreesWithASet(seed: UInt64, start: UInt64) {
        var random = SplitMix(seed: seed)
        var window = ReplayWindow()
        var model = Model()
        var base = start
        for step in 0..<40_000 {
            let counter: UInt64
            switch random.below(20) {
            case 0: counter = base &- min(base, UInt64(random.below(20_000)))  // old, often too old
            case 1: counter = base &- min(base, ReplayWindow.size - 2 + UInt64(random.below(5)))  // the edge
            case 2: counter = base.addingClamped(UInt64(random.below(300)))
            case 3 where step.isMultiple(of: 700): counter = base.addingClamped(UInt64(random.below(20_000)))
            case 4...9: counter = base &- min(base, UInt64(random.below(200)))
            default: counter = base.addingClamped(1)
            }
            let expected = model.accept(counter)
            guard window.accept(counter) == expected else {
                Issue.record("step \(step): counter \(counter) should have been \(expected)")
                return
            }
            base = max(base, counter)
        }
    }

    @Test func highestCounterOfAll() {
        var window = ReplayWindow()
        expect(window.accept(0), is: true)
        expect(window.accept(.max), is: true)
        expect(window.accept(.max), is: false)
        expect(window.accept(0), is: false)
        expect(window.accept(.max - ReplayWindow.size + 1), is: true)
        expect(window.accept(.max - ReplayWindow.size), is: false)
        expect(window.accept(.max - 1), is: true)
        #expect(window.highest == .max)
    }

    @Test func everyCounterOnce() {
        var window = ReplayWindow()
        for counter in (0..<UInt64(20_000)) { expect(window.accept(counter), is: true) }
        for counter in (0..<UInt64(20_000)) where window.accept(counter) { Issue.record("\(counter) accepted twice") }
    }
}

extension UInt64 {
    fileprivate func addingClamped(_ other: UInt64) -> UInt64 {
        let (sum, overflow) = addingReportingOverflow(other)
        return overflow ? .max : sum
    }
}
