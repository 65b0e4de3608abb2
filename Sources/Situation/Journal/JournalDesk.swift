import FlightTypes
import Synchronization

/// Where everybody on this station appends to the journal. Entries reach the hub in their order, and before any object that was
/// published after them.
public final class JournalDesk: Sendable {
    private let journal: Mutex<Journal>
    private let hub: StreamHub
    private let clocks: any Clocks
    private let boot: String
    private let random: @Sendable () -> UInt32

    /// A desk that goes on from `state`. `boot` names this run of the machine's monotonic clock; `random` tells incidents of one
    /// second apart.
    public init(
        hub: StreamHub, resuming state: LageState, clocks: any Clocks, boot: String,
        random: @escaping @Sendable () -> UInt32
    ) {
        journal = Mutex(Journal(resuming: state))
        self.hub = hub
        self.clocks = clocks
        self.boot = boot
        self.random = random
    }

    /// What follows from all entries so far.
    public var state: LageState { journal.withLock { $0.state } }

    /// Appends an event, and gives it to all readers of the hub.
    @discardableResult public func append(
        _ event: JournalEvent, by author: JournalAuthor, expecting expected: UInt64? = nil
    ) throws(JournalRefusal) -> JournalEntry {
        let time = now
        return try journal.withLock { journal throws(JournalRefusal) in
            let entry = try journal.append(event, by: author, at: time, expecting: expected)
            hub.publish(.entry(entry))
            return entry
        }
    }

    /// An entry that was made elsewhere, or in a recording.
    public func follow(_ entry: JournalEntry) {
        journal.withLock { journal in
            journal.follow(entry)
            hub.publish(.entry(entry))
        }
    }

    /// A replay has jumped: from now on `state` counts.
    public func jump(to state: LageState) { journal.withLock { $0 = Journal(resuming: state) } }

    /// Opens an incident, and closes one that is open first.
    public func open(name: String, by author: JournalAuthor) throws(JournalRefusal) {
        let incident = makeIncident(name: name, openedBy: author.name)
        if let open = state.incident { try append(.incidentClosed(incident: open.id), by: author) }
        try append(.incidentOpened(incident: incident), by: author)
    }

    /// Closes the open incident.
    public func close(by author: JournalAuthor, expecting expected: UInt64? = nil) throws(JournalRefusal) {
        guard let open = state.incident else { throw .noIncident }
        try append(.incidentClosed(incident: open.id), by: author, expecting: expected)
    }

    /// A live object came: the first one opens an incident, so that nothing is ever shown that is not recorded.
    public func objectCame(from drone: DroneID) {
        guard state.incident == nil else { return }
        let incident = makeIncident(name: "Einsatz \(drone)", openedBy: nil)
        // Whoever opened one meanwhile has done what was wanted.
        _ = try? append(.incidentOpened(incident: incident), by: .program)
    }

    private var now: JournalTime {
        JournalTime(wall: clocks.wallNow(), monotonic: clocks.monotonicNow(), boot: boot)
    }

    private func makeIncident(name: String, openedBy user: String?) -> Incident {
        let now = clocks.wallNow()
        return Incident(id: IncidentID(openedAt: now, random: random()), name: name, openedAt: now, openedBy: user)
    }
}
