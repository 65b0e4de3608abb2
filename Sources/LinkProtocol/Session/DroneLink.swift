import FlightTypes

// The drone's end, without sockets: the caller feeds datagrams, objects and time, then drains `nextOutput` until it waits.
//
//   submit ─▶ SendQueue ─▶ Pacer ─▶ TransportSession.seal ─▶ .transmit
//   handle ─▶ TransportSession.open ─▶ Record ─▶ .event
//   time   ─▶ handshake when there is no session, an old one, or a silent station

/// What the drone's end says to its owner.
public enum DroneLinkEvent: Hashable, Sendable {
    /// A handshake finished; the station is who it should be.
    case established
    /// Nothing has authenticated for a while; handshakes are being tried.
    case silent
    /// What the station received.
    case feedback(Feedback)
    /// What the station has made durable.
    case receipt([ReceiptRange])
}

/// The initiator: one station, one flight.
public struct DroneLink: Sendable {
    /// Everything that is fixed for a flight.
    public struct Configuration: Sendable {
        /// The drone's key pair.
        public var own: StaticKeyPair
        /// The station's public key, 32 bytes.
        public var stationKey: [UInt8]
        /// This run's number, from a durable counter reserved before use.
        public var flight: UInt32
        /// The most that may leave, in bytes a second.
        public var bytesPerSecond: Double
        /// A configuration of its parts.
        public init(own: StaticKeyPair, stationKey: [UInt8], flight: UInt32, bytesPerSecond: Double) {
            self.own = own
            self.stationKey = stationKey
            self.flight = flight
            self.bytesPerSecond = bytesPerSecond
        }
    }
    /// What to do next.
    public enum Output: Sendable {
        case transmit([UInt8])
        case event(DroneLinkEvent)
        case wait(until: MonotonicInstant)
    }
    /// What happened so far.
    public struct Counters: Hashable, Sendable {
        /// Datagrams refused: not ours, forged, replayed.
        public var refused: UInt64 = 0
        /// Handshakes begun.
        public var handshakes: UInt64 = 0
        /// Data datagrams sent.
        public var datagrams: UInt64 = 0
    }
    private struct Attempt: Sendable {
        var noise: NoiseInitiator
        var index: UInt32
        var mac1: [UInt8]
    }

    private static let retry: Duration = .seconds(1)
    private static let silence: Duration = .milliseconds(1500)
    private static let keepalive: Duration = .seconds(1)

    private let configuration: Configuration
    private var random: any RandomNumberGenerator & Sendable
    /// The newest handshakes that may still be answered: on a slow path an answer comes after the next try has left.
    private var attempts: [Attempt] = []
    private static let attemptsLimit = 4
    private var nextHandshake: MonotonicInstant
    private var current: TransportSession?
    private var previous: TransportSession?
    private var cookie: (bytes: [UInt8], at: MonotonicInstant)?
    private var lastHeard: MonotonicInstant?
    private var lastSent: MonotonicInstant
    private var isSilent = false
    private var freshness: UInt64
    private var queue = SendQueue()
    private var pacer: Pacer
    private var outputs: [Output] = []
    /// What happened so far.
    public private(set) var counters = Counters()

    /// A link that will start its first handshake at once.
    public init(configuration: Configuration, random: any RandomNumberGenerator & Sendable, at now: MonotonicInstant) {
        self.configuration = configuration
        self.random = random
        freshness = UInt64(configuration.flight) << 32
        nextHandshake = now
        lastSent = now
        pacer = Pacer(bytesPerSecond: configuration.bytesPerSecond)
    }

    /// Whether objects leave now.
    public var isEstablished: Bool { current != nil && !isSilent }
    /// Objects accepted, and dropped because their class was full.
    public var objectCounts: (accepted: UInt64, dropped: UInt64) { (queue.accepted, queue.dropped) }
    /// Objects waiting.
    public var waiting: Int { queue.count }

    /// Takes an object's encoded bytes for sending.
    public mutating func submit(_ bytes: [UInt8], class objectClass: ObjectClass) {
        queue.append(bytes, class: objectClass)
    }

    /// Takes a datagram from the network. Bytes that do not authenticate change nothing but counters.
    public mutating func handle(_ datagram: [UInt8], at now: MonotonicInstant) {
        switch datagram.first.flatMap(DatagramType.init(rawValue:)) {
        case .response: handleResponse(datagram, at: now)
        case .cookieReply: handleCookie(datagram, at: now)
        case .data: handleData(datagram, at: now)
        case .initiation, nil: counters.refused += 1
        }
    }

    /// What to do next; ask again until it says to wait.
    public mutating func nextOutput(at now: MonotonicInstant) -> Output {
        if !outputs.isEmpty { return outputs.removeFirst() }
        dropOldSessions(at: now)
        noticeSilence(at: now)
        if !outputs.isEmpty { return outputs.removeFirst() }
        if needsHandshake(at: now), now >= nextHandshake { return .transmit(startHandshake(at: now)) }
        if current != nil {
            if !queue.isEmpty {
                guard pacer.allow(LinkLimits.datagramSize, at: now) else {
                    return .wait(until: pacer.nextTime(after: now))
                }
                if let fragment = queue.nextFragment() { return .transmit(seal(.fragment(fragment), at: now)) }
            }
            if now.since(lastSent) >= Self.keepalive { return .transmit(seal(nil, at: now)) }
        }
        return .wait(until: nextDeadline(at: now))
    }

    // MARK: - Handshake

