import FlightTypes

/// Old handshakes of a drone that is connected: a recording that somebody plays back, or a second machine with the same key. The
/// second machine makes a new one every second, each with a higher counter, while the first goes on sending from elsewhere.
struct Rival: Sendable {
    enum Finding: Hashable, Sendable {
        /// An old handshake was played back.
        case replay(from: LinkEndpoint)
        /// Two machines use the key: the one that is connected, and the one that knocks.
        case twoMachines(connected: LinkEndpoint, other: LinkEndpoint)
    }
    /// Both must be heard for so long: an agent that was restarted is silent on its old port.
    private static let together: Duration = .seconds(3)
    /// Handshakes further apart have nothing to do with each other.
    private static let patience: Duration = .seconds(60)

    /// Under old keys from elsewhere so long after the new ones: no network holds datagrams back like that.
    static let longOverlap: Duration = .seconds(5)
    /// So long a network may hold them back, once: a path that stood still and was left for another one.
    static let shortOverlap: Duration = .seconds(1)

    private var overlaps = (count: 0, newest: MonotonicInstant(nanoseconds: 0))
    private var endpoint: LinkEndpoint?
    private var highest: UInt64 = 0
    private var first = MonotonicInstant(nanoseconds: 0)
    private var newest = MonotonicInstant(nanoseconds: 0)
    private var count = 0
    private var isReplayTold = false
    private var lastTold: MonotonicInstant?

    /// An old handshake of a drone that was heard from `connected` at `heard`.
    mutating func handshake(
        counter: UInt64, from endpoint: LinkEndpoint, connected: LinkEndpoint, heard: MonotonicInstant,
        at now: MonotonicInstant
    ) -> Finding? {
        // From the drone's own port: its own handshake, come late, or one with a false sender. Neither changes anything.
        guard endpoint != connected else { return nil }
        guard self.endpoint?.host == endpoint.host, now.since(newest) < Self.patience else {
            self = Rival(after: self)
            self.endpoint = endpoint
            highest = counter
            (first, newest) = (now, now)
            count = 1
            return nil
        }
        newest = now
        self.endpoint = endpoint
        count += 1
        guard counter > highest else { return replay(at: now) }
        highest = counter
        guard now.since(first) >= Self.together, heard.since(first) >= Self.together - .milliseconds(500) else {
            return nil
        }
        isReplayTold = true
        return tell(.twoMachines(connected: connected, other: endpoint), at: now)
    }

    /// The key's other session goes on sending although a newer one has been confirmed.
    mutating func data(from endpoint: LinkEndpoint, connected: LinkEndpoint, at now: MonotonicInstant) -> Finding? {
        guard endpoint != connected else { return nil }
        return tell(.twoMachines(connected: connected, other: endpoint), at: now)
    }

    /// The same, shorter, for the first time since the newer session has been confirmed: two of these within a minute are two
    /// machines that push each other out.
    mutating func overlap(from endpoint: LinkEndpoint, connected: LinkEndpoint, at now: MonotonicInstant) -> Finding? {
        if now.since(overlaps.newest) >= Self.patience { overlaps.count = 0 }
        overlaps = (overlaps.count + 1, now)
        guard overlaps.count >= 2 else { return nil }
        return tell(.twoMachines(connected: connected, other: endpoint), at: now)
    }

    /// A single one that nothing followed was played back.
    mutating func expired(at now: MonotonicInstant) -> Finding? {
        guard count == 1, now.since(first) >= Self.together + .seconds(2) else { return nil }
        return replay(at: now)
    }

    private init(after old: Rival) { (lastTold, overlaps) = (old.lastTold, old.overlaps) }
    /// Nothing seen.
    init() {}

    private mutating func replay(at now: MonotonicInstant) -> Finding? {
        guard !isReplayTold, let endpoint else { return nil }
        isReplayTold = true
        count = max(count, 2)
        return tell(.replay(from: endpoint), at: now)
    }

    private mutating func tell(_ finding: Finding, at now: MonotonicInstant) -> Finding? {
        if let lastTold, now.since(lastTold) < .seconds(1) { return nil }
        lastTold = now
        return finding
    }
}
