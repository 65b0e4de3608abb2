import TestSupport
import Testing

@testable import LinkProtocol

@Suite struct RepairPlanTests {
    /// Share of trials in which fewer than `missing` of `sent` symbols arrive.
    private static func failures(_ sent: Int, _ missing: Int, _ loss: Double, _ random: inout SplitMix) -> Double {
        let trials = 50_000
        let limit = UInt64(loss * Double(UInt64.max))
        var failed = 0
        for _ in 0..<trials {
            var lost = 0
            for _ in 0..<sent where random.next() < limit { lost += 1 }
            if sent - lost < missing { failed += 1 }
        }
        return Double(failed) / Double(trials)
    }

    /// The last round fails as rarely as promised, and one symbol less would not be enough. Three standard deviations of 50,000
    /// trials at 0.0006 are 0.00033.
    @Test(arguments: [(1, 0.1), (1, 0.3), (3, 0.05), (8, 0.2), (20, 0.1)])
    func lastRoundIsRareToFail(missing: Int, loss: Double) {
        var random = SplitMix(seed: UInt64(missing))
        var plan = RepairPlan()
        let sent = plan.symbols(missing: missing, roundsLeft: 0, loss: loss)
        #expect(Self.failures(sent, missing, loss, &random) <= RepairPlan.failure + 0.00035)
        #expect(Self.failures(sent - 1, missing, loss, &random) >= RepairPlan.failure - 0.00035)
    }

    /// With a round left, the number that was chosen costs least: symbols now and those of the last round, on average.
    @Test(arguments: [(10, 0.1), (40, 0.05)])
    func earlierRoundCostsLeast(missing: Int, loss: Double) {
        var plan = RepairPlan()
        let chosen = plan.symbols(missing: missing, roundsLeft: 1, loss: loss)
        let last = (0...missing).map { plan.symbols(missing: $0, roundsLeft: 0, loss: loss) }
        func cost(_ sent: Int) -> Double {
            // The same seed for all, so that differences are not chance.
            var random = SplitMix(seed: 5)
            var sum = 0
            for _ in 0..<4000 {
                var lost = 0
                for _ in 0..<sent where random.chance(loss) { lost += 1 }
                sum += sent + last[max(0, missing - (sent - lost))]
            }
            return Double(sum) / 4000
        }
        let best = cost(chosen)
        for other in missing...missing + 15 { #expect(best <= cost(other) + 0.15, "\(chosen) against \(other)") }
    }

    @Test func monotone() {
        var plan = RepairPlan()
        var before: [[Int]] = []
        for loss in [0, 0.01, 0.05, 0.1, 0.2, 0.3, 0.4] {
            let table = (0...2).map { rounds in
                (0...128).map { plan.symbols(missing: $0, roundsLeft: rounds, loss: loss) }
            }
            for row in table {
                #expect(row[0] == 0)
                // More missing, more symbols; never fewer than are missing.
                for missing in 1...128 where row[missing] <= row[missing - 1] || row[missing] < missing {
                    Issue.record("\(missing) missing at \(loss): \(row[missing - 1]), then \(row[missing])")
                }
            }
            // Who may try again sends no more now than who may not.
            for missing in 0...128 where table[1][missing] > table[0][missing] {
                Issue.record("\(missing) missing at \(loss): an earlier round sends more than the last")
            }
            if let previous = before.first {
                for missing in 0...128 where table[0][missing] < previous[missing] {
                    Issue.record("\(missing) missing: fewer at \(loss)")
                }
            }
            before = table
        }
    }

    @Test func edges() {
        var plan = RepairPlan()
        for rounds in -1...5 {
            #expect((0...128).allSatisfy { plan.symbols(missing: $0, roundsLeft: rounds, loss: 0) == $0 })
        }
        for loss in [-1, 0.6, 17, .infinity, -.infinity] {
            #expect(plan.symbols(missing: 1, roundsLeft: 0, loss: loss) >= 1)
        }
        #expect(plan.symbols(missing: -4, roundsLeft: 0, loss: 0.1) == 0)
        #expect(
            plan.symbols(missing: 1000, roundsLeft: 9, loss: 0.1)
                == plan.symbols(missing: 128, roundsLeft: 2, loss: 0.1)
        )
        // The case that the plan is for: one missing symbol at 10 % loss.
        #expect(plan.symbols(missing: 1, roundsLeft: 0, loss: 0.1) == 4)
    }
}
