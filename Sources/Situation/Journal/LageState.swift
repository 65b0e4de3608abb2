import FlightTypes
import Foundation

/// One alarm as all that was decided about it leaves it.
public struct AlarmState: Hashable, Sendable, Codable {
    /// Which one.
    public let id: AlarmID
    /// The thing, as it was last told.
    public internal(set) var details: Alarm
    /// When it was raised, and when it was told of last.
    public internal(set) var raisedAt: WallTime, changedAt: WallTime
    /// Whether it is seen now, or was when it was told of last.
    public internal(set) var isPresent = true
    /// Who opened it first, and when.
    public internal(set) var seen: Mark?
    /// What a person says of it.
    public internal(set) var judgement: Judgement?
    /// The alarm that it turned out to be the same as.
    public internal(set) var mergedInto: AlarmID?
    /// The position of the last entry about it: a command that knows an older one comes too late.
    public internal(set) var changedPosition: UInt64

    /// Who did something, and when.
    public struct Mark: Hashable, Sendable, Codable {
        /// The user.
        public var by: String
        /// When.
        public var at: WallTime
    }
    /// A verdict, whose it is, and why.
    public struct Judgement: Hashable, Sendable, Codable {
        /// The verdict.
        public var verdict: Verdict
        /// Why, in the words of the person; may be empty.
        public var reason: String
        /// Whose it is.
        public var mark: Mark
    }
}

/// What a person wrote down.
public struct Note: Hashable, Sendable, Codable {
    /// The text.
    public var text: String
    /// Whose it is, and when it was written.
    public var mark: AlarmState.Mark
}

/// What follows from the entries of a journal: the fold over them. The same entries give the same state on every machine, after a
/// restart and in a replay.
public struct LageState: Hashable, Sendable, Codable {
    /// Alarms of an incident; beyond it none is raised.
    public static let alarmsLimit = 500
    /// Notes of an incident; beyond it none is taken.
    public static let notesLimit = 2_000
    /// Drones remembered; beyond it the first one by name that is not there goes.
    public static let dronesLimit = 64

    /// The position of the last entry.
    public private(set) var position: UInt64 = 0
    /// The open incident.
    public private(set) var incident: Incident?
    /// The incident that was closed last, and when.
    public private(set) var lastClosed: ClosedIncident?
    /// The alarms of the open incident, else of the one closed last, by number.
    public private(set) var alarms: [AlarmState] = []
    /// Their newest pictures, by number.
    public private(set) var pictures: [Int: Picture] = [:]
    /// The notes of the same incident.
    public private(set) var notes: [Note] = []
    /// How many gaps the same incident has.
    public private(set) var gaps = 0
    /// Drones that were heard, and whether they still are.
    public private(set) var drones: [String: Bool] = [:]
    /// Why nothing is recorded; nil where all is well.
    public private(set) var recorderTrouble: String?
    /// The position of the last entry about the incident itself.
    public private(set) var incidentPosition: UInt64 = 0

    /// A small picture of an alarm.
    public struct Picture: Hashable, Sendable, Codable {
        /// A JPEG file in base 64.
        public var jpeg: String
        /// The position of its entry: another one is another picture.
        public var position: UInt64
    }
    /// An incident that is over.
    public struct ClosedIncident: Hashable, Sendable, Codable {
        /// Which one.
        public var incident: Incident
        /// When and by whom it was closed.
        public var closedAt: WallTime, closedBy: String?
    }

    /// Nothing has happened yet.
    public init() {}

    /// The alarm `id` of the incident.
    public func alarm(_ id: AlarmID) -> AlarmState? { index(of: id).map { alarms[$0] } }

    /// The number that the next alarm gets.
    public var nextAlarm: AlarmID { AlarmID((alarms.last?.id.number ?? 0) + 1) }

