import FlightTypes

/// Makes alarms of what drones report: each thing one alarm, however many pictures, tracks, drones and cameras tell of it.
///
/// A value; reports and time go in, decisions come out, and the owner writes them down (`JournalDesk`). What becomes an alarm stands
/// in `AlarmRules`. Limits: `candidatesLimit` things that are no alarms (the one not seen for longest goes, `forgotten` counts), as
/// many alarms as an incident has, `streamsLimit` streams.
public struct AlarmBook: Sendable {
    /// What is to be written down.
    public enum Decision: Hashable, Sendable {
        /// An alarm; its number is told to `raised`.
        case raise(thing: Int, Alarm)
        case change(AlarmID, Alarm)
        case gone(AlarmID)
        case back(AlarmID, Alarm)
        case merge(AlarmID, into: AlarmID)
        /// A JPEG file in base 64.
        case picture(AlarmID, String)
    }
    /// How many things of a stream are no candidates for an alarm, in its newest report.
    public struct Anomalies: Hashable, Sendable {
        /// Of which stream of which drone.
        public var drone: DroneID, stream: StreamID
        /// How many.
        public var count: Int
    }
    /// Things followed that are no alarms.
    public static let candidatesLimit = 256
    /// Streams with reports.
    public static let streamsLimit = 256
    /// What is no alarm yet is forgotten when it has not been seen for so long.
    private static let candidateMemory: Duration = .seconds(5)
    /// So long two alarms have to be at one place before they are merged.
    private static let mergeTime: Duration = .seconds(3)

    private struct Stream: Hashable { var drone: DroneID, stream: StreamID }
    private struct Pair: Hashable { var older: Int, younger: Int }

    /// The rules that it goes by.
    public let rules: AlarmRules
    /// Candidates that went because there were too many.
    public private(set) var forgotten: UInt64 = 0
    private var things: [AlarmThing] = []
    private var nextNumber = 0
    private var readings: [Stream: ReportReading] = [:]
    private var counts: [Stream: Int] = [:]
    /// Things that one report showed both: they are two.
    private var apart: Set<Pair> = []
    /// Since when two alarms have been at one place.
    private var together: [Pair: MonotonicInstant] = [:]

    /// A book that goes on with the alarms of `state`; `wall` and `now` are one moment.
    public init(
        rules: AlarmRules = AlarmRules(), resuming state: LageState = LageState(), now: MonotonicInstant, wall: WallTime
    ) {
        self.rules = rules
        guard state.incident != nil else { return }
        for alarm in state.alarms where alarm.mergedInto == nil {
            let (age, overflow) = wall.nanoseconds.subtractingReportingOverflow(alarm.details.lastSeen.nanoseconds)
            let seen = now.advanced(by: .nanoseconds(overflow ? 0 : -max(0, age)))
            things.append(AlarmThing(number: nextNumber, resuming: alarm, lastSeen: seen))
            nextNumber += 1
        }
    }

    /// What is no alarm, by drone and stream.
    public var anomalies: [Anomalies] {
        counts.map { Anomalies(drone: $0.key.drone, stream: $0.key.stream, count: $0.value) }
            .sorted { ($0.drone, $0.stream.code) < ($1.drone, $1.stream.code) }
    }

    /// A report came that was captured at `now` by the station's clock.
    public mutating func take(_ report: DetectionReport, of drone: DroneID, at now: MonotonicInstant) -> [Decision] {
        let key = Stream(drone: drone, stream: report.stream)
        guard readings[key] != nil || readings.count < Self.streamsLimit else { return [] }
        var reading = readings[key] ?? ReportReading()
        let (observations, anomalies) = reading.read(report, of: drone, rules: rules, at: now)
        readings[key] = reading
        counts[key] = anomalies
        let seen = place(observations, at: now, wall: report.captureTime.wall)
        for (index, thing) in seen.enumerated() {
            for other in seen.dropFirst(index + 1) { noteApart(thing, other) }
        }
        notePicture(of: report, observations, at: now)
        return decide(about: Set(seen), at: now) + merge(at: now)
    }

    /// Time passes.
    public mutating func tick(at now: MonotonicInstant) -> [Decision] {
        things.removeAll { $0.alarm == nil && now.since($0.lastSeen) > Self.candidateMemory }
        let alive = Set(things.map(\.number))
        apart = apart.filter { alive.contains($0.older) && alive.contains($0.younger) }
        var decisions: [Decision] = []
        for index in things.indices {
            guard let alarm = things[index].alarm, things[index].isPresent,
                now.since(things[index].lastSeen) > .seconds(rules.goneSeconds)
            else { continue }
            things[index].isPresent = false
            decisions.append(.gone(alarm))
        }
        return decisions
    }

    /// The thing `number` became the alarm `id`.
    public mutating func raised(_ number: Int, as id: AlarmID) {
        guard let index = things.firstIndex(where: { $0.number == number }) else { return }
        things[index].alarm = id
    }

    // MARK: - Which thing is it?

