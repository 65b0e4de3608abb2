import FlightTypes
import Replay
import Testing

@Suite struct ReplayClockTests {
    private func at(_ seconds: Double) -> MonotonicInstant { MonotonicInstant(nanoseconds: Int64(seconds * 1e9)) }

    @Test func runsToItsEnd() {
        let clock = ReplayClock(duration: .seconds(10), at: at(100))
        #expect(clock.position(at: at(100)) == .zero)
        #expect(clock.position(at: at(103.5)) == .milliseconds(3500))
        #expect(!clock.isAtEnd(at: at(109)))
        #expect(clock.isAtEnd(at: at(110)))
        #expect(clock.position(at: at(1_000)) == .seconds(10))
        #expect(clock.position(at: at(99)) == .zero)  // A clock that steps back holds still.
    }

    @Test func pausesAndPlays() {
        var clock = ReplayClock(duration: .seconds(10), at: at(0))
        clock.pause(at: at(2))
        #expect(clock.isPaused)
        #expect(clock.position(at: at(50)) == .seconds(2))
        clock.pause(at: at(60))
        clock.play(at: at(70))
        #expect(!clock.isPaused)
        #expect(clock.position(at: at(71)) == .seconds(3))
        clock.play(at: at(72))
        #expect(clock.position(at: at(73)) == .seconds(5))
    }

    @Test func seeksWithinTheRecording() {
        var clock = ReplayClock(duration: .seconds(10), at: at(0))
        clock.seek(to: .seconds(7), at: at(1))
        #expect(clock.position(at: at(2)) == .seconds(8))
        clock.seek(to: .seconds(-5), at: at(3))
        #expect(clock.position(at: at(3)) == .zero)
        clock.seek(to: .seconds(Int64.max), at: at(3))
        #expect(clock.position(at: at(3)) == .seconds(10))
        clock.pause(at: at(4))
        clock.seek(to: .seconds(1), at: at(5))
        #expect(clock.position(at: at(9)) == .seconds(1))
        #expect(clock.isPaused)
    }

    private static let wishes: [(Double, Double)] = [
        (16, 16), (17, 16), (.infinity, 16), (1e300, 16), (0.25, 0.25), (0, 0.25), (-4, 0.25), (-.infinity, 0.25),
        (2, 2),
    ]

    @Test(arguments: wishes)
    func ratesAreClamped(wish: Double, rate: Double) {
        var clock = ReplayClock(duration: .seconds(1_000), at: at(0))
        clock.setRate(wish, at: at(10))
        #expect(clock.rate == rate)
        #expect(clock.position(at: at(14)) == .milliseconds(Int(10_000 + 4_000 * rate)))  // No jump where it changed.
    }

    @Test func notANumberIsIgnored() {
        var clock = ReplayClock(duration: .seconds(10), at: at(0))
        clock.setRate(4, at: at(1))
        clock.setRate(.nan, at: at(1))
        #expect(clock.rate == 4)
        #expect(clock.position(at: at(2)) == .seconds(5))
    }

    /// Damaged files give any length, and any instant may come; nothing traps and the position stays within the recording.
    @Test func extremes() {
        for duration in [Duration.seconds(-1), .zero, .nanoseconds(Int64.max), .seconds(Int64.max)] {
            for start in [Int64.min, 0, .max] {
                var clock = ReplayClock(duration: duration, at: MonotonicInstant(nanoseconds: start))
                clock.setRate(16, at: MonotonicInstant(nanoseconds: start))
                for now in [Int64.min, -1, 0, .max - 1, .max] {
                    let position = clock.position(at: MonotonicInstant(nanoseconds: now))
                    #expect(position >= .zero && position <= clock.duration)
                }
            }
        }
    }
}
