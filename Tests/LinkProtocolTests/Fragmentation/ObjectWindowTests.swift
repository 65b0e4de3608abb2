import TestSupport
import Testing

@testable import LinkProtocol

/// What the bitmap must agree with.
private struct Model {
    var over: Set<UInt32> = []
    var whole: Set<UInt32> = []
    var highest: UInt32?

    func isOpen(_ number: UInt32) -> Bool {
        guard let highest else { return true }
        if number > highest { return number - highest <= ObjectWindow.largestStep }
        return highest - number < ObjectWindow.size && !over.contains(number)
    }
    mutating func close(_ number: UInt32, isWhole: Bool) {
        over.insert(number)
        if isWhole { whole.insert(number) }
        highest = max(highest ?? number, number)
    }
    var newestWhole: UInt64 {
        guard let highest else { return 0 }
        return (0..<64).reduce(0) { bits, distance in
            distance <= highest && whole.contains(highest - distance) ? bits | 1 << UInt64(distance) : bits
        }
    }
}

@Suite struct ObjectWindowTests {
    static let cases: [(seed: UInt64, first: UInt32)] = [(1, 0), (2, 5), (3, 70_000), (4, .max - 20_000)]

    @Test(arguments: cases)
    func agreesWithASet(seed: UInt64, first: UInt32) {
        var random = SplitMix(seed: seed)
        var window = ObjectWindow()
        var model = Model()
        var base = first
        for step in 0..<15_000 {
            let number: UInt32
            switch random.below(20) {
            case 0: number = base - min(base, UInt32(random.below(12_000)))
            case 1: number = base - min(base, ObjectWindow.size - 2 + UInt32(random.below(5)))
            case 2: number = base < .max - 300 ? base + UInt32(random.below(300)) : base
            case 3...9: number = base - min(base, UInt32(random.below(200)))
            default: number = base < .max ? base + 1 : base
            }
            guard window.isOpen(number) == model.isOpen(number), window.newestWhole == model.newestWhole,
                window.highest == model.highest
            else {
                Issue.record("step \(step): number \(number), highest \(String(describing: model.highest))")
                return
            }
            if window.isOpen(number) {
                let isWhole = random.chance(0.8)
                window.close(number, isWhole: isWhole)
                model.close(number, isWhole: isWhole)
                #expect(!window.isOpen(number))
            }
            base = max(base, number)
        }
    }

    @Test func aLargeStepIsRefusedAndALargeAllowedOneForgetsAll() {
        var window = ObjectWindow()
        #expect(window.isOpen(.max))
        window.close(10, isWhole: true)
        #expect(window.newestWhole == 1)
        #expect(!window.isOpen(10 + ObjectWindow.largestStep + 1))
        #expect(window.isOpen(10 + ObjectWindow.largestStep))
        window.close(10 + ObjectWindow.largestStep, isWhole: false)
        #expect(window.newestWhole == 0)
        #expect(!window.isOpen(10))
        #expect(window.isOpen(9 + ObjectWindow.largestStep))
    }
}
