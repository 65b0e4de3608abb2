import FlightTypes

/// Decides which incident (Einsatz) objects belong to. A value: it answers what to do, others do it.
public struct IncidentTracker: Sendable {
    /// The open incident.
    public struct Incident: Hashable, Sendable {
        /// What people call it.
        public var name: String
        /// When it was opened.
        public var openedAt: WallTime
        /// Who opened it: a user, or nil for the first frame.
        public var openedBy: String?
        /// An incident of its parts.
        public init(name: String, openedAt: WallTime, openedBy: String?) {
            self.name = name
            self.openedAt = openedAt
            self.openedBy = openedBy
        }
    }
    /// What the owner is to do.
    public enum Action: Hashable, Sendable {
        case open(Incident)
        case close(Incident, by: String)
        case none
    }
    private enum State {
        case idle
        case open(Incident)
    }
    private var state: State

    /// A tracker; `resuming` is an incident that was open when the station last stopped.
    public init(resuming incident: Incident? = nil) { state = incident.map(State.open) ?? .idle }

    /// The open incident.
    public var current: Incident? {
        if case .open(let incident) = state { return incident }
        return nil
    }

    /// An object came: the first one opens an incident, so that nothing is ever shown that is not recorded.
    public mutating func objectArrived(from drone: DroneID, at now: WallTime) -> Action {
        guard case .idle = state else { return .none }
        return begin(Incident(name: "Einsatz \(drone)", openedAt: now, openedBy: nil))
    }

    /// A user opens one; an open one is closed first by the caller (`close`). Refused while one is open.
    public mutating func open(name: String, by user: String, at now: WallTime) -> Action {
        guard case .idle = state else { return .none }
        let cleaned = String(
            name.unicodeScalars.filter { $0.value >= 32 && $0.value != 127 }.prefix(120).map(Character.init))
        return begin(Incident(name: cleaned.isEmpty ? "Einsatz" : cleaned, openedAt: now, openedBy: user))
    }

    /// A user closes it.
    public mutating func close(by user: String) -> Action {
        guard case .open(let incident) = state else { return .none }
        state = .idle
        return .close(incident, by: user)
    }

    private mutating func begin(_ incident: Incident) -> Action {
        state = .open(incident)
        return .open(incident)
    }
}
