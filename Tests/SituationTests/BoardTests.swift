import FlightTypes
import Situation
import Testing

@Suite struct SituationBoardTests {
    private let alpha: DroneID

    init() throws { alpha = try #require(DroneID("alpha")) }

    @Test func knowsTheNewestOfADrone() throws {
        var board = SituationBoard()
        board.handle(Arrivals.frame(alpha, 1, at: 1))
        board.handle(Arrivals.frame(alpha, 2, stream: StreamID(.thermal), at: 2))
        board.handle(Arrivals.telemetry(alpha, 3, at: 3))
        board.handle(Arrivals.status(alpha, isRecording: true, at: 4))
        let drone = try #require(board.all.first)
        #expect(board.all.count == 1)
        #expect(drone.isConnected)
        #expect(drone.lastSeen == MonotonicInstant(nanoseconds: 4_000_000_000))
        #expect(Set(drone.streams.keys) == [StreamID(.visible), StreamID(.thermal)])
        #expect(drone.streams[StreamID(.thermal)] == MonotonicInstant(nanoseconds: 2_000_000_000))
        #expect(drone.telemetry?.at == MonotonicInstant(nanoseconds: 3_000_000_000))
        #expect(drone.status?.isRecording == true)
        board.setConnected(false, drone: alpha)
        #expect(board.all.first?.isConnected == false)
        #expect(board.all.first?.status != nil)
    }

    @Test func theLongestSilentDroneIsForgotten() throws {
        var board = SituationBoard()
        let names = try (0...SituationBoard.dronesLimit).map { try #require(DroneID("d\($0)")) }
        for (second, name) in names.dropLast().enumerated() {
            board.handle(Arrivals.telemetry(name, 0, at: Int64(second)))
        }
        #expect(board.all.count == SituationBoard.dronesLimit)
        board.handle(Arrivals.telemetry(names[0], 1, at: 1_000))  // The oldest speaks again.
        let last = try #require(names.last)
        board.handle(Arrivals.telemetry(last, 0, at: 1_001))
        let ids = Set(board.all.map(\.id))
        #expect(ids.count == SituationBoard.dronesLimit)
        #expect(ids == Set(names).subtracting([names[1]]))
    }

    /// A newcomer that has sent nothing yet is not the one forgotten.
    @Test func aNewcomerStays() throws {
        var board = SituationBoard()
        for number in 0..<SituationBoard.dronesLimit {
            board.handle(Arrivals.telemetry(try #require(DroneID("d\(number)")), 0, at: Int64(number)))
        }
        board.setConnected(true, drone: alpha)
        #expect(board.all.contains { $0.id == alpha })
        #expect(board.all.count == SituationBoard.dronesLimit)
    }

    @Test func dronesAreListedByNameAndStreamsAreLimited() throws {
        var board = SituationBoard()
        for name in ["c", "a", "b"] { board.setConnected(true, drone: try #require(DroneID(name))) }
        #expect(board.all.map(\.id.name) == ["a", "b", "c"])
        for index in UInt8.min ... .max { board.handle(Arrivals.frame(alpha, 0, stream: StreamID(.visible, index))) }
        #expect(board.all.first { $0.id == alpha }?.streams.count == 16)
    }
}

@Suite struct IncidentTrackerTests {
    private let alpha: DroneID
    private let now = WallTime(nanoseconds: 1_795_000_000_000_000_000)

    init() throws { alpha = try #require(DroneID("alpha")) }

    @Test func theFirstObjectOpensAnIncident() {
        var tracker = IncidentTracker()
        #expect(tracker.current == nil)
        let expected = IncidentTracker.Incident(name: "Einsatz alpha", openedAt: now, openedBy: nil)
        #expect(tracker.objectArrived(from: alpha, at: now) == .open(expected))
        #expect(tracker.current == expected)
        #expect(tracker.objectArrived(from: alpha, at: now) == .none)
    }

    @Test func aUserOpensAndCloses() {
        var tracker = IncidentTracker()
        let expected = IncidentTracker.Incident(name: "Rhein km 780", openedAt: now, openedBy: "anna")
        #expect(tracker.open(name: "Rhein km 780", by: "anna", at: now) == .open(expected))
        #expect(tracker.open(name: "another", by: "bert", at: now) == .none)
        #expect(tracker.objectArrived(from: alpha, at: now) == .none)
        #expect(tracker.current == expected)
        #expect(tracker.close(by: "bert") == .close(expected, by: "bert"))
        #expect(tracker.current == nil)
        #expect(tracker.close(by: "bert") == .none)
        // Nothing shown goes unrecorded: the next object opens anew.
        #expect(tracker.objectArrived(from: alpha, at: now) != .none)
    }

    @Test func resumes() {
        let open = IncidentTracker.Incident(name: "Person im Wasser", openedAt: now, openedBy: "anna")
        var tracker = IncidentTracker(resuming: open)
        #expect(tracker.current == open)
        #expect(tracker.objectArrived(from: alpha, at: now) == .none)
        #expect(tracker.close(by: "anna") == .close(open, by: "anna"))
    }

    @Test(arguments: [
        ("", "Einsatz"), ("\u{1B}\u{0}\n", "Einsatz"), ("a\u{1B}[31mb\u{7F}", "a[31mb"),
        ("Übung „Rhein“ 🚒", "Übung „Rhein“ 🚒"),
    ])
    func namesAreCleaned(typed: String, kept: String) {
        var tracker = IncidentTracker()
        _ = tracker.open(name: typed, by: "anna", at: now)
        #expect(tracker.current?.name == kept)
    }

    @Test func namesAreCut() {
        var tracker = IncidentTracker()
        _ = tracker.open(name: "e" + String(repeating: "\u{301}", count: 100_000), by: "anna", at: now)
        #expect(tracker.current?.name.unicodeScalars.count == 120)
    }
}
