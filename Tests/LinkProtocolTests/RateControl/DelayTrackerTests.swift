import TestSupport
import FlightTypes
import Testing

@testable import LinkProtocol

private let start = MonotonicInstant(nanoseconds: 1_000_000_000)

@Suite struct DelayTrackerTests {
    /// A sample every 10 ms for `duration`, whose queue is a function of the time.
    private static func note(
        _ tracker: inout DelayTracker, from begin: Duration, for duration: Duration, offset: Duration = .zero,
        _ queue: (Int) -> Int
    ) {
        for step in 0..<Int(duration.milliseconds / 10) {
            let queued = Duration.milliseconds(queue(step * 10))
            let now = start.advanced(by: begin + .milliseconds(step * 10))
            tracker.note(oneWay: .milliseconds(30) + queued + offset, roundTrip: .milliseconds(60) + queued, at: now)
        }
    }

    @Test(arguments: [Duration.zero, .seconds(3 * 3600), .seconds(-3 * 3600)])
    func clocksNeedNotAgree(offset: Duration) {
        var tracker = DelayTracker()
        Self.note(&tracker, from: .zero, for: .seconds(1), offset: offset) { _ in 0 }
        #expect(tracker.standing == .zero)
        Self.note(&tracker, from: .seconds(1), for: .milliseconds(300), offset: offset) { _ in 50 }
        #expect(tracker.standing == .milliseconds(50))
        #expect(tracker.newest == .milliseconds(50))
    }

    /// A frame's burst stands up to 60 ms and is gone again within a tenth of a second: that is no queue that stays.
    @Test func burstsThatDrainDoNotStand() {
        var tracker = DelayTracker()
        Self.note(&tracker, from: .zero, for: .seconds(1)) { _ in 0 }
        var worst = Duration.zero
        for burst in 0..<20 {
            Self.note(&tracker, from: .seconds(1) + .milliseconds(burst * 100), for: .milliseconds(100)) {
                max(0, 60 - $0)
            }
            worst = max(worst, tracker.standing)
        }
        #expect(worst == .zero)
    }

    @Test func theFloorIsForgottenAfterTenSeconds() {
        var tracker = DelayTracker()
        Self.note(&tracker, from: .zero, for: .seconds(1)) { _ in 0 }
        Self.note(&tracker, from: .seconds(1), for: .seconds(8)) { _ in 100 }
        #expect(tracker.standing == .milliseconds(100))
        Self.note(&tracker, from: .seconds(9), for: .seconds(4)) { _ in 100 }
        #expect(tracker.standing == .zero)
    }

    @Test func aResetTakesThePresentForThePath() {
        var tracker = DelayTracker()
        Self.note(&tracker, from: .zero, for: .seconds(1)) { _ in 0 }
        Self.note(&tracker, from: .seconds(1), for: .seconds(3)) { _ in 80 }
        #expect(tracker.leastRoundTrip == .milliseconds(60))
        tracker.resetFloor()
        #expect(tracker.standing == .zero)
        #expect(tracker.leastRoundTrip == tracker.roundTrip)
        // Where it drains after all, the floor goes down with it.
        Self.note(&tracker, from: .seconds(4), for: .seconds(1)) { _ in 0 }
        Self.note(&tracker, from: .seconds(5), for: .seconds(1)) { _ in 80 }
        #expect(tracker.standing == .milliseconds(80))
    }

    @Test func roundTripsAreSmoothed() throws {
        var tracker = DelayTracker()
        #expect(tracker.roundTrip == nil)
        tracker.note(oneWay: .zero, roundTrip: .milliseconds(100), at: start)
        #expect(tracker.roundTrip == .milliseconds(100))
        #expect(tracker.roundTripVariation == .milliseconds(25))
        Self.note(&tracker, from: .seconds(1), for: .seconds(1)) { _ in 0 }
        #expect(abs(try #require(tracker.roundTrip).milliseconds - 60) < 0.1)
        #expect(tracker.roundTripVariation < .milliseconds(1))
        #expect(tracker.leastRoundTrip == .milliseconds(60))
        // A peer that claims to have held a datagram back for longer than it was away.
        tracker.note(oneWay: .zero, roundTrip: .seconds(-5), at: start.advanced(by: .seconds(3)))
        #expect(tracker.leastRoundTrip == .milliseconds(60))
    }

    @Test func absurdTimesDoNotTrap() {
        var tracker = DelayTracker()
        var random = SplitMix(seed: 1)
        for _ in 0..<2000 {
            let values = (0..<3).map { _ -> Int64 in
                random.chance(0.2)
                    ? (random.chance(0.5) ? .max : .min) : Int64(bitPattern: random.next()) >> Int64(random.below(60))
            }
            tracker.note(
                oneWay: .nanoseconds(values[0]), roundTrip: .nanoseconds(values[1]),
                at: MonotonicInstant(nanoseconds: values[2]))
            _ = tracker.standing
        }
    }
}
