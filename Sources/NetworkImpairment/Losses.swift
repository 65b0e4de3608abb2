import Glibc

/// A number of exponential distribution with this mean; at most 37 times the mean.
func exponential(_ unit: Double, mean: Double) -> Double { -log(1 - unit) * mean }

/// Bursts of loss from datagram to datagram: E. N. Gilbert, "Capacity of a burst-noise channel" (1960), with all lost while
/// bad and nothing while good.
struct Bursts {
    private var isBad = false
    private var becomesBad = 0.0
    private var becomesGood = 1.0

    mutating func adopt(_ burst: (fraction: Double, meanDatagrams: Double)?) {
        let fraction = boundedProbability(burst?.fraction ?? 0)
        guard let burst, fraction > 0 else {
            (becomesBad, becomesGood) = (0, 1)
            return
        }
        guard fraction < 1 else {
            (becomesBad, becomesGood) = (1, 0)
            return
        }
        // A good time is one datagram at least, so a high fraction asks for long bursts.
        let wanted = burst.meanDatagrams > 1 ? burst.meanDatagrams : 1
        let length = max(wanted, fraction / (1 - fraction))
        (becomesBad, becomesGood) = (fraction / (1 - fraction) / length, 1 / length)
    }
    /// Whether the next datagram falls into a burst.
    mutating func next(_ unit: Double) -> Bool {
        if unit < (isBad ? becomesGood : becomesBad) { isBad.toggle() }
        return isBad
    }
}

/// Fades in time. They have a generator of their own, so that they do not depend on how many datagrams there are.
struct Fades {
    private var generator: SeededGenerator
    private var fraction = 0.0
    private var meanFaded = 1.0
    private var meanClear = 1.0
    private var isFaded = false
    private var changesAt: Int64?

    init(seed: UInt64) { generator = SeededGenerator(seed: seed) }

    /// Takes over other fades, which begin at `start` (nanoseconds since the path's start) or with the next datagram; the
    /// same ones go on.
    mutating func adopt(_ fade: (fraction: Double, meanDuration: Duration)?, start: Int64?) {
        let newFraction = boundedProbability(fade?.fraction ?? 0)
        let newMean = Double(max(fade?.meanDuration.boundedNanoseconds ?? 0, 1000))
        guard newFraction != fraction || newMean != meanFaded else { return }
        (fraction, meanFaded) = (newFraction, newMean)
        isFaded = false
        changesAt = nil
        guard fraction > 0, fraction < 1 else { return }
        meanClear = min(meanFaded * (1 - fraction) / fraction, 1e16)
        if let start { changesAt = start + draw(meanClear) }
    }

    mutating func isFaded(at time: Int64) -> Bool {
        guard fraction > 0 else { return false }
        guard fraction < 1 else { return true }
        var end = changesAt ?? time + draw(meanClear)
        var changes = 0
        while time >= end {
            if changes == 100_000 {
                // After a very long pause the past does not matter: an exponential time has no memory.
                isFaded = generator.unit() < fraction
                end = time + 1 + draw(isFaded ? meanFaded : meanClear)
                break
            }
            changes += 1
            isFaded.toggle()
            end += 1 + draw(isFaded ? meanFaded : meanClear)
        }
        changesAt = end
        return isFaded
    }
    private mutating func draw(_ mean: Double) -> Int64 { Int64(exponential(generator.unit(), mean: mean)) }
}
