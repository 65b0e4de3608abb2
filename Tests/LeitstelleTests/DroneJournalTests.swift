import FlightTypes
import LinkProtocol
import Logging
import Testing

@testable import Leitstelle

private func at(_ seconds: Double) -> MonotonicInstant { MonotonicInstant(nanoseconds: Int64(seconds * 1e9)) }
private func endpoint(_ host: String, _ port: UInt16) -> LinkEndpoint {
    LinkEndpoint(host: Array(host.utf8), port: port)
}

@Suite struct DroneJournalTests {
    private let adler: DroneID
    private let falke: DroneID
    private let journal = DroneJournal(dronesFile: "/etc/drones", freshnessFile: "/data/freshness")

    init() throws {
        adler = try #require(DroneID("adler-1"))
        falke = try #require(DroneID("falke-2"))
    }

    @Test func newKeysAreNoNewsAndNewFlightsAre() {
        var journal = self.journal
        #expect(
            journal.line(for: .established(adler, flight: 7), at: at(0))
                == .init(.notice, "adler-1 is connected, flight 7"))
        for minute in 1..<100 {
            #expect(journal.line(for: .established(adler, flight: 7), at: at(Double(minute) * 120)) == nil)
        }
        #expect(
            journal.line(for: .established(adler, flight: 8), at: at(13_000))?.text == "adler-1 is connected, flight 8")
        // An agent that starts anew every second is told with a count.
        var lines: [String] = []
        for second in 0..<100 {
            lines += [
                journal.line(for: .established(falke, flight: UInt32(second)), at: at(20_000 + Double(second)))?.text
            ]
            .compactMap { $0 }
        }
        #expect(lines.count == 6)
        #expect(lines.last == "falke-2 is connected, flight 70; its agent starts again and again (71 times in 70 s)")
    }

    @Test func flappingDroneIsNotToldAtEachChange() {
        var journal = self.journal
        var lines: [DroneJournal.Line] = []
        _ = journal.line(for: .established(adler, flight: 1), at: at(0))
        for second in 1...600 {
            let event: StationLinkEvent = second % 4 == 1 ? .silent(adler) : .heard(adler)
            if second % 4 == 1 || second % 4 == 3 {
                lines += [journal.line(for: event, at: at(Double(second)))].compactMap { $0 }
            }
            lines += journal.overdue(at: at(Double(second)))
        }
        #expect(lines.count <= 8)
        #expect(lines.first == .init(.warning, "adler-1 is silent; its picture is shown as old"))
        #expect(lines.contains { $0.text.hasPrefix("adler-1 is heard again after") })
        // Gone for good while that was not told: it is told later.
        _ = journal.line(for: .silent(adler), at: at(601))
        let late = (602..<1300).flatMap { journal.overdue(at: at(Double($0))) }
        #expect(late.count <= 1)
    }

    /// The advice is right for its cause, and none follows every second.
    @Test func eachRefusalHasItsOwnAdvice() {
        var journal = self.journal
        let (a, b) = (endpoint("192.0.2.1", 4000), endpoint("2001:db8::2", 5000))
        let two = journal.line(for: .twoMachines(adler, connected: a, other: b), at: at(0))?.text ?? ""
        #expect(two.contains("Two machines use the key of adler-1: 192.0.2.1:4000 is connected, [2001:db8::2]:5000"))
        #expect(!two.contains("freshness"))
        let stale = journal.line(for: .staleHandshake(adler, from: b), at: at(1))?.text ?? ""
        #expect(stale.contains("lost its flight counter") && stale.contains("/data/freshness"))
        let replayed = journal.line(for: .replayedHandshake(adler, from: b), at: at(2))?.text ?? ""
        #expect(replayed.contains("recording") && !replayed.contains("freshness"))
        let unknown =
            journal.line(for: .unknownDrone(publicKey: [UInt8](repeating: 1, count: 32)), at: at(3))?.text ?? ""
        #expect(unknown.contains("keys authorize /etc/drones"))
        for event in [
            StationLinkEvent.twoMachines(adler, connected: a, other: b), .staleHandshake(adler, from: b),
            .replayedHandshake(adler, from: b), .unknownDrone(publicKey: [UInt8](repeating: 1, count: 32)),
        ] {
            var lines = 0
            for second in 4..<3604 where journal.line(for: event, at: at(Double(second))) != nil { lines += 1 }
            #expect(lines <= 4, "\(event)")
        }
    }

    /// Somebody who makes a key a second fills no log.
    @Test func strangersWithEverNewKeysAreCounted() {
        var journal = self.journal
        var lines = 0
        for second in 0..<3600 {
            let key = [UInt8](repeating: UInt8(second & 255), count: 31) + [UInt8(second >> 8)]
            if journal.line(for: .unknownDrone(publicKey: key), at: at(Double(second))) != nil { lines += 1 }
        }
        #expect(lines <= RepeatedTrouble.reasonsLimit + 4)
    }

    @Test func floodsAreToldWithTheirSize() {
        var journal = self.journal
        let flood = journal.line(for: .handshakesPutOff(19_950), at: at(0))
        #expect(flood?.text.contains("19950 a second") == true)
        #expect(journal.line(for: .handshakesPutOff(19_950), at: at(1)) == nil)
        #expect(
            journal.line(for: .overLimit(falke, refused: 70), at: at(1))?.text.contains("falke-2 sends more") == true)
        #expect(journal.refused(falke, "it uses more than 64 streams", at: at(1))?.level == .warning)
        #expect(journal.refused(falke, "it uses more than 64 streams", at: at(2)) == nil)
    }
}
