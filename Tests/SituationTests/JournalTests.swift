import FlightTypes
import Testing

@testable import Situation

/// Journals and entries for tests.
enum Journals {
    static let anna = JournalAuthor.person("anna")

    static func time(_ second: Int64 = 0) -> JournalTime {
        JournalTime(
            wall: WallTime(nanoseconds: 1_795_000_000_000_000_000 + second * 1_000_000_000),
            monotonic: MonotonicInstant(nanoseconds: second * 1_000_000_000), boot: "boot-1")
    }
    static func incident(_ number: UInt32 = 1, name: String = "Rhein km 780") -> Incident {
        Incident(
            id: IncidentID(openedAt: time().wall, random: number), name: name, openedAt: time().wall, openedBy: "anna")
    }
    static func alarm(_ kind: AlarmKind = .fire, drone: DroneID, metres: Double = 4) -> Alarm {
        Alarm(
            kind: kind, sources: [AlarmSource(drone: drone, flight: 1, stream: "thermal0", track: nil)],
            place: AlarmPlace(
                latitude: 51.4, longitude: 6.7, semiMajorMetres: metres, semiMinorMetres: 2, directionDegrees: 30),
            evidence: AlarmEvidence(hits: 3, looks: 4, score: 12.5), lastSeen: time().wall)
    }
}

@Suite struct JournalTests {
    private let alpha: DroneID
    private var journal = Journal()

