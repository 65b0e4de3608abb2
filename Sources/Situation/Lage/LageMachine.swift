import FlightTypes

/// Board and alarm book driven by what the hub gives: objects and time in, wishes for the journal out. A value.
public struct LageMachine: Sendable {
    /// What is to be appended to the journal.
    public enum Wish: Hashable, Sendable {
        case alarm(AlarmBook.Decision)
        case droneCame(DroneID)
        case droneWent(DroneID)
    }
    /// A drone that is not heard for so long has gone; shorter pauses are told by ages.
    public static let goneAfter: Duration = .seconds(10)

    /// Which drones there are, and how they do.
    public private(set) var board = SituationBoard()
    /// Whether anything that a screen shows has changed since `noteSnapshot`.
    public private(set) var hasChanged = true
    private var book: AlarmBook
    /// Whether reports make alarms; not where a recording says what they were.
    private let raisesAlarms: Bool
    private var incident: IncidentID?
    private var present: Set<DroneID> = []
    private var silentSince: [DroneID: MonotonicInstant] = [:]

    /// A machine that goes on with the alarms of `state`; `now` and `wall` are one moment.
    public init(
        rules: AlarmRules, raisesAlarms: Bool = true, resuming state: LageState, now: MonotonicInstant, wall: WallTime
    ) {
        self.raisesAlarms = raisesAlarms
        incident = state.incident?.id
        book = AlarmBook(rules: rules, resuming: state, now: now, wall: wall)
    }

    /// What is no alarm, by stream.
    public var anomalies: [AlarmBook.Anomalies] { book.anomalies }

    /// An object came, while `open` is the open incident. Pictures only move the board.
    public mutating func take(_ object: HubObject, open: IncidentID?) -> [Wish] {
        if open != incident {
            // Another incident's alarms are others.
            incident = open
            beginAnew(with: LageState(), now: object.captureOnStation, wall: object.receiveWall)
        }
        board.handle(object)
        hasChanged = true
        var wishes = raisesAlarms ? heard(object.drone) : []
        if raisesAlarms, case .detections(let report) = object.object {
            wishes += book.take(report, of: object.drone, at: object.captureOnStation).map(Wish.alarm)
        }
        return wishes
    }

    /// A drone's link came up, or went silent.
    public mutating func setConnected(_ isConnected: Bool, drone: DroneID, at now: MonotonicInstant) -> [Wish] {
        board.setConnected(isConnected, drone: drone)
        hasChanged = true
        guard !isConnected else { return heard(drone) }
        if present.contains(drone), silentSince[drone] == nil { silentSince[drone] = now }
        return []
    }

    /// Time passes: what is not seen or heard any more has gone.
    public mutating func tick(at now: MonotonicInstant) -> [Wish] {
        guard raisesAlarms else { return [] }
        var wishes = book.tick(at: now).map(Wish.alarm)
        for (drone, since) in silentSince.sorted(by: { $0.key < $1.key }) where now.since(since) >= Self.goneAfter {
            silentSince[drone] = nil
            present.remove(drone)
            wishes.append(.droneWent(drone))
        }
        if !wishes.isEmpty { hasChanged = true }
        return wishes
    }

    /// The thing `number` became the alarm `id`.
    public mutating func raised(_ number: Int, as id: AlarmID) { book.raised(number, as: id) }

    /// A replay jumps: what is seen from now on is told anew.
    public mutating func beginAnew(with state: LageState, now: MonotonicInstant, wall: WallTime) {
        book = AlarmBook(rules: book.rules, resuming: state, now: now, wall: wall)
        hasChanged = true
    }

    /// A snapshot was made.
    public mutating func noteSnapshot() { hasChanged = false }

    private mutating func heard(_ drone: DroneID) -> [Wish] {
        silentSince[drone] = nil
        guard !present.contains(drone) else { return [] }
        // As many as the board remembers.
        if present.count >= SituationBoard.dronesLimit { present.removeFirst() }
        present.insert(drone)
        return [.droneCame(drone)]
    }
}
