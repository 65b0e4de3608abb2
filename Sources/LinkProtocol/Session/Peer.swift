import FlightTypes

/// One enrolled drone at the station: its sessions, where it is, what is arriving from it.
struct Peer: Sendable {
    /// Feedback while something arrives; sooner where something is missing.
    private static let feedbackInterval: Duration = .milliseconds(10)
    private static let gapFeedbackInterval: Duration = .milliseconds(4)
    private static let receiptInterval: Duration = .milliseconds(40)
    private static let receiptRepeat: Duration = .milliseconds(500)
    private static let pingInterval: Duration = .milliseconds(500)
    private static let silence: Duration = .seconds(2)

    let drone: DroneID
    let publicKey: [UInt8]
    private var endpoint: LinkEndpoint?
    /// Answered but not yet heard: becomes `current` with its first authentic datagram.
    private var next: (session: TransportSession, flight: UInt32, counter: UInt64)?
    private var current: TransportSession?
    private var previous: TransportSession?
    private var flight: UInt32?
    private(set) var reassembler = Reassembler()
    private(set) var clock = ClockOffset()
    private var receipts = ReceiptBook()
    var quota = DroneQuota()
    private var rival = Rival()
    /// When `current` was confirmed, and whether its predecessor has been heard long after that.
    private var confirmed: (at: MonotonicInstant, isOverlapNoted: Bool)?
    /// The counter of a handshake that has just been confirmed, until it is asked for.
    private var confirmedCounter: UInt64?
    /// The handshake that was answered last: a copy of it that the network made is no replay.
    private var answered: (counter: UInt64, at: MonotonicInstant)?
    private var refusedTold: UInt64 = 0
    private var congestionMarks: UInt32 = 0
    private var lastHeard: MonotonicInstant?
    private var isSilent = true
    private var feedbackDue: MonotonicInstant?
    private var lastFeedback: MonotonicInstant?
    /// Datagrams came under the keys from before; the drone wants to know about them too.
    private var previousHasNews = false
    private var receiptDue: MonotonicInstant?
    private var pingDue: MonotonicInstant?

    init(drone: DroneID, publicKey: [UInt8]) {
        self.drone = drone
        self.publicKey = publicKey
    }

    var sessionIndices: [UInt32] {
        [next?.session.localIndex, current?.localIndex, previous?.localIndex].compactMap { $0 }
    }

    /// Keeps a freshly answered session; returns the index of one that it displaces.
    mutating func prepare(_ session: TransportSession, flight: UInt32, counter: UInt64, at now: MonotonicInstant)
        -> UInt32?
    {
        let displaced = next?.session.localIndex
        next = (session, flight, counter)
        answered = (counter, now)
        return displaced
    }

    /// Whether another fresh handshake is answered. Before the first confirmed one it may be a recording, of which there may be
    /// many, and they must not use up what the drone itself needs: only all handshakes together are limited then. After it, no
    /// recording is fresh.
    mutating func mayShakeHands(at now: MonotonicInstant) -> Bool { confirmed == nil || quota.mayShakeHands(at: now) }

    /// The counter of a handshake that was confirmed since this was last asked.
    mutating func takeConfirmed() -> UInt64? {
        defer { confirmedCounter = nil }
        return confirmedCounter
    }

    /// A handshake whose counter was used before: what that means, or nil when it is not worth telling (yet).
    mutating func staleHandshake(counter: UInt64, from sender: LinkEndpoint, at now: MonotonicInstant)
        -> StationLinkEvent?
    {
        if let answered, answered.counter == counter, now.since(answered.at) < .seconds(10) { return nil }
        guard !isSilent, current?.isUsable(at: now) == true, let endpoint, let lastHeard else {
            return .staleHandshake(drone, from: sender)
        }
        return event(
            rival.handshake(counter: counter, from: sender, connected: endpoint, heard: lastHeard, at: now))
    }

    private func event(_ finding: Rival.Finding?) -> StationLinkEvent? {
        switch finding {
        case .replay(let from)?: .replayedHandshake(drone, from: from)
        case .twoMachines(let connected, let other)?: .twoMachines(drone, connected: connected, other: other)
        case nil: nil
        }
    }

    /// What was not looked at because the drone sends more than its share.
    var refused: UInt64 { quota.refused &+ reassembler.unrepaired }

