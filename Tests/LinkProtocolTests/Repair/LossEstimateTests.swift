import TestSupport
import Testing

@testable import LinkProtocol

@Suite struct LossEstimateTests {
    private static func estimate(_ count: Int, seed: UInt64, loss: Double, run: Double) -> LossEstimate {
        var random = SplitMix(seed: seed)
        var estimate = LossEstimate()
        var isBad = false
        for _ in 0..<count {
            // Gilbert: bad stretches of `run` datagrams on average; with a run of one they come alone.
            if run > 1 {
                if random.chance(isBad ? 1 / run : loss / (1 - loss) / run) { isBad.toggle() }
                estimate.note(lost: isBad)
            } else {
                estimate.note(lost: random.chance(loss))
            }
        }
        return estimate
    }

    @Test(arguments: [0.01, 0.05, 0.1, 0.2], [UInt64(1), 2])
    func lossesThatComeAlone(loss: Double, seed: UInt64) {
        let estimate = Self.estimate(6000, seed: seed, loss: loss, run: 1)
        // Some hundred datagrams: within four standard deviations of their mean.
        let deviation = (loss * (1 - loss) / 800).squareRoot()
        #expect(abs(estimate.fraction - loss) < 4 * deviation)
        #expect(!estimate.isBursty)
        #expect(estimate.meanRun < 1.5)
    }

    @Test(arguments: [UInt64(3), 4, 5])
    func lossesThatComeTogether(seed: UInt64) {
        let estimate = Self.estimate(20_000, seed: seed, loss: 0.1, run: 8)
        #expect((5...11).contains(estimate.meanRun))
        #expect((0.05...0.16).contains(estimate.fraction))
    }

    @Test func nothingLostNothingFound() {
        var estimate = LossEstimate()
        #expect(estimate.fraction == 0)
        #expect(estimate.meanRun == 1)
        for _ in 0..<100 { estimate.note(lost: false) }
        #expect(estimate.fraction == 0)
        #expect(!estimate.isBursty)
        // One loss is forgotten in time, wholly.
        estimate.note(lost: true)
        #expect(estimate.fraction > 0)
        for _ in 0..<4000 { estimate.note(lost: false) }
        #expect(estimate.fraction == 0)
    }

    @Test func everythingLostStaysAProbability() {
        var estimate = LossEstimate()
        for _ in 0..<5000 { estimate.note(lost: true) }
        #expect(estimate.fraction > 0.9 && estimate.fraction <= 1)
    }
}