    /// Gives each observation to a thing; the numbers of the things.
    private mutating func place(
        _ observations: [AlarmObservation], at now: MonotonicInstant, wall: WallTime
    ) -> [Int] {
        var taken: Set<Int> = []
        var rest: [AlarmObservation] = []
        // The drone's own numbers first: it knows better what is the same.
        for observation in observations {
            let followed = things.firstIndex {
                $0.isFollowed(as: observation.source) && !taken.contains($0.number)
            }
            guard let index = followed else {
                rest.append(observation)
                continue
            }
            things[index].take(observation, at: now, wall: wall)
            taken.insert(things[index].number)
        }
        for observation in rest {
            guard let kind = observation.kind else { continue }
            if let index = nearest(observation, kind, besides: taken, at: now) {
                things[index].take(observation, at: now, wall: wall)
                // Flames are many and one fire: the next one may be of the same.
                taken.insert(things[index].number)
            } else {
                taken.insert(add(observation, kind, at: now, wall: wall))
            }
        }
        return taken.sorted()
    }

    private func nearest(
        _ observation: AlarmObservation, _ kind: AlarmKind, besides taken: Set<Int>, at now: MonotonicInstant
    ) -> Int? {
        var best: (index: Int, share: Double)?
        for (index, thing) in things.enumerated()
        where thing.details.kind == kind && (kind == .fire || !taken.contains(thing.number)) {
            guard let share = thing.separation(from: observation, at: now), share <= 1, share < best?.share ?? 2 else {
                continue
            }
            best = (index, share)
        }
        return best?.index
    }

    private mutating func add(
        _ observation: AlarmObservation, _ kind: AlarmKind, at now: MonotonicInstant, wall: WallTime
    ) -> Int {
        let candidates = things.indices.filter { things[$0].alarm == nil }
        if candidates.count >= Self.candidatesLimit,
            let oldest = candidates.min(by: { things[$0].lastSeen < things[$1].lastSeen })
        {
            things.remove(at: oldest)
            forgotten += 1
        }
        let thing = AlarmThing(number: nextNumber, kind: kind, observation, at: now, wall: wall)
        nextNumber += 1
        things.append(thing)
        return thing.number
    }

    // MARK: - What is to be told?

    private mutating func decide(about seen: Set<Int>, at now: MonotonicInstant) -> [Decision] {
        var decisions: [Decision] = []
        for index in things.indices where seen.contains(things[index].number) {
            if let alarm = things[index].alarm, let jpeg = things[index].pictureToTell() {
                decisions.append(.picture(alarm, jpeg))
            }
            guard let alarm = things[index].alarm else {
                guard things[index].isConfirmed(by: rules, at: now) else { continue }
                decisions.append(.raise(thing: things[index].number, things[index].details))
                things[index].noteTold(at: now)
                continue
            }
            if !things[index].isPresent {
                guard now.since(things[index].lastSeen) < .seconds(1) else { continue }
                things[index].isPresent = true
                decisions.append(.back(alarm, things[index].details))
            } else if things[index].isWorthTelling(by: rules, at: now) {
                decisions.append(.change(alarm, things[index].details))
            } else {
                continue
            }
            things[index].noteTold(at: now)
        }
        return decisions
    }

    /// The crop of a report goes to the thing that it shows.
    private mutating func notePicture(
        of report: DetectionReport, _ observations: [AlarmObservation], at now: MonotonicInstant
    ) {
        guard !report.crop.isEmpty, let shown = observations.first(where: \.isPictured),
            let index = things.firstIndex(where: { $0.shows(shown, at: now) })
        else { return }
        things[index].takePicture(report.crop, score: shown.evidence.score)
    }

    private mutating func noteApart(_ one: Int, _ other: Int) {
        guard apart.count < Self.candidatesLimit * 16 else { return }
        apart.insert(Pair(older: min(one, other), younger: max(one, other)))
    }

    /// Two alarms that have been at one place for a while are one; the older number stays.
    private mutating func merge(at now: MonotonicInstant) -> [Decision] {
        var decisions: [Decision] = []
        var merged: Set<Int> = []
        var near: Set<Pair> = []
        let present = things.filter { $0.alarm != nil && now.since($0.lastSeen) < .seconds(5) }
        for (index, older) in present.enumerated() {
            for younger in present.dropFirst(index + 1) where older.isSame(as: younger) {
                let pair = Pair(older: older.number, younger: younger.number)
                guard !apart.contains(pair), !merged.contains(younger.number) else { continue }
                near.insert(pair)
                let since = together[pair] ?? now
                together[pair] = since
                guard now.since(since) >= Self.mergeTime, let into = older.alarm, let alarm = younger.alarm else {
                    continue
                }
                merged.insert(younger.number)
                if let index = things.firstIndex(where: { $0.number == older.number }) { things[index].absorb(younger) }
                decisions.append(.merge(alarm, into: into))
            }
        }
        together = together.filter { near.contains($0.key) && !merged.contains($0.key.younger) }
        guard !merged.isEmpty else { return decisions }
        things.removeAll { merged.contains($0.number) }
        return decisions
    }
}
