import FlightTypes

/// Why a command was not carried out.
public enum JournalRefusal: Error, Hashable, Sendable {
    /// An incident is open already.
    case incidentOpen
    /// No incident is open.
    case noIncident
    /// There is no such alarm.
    case noSuchAlarm
    /// Somebody decided about the same thing meanwhile; the position of that entry.
    case decidedMeanwhile(at: UInt64)
    /// The incident has as many alarms or notes as it can have.
    case tooMany
    /// The text is longer than an entry may be.
    case tooLong
}

/// The ordered list of all that was decided or happened, as far as it has to be remembered to go on: the state that follows from it,
/// and the rules of what may follow. A value; time is an argument, and nothing depends on who appends.
public struct Journal: Sendable {
    /// What follows from all entries.
    public private(set) var state: LageState

    /// A journal that goes on from `state`.
    public init(resuming state: LageState = LageState()) { self.state = state }

    /// The next entry. `expected` is the position up to which whoever decides knows the journal; nil where it does not matter.
    public mutating func append(
        _ event: JournalEvent, by author: JournalAuthor, at time: JournalTime, expecting expected: UInt64? = nil
    ) throws(JournalRefusal) -> JournalEntry {
        if let refusal = refusal(of: event, knowing: expected) { throw refusal }
        let (position, overflow) = state.position.addingReportingOverflow(1)
        guard !overflow else { throw .tooMany }
        let entry: JournalEntry
        do {
            entry = try JournalEntry(
                position: position, time: time, author: author, incident: event.incident ?? state.incident?.id,
                event: event)
        } catch { throw .tooLong }
        state.apply(entry)
        return entry
    }

    /// An entry that was made elsewhere; one that does not follow on the last is passed over.
    public mutating func follow(_ entry: JournalEntry) { state.apply(entry) }

    private func refusal(of event: JournalEvent, knowing expected: UInt64?) -> JournalRefusal? {
        switch event {
        case .incidentOpened:
            if state.incident != nil { return .incidentOpen }
            return isBehind(expected, state.incidentPosition)
        case .incidentNamed(let id, _), .incidentClosed(let id):
            guard state.incident?.id == id else { return .noIncident }
            return isBehind(expected, state.incidentPosition)
        case .alarmRaised(let id, _):
            guard state.incident != nil else { return .noIncident }
            guard state.alarms.count < LageState.alarmsLimit else { return .tooMany }
            return id == state.nextAlarm ? nil : .decidedMeanwhile(at: state.position)
        case .alarmMerged(let id, let into):
            return state.alarm(id) == nil || state.alarm(into) == nil ? .noSuchAlarm : nil
        case .alarmChanged(let id, _), .alarmGone(let id), .alarmReturned(let id, _), .alarmPictured(let id, _):
            return state.alarm(id) == nil ? .noSuchAlarm : nil
        case .alarmSeen(let id), .alarmJudged(let id, _, _):
            guard let alarm = state.alarm(id) else { return .noSuchAlarm }
            return isBehind(expected, alarm.changedPosition)
        case .note: return state.notes.count < LageState.notesLimit ? nil : .tooMany
        case .gap, .recorderFailed, .recorderWorks, .droneCame, .droneWent, .droneRevoked, .unknown: return nil
        }
    }

    private func isBehind(_ expected: UInt64?, _ changed: UInt64) -> JournalRefusal? {
        guard let expected, expected < changed else { return nil }
        return .decidedMeanwhile(at: changed)
    }
}