    private func needsHandshake(at now: MonotonicInstant) -> Bool {
        guard let current else { return true }
        return isSilent || now.since(current.created) >= SessionLife.rekeyAfter
            || current.sendCounter >= SessionLife.rekeyAfterDatagrams
    }

    private mutating func startHandshake(at now: MonotonicInstant) -> [UInt8] {
        let jitter = Int64(random.next() % 334)
        nextHandshake = now.advanced(by: Self.retry + .milliseconds(jitter))
        freshness += 1
        counters.handshakes += 1
        let index = UInt32(truncatingIfNeeded: random.next())
        var secret: [UInt8] = []
        while secret.count < 32 { withUnsafeBytes(of: random.next()) { secret.append(contentsOf: $0) } }
        guard let ephemeral = StaticKeyPair(secret: secret) else { return [] }
        var noise = NoiseInitiator(
            prologue: LinkLimits.prologue, own: configuration.own, ephemeral: ephemeral,
            remote: configuration.stationKey)
        let payload = InitiationMessage.Payload(flight: configuration.flight, freshness: freshness)
        guard let message = try? noise.writeInitiation(payload: payload.bytes) else { return [] }
        let fresh = cookie.flatMap { now.since($0.at) < .seconds(120) ? $0.bytes : nil }
        let datagram = InitiationMessage.encode(
            sender: index, noise: message, stationKey: configuration.stationKey, cookie: fresh)
        attempts.append(Attempt(noise: noise, index: index, mac1: Array(datagram[116..<132])))
        if attempts.count > Self.attemptsLimit { attempts.removeFirst() }
        return datagram
    }

    private mutating func handleResponse(_ datagram: [UInt8], at now: MonotonicInstant) {
        guard let response = ResponseMessage(datagram, droneKey: configuration.own.publicKey),
            let position = attempts.firstIndex(where: { $0.index == response.receiver }),
            let (_, keys) = try? attempts[position].noise.readResponse(response.noise)
        else {
            counters.refused += 1
            return
        }
        let attempt = attempts[position]
        attempts.removeFirst(position + 1)
        previous = current
        current = TransportSession(
            keys: keys, isInitiator: true, localIndex: attempt.index, remoteIndex: response.sender, at: now)
        lastHeard = now
        isSilent = false
        outputs.append(.event(.established))
        // The station sends under the new keys only after it has heard them: say something at once.
        outputs.append(.transmit(seal(nil, at: now)))
    }

    private mutating func handleCookie(_ datagram: [UInt8], at now: MonotonicInstant) {
        guard let attempt = attempts.last,
            let bytes = CookieReply.open(
                datagram, sender: attempt.index, mac1: attempt.mac1, stationKey: configuration.stationKey)
        else {
            counters.refused += 1
            return
        }
        cookie = (bytes, now)
        nextHandshake = min(nextHandshake, now.advanced(by: .milliseconds(100)))
    }

    // MARK: - Data

    private mutating func handleData(_ datagram: [UInt8], at now: MonotonicInstant) {
        guard let header = DataHeader(datagram) else {
            counters.refused += 1
            return
        }
        let opened: TransportSession.Opened
        if current?.localIndex == header.receiverIndex, current?.isUsable(at: now) == true {
            opened = current?.open(datagram, header: header, at: now) ?? .forged
        } else if previous?.localIndex == header.receiverIndex, previous?.isUsable(at: now) == true {
            opened = previous?.open(datagram, header: header, at: now) ?? .forged
        } else {
            opened = .forged
        }
        guard case .plaintext(let plaintext, _) = opened, let records = try? Record.decodeAll(plaintext) else {
            counters.refused += 1
            return
        }
        lastHeard = now
        isSilent = false
        for record in records { handle(record, at: now) }
    }

    private mutating func handle(_ record: Record, at now: MonotonicInstant) {
        switch record {
        case .feedback(let feedback): outputs.append(.event(.feedback(feedback)))
        case .receipt(let ranges): outputs.append(.event(.receipt(ranges)))
        case .ping(let sent): outputs.append(.transmit(seal(.pong(sent: sent, received: now, answered: now), at: now)))
        case .close:
            current = nil
            nextHandshake = max(nextHandshake, now.advanced(by: Self.retry))
        case .fragment, .pong: counters.refused += 1  // A station sends neither.
        }
    }

    private mutating func seal(_ record: Record?, at now: MonotonicInstant) -> [UInt8] {
        var writer = ByteWriter(capacity: LinkLimits.datagramSize)
        record?.encode(into: &writer)
        lastSent = now
        counters.datagrams += 1
        return current?.seal(writer.bytes) ?? []
    }

    // MARK: - Time

    private mutating func dropOldSessions(at now: MonotonicInstant) {
        if previous?.isUsable(at: now) == false { previous = nil }
        if current?.isUsable(at: now) == false { current = nil }
    }

    private mutating func noticeSilence(at now: MonotonicInstant) {
        guard current != nil, !isSilent, let lastHeard, now.since(lastHeard) >= Self.silence else { return }
        isSilent = true
        nextHandshake = now
        outputs.append(.event(.silent))
    }

    private func nextDeadline(at now: MonotonicInstant) -> MonotonicInstant {
        var deadline = now.advanced(by: .seconds(1))
        if needsHandshake(at: now) { deadline = min(deadline, nextHandshake) }
        if let lastHeard, !isSilent { deadline = min(deadline, lastHeard.advanced(by: Self.silence)) }
        if current != nil { deadline = min(deadline, lastSent.advanced(by: Self.keepalive)) }
        return max(deadline, now.advanced(by: .microseconds(100)))
    }
}