    enum Opened {
        case accepted([UInt8], [StationLinkEvent], droppedSessions: [UInt32])
        case forged
        case replayed
    }

    mutating func open(
        _ datagram: [UInt8], header: DataHeader, from sender: LinkEndpoint, isMarked: Bool, at now: MonotonicInstant
    ) -> Opened {
        var events: [StationLinkEvent] = []
        var dropped: [UInt32] = []
        let opened: TransportSession.Opened
        var isPrevious = false
        var isBegun = false
        if current?.localIndex == header.receiverIndex, current?.isUsable(at: now) == true {
            opened = current?.open(datagram, header: header, at: now) ?? .forged
        } else if previous?.localIndex == header.receiverIndex, previous?.isUsable(at: now) == true {
            opened = previous?.open(datagram, header: header, at: now) ?? .forged
            isPrevious = true
        } else if var candidate = next, candidate.session.localIndex == header.receiverIndex {
            opened = candidate.session.open(datagram, header: header, at: now)
            if case .plaintext = opened {
                dropped = [previous?.localIndex].compactMap { $0 }
                previous = current
                if flight != candidate.flight {
                    // Object numbers begin anew: late datagrams of the old flight would be taken for the new one's objects.
                    dropped += [current?.localIndex].compactMap { $0 }
                    previous = nil
                }
                current = candidate.session
                next = nil
                begin(candidate.flight)
                pingDue = now
                events.append(.established(drone, flight: candidate.flight))
                isBegun = true
                confirmed = (now, false)
                confirmedCounter = candidate.counter
            }
        } else {
            opened = .forged
        }
        switch opened {
        case .forged: return .forged
        case .replayed: return .replayed
        case .plaintext(let plaintext, let isNewest):
            quota.opened(at: now)
            if isPrevious, let event = event(overlap(from: sender, at: now)) { events.append(event) }
            lastHeard = now
            if isSilent, !isBegun { events.append(.heard(drone)) }
            isSilent = false
            if isMarked { congestionMarks &+= 1 }
            if isNewest, !isPrevious, endpoint != sender {
                if endpoint != nil { events.append(.moved(drone)) }
                endpoint = sender
            }
            if !plaintext.isEmpty { scheduleFeedback(isPrevious: isPrevious, at: now) }
            return .accepted(plaintext, events, droppedSessions: dropped)
        }
    }

    /// Something came under the keys before the present ones: a drone sends nothing under old keys once it has new ones.
    private mutating func overlap(from sender: LinkEndpoint, at now: MonotonicInstant) -> Rival.Finding? {
        guard let confirmed, let endpoint, sender != endpoint else { return nil }
        let since = now.since(confirmed.at)
        if since >= Rival.longOverlap { return rival.data(from: sender, connected: endpoint, at: now) }
        guard since >= Rival.shortOverlap, !confirmed.isOverlapNoted else { return nil }
        self.confirmed?.isOverlapNoted = true
        return rival.overlap(from: sender, connected: endpoint, at: now)
    }

    private mutating func scheduleFeedback(isPrevious: Bool, at now: MonotonicInstant) {
        previousHasNews = previousHasNews || isPrevious
        let session = isPrevious ? previous : current
        let hasGap = session?.received.hasNewGap ?? false
        let interval = hasGap ? Self.gapFeedbackInterval : Self.feedbackInterval
        // A gap may be reordering: a millisecond tells most of that. After a pause the first news waits for company as well.
        let earliest = now.advanced(by: hasGap ? .milliseconds(1) : .milliseconds(3))
        let due = max(lastFeedback.map { $0.advanced(by: interval) } ?? earliest, earliest)
        feedbackDue = min(feedbackDue ?? due, due)
    }

    private mutating func begin(_ newFlight: UInt32) {
        guard flight != newFlight else { return }
        flight = newFlight
        reassembler = Reassembler()
        // A new flight may be a new boot, whose monotonic clock began anew.
        clock = ClockOffset()
    }

    /// Carries out a record; returns an object that it completed.
    mutating func handle(_ record: Record, at now: MonotonicInstant) -> (
        object: Reassembler.Completed?, answer: StationLink.Output?
    ) {
        switch record {
        case .fragment(let fragment):
            if reassembler.isNew(fragment.object), !quota.mayBegin(at: now) { return (nil, nil) }
            return (reassembler.handle(fragment, at: now), nil)
        case .pong(let sent, let received, let answered):
            clock.handle(sent: sent, received: received, answered: answered, returned: now)
        case .ping(let sent): return (nil, seal(.pong(sent: sent, received: now, answered: now), at: now))
        // A drone sends none of these but padding, which says nothing.
        case .feedback, .receipt, .close, .padding: break
        }
        return (nil, nil)
    }

