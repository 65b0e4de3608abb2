@testable import FlightTypes
import Testing

private func at(_ seconds: Double) -> MonotonicInstant { MonotonicInstant(nanoseconds: Int64(seconds * 1e9)) }

@Suite struct RepeatedTroubleTests {
    @Test func sameTroubleIsToldAtOnceThenAtGrowingPauses() {
        var trouble = RepeatedTrouble()
        var told: [(Double, UInt64)] = []
        // Four times a second for three hours.
        for step in 0..<43_200 {
            let seconds = Double(step) / 4
            if let tally = trouble.failed("no socket", at: at(seconds)) { told.append((seconds, tally.count)) }
        }
        #expect(told.map(\.0) == [0, 10, 70, 670, 4270, 7870])
        #expect(told.map(\.1) == [1, 41, 281, 2681, 17_081, 31_481])
        let over = trouble.worked(at: at(10_800))
        #expect(over == .init(count: 43_200, duration: .seconds(10_800)))
        #expect(over?.afterwards() == " after 43200 failures in 3 h")
        #expect(trouble.worked(at: at(10_801)) == nil)
    }

    @Test func firstLineSaysNoCountAndLaterOnesDo() {
        var trouble = RepeatedTrouble()
        #expect(trouble.failed(at: at(5))?.times == "")
        for step in 1..<20 { #expect(trouble.failed(at: at(5 + Double(step) / 2)) == nil) }
        #expect(trouble.failed(at: at(15))?.times == " (21 times in 10 s)")
        #expect(
            RepeatedTrouble.Tally(count: 312, duration: .seconds(300)).afterwards() == " after 312 failures in 5 min")
        #expect(RepeatedTrouble.Tally(count: 1, duration: .seconds(300)).afterwards("silences") == "")
        #expect(RepeatedTrouble.Tally(count: 3, duration: .milliseconds(10)).times == " (3 times in less than 1 s)")
    }

    @Test func anotherReasonIsToldAtOnceButNotWithoutEnd() {
        var trouble = RepeatedTrouble()
        var told = 0
        // Two reasons in turn: each once. Then a new reason each time: no more than the limit.
        for step in 0..<8 where trouble.failed(step % 2 == 0 ? "full" : "read-only", at: at(Double(step))) != nil {
            told += 1
        }
        #expect(told == 2)
        for step in 0..<100 where trouble.failed("reason \(step)", at: at(8 + Double(step) / 100)) != nil { told += 1 }
        #expect(told == RepeatedTrouble.reasonsLimit)
    }

    /// It fails and works in turn, each second for an hour: a pair of lines at each pause.
    @Test func whatFlapsIsNotToldAtEachChange() {
        var trouble = RepeatedTrouble()
        var lines: [(Int, Bool)] = []
        for second in 0..<3600 {
            if second % 2 == 0 {
                if trouble.failed(at: at(Double(second))) != nil { lines.append((second, true)) }
            } else if trouble.worked(at: at(Double(second))) != nil {
                lines.append((second, false))
            }
        }
        #expect(lines.map(\.0) == [0, 1, 10, 11, 70, 71, 670, 671])
        #expect(lines.map(\.1) == [true, false, true, false, true, false, true, false])
    }

    /// The last change must not stay untold: what fell silent for good is told when the pause is over.
    @Test func lastChangeIsToldInTheEnd() {
        var trouble = RepeatedTrouble()
        #expect(trouble.failed(at: at(0)) != nil)
        #expect(trouble.worked(at: at(1)) != nil)
        #expect(trouble.failed(at: at(2)) == nil)
        #expect(trouble.stillTroubled(at: at(9)) == nil)
        #expect(trouble.stillTroubled(at: at(10))?.count == 2)
        #expect(trouble.stillTroubled(at: at(5000)) == nil)
        #expect(trouble.worked(at: at(5001))?.count == 2)
    }

    @Test func afterAMinuteOfCalmItIsNewTrouble() {
        var trouble = RepeatedTrouble()
        for second in 0..<30 { _ = trouble.failed("x", at: at(Double(second))) }
        #expect(trouble.worked(at: at(30)) != nil)
        #expect(trouble.failed("x", at: at(90)) == .init(count: 1, duration: .zero))
        // A failure every hour is told every hour.
        #expect(trouble.failed("x", at: at(3690))?.count == 2)
    }

    @Test func thingsAreCountedApartAndBounded() {
        var troubles = Troubles<Int>()
        #expect(troubles.failed(1, at: at(0)) != nil)
        #expect(troubles.failed(2, at: at(0)) != nil)
        #expect(troubles.failed(1, at: at(1)) == nil)
        #expect(troubles.worked(1, at: at(2))?.count == 2)
        #expect(troubles.worked(3, at: at(2)) == nil)
        #expect(troubles.failed(1, at: at(3)) == nil)
        #expect(troubles.stillTroubled(at: at(12)).map(\.key) == [1])
        for key in 10..<1000 { #expect(troubles.failed(key, at: at(20 + Double(key))) != nil) }
        #expect(
            Mirror(reflecting: troubles).children.first.map { Mirror(reflecting: $0.value).children.count }
                == Troubles<Int>.limit)
    }
}
