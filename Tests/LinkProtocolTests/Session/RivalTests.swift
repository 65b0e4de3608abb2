import FlightTypes
import Testing

@testable import LinkProtocol

private func at(_ seconds: Double) -> MonotonicInstant { MonotonicInstant(nanoseconds: Int64(seconds * 1e9)) }
private let here = LinkEndpoint(host: [1], port: 1)
private let there = LinkEndpoint(host: [2], port: 2)

@Suite struct RivalTests {
    @Test func growingHandshakesBesideALiveDroneAreASecondMachine() {
        var rival = Rival()
        var findings: [Rival.Finding] = []
        for second in 0..<10 {
            let now = at(Double(second))
            findings += [rival.handshake(counter: UInt64(second), from: there, connected: here, heard: now, at: now)]
                .compactMap { $0 }
        }
        #expect(findings.count == 7)
        #expect(findings.allSatisfy { $0 == .twoMachines(connected: here, other: there) })
    }

    /// The agent starts anew with a lost counter: its old port is silent from then on.
    @Test func restartedAgentIsNoSecondMachine() {
        var rival = Rival()
        for second in 0..<10 {
            let finding = rival.handshake(
                counter: UInt64(second), from: there, connected: here, heard: at(0), at: at(Double(second)))
            #expect(finding == nil)
        }
    }

    @Test func repeatedHandshakeIsARecording() {
        var rival = Rival()
        var findings: [Rival.Finding?] = []
        for second in 0..<5 {
            findings.append(
                rival.handshake(
                    counter: 7, from: there, connected: here, heard: at(Double(second)), at: at(Double(second))))
        }
        #expect(findings == [nil, .replay(from: there), nil, nil, nil])
    }

    @Test func singleOneIsToldOnceNothingFollowed() {
        var rival = Rival()
        #expect(rival.handshake(counter: 7, from: there, connected: here, heard: at(0), at: at(0)) == nil)
        #expect(rival.expired(at: at(1)) == nil)
        #expect(rival.expired(at: at(6)) == .replay(from: there))
        #expect(rival.expired(at: at(7)) == nil)
    }

    @Test func dronesOwnPortSaysNothing() {
        var rival = Rival()
        for second in 0..<10 {
            let now = at(Double(second))
            #expect(rival.handshake(counter: UInt64(second), from: here, connected: here, heard: now, at: now) == nil)
            #expect(rival.data(from: here, connected: here, at: now) == nil)
        }
        #expect(rival.expired(at: at(20)) == nil)
    }

    /// A path that stood still gives out what it held, once; two machines that push each other out do that again.
    @Test func secondOverlapWithinAMinuteIsASecondMachine() {
        var rival = Rival()
        #expect(rival.overlap(from: there, connected: here, at: at(0)) == nil)
        #expect(rival.overlap(from: there, connected: here, at: at(70)) == nil)
        #expect(rival.overlap(from: here, connected: there, at: at(75)) == .twoMachines(connected: there, other: here))
    }

    @Test func findingsComeAtMostOnceASecond() {
        var rival = Rival()
        let found = (0..<100).count { rival.data(from: there, connected: here, at: at(Double($0) / 50)) != nil }
        #expect(found == 2)
    }
}