    /// Objects have become durable.
    mutating func acknowledge(_ ids: [ObjectID], isReduced: Bool, at now: MonotonicInstant) {
        for id in ids { receipts.note(id, isReduced: isReduced, at: now) }
        receiptDue = min(receiptDue ?? .init(nanoseconds: .max), now.advanced(by: Self.receiptInterval))
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
        if let due = feedbackDue, now >= due { outputs += sendFeedback(at: now) }
        if let due = receiptDue, now >= due {
            let ranges = receipts.ranges(at: now)
            receiptDue = ranges.isEmpty ? nil : now.advanced(by: Self.receiptRepeat)
            for start in stride(from: 0, to: ranges.count, by: ReceiptRange.rangesLimit) {
                let some = Array(ranges[start..<min(start + ReceiptRange.rangesLimit, ranges.count)])
                if let output = seal(.receipt(some), at: now) { outputs.append(output) }
            }
        }
        if let due = pingDue, now >= due {
            pingDue = current == nil ? nil : now.advanced(by: Self.pingInterval)
            reassembler.expire(at: now)
            if let output = seal(.ping(sent: now), at: now) { outputs.append(output) }
            if refused != refusedTold {
                outputs.append(
                    .event(.overLimit(drone, refused: refused > refusedTold ? refused - refusedTold : refused)))
                refusedTold = refused
            }
            if let event = event(rival.expired(at: now)) { outputs.append(.event(event)) }
        }
        if !isSilent, let lastHeard, now.since(lastHeard) >= Self.silence {
            isSilent = true
            outputs.append(.event(.silent(drone)))
        }
        return (outputs, expired)
    }

    private mutating func sendFeedback(at now: MonotonicInstant) -> [StationLink.Output] {
        feedbackDue = nil
        lastFeedback = now
        var outputs: [StationLink.Output] = []
        if previousHasNews, let previous, let output = seal(feedback(of: previous, at: now), at: now) {
            outputs.append(output)
        }
        previousHasNews = false
        if let current, let output = seal(feedback(of: current, at: now), at: now) { outputs.append(output) }
        current?.gapsReported()
        previous?.gapsReported()
        return outputs
    }

    private func feedback(of session: TransportSession, at now: MonotonicInstant) -> Record {
        guard var feedback = session.received.feedback(session: session.localIndex, at: now) else { return .padding(1) }
        let finished = reassembler.finished
        feedback.finishedObject = finished.highest
        feedback.finished = finished.whole
        feedback.congestionMarks = congestionMarks
        feedback.objects = UInt32(truncatingIfNeeded: reassembler.completed)
        feedback.abandoned = UInt32(truncatingIfNeeded: reassembler.abandoned)
        return .feedback(feedback)
    }

    func nextDeadline(at now: MonotonicInstant) -> MonotonicInstant? {
        let silent = isSilent ? nil : lastHeard?.advanced(by: Self.silence)
        return [feedbackDue, receiptDue, pingDue, silent].compactMap { $0 }.min()
    }

    /// What was answered and not confirmed.
    func mixPrepared(into hash: inout Fingerprint) { mix(next?.session, into: &hash) }

    private func mix(_ session: TransportSession?, into hash: inout Fingerprint) {
        hash.mix(UInt64(session?.localIndex ?? 0), session?.window.highest ?? 0, session?.sendCounter ?? 0)
    }

    /// All else that a datagram may change.
    func mixConfirmed(into hash: inout Fingerprint) {
        for session in [current, previous] { mix(session, into: &hash) }
        hash.mix(reassembler.completed, reassembler.abandoned, reassembler.useless, UInt64(reassembler.unfinished))
        hash.mix(UInt64(bitPattern: lastHeard?.nanoseconds ?? 0), isSilent ? 1 : 0, UInt64(endpoint?.port ?? 0))
        hash.mix(UInt64(congestionMarks), UInt64(flight ?? 0), UInt64(bitPattern: feedbackDue?.nanoseconds ?? 0))
    }
}
