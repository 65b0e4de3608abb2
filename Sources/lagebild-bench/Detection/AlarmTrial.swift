import FlightTypes
import Geodesy
import Lookout
import Scenario
import Situation

/// Which alarms a made-up flight raises, beside what was there.
struct AlarmTrial {
    /// A thing's time in view.
    struct Episode: Hashable {
        var name: String
        var begin: Double, end: Double
        /// Seconds from its begin until an alarm of it was there.
        var raisedAfter: Double?
    }
    /// Shorter than this a thing is not in view at all, seconds.
    static let shortest = 3.0

    private(set) var episodes: [Episode] = []
    /// Alarms of what is none, by what they lie on.
    private(set) var others: [String: Int] = [:]
    /// Entries about alarms that the journal got.
    private(set) var entries = 0
    private var open: [String: Episode] = [:]
    /// What the alarms that are there are of.
    private var present: [AlarmID: String] = [:]
    private var book: AlarmBook
    private var journal = Journal()

    init(rules: AlarmRules) throws {
        book = AlarmBook(rules: rules, now: MonotonicInstant(nanoseconds: 0), wall: WallTime(nanoseconds: 0))
        let incident = Incident(
            id: IncidentID(openedAt: WallTime(nanoseconds: 0), random: 0), name: "", openedAt: WallTime(nanoseconds: 0),
            openedBy: nil)
        _ = try journal.append(.incidentOpened(incident: incident), by: .program, at: Self.time(0))
    }

    private static func time(_ seconds: Double) -> JournalTime {
        let instant = MonotonicInstant(nanoseconds: Int64(seconds * 1e9))
        return JournalTime(wall: WallTime(nanoseconds: instant.nanoseconds), monotonic: instant, boot: "made up")
    }

    // MARK: - The demo's flight

    /// So many minutes of the demo's flight of `seed`, as its sensor sees it.
    static func demo(seed: UInt64, minutes: Double, rules: AlarmRules) throws -> AlarmTrial {
        let scenario = Scenario(seed: seed)
        var trial = try AlarmTrial(rules: rules)
        var look = ThermalLook(
            LookSettings(horizontalFieldOfViewDegrees: 55),
            current: WaterCurrent(
                metresPerSecond: Scenario.currentMetresPerSecond, degrees: Scenario.flowDegrees),
            id: StreamID(.detections))
        for number in 0..<Int(minutes * 60 * 8) {
            let seconds = Double(number) / 8
            let moment = Duration.milliseconds(Int64(seconds * 1_000))
            let picture = scenario.thermal(at: moment, width: 32, height: 24, horizontalFieldOfViewDegrees: 55)
            let report = look.report(
                on: picture.frame(number, seconds: seconds, pose: scenario.pose(at: moment)))
            let targets = scenario.targetsInView(at: moment, width: 32, height: 24, horizontalFieldOfViewDegrees: 55)
            // Above that a head is a tenth of a pixel.
            let height = Double(scenario.pose(at: moment).heightMetres)
            let seen = targets.filter { $0.target.kind == .fire || ($0.target.kind == .swimmer && height < 20) }
            trial.note(inView: seen.map { "\($0.target.kind)" }, at: seconds)
            let truth = scenario.truth(at: moment)
            try trial.take(report, at: seconds) { alarm in
                guard let place = alarm.place else { return nil }
                let plane = LocalPlane(
                    origin: GeodeticPosition(latitude: place.latitude, longitude: place.longitude))
                let near = truth.min { distance(plane, $0) < distance(plane, $1) }
                guard let near, distance(plane, near) < max(10, 1.5 * place.semiMajorMetres) else { return nil }
                return "\(near.kind)"
            }
        }
        trial.finish()
        return trial
    }

    private static func distance(_ plane: LocalPlane, _ target: TruthTarget) -> Double {
        let offset = plane.offset(to: GeodeticPosition(latitude: target.latitude, longitude: target.longitude))
        return (offset.east * offset.east + offset.north * offset.north).squareRoot()
    }

    // MARK: - A minute over the river

    static func river(_ flight: RiverFlight, rules: AlarmRules) throws -> AlarmTrial {
        var trial = try AlarmTrial(rules: rules)
        var look = ThermalLook.overWater(flight.sensor)
        for number in 0..<flight.pictures {
            let seconds = flight.seconds(of: number)
            let report = look.report(on: FlightTrial.frame(number, of: flight))
            let seen = flight.seen(in: number)
            let heads = seen.filter { $0.thing.kind == .head && $0.isInside && $0.offNadir < FlightTrial.steepest }
            trial.note(inView: heads.map { "head \($0.thing.number)" }, at: seconds, patience: 2)
            try trial.take(report, at: seconds) { alarm in
                let source = alarm.sources.last
                guard let track = report.tracks.first(where: { $0.number == source?.track }),
                    let box = track.detection.map(Int.init), box < report.detections.count
                else { return nil }
                return FlightTrial.thing(of: report.detections[box], seen, flight, number)
            }
        }
        trial.finish()
        return trial
    }

    // MARK: - What is there, and what is raised

    /// Things in view; one that is out of view for less than `patience` seconds was there all the time.
    private mutating func note(inView names: [String], at now: Double, patience: Double = 0.3) {
        for name in names {
            var episode = open[name] ?? Episode(name: name, begin: now, end: now, raisedAfter: nil)
            episode.end = now
            open[name] = episode
        }
        for (name, episode) in open where now - episode.end > patience {
            open[name] = nil
            if episode.end - episode.begin >= Self.shortest { episodes.append(episode) }
        }
    }

    private mutating func finish() {
        episodes += open.values.filter { $0.end - $0.begin >= Self.shortest }
        open = [:]
    }

    private mutating func take(
        _ report: DetectionReport, at seconds: Double, whatIs: (Alarm) -> String?
    ) throws {
        let now = Self.time(seconds)
        guard let drone = DroneID("demo") else { return }
        for decision in book.take(report, of: drone, at: now.monotonic) + book.tick(at: now.monotonic) {
            entries += 1
            switch decision {
            case .raise(let thing, let alarm):
                let id = journal.state.nextAlarm
                _ = try journal.append(.alarmRaised(alarm: id, details: alarm), by: .program, at: now)
                book.raised(thing, as: id)
                note(id, alarm, as: whatIs(alarm))
            case .back(let id, let alarm):
                _ = try journal.append(.alarmReturned(alarm: id, details: alarm), by: .program, at: now)
                if let name = whatIs(alarm) { present[id] = name }
            case .change(let id, let alarm):
                _ = try journal.append(.alarmChanged(alarm: id, details: alarm), by: .program, at: now)
            case .picture: break
            case .gone(let id):
                _ = try journal.append(.alarmGone(alarm: id), by: .program, at: now)
                present[id] = nil
            case .merge(let id, let into):
                _ = try journal.append(.alarmMerged(alarm: id, into: into), by: .program, at: now)
                present[id] = nil
            }
        }
        for name in Set(present.values) {
            guard let episode = open[name], episode.raisedAfter == nil else { continue }
            open[name]?.raisedAfter = seconds - episode.begin
        }
    }

    /// A second alarm of what has one is one too many.
    private mutating func note(_ id: AlarmID, _ alarm: Alarm, as name: String?) {
        guard let name, Self.isAlarming(name), !present.values.contains(name) else {
            return others["\(alarm.kind) on \(name ?? "nothing")", default: 0] += 1
        }
        present[id] = name
    }
    private static func isAlarming(_ name: String) -> Bool {
        ["fire", "swimmer"].contains(name) || name.hasPrefix("head")
    }
}
