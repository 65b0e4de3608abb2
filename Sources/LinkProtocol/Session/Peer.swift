import FlightTypes

/// One enrolled drone at the station: its sessions, where it is, what is arriving from it.
struct Peer: Sendable {
    private static let feedbackInterval: Duration = .milliseconds(20)
    private static let pingInterval: Duration = .milliseconds(500)
    private static let silence: Duration = .seconds(2)

    let drone: DroneID
    let publicKey: [UInt8]
    private var endpoint: LinkEndpoint?
    /// Answered but not yet heard: becomes `current` with its first authentic datagram.
    private var next: (session: TransportSession, flight: UInt32)?
    private var current: TransportSession?
    private var previous: TransportSession?
    private var flight: UInt32?
    private(set) var reassembler = Reassembler()
    private(set) var clock = ClockOffset()
    private var lastHeard: MonotonicInstant?
    private var isSilent = true
    private var feedbackDue: MonotonicInstant?
    private var pingDue: MonotonicInstant?

    init(drone: DroneID, publicKey: [UInt8]) {
        self.drone = drone
        self.publicKey = publicKey
    }

    var sessionIndices: [UInt32] {
        [next?.session.localIndex, current?.localIndex, previous?.localIndex].compactMap { $0 }
    }

    /// Keeps a freshly answered session; returns the index of one that it displaces.
    mutating func prepare(_ session: TransportSession, flight: UInt32) -> UInt32? {
        let displaced = next?.session.localIndex
        next = (session, flight)
        return displaced
    }

    enum Opened {
        case accepted([UInt8], [StationLinkEvent], droppedSession: UInt32?)
        case forged
        case replayed
    }

    mutating func open(_ datagram: [UInt8], header: DataHeader, from sender: LinkEndpoint, at now: MonotonicInstant)
        -> Opened
    {
        var events: [StationLinkEvent] = []
        var dropped: UInt32?
        let opened: TransportSession.Opened
        if current?.localIndex == header.receiverIndex, current?.isUsable(at: now) == true {
            opened = current?.open(datagram, header: header, at: now) ?? .forged
        } else if previous?.localIndex == header.receiverIndex, previous?.isUsable(at: now) == true {
            opened = previous?.open(datagram, header: header, at: now) ?? .forged
        } else if var candidate = next, candidate.session.localIndex == header.receiverIndex {
            opened = candidate.session.open(datagram, header: header, at: now)
            if case .plaintext = opened {
                dropped = previous?.localIndex
                previous = current
                current = candidate.session
                next = nil
                begin(candidate.flight)
                pingDue = now
                events.append(.established(drone, flight: candidate.flight))
            }
        } else {
            opened = .forged
        }
        switch opened {
        case .forged: return .forged
        case .replayed: return .replayed
        case .plaintext(let plaintext, let isNewest):
            lastHeard = now
            isSilent = false
            if isNewest, endpoint != sender {
                if endpoint != nil { events.append(.moved(drone)) }
                endpoint = sender
            }
            if feedbackDue == nil, !plaintext.isEmpty { feedbackDue = now.advanced(by: Self.feedbackInterval) }
            return .accepted(plaintext, events, droppedSession: dropped)
        }
    }

    private mutating func begin(_ newFlight: UInt32) {
        guard flight != newFlight else { return }
        flight = newFlight
        reassembler = Reassembler()
        // A new flight may be a new boot, whose monotonic clock began anew.
        clock = ClockOffset()
    }

    /// Carries out a record; returns an object that it completed.
    mutating func handle(_ record: Record, at now: MonotonicInstant) -> [UInt8]? {
        switch record {
        case .fragment(let fragment): return reassembler.handle(fragment, at: now)
        case .pong(let sent, let received, let answered):
            clock.handle(sent: sent, received: received, answered: answered, returned: now)
        case .ping, .feedback, .receipt, .close: break  // A drone sends none of these today.
        }
        return nil
    }

    mutating func seal(_ record: Record, at now: MonotonicInstant) -> StationLink.Output? {
        guard let endpoint, current?.isUsable(at: now) == true else { return nil }
        var writer = ByteWriter(capacity: LinkLimits.datagramSize)
        record.encode(into: &writer)
        guard let datagram = current?.seal(writer.bytes) else { return nil }
        return .transmit(datagram, to: endpoint)
    }

    mutating func runTimers(at now: MonotonicInstant) -> (outputs: [StationLink.Output], expired: [UInt32]) {
        var outputs: [StationLink.Output] = []
        var expired: [UInt32] = []
        for session in [current, previous, next?.session].compactMap({ $0 }) where !session.isUsable(at: now) {
            expired.append(session.localIndex)
        }
        if current?.isUsable(at: now) == false { current = nil }
        if previous?.isUsable(at: now) == false { previous = nil }
        if next?.session.isUsable(at: now) == false { next = nil }
        if let due = feedbackDue, now >= due {
            feedbackDue = nil
            reassembler.expire(at: now)
            let feedback = current?.received.feedback(
                at: now, objects: reassembler.completed, abandoned: reassembler.abandoned)
            if let feedback, let output = seal(.feedback(feedback), at: now) { outputs.append(output) }
        }
        if let due = pingDue, now >= due {
            pingDue = current == nil ? nil : now.advanced(by: Self.pingInterval)
            if let output = seal(.ping(sent: now), at: now) { outputs.append(output) }
        }
        if !isSilent, let lastHeard, now.since(lastHeard) >= Self.silence {
            isSilent = true
            outputs.append(.event(.silent(drone)))
        }
        return (outputs, expired)
    }

    func nextDeadline(at now: MonotonicInstant) -> MonotonicInstant? {
        let silent = isSilent ? nil : lastHeard?.advanced(by: Self.silence)
        return [feedbackDue, pingDue, silent].compactMap { $0 }.min()
    }
}
