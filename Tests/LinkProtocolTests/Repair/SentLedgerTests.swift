import TestSupport
import FlightTypes
import Testing

@testable import LinkProtocol

private let start = MonotonicInstant(nanoseconds: 1_000_000_000)

/// Says of the counters in `arrived` that they have arrived.
private func feedback(_ arrived: Set<UInt64>) -> Feedback {
    let highest = arrived.max() ?? 0
    var map = [UInt64](repeating: 0, count: 8)
    for counter in arrived where highest - counter < 512 {
        map[Int((highest - counter) / 64)] |= 1 << ((highest - counter) % 64)
    }
    return Feedback(session: 1, highest: highest, delayMicroseconds: 0, sent: start, map: map)
}
private func symbol(_ number: UInt64) -> SentLedger.Load {
    .symbol(object: UInt32(truncatingIfNeeded: number), block: 0, index: 0)
}

@Suite struct SentLedgerTests {
    /// A ledger of `count` datagrams of 1000 bytes, `apart` from each other.
    private static func ledger(_ count: UInt64, apart: Duration = .zero) -> SentLedger {
        var ledger = SentLedger(session: 1)
        for counter in 0..<count {
            ledger.sent(counter, load: symbol(counter), bytes: 1000, at: start.advanced(by: apart * Int(counter)))
        }
        return ledger
    }

    @Test func threeNewerOnesShowALoss() {
        var estimate = LossEstimate()
        var ledger = Self.ledger(10)
        var outcome = ledger.handle(feedback([0, 2, 3]), estimate: &estimate)
        #expect(outcome.arrived == [symbol(3), symbol(2), symbol(0)])
        #expect(outcome.lost.isEmpty)
        #expect(outcome.arrivedBytes == 3000)
        #expect(ledger.bytesOnTheWay == 7000)
        outcome = ledger.handle(feedback([0, 2, 3, 4]), estimate: &estimate)
        #expect(outcome.arrived == [symbol(4)])
        #expect(outcome.lost == [symbol(1)])
        #expect(ledger.bytesOnTheWay == 5000)
        #expect(estimate.fraction > 0)
        // Said again it is no news.
        outcome = ledger.handle(feedback([0, 2, 3, 4]), estimate: &estimate)
        #expect(outcome.arrived.isEmpty && outcome.lost.isEmpty)
    }

    @Test func timeShowsALoss() {
        var estimate = LossEstimate()
        var ledger = Self.ledger(4, apart: .milliseconds(9))
        #expect(ledger.reordering == .milliseconds(8))
        let outcome = ledger.handle(feedback([0, 2]), estimate: &estimate)
        #expect(outcome.lost == [symbol(1)])
        #expect(ledger.oldestOnTheWay == start.advanced(by: .milliseconds(27)))
    }

    @Test func aPathThatReordersGetsMorePatience() {
        var estimate = LossEstimate()
        var ledger = Self.ledger(20, apart: .milliseconds(1))
        expect(ledger.handle(feedback([1, 2, 3]), estimate: &estimate).lost, is: [symbol(0)])
        // It was only late: it counts as arrived after all, and from now on numbers alone show nothing.
        let outcome = ledger.handle(feedback([0, 1, 2, 3]), estimate: &estimate)
        #expect(outcome.arrived == [symbol(0)])
        #expect(ledger.reordering == .milliseconds(12))
        expect(ledger.handle(feedback([0, 1, 2, 3, 16]), estimate: &estimate).lost, is: [])
        expect(ledger.handle(feedback([0, 1, 2, 3, 17]), estimate: &estimate).lost, is: [symbol(4)])
        #expect(ledger.bytesOnTheWay == 13_000)
    }

    @Test func patienceHasAnEnd() {
        var estimate = LossEstimate()
        var ledger = SentLedger(session: 1)
        for counter in 0..<UInt64(400) {
            ledger.sent(counter, load: .other, bytes: 100, at: start.advanced(by: .milliseconds(Int(counter) * 100)))
            guard counter > 0, !counter.isMultiple(of: 2) else { continue }
            _ = ledger.handle(feedback([counter]), estimate: &estimate)
            _ = ledger.handle(feedback([counter - 1, counter]), estimate: &estimate)
        }
        #expect(ledger.reordering == .milliseconds(60))
    }

    @Test func whatFallsOutOfTheWindowIsLost() {
        var ledger = Self.ledger(SentLedger.capacity + 100)
        #expect(ledger.takeLost() == (0..<100).map { symbol($0) })
        #expect(ledger.takeLost().isEmpty)
        #expect(ledger.bytesOnTheWay == 1000 * Int(SentLedger.capacity))
        #expect(ledger.sentTime(of: 99) == nil)
        #expect(ledger.sentTime(of: 100) == start)
        #expect(ledger.sentTime(of: SentLedger.capacity + 100) == nil)
    }

