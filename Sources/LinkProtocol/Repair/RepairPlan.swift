/// How many symbols to have on the way so that a block of which `missing` are needed still arrives in time.
///
/// Each symbol gets through with probability 1 − p, each on its own. With no further chance to repair, enough must leave that
/// failure is rarer than `failure`. With chances left, the number is chosen that makes the expected sum of all symbols least
/// (backward induction over the rounds). Exact binomials instead of the normal approximation of the literature, because the
/// interesting numbers are small: one missing symbol at 10 % loss needs four in the last round, not 1.11.
struct RepairPlan: Sendable {
    /// Rarer than this a block may fail after its last round.
    static let failure = 6e-4
    /// Blocks have at most this many data symbols.
    private static let most = 128
    /// Rounds beyond this many change nothing any more.
    static let rounds = 2
    private static let step = 0.005
    private static let steps = 100
    /// `[r][m]`: symbols for m missing with r rounds left after this one. Made when a loss is first met, and kept: the estimate
    /// wanders to and fro between few values.
    private var tables = [[[Int]]](repeating: [], count: steps + 1)

    /// Symbols to have on the way. `loss` 0…0.5 is rounded to half per cents.
    mutating func symbols(missing: Int, roundsLeft: Int, loss: Double) -> Int {
        guard missing > 0 else { return 0 }
        let bucket = Int((min(max(loss, 0), 0.5) / Self.step).rounded())
        if tables[bucket].isEmpty { tables[bucket] = Self.table(Double(bucket) * Self.step) }
        return tables[bucket][min(max(roundsLeft, 0), Self.rounds)][min(missing, Self.most)]
    }

    private static func table(_ p: Double) -> [[Int]] {
        let last = lastRound(p)
        var table = [last]
        var cost = last.map(Double.init)
        for _ in 1...rounds {
            let (symbols, costs) = earlierRound(p, after: cost)
            table.append(symbols)
            cost = costs
        }
        return table
    }

    /// The least n with P(fewer than m of n arrive) ≤ `failure`.
    private static func lastRound(_ p: Double) -> [Int] {
        var symbols = [0]
        var n = 0
        for m in 1...most {
            n = max(n + 1, m)
            while n < 2 * m + 24, shortfall(n, m, p) > failure { n += 1 }
            symbols.append(n)
        }
        return symbols
    }

    /// P(fewer than m of n arrive).
    private static func shortfall(_ n: Int, _ m: Int, _ p: Double) -> Double {
        var sum = 0.0
        eachLoss(n, p) { lost, probability in
            if n - lost < m { sum += probability }
        }
        return sum
    }

    private static func earlierRound(_ p: Double, after next: [Double]) -> ([Int], [Double]) {
        var symbols = [0]
        var costs = [0.0]
        for m in 1...most {
            var best = (n: m, cost: Double.infinity)
            for n in m...(m + m / 2 + 8) {
                var expected = Double(n)
                eachLoss(n, p) { lost, probability in
                    expected += probability * next[max(0, m - (n - lost))]
                }
                guard expected < best.cost - 1e-9 else { break }
                best = (n, expected)
            }
            symbols.append(best.n)
            costs.append(best.cost)
        }
        return (symbols, costs)
    }

    /// Binomial probabilities of each number of losses among n.
    private static func eachLoss(_ n: Int, _ p: Double, _ body: (Int, Double) -> Void) {
        guard p > 0 else { return body(0, 1) }
        var probability = 1.0
        for _ in 0..<n { probability *= 1 - p }
        for lost in 0...n {
            body(lost, probability)
            // Beyond the bulk the rest is too rare to count.
            if probability < 1e-12, Double(lost) > Double(n) * p { return }
            probability *= Double(n - lost) / Double(lost + 1) * p / (1 - p)
        }
    }
}
