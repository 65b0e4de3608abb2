import FlightTypes
import LinkProtocol
import Logging
import Testing

@testable import DroneAgent

private func at(_ seconds: Double) -> MonotonicInstant { MonotonicInstant(nanoseconds: Int64(seconds * 1e9)) }

@Suite struct AgentJournalTests {
    @Test func newKeysAreNoNews() {
        var journal = AgentJournal()
        #expect(journal.line(for: .established, at: at(0)) == .init(.notice, "Connected to the Leitstelle"))
        for minute in 1..<100 { #expect(journal.line(for: .established, at: at(Double(minute) * 120)) == nil) }
        #expect(journal.line(for: .silent, at: at(13_000))?.level == .warning)
        #expect(journal.line(for: .established, at: at(13_010))?.text == "Connected to the Leitstelle again")
    }

    @Test func flappingLinkIsTold() {
        var journal = AgentJournal()
        _ = journal.line(for: .established, at: at(0))
        var lines: [String] = []
        for second in 1..<1000 {
            let line = journal.line(for: second % 2 == 1 ? .silent : .resumed, at: at(Double(second)))
            lines += [line?.text].compactMap { $0 } + journal.overdue(at: at(Double(second))).map(\.text)
        }
        #expect(lines.count <= 10)
        #expect(lines.contains { $0.contains("heard again after") })
    }

    /// A sensor that runs and fails in turn every second, as one with the wrong speed does.
    @Test func flappingSensorIsTold() {
        var journal = AgentJournal()
        let stream = StreamID(.thermal)
        var lines: [AgentJournal.Line] = []
        for second in 0..<600 {
            let now = at(Double(second))
            let line =
                second % 2 == 0
                ? journal.line(for: stream, .running, "open at 115200 baud", at: now)
                : journal.line(for: stream, .failing, "no byte for 2 s", at: now)
            lines += [line].compactMap { $0 } + journal.overdue(at: now)
        }
        #expect(lines.count <= 8)
        #expect(
            lines.first?.text == "thermal0: open at 115200 baud" || lines.first?.text == "thermal: open at 115200 baud")
        #expect(lines.contains { $0.level == .warning && $0.text.contains("times in") })
        // Another thing under the same name is told at once.
        #expect(journal.line(for: StreamID(.visible), .missing, "no such device", at: at(601)) != nil)
    }

    @Test func changingRungsAreTold() {
        var journal = AgentJournal()
        var lines: [String] = []
        for second in 0..<3600 {
            let rung: LinkRung = second % 2 == 0 ? .detectionsOnly : .full
            lines += [journal.line(for: .rung(rung), at: at(Double(second)))?.text].compactMap { $0 }
            lines += journal.overdue(at: at(Double(second))).map(\.text)
        }
        #expect((2...12).contains(lines.count))
    }

    @Test func missingConnectionIsToldAfterFiveSecondsThenSeldom() {
        var journal = AgentJournal()
        let facts = NoConnection(host: "leitstelle.example", port: 5000, address: "192.0.2.1")
        var seconds: [Int] = []
        for second in 0..<3600 where journal.noConnection(facts, seconds: second, at: at(Double(second))) != nil {
            seconds.append(second)
        }
        #expect(seconds == [5, 15, 75, 675])
        #expect(journal.noConnection(facts, seconds: 0, at: at(3600)) == nil)
        #expect(journal.noConnection(facts, seconds: 5, at: at(3700)) != nil)
    }

    @Test func causesAreNamedByWhatIsKnown() {
        var facts = NoConnection(host: "leitstelle.example", port: 5000)
        #expect(facts.text(seconds: 5).contains("cannot be looked up"))
        facts.address = "192.0.2.1"
        let first = facts.text(seconds: 5)
        #expect(first.contains("leitstelle.example:5000 (192.0.2.1)"))
        #expect(first.contains("station.publicKey") && first.contains("authorized"))
        facts.wasConnected = true
        #expect(facts.text(seconds: 5).contains("It was there before"))
        facts.hasStationAnswered = true
        #expect(facts.text(seconds: 5).contains("its key is right"))
        #expect(
            NoConnection(host: "192.0.2.1", port: 1, address: "192.0.2.1").text(seconds: 9).contains(
                "to 192.0.2.1:1 for 9 s"))
    }
}