    @Test func claimsAboutTheFutureAreIgnored() {
        var estimate = LossEstimate()
        var ledger = Self.ledger(5)
        let outcome = ledger.handle(feedback([3, 5]), estimate: &estimate)
        #expect(outcome.arrived.isEmpty && outcome.lost.isEmpty)
        #expect(ledger.highestArrived == nil)
        for highest: UInt64 in [.max, .max - 1, 1 << 40] {
            _ = ledger.handle(feedback([highest]), estimate: &estimate)
        }
        #expect(ledger.bytesOnTheWay == 5000)
        // A map that reaches below zero.
        let all = Feedback(
            session: 1, highest: 4, delayMicroseconds: 0, sent: start, map: [UInt64](repeating: .max, count: 8))
        expect(ledger.handle(all, estimate: &estimate).arrived.count, is: 5)
        #expect(ledger.bytesOnTheWay == 0)
    }

    @Test func forgettingSaysNothingAboutThePath() {
        var estimate = LossEstimate()
        var ledger = Self.ledger(50)
        _ = ledger.handle(feedback([0, 1]), estimate: &estimate)
        ledger.forgetOpen()
        #expect(ledger.bytesOnTheWay == 0)
        #expect(ledger.oldestOnTheWay == nil)
        ledger.sent(50, load: symbol(50), bytes: 1000, at: start)
        // What comes all the same has arrived, and what does not was given up already.
        let outcome = ledger.handle(feedback([10, 50]), estimate: &estimate)
        #expect(outcome.arrived == [symbol(50), symbol(10)])
        #expect(Set(outcome.lost) == Set((2..<50).map { symbol($0) }))
        #expect(estimate.fraction == 0)
        #expect(ledger.bytesOnTheWay == 0)
    }

    @Test func largeOnesAreCountedApart() {
        var estimate = LossEstimate()
        var ledger = SentLedger(session: 1)
        for counter in 0..<UInt64(8) {
            let load = counter == 1 ? SentLedger.Load.mtuProbe(1472) : symbol(counter)
            ledger.sent(counter, load: load, bytes: counter < 4 ? 1500 : 1228, at: start)
        }
        let outcome = ledger.handle(feedback([0, 4, 5, 6, 7]), estimate: &estimate)
        #expect(outcome.largeArrived == 1)
        // A lost probe says nothing about what was proven.
        #expect(outcome.largeLost == 2)
        #expect(outcome.smallArrived == 4)
        #expect(outcome.lost.contains(.mtuProbe(1472)))
    }

    /// Whatever comes in whatever order: bytes on the way are those of datagrams of which nothing is known.
    @Test(arguments: [UInt64(1), 2, 3, 4])
    func bytesAreNeverNegative(seed: UInt64) {
        var random = SplitMix(seed: seed)
        var estimate = LossEstimate()
        var ledger = SentLedger(session: 1)
        var open: [UInt64: Int] = [:]
        var arrivals: [UInt64: Int] = [:]
        var now = start
        for _ in 0..<3000 {
            now = now.advanced(by: .microseconds(random.below(4000)))
            for _ in 0..<random.below(random.chance(0.01) ? 5000 : 4) {
                let bytes = 1 + random.below(1500)
                open[ledger.next] = bytes
                ledger.sent(ledger.next, load: symbol(ledger.next), bytes: bytes, at: now)
            }
            var known = ledger.takeLost()
            if ledger.next > 0, random.chance(0.5) {
                let highest = ledger.next - 1 - min(ledger.next - 1, UInt64(random.below(600)))
                let map = (0..<8).map { _ in random.next() | random.next() }
                let news = Feedback(session: 1, highest: highest, delayMicroseconds: 0, sent: now, map: map)
                let outcome = ledger.handle(news, estimate: &estimate)
                for load in outcome.arrived {
                    guard case .symbol(let object, _, _) = load else { continue }
                    arrivals[UInt64(object), default: 0] += 1
                }
                known += outcome.arrived + outcome.lost
            }
            if random.chance(0.002) { ledger.forgetOpen() }
            known += ledger.takeLost()
            for load in known {
                if case .symbol(let object, _, _) = load { open[UInt64(object)] = nil }
            }
            guard ledger.bytesOnTheWay == open.values.reduce(0, +) else {
                Issue.record("\(ledger.bytesOnTheWay) bytes instead of \(open.values.reduce(0, +))")
                return
            }
        }
        // Nothing arrives twice.
        #expect(arrivals.values.allSatisfy { $0 == 1 })
        #expect(arrivals.count > 500)
        ledger.forgetOpen()
        #expect(ledger.bytesOnTheWay == 0)
        #expect((0...1).contains(estimate.fraction))
    }
}