    init() throws { alpha = try #require(DroneID("alpha")) }

    @discardableResult private mutating func append(
        _ event: JournalEvent, by author: JournalAuthor = .program, expecting expected: UInt64? = nil
    ) throws(JournalRefusal) -> JournalEntry {
        try journal.append(
            event, by: author, at: Journals.time(Int64(journal.state.position)), expecting: expected)
    }

    @Test mutating func anIncidentFromBeginToEnd() throws {
        let incident = Journals.incident()
        #expect(throws: JournalRefusal.noIncident) { try append(.incidentClosed(incident: incident.id)) }
        #expect(throws: JournalRefusal.noIncident) {
            try append(.alarmRaised(alarm: AlarmID(1), details: Journals.alarm(drone: alpha)))
        }
        let opened = try append(.incidentOpened(incident: incident), by: Journals.anna)
        #expect((opened.position, opened.incident) == (1, incident.id))
        #expect(throws: JournalRefusal.incidentOpen) {
            try append(.incidentOpened(incident: Journals.incident(2)))
        }
        try append(.incidentNamed(incident: incident.id, name: "Person im Wasser\n"), by: Journals.anna)
        try append(.alarmRaised(alarm: AlarmID(1), details: Journals.alarm(drone: alpha)))
        try append(.note(text: "Boot läuft aus"), by: Journals.anna)
        #expect(journal.state.incident?.name == "Person im Wasser")
        #expect(journal.state.notes.map(\.text) == ["Boot läuft aus"])
        try append(.incidentClosed(incident: incident.id), by: Journals.anna)
        #expect(journal.state.incident == nil)
        #expect(journal.state.lastClosed?.closedBy == "anna")
        // What was there to see stays until the next one begins.
        #expect(journal.state.alarms.map(\.isPresent) == [false])
        try append(.incidentOpened(incident: Journals.incident(2)))
        #expect(journal.state.alarms.isEmpty)
        #expect(journal.state.nextAlarm == AlarmID(1))
    }

    @Test mutating func anAlarmIsJudgedOnce() throws {
        try append(.incidentOpened(incident: Journals.incident()))
        try append(.alarmRaised(alarm: AlarmID(1), details: Journals.alarm(drone: alpha)))
        let known = journal.state.position
        try append(.alarmChanged(alarm: AlarmID(1), details: Journals.alarm(drone: alpha, metres: 3)))
        // What the program tells does not come between.
        try append(
            .alarmJudged(alarm: AlarmID(1), verdict: .dismissed, reason: "Grillfeuer"), by: Journals.anna,
            expecting: known)
        #expect(throws: JournalRefusal.decidedMeanwhile(at: 4)) {
            try append(
                .alarmJudged(alarm: AlarmID(1), verdict: .confirmed, reason: ""), by: .person("bert"), expecting: known)
        }
        let alarm = try #require(journal.state.alarm(AlarmID(1)))
        #expect(alarm.judgement?.verdict == .dismissed)
        #expect(alarm.seen?.by == "anna")
        #expect(alarm.details.place?.semiMajorMetres == 3)
        #expect(throws: JournalRefusal.noSuchAlarm) { try append(.alarmSeen(alarm: AlarmID(2)), by: Journals.anna) }
    }

    @Test mutating func alarmsAndNotesAreLimited() throws {
        try append(.incidentOpened(incident: Journals.incident()))
        for _ in 0..<LageState.alarmsLimit {
            try append(.alarmRaised(alarm: journal.state.nextAlarm, details: Journals.alarm(drone: alpha)))
        }
        #expect(throws: JournalRefusal.tooMany) {
            try append(.alarmRaised(alarm: journal.state.nextAlarm, details: Journals.alarm(drone: alpha)))
        }
        for _ in 0..<LageState.notesLimit { try append(.note(text: "x"), by: Journals.anna) }
        #expect(throws: JournalRefusal.tooMany) { try append(.note(text: "x"), by: Journals.anna) }
        #expect(throws: JournalRefusal.tooLong) {
            var other = Journal()
            _ = try other.append(
                .note(text: String(repeating: "x", count: JournalEntry.sizeLimit)), by: Journals.anna,
                at: Journals.time())
        }
    }

    /// The state is what follows from the bytes of the entries alone.
    @Test mutating func theStateFollowsFromTheEntries() throws {
        var entries = [try append(.incidentOpened(incident: Journals.incident()), by: Journals.anna)]
        for number in 1...20 {
            entries.append(try append(.alarmRaised(alarm: AlarmID(number), details: Journals.alarm(drone: alpha))))
            entries.append(try append(.droneCame(drone: alpha)))
            if number > 3 {
                entries.append(try append(.alarmMerged(alarm: AlarmID(number), into: AlarmID(number - 1))))
                entries.append(try append(.alarmGone(alarm: AlarmID(2))))
                entries.append(
                    try append(.alarmReturned(alarm: AlarmID(2), details: Journals.alarm(drone: alpha, metres: 60))))
            }
        }
        entries.append(try append(.recorderFailed(reason: "disk full")))
        var folded = LageState()
        for entry in entries {
            let read = try JournalEntry(decoding: entry.bytes)
            #expect(read == entry)
            folded.apply(read)
            folded.apply(read)  // Once more changes nothing.
        }
        #expect(folded == journal.state)
        #expect(folded.digest == journal.state.digest)
        #expect(folded.alarm(AlarmID(2))?.details.isVague == true)
        #expect(folded.recorderTrouble == "disk full")
    }

    @Test func anEventOfALaterVersionIsKept() throws {
        let text = """
            {"by":"anna","event":{"alarmShared":{"deep":[1,2.5,null,true,{"x":"y"}],"with":"Düsseldorf"}},"position":7,\
            "time":{"boot":"b","monotonic":1,"wall":2}}
            """
        let entry = try JournalEntry(decoding: Array(text.utf8))
        guard case .unknown("alarmShared", let json) = entry.event else { throw JournalFault.unreadable }
        #expect(json == #"{"deep":[1,2.5,null,true,{"x":"y"}],"with":"Düsseldorf"}"#)
        let again = try JournalEntry(
            position: 7, time: entry.time, author: entry.author, incident: nil, event: entry.event)
        #expect(String(decoding: again.bytes, as: UTF8.self) == text)
        var state = LageState()
        state.apply(entry)
        #expect(state.position == 7)
    }

    @Test(arguments: [
        "", "{}", "[]", #"{"position":1}"#,
        #"{"event":{"note":{}},"position":1,"time":{"boot":"b","monotonic":1,"wall":2}}"#,
        #"{"event":{"a":{},"b":{}},"position":1,"time":{"boot":"b","monotonic":1,"wall":2}}"#,
        #"{"event":{"note":{"text":"x"}},"position":-1,"time":{"boot":"b","monotonic":1,"wall":2}}"#,
    ])
    func whatIsNoEntryIsRefused(_ text: String) {
        #expect(throws: JournalFault.unreadable) { try JournalEntry(decoding: Array(text.utf8)) }
    }

    @Test func dronesAreLimited() throws {
        var journal = Journal()
        for number in 0...LageState.dronesLimit {
            _ = try journal.append(
                .droneCame(drone: try #require(DroneID("d\(100 + number)"))), by: .program, at: Journals.time())
        }
        #expect(journal.state.drones.count == LageState.dronesLimit)
        #expect(journal.state.drones["d100"] == nil)
    }
}

@Suite struct JournalDeskTests {
    private struct FixedClocks: Clocks {
        func monotonicNow() -> MonotonicInstant { Journals.time().monotonic }
        func wallNow() -> WallTime { Journals.time().wall }
    }

    /// A reader learns of the incident before it gets the object that opened it.
    @Test func theIncidentComesBeforeItsObject() async throws {
        let hub = StreamHub()
        let alpha = try #require(DroneID("alpha"))
        let desk = JournalDesk(hub: hub, resuming: LageState(), clocks: FixedClocks(), boot: "b", random: { 7 })
        let recorder = try #require(hub.subscribe(.refuseBeyond(bytes: 1 << 20), interest: .everything))
        let viewer = try #require(hub.subscribe(.newestFrame))
        for number in UInt64(0)..<2 {
            desk.objectCame(from: alpha)
            hub.publish(.object(Arrivals.frame(alpha, number)))
        }
        try desk.open(name: "Übung", by: Journals.anna)
        let items = try #require(await recorder.next())
        let names = items.map { item in
            switch item {
            case .object(let object): "object \(object.object.id.sequence)"
            case .entry(let entry): "entry \(entry.position)"
            }
        }
        #expect(names == ["entry 1", "object 0", "object 1", "entry 2", "entry 3"])
        #expect(await viewer.next()?.sequences == [1])
        #expect(desk.state.incident?.name == "Übung")
        #expect(desk.state.lastClosed?.incident.name == "Einsatz alpha")
    }
}

@Suite struct InterestTests {
    @Test func aReaderGetsWhatItAskedFor() throws {
        let alpha = try #require(DroneID("alpha")), bravo = try #require(DroneID("bravo"))
        let frame = HubItem.object(Arrivals.frame(alpha, 1))
        let sample = HubItem.object(Arrivals.telemetry(alpha, 1))
        var late = Arrivals.frame(alpha, 2)
        late.isBackfill = true
        #expect(Interest.live.admits(frame))
        #expect(!Interest.live.admits(.object(late)))
        #expect(Interest.everything.admits(.object(late)))
        #expect(!Interest(drones: [bravo]).admits(frame))
        #expect(Interest(kinds: [.visible]).admits(frame))
        #expect(!Interest(kinds: [.visible]).admits(sample))
        #expect(!Interest(pictures: [StreamID(.thermal)]).admits(frame))
        #expect(Interest(pictures: [StreamID(.thermal)]).admits(sample))
    }
}
