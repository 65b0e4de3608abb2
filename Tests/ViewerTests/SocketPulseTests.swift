import FlightTypes
import TestSupport
import Testing

@testable import Viewer

@Suite struct SocketPulseTests {
    private func at(_ seconds: Double) -> MonotonicInstant { MonotonicInstant(nanoseconds: Int64(seconds * 1e9)) }

    /// Ninety-nine sockets that never read once kept their places for minutes: little that is sent fits into kernel buffers.
    @Test func whoNeverAnswersGoesAfterThirtySeconds() {
        var pulse = SocketPulse(at: at(0))
        #expect(pulse.step(at: at(0)) == .ping(1))
        pulse.left(1, at: at(0))
        #expect(pulse.step(at: at(0)) == .wait(until: at(10)))
        for second in 1..<30 {
            // Whatever it says meanwhile: it takes nothing.
            pulse.heard(at: at(Double(second)))
            #expect(pulse.step(at: at(Double(second))) != .lost)
        }
        #expect(pulse.overdue(at: at(12)) == .seconds(12))
        #expect(pulse.step(at: at(30)) == .lost)
    }

    @Test func whoAnswersIsAskedEveryTenSeconds() {
        var pulse = SocketPulse(at: at(0))
        for number in UInt64(1)...100 {
            let now = at(Double(number) * 10)
            pulse.heard(at: now)
            #expect(pulse.step(at: now) == .ping(number))
            pulse.left(number, at: now)
            pulse.answered(SocketPulse.bytes(of: number), at: now)
            #expect(pulse.overdue(at: now.advanced(by: .seconds(9))) == .zero)
            #expect(pulse.step(at: now) == .wait(until: now.advanced(by: .seconds(10))))
        }
    }

    /// Pongs can be sent without reading: only the number shows that the ping was taken.
    @Test func otherPongsProveNothing() {
        var pulse = SocketPulse(at: at(0))
        _ = pulse.step(at: at(0))
        for bytes in [[], [0], SocketPulse.bytes(of: 0), SocketPulse.bytes(of: 2), SocketPulse.bytes(of: 1) + [0]] {
            pulse.answered(bytes, at: at(1))
        }
        #expect(pulse.step(at: at(30)) == .lost)
    }

    /// On a slow line a ping waits behind pictures; the answer is due from when it has left.
    @Test func aSlowLineIsNoDeadOne() {
        var pulse = SocketPulse(at: at(0))
        _ = pulse.step(at: at(0))
        pulse.left(1, at: at(25))
        pulse.left(7, at: at(29))
        #expect(pulse.step(at: at(54.9)) == .wait(until: at(55)))
        #expect(pulse.step(at: at(55)) == .lost)
    }

    /// The browser's own code answers pings, but the page has stopped.
    @Test func aPageThatSaysNothingIsLetGo() {
        var pulse = SocketPulse(at: at(0))
        var second = 0.0
        while second < 150 {
            if case .ping(let number) = pulse.step(at: at(second)) {
                pulse.answered(SocketPulse.bytes(of: number), at: at(second))
            }
            second += 1
        }
        #expect(pulse.step(at: at(149.9)) != .lost)
        #expect(pulse.step(at: at(150)) == .lost)
    }

    /// Whatever happens: whoever took nothing for 30 s and one interval is gone, and whoever always answers within 29 s stays.
    @Test(arguments: UInt64(1)...50)
    func nobodyStaysWithoutAnswering(seed: UInt64) {
        var random = SplitMix(seed: seed)
        let answers = random.chance(0.5)
        var pulse = SocketPulse(at: at(0))
        var now = 0.0
        var lastAnswer = 0.0
        var due: (number: UInt64, at: Double)?
        while now < 2_000 {
            pulse.heard(at: at(now))
            if let ping = due, now >= ping.at {
                if answers || now < 500 {
                    pulse.answered(SocketPulse.bytes(of: ping.number), at: at(now))
                    lastAnswer = now
                }
                due = nil
            }
            switch pulse.step(at: at(now)) {
            case .lost:
                #expect(!answers)
                #expect(now - lastAnswer <= 45)
                return
            case .ping(let number):
                pulse.left(number, at: at(now))
                due = (number, now + Double.random(in: 0...28, using: &random))
            case .wait: now += Double.random(in: 0.1...1, using: &random)
            }
        }
        #expect(answers)
    }
}
