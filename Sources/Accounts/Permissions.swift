/// Something that an account may do. Whatever decides about a wish asks for one of these, never for a role.
public enum Permission: String, Sendable, CaseIterable {
    /// See pictures, map and state, live or replayed.
    case watch
    /// Open an incident.
    case openIncident
    /// Close the open incident.
    case closeIncident
    /// Say of an alarm that it was seen, and what it was.
    case judgeAlarms
    /// Write a note into the incident.
    case note
    /// Pause a replay, jump in it, and change its rate.
    case controlReplay
    /// Manage accounts.
    case administer
}

/// A named set of permissions, as the accounts file names it.
public enum Role: String, Sendable, CaseIterable {
    /// Watches live, runs incidents, and looks at them afterwards.
    case disponent
    /// Watches and replays; changes nothing that happens.
    case ausbilder
    /// May do everything; manages accounts on the command line.
    case admin

    /// What the role may do. This is the only place that says so.
    public var permissions: Set<Permission> {
        switch self {
        case .disponent: [.watch, .openIncident, .closeIncident, .judgeAlarms, .note, .controlReplay]
        case .ausbilder: [.watch, .controlReplay]
        case .admin: Set(Permission.allCases)
        }
    }
}
