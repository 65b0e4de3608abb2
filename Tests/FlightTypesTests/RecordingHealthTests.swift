import TestSupport
import Testing

@testable import FlightTypes

@Suite struct RecordingHealthTests {
    private func at(_ milliseconds: Int64) -> MonotonicInstant {
        MonotonicInstant(nanoseconds: milliseconds * 1_000_000)
    }

    @Test func aDiskThatHangsIsToldAfterThreeSecondsAndOverWithTheCommit() {
        var health = RecordingHealth()
        health.submitted(at: at(0))
        #expect(health.state(at: at(999)) == .working)
        #expect(health.state(at: at(1_000)) == .slow(since: at(0)))
        for moment in stride(from: Int64(100), to: 3_000, by: 100) { health.submitted(at: at(moment)) }
        #expect(health.state(at: at(2_999)) == .slow(since: at(0)))
        #expect(health.state(at: at(2_999)).isRecording)
        #expect(health.state(at: at(3_000)) == .hanging(since: at(0)))
        #expect(!health.state(at: at(3_000)).isRecording)
        // One batch came through: what waits now was handed over later.
        health.committed(20, at: at(3_100))
        #expect(health.state(at: at(3_100)) == .slow(since: at(2_000)))
        health.committed(10, at: at(3_100))
        #expect(health.state(at: at(3_100)) == .working)
        #expect(health.waiting == 0)
    }

    @Test func nothingWaitsForeverWhereNothingIsHandedOver() {
        var health = RecordingHealth()
        health.submitted(at: at(0))
        health.committed(1, at: at(10))
        #expect(health.state(at: at(1_000_000)) == .working)
    }

    @Test func failingIsToldAtOnceWithItsReasonSinceTheFirstFailure() {
        var health = RecordingHealth()
        health.submitted(at: at(0))
        health.failed("disk full", at: at(50))
        health.failed("disk full", at: at(1_050))
        #expect(health.state(at: at(1_060)) == .failing(reason: "disk full", since: at(50)))
        #expect(!health.state(at: at(1_060)).isRecording)
        // It still fails although the oldest object is old: each try comes back.
        for moment in stride(from: Int64(2_050), to: 9_000, by: 1_000) { health.failed("disk full", at: at(moment)) }
        #expect(health.state(at: at(9_000)) == .failing(reason: "disk full", since: at(50)))
        // Then a try does not come back at all.
        #expect(health.state(at: at(12_000)) == .hanging(since: at(0)))
        health.committed(1, at: at(12_100))
        #expect(health.state(at: at(12_100)) == .working)
    }

    @Test func aBatchThatIsGivenUpNoLongerWaitsButTheFailureStays() {
        var health = RecordingHealth()
        health.submitted(3, at: at(0))
        health.failed("refused", at: at(10))
        health.gaveUp(3)
        #expect(health.waiting == 0)
        #expect(health.state(at: at(60_000)) == .failing(reason: "refused", since: at(10)))
    }

    @Test func whatFindsNoRoomIsALossForTwoSeconds() {
        var health = RecordingHealth()
        health.refused(at: at(0))
        health.refused(at: at(1_500))
        #expect(health.state(at: at(3_499)) == .failing(reason: RecordingHealth.noRoom, since: at(0)))
        #expect(health.state(at: at(3_500)) == .working)
        health.refused(at: at(5_000))
        #expect(health.state(at: at(5_001)) == .failing(reason: RecordingHealth.noRoom, since: at(5_000)))
    }

    /// Against a model that remembers every object.
    @Test func itAgreesWithAModelThatForgetsNothing() {
        var random = SplitMix(seed: 16)
        for _ in 0..<300 {
            var health = RecordingHealth()
            var waiting: [MonotonicInstant] = []
            var now: Int64 = 0
            for _ in 0..<400 {
                now += Int64.random(in: 0...200, using: &random)
                switch Int.random(in: 0..<8, using: &random) {
                case 0...5:
                    let count = Int.random(in: 1...9, using: &random)
                    health.submitted(count, at: at(now))
                    waiting += Array(repeating: at(now), count: count)
                case 6 where Bool.random(using: &random): break
                default:
                    let count = Int.random(in: 0...40, using: &random)
                    health.committed(count, at: at(now))
                    waiting.removeFirst(min(count, waiting.count))
                }
                #expect(health.waiting == UInt64(waiting.count))
                let age = waiting.first.map { at(now).since($0) } ?? .zero
                // What is told errs by the width of a mark, to the safe side.
                if age >= RecordingHealth.hangingAfter { #expect(!health.state(at: at(now)).isRecording) }
                if age + .milliseconds(100) < RecordingHealth.slowAfter {
                    #expect(health.state(at: at(now)) == .working)
                }
            }
        }
    }

    @Test func itsMemoryIsBounded() {
        var health = RecordingHealth()
        for second in Int64(0)..<10_000 { health.submitted(at: at(second * 1_000)) }
        #expect(health.state(at: at(10_000_000)) == .hanging(since: at(0)))
        #expect(health.markCount <= RecordingHealth.marksLimit)
        // All but the last second's are written: what is left is not told as hanging for long.
        health.committed(9_999, at: at(10_000_000))
        #expect(health.waiting == 1)
        health.committed(1, at: at(10_000_001))
        #expect(health.state(at: at(10_000_001)) == .working)
    }
}