    /// What an entry changes. Entries come in order; one that does not follow on the last is passed over, as is what cannot be.
    public mutating func apply(_ entry: JournalEntry) {
        guard entry.position > position else { return }
        position = entry.position
        switch entry.event {
        case .incidentOpened, .incidentNamed, .incidentClosed: applyIncident(entry)
        case .alarmRaised, .alarmChanged, .alarmGone, .alarmReturned, .alarmMerged, .alarmSeen, .alarmJudged:
            applyAlarm(entry)
        case .alarmPictured(let id, let jpeg):
            guard alarm(id) != nil else { return }
            pictures[id.number] = Picture(jpeg: jpeg, position: entry.position)
        case .note(let text):
            guard let author = entry.author.name, notes.count < Self.notesLimit else { return }
            notes.append(Note(text: text, mark: .init(by: author, at: entry.time.wall)))
        case .gap: gaps += 1
        case .recorderFailed(let reason): recorderTrouble = reason
        case .recorderWorks: recorderTrouble = nil
        case .droneCame(let drone): setDrone(drone, true)
        case .droneWent(let drone), .droneRevoked(let drone): setDrone(drone, false)
        case .unknown: break
        }
    }

    private mutating func applyIncident(_ entry: JournalEntry) {
        switch entry.event {
        case .incidentOpened(let opened):
            guard incident == nil else { return }
            incident = opened
            alarms = []
            pictures = [:]
            notes = []
            gaps = 0
        case .incidentNamed(let id, let name):
            guard incident?.id == id else { return }
            incident?.name = Incident.cleaned(name)
        case .incidentClosed(let id):
            guard let open = incident, open.id == id else { return }
            lastClosed = ClosedIncident(incident: open, closedAt: entry.time.wall, closedBy: entry.author.name)
            incident = nil
            for index in alarms.indices { alarms[index].isPresent = false }
        default: return
        }
        incidentPosition = entry.position
    }

    private mutating func applyAlarm(_ entry: JournalEntry) {
        guard let id = entry.event.alarm else { return }
        if case .alarmRaised(_, let details) = entry.event {
            guard incident != nil, id == nextAlarm, alarms.count < Self.alarmsLimit else { return }
            alarms.append(
                AlarmState(
                    id: id, details: details, raisedAt: entry.time.wall, changedAt: entry.time.wall,
                    changedPosition: entry.position))
            return
        }
        guard let index = index(of: id) else { return }
        alarms[index].apply(entry)
    }

    private func index(of id: AlarmID) -> Int? {
        // Numbers count from 1 without a hole.
        let index = id.number - 1
        return alarms.indices.contains(index) && alarms[index].id == id ? index : nil
    }

    private mutating func setDrone(_ drone: DroneID, _ isThere: Bool) {
        drones[drone.name] = isThere
        guard drones.count > Self.dronesLimit else { return }
        let others = drones.filter { $0.key != drone.name }
        let absent = others.filter { !$0.value }.keys.min() ?? others.keys.min()
        if let absent { drones[absent] = nil }
    }
}

extension AlarmState {
    fileprivate mutating func apply(_ entry: JournalEntry) {
        let mark = entry.author.name.map { Mark(by: $0, at: entry.time.wall) }
        switch entry.event {
        case .alarmChanged(_, let details): self.details = details
        case .alarmReturned(_, let details):
            self.details = details
            isPresent = true
        case .alarmGone: isPresent = false
        case .alarmMerged(_, let into):
            guard into != id else { return }
            mergedInto = into
            isPresent = false
        case .alarmSeen:
            guard seen == nil else { return }
            seen = mark
        case .alarmJudged(_, let verdict, let reason):
            guard let mark else { return }
            judgement = Judgement(verdict: verdict, reason: reason, mark: mark)
            if seen == nil { seen = mark }
        default: return
        }
        changedAt = entry.time.wall
        // What the program tells of a thing does not come between a person and the judgement.
        if entry.author.name != nil { changedPosition = entry.position }
    }
}

extension LageState {
    /// 64 bits of what there is to see of the incident, as text: the same in every browser, after a restart and in a replay. FNV-1a
    /// over JSON with sorted keys; it tells whether two states are the same, and proves nothing.
    public var digest: String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys]
        let seen = Seen(incident: incident ?? lastClosed?.incident, alarms: alarms, notes: notes)
        guard let data = try? encoder.encode(seen) else { return "" }
        var hash: UInt64 = 0xcbf2_9ce4_8422_2325
        for byte in data { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
        let text = String(hash, radix: 16)
        return String(repeating: "0", count: 16 - text.count) + text
    }
    private struct Seen: Encodable {
        var incident: Incident?
        var alarms: [AlarmState]
        var notes: [Note]
    }
}
