import FlightTypes
import Testing

@testable import Situation

@Suite struct LageMachineTests {
    private let alpha: DroneID
    private var machine = LageMachine(
        rules: AlarmRules(), resuming: LageState(), now: Journals.time().monotonic, wall: Journals.time().wall)

    init() throws { alpha = try #require(DroneID("alpha")) }

    @Test mutating func aDroneComesAndGoes() {
        let first = machine.take(Arrivals.telemetry(alpha, 0, at: 1), open: nil)
        #expect(first == [.droneCame(alpha)])
        #expect(machine.take(Arrivals.telemetry(alpha, 1, at: 2), open: nil).isEmpty)
        #expect(machine.setConnected(false, drone: alpha, at: Journals.time(3).monotonic).isEmpty)
        // A short pause is no farewell.
        #expect(machine.tick(at: Journals.time(12).monotonic).isEmpty)
        #expect(machine.setConnected(true, drone: alpha, at: Journals.time(12).monotonic).isEmpty)
        #expect(machine.tick(at: Journals.time(60).monotonic).isEmpty)
        _ = machine.setConnected(false, drone: alpha, at: Journals.time(61).monotonic)
        #expect(machine.tick(at: Journals.time(71).monotonic) == [.droneWent(alpha)])
        #expect(machine.take(Arrivals.telemetry(alpha, 2, at: 80), open: nil) == [.droneCame(alpha)])
    }

    @Test mutating func aSnapshotIsWorthMakingWhenSomethingChanged() {
        machine.noteSnapshot()
        #expect(!machine.hasChanged)
        _ = machine.tick(at: Journals.time(1).monotonic)
        #expect(!machine.hasChanged)
        _ = machine.take(Arrivals.status(alpha, isRecording: true, at: 1), open: nil)
        #expect(machine.hasChanged)
        #expect(machine.board.all.first?.status?.isRecording == true)
    }

    /// The fire that still burns is an alarm of the new incident, too.
    @Test mutating func anotherIncidentsAlarmsAreOthers() throws {
        func report(_ second: Double) -> HubObject {
            let now = MonotonicInstant(nanoseconds: Int64(second * 1e9))
            var report = DetectionReport(
                id: ObjectID(flight: 1, stream: StreamID(.detections), sequence: UInt64(second * 8)),
                captureTime: CaptureTime(monotonic: now, wall: Journals.time().wall), stream: StreamID(.thermal),
                sequence: 1, detections: [Watched.spot(celsius: 200, at: Watched.place(0, 0))])
            report.unit = .centikelvin
            return HubObject(
                drone: alpha, object: .detections(report), bytes: [], receiveTime: now,
                receiveWall: Journals.time().wall, captureOnStation: now)
        }
        var raised: [IncidentID: Int] = [:]
        for incident in [Journals.incident(1).id, Journals.incident(2).id] {
            for number in 0..<20 {
                for wish in machine.take(report(Double(number) / 8 + (raised.isEmpty ? 0 : 10)), open: incident) {
                    guard case .alarm(.raise(let thing, _)) = wish else { continue }
                    raised[incident, default: 0] += 1
                    machine.raised(thing, as: AlarmID(1))
                }
            }
        }
        #expect(raised.values.sorted() == [1, 1])
    }

    /// A recording says itself what was raised.
    @Test mutating func aRecordedJournalIsNotSecondGuessed() {
        machine = LageMachine(
            rules: AlarmRules(), raisesAlarms: false, resuming: LageState(), now: Journals.time().monotonic,
            wall: Journals.time().wall)
        #expect(machine.take(Arrivals.telemetry(alpha, 0, at: 1), open: nil).isEmpty)
        #expect(machine.board.all.map(\.id) == [alpha])
    }
}
