import FlightTypes

// The drone's end, without sockets: the caller feeds datagrams, objects and time, then drains `nextOutput` until it waits.
//
//   submit ─▶ Outbox ─▶ Pacer, window ─▶ TransportSession.seal ─▶ .transmit          (DroneLink+Sending)
//   handle ─▶ TransportSession.open ─▶ Record ─▶ SentLedger ─▶ Outbox, RateController  (DroneLink+Feedback)
//   time   ─▶ handshake when there is no session, an old one, or a silent station      (DroneLink+Handshake)
//   spare  ─▶ BackfillLedger ─▶ .fetch ─▶ answerFetch ─▶ Outbox, behind everything live

/// What the drone's end says to its owner.
public enum DroneLinkEvent: Hashable, Sendable {
    /// A handshake finished; the station is who it should be.
    case established
    /// Nothing has authenticated for a while; handshakes are being tried.
    case silent
    /// The station is heard again under the keys from before.
    case resumed
    /// What the station has made durable.
    case receipt([ReceiptRange])
    /// The link carries more or less than before.
    case rung(LinkRung)
}

/// The initiator: one station, one flight.
public struct DroneLink: Sendable {
    /// Everything that is fixed for a flight.
    public struct Configuration: Sendable {
        /// The drone's key pair.
        public var own: StaticKeyPair
        /// The station's public key, 32 bytes.
        public var stationKey: [UInt8]
        /// This run's number, from a durable counter reserved before use, or made by chance.
        public var flight: UInt32
        /// Handshakes are counted from the number behind this one on; over a drone's flights it grows.
        public var handshakes: UInt64
        /// The most that may leave, in bytes a second.
        public var bytesPerSecond: Double
        /// How long each class is worth sending.
        public var deadlines = LinkDeadlines()
        /// Which originals follow where a reduced copy arrived.
        public var originals = OriginalsPolicy.detections
        /// How datagrams are sealed; anything but the default is for simulations.
        public var cipher = CipherChoice.chaChaPoly
        /// Whether the keys of each session are handed out, for reading captures.
        public var exportsKeys = false
        /// A configuration of its parts.
        public init(own: StaticKeyPair, stationKey: [UInt8], flight: UInt32, bytesPerSecond: Double) {
            self.own = own
            self.stationKey = stationKey
            self.flight = flight
            handshakes = UInt64(flight) << 32
            self.bytesPerSecond = bytesPerSecond
        }
    }
    /// What to do next.
    public enum Output: Sendable {
        case transmit([UInt8])
        case event(DroneLinkEvent)
        /// Look the object up in the onboard record and call `answerFetch`.
        case fetch(ObjectID)
        /// Keys of a session that began; only where the configuration asks for them.
        case exportKeys([SessionKey])
        case wait(until: MonotonicInstant)
    }
    /// What happened so far.
    public struct Counters: Hashable, Sendable {
        /// Datagrams refused: not ours, forged, replayed.
        public var refused: UInt64 = 0
        /// Handshakes begun.
        public var handshakes: UInt64 = 0
        /// Cookie replies taken: the station is there, its key is right, and it is under load.
        public var cookies: UInt64 = 0
        /// Cookie replies to somebody else's handshakes: somebody uses this drone's address.
        public var strayCookies: UInt64 = 0
        /// Data datagrams sent.
        public var datagrams: UInt64 = 0
        /// Their bytes with network headers.
        public var bytes: UInt64 = 0
        /// Feedbacks taken.
        public var feedbacks: UInt64 = 0
        /// Objects fetched for backfill.
        public var fetches: UInt64 = 0
        /// None yet.
        public init() {}
    }
    struct Attempt: Sendable {
        var noise: NoiseInitiator
        var index: UInt32
        var mac1: [UInt8]
    }

    static let retry: Duration = .seconds(1)
    static let silence: Duration = .milliseconds(1500)
    static let keepalive: Duration = .seconds(1)
    static let attemptsLimit = 4

    let configuration: Configuration
    var random: any RandomNumberGenerator & Sendable
    /// The newest handshakes that may still be answered: on a slow path an answer comes after the next try has left.
    var attempts: [Attempt] = []
    var nextHandshake: MonotonicInstant
    var current: TransportSession?
    var previous: TransportSession?
    var cookie: (bytes: [UInt8], at: MonotonicInstant)?
    /// `strayCookies` when the newest handshake left.
    var strayCookiesBefore: UInt64 = 0
    var lastHeard: MonotonicInstant?
    var lastSent: MonotonicInstant
    var isSilent = false
    var freshness: UInt64

    var outbox: Outbox
    var ledger = SentLedger(session: 0)
    var previousLedger: SentLedger?
    var loss = LossEstimate()
    var delay = DelayTracker()
    var control: RateController
    var pacer: Pacer
    var mtu: PathMTU
    var backfill: BackfillLedger
    /// Bytes that backfill may send ahead of live traffic: its floor.
    var backfillCredit = 0.0
    var isBusy = false
    /// When nothing live last waited.
    var lastIdle: MonotonicInstant
    var lastProbe: MonotonicInstant
    var lastFeedback: MonotonicInstant?
    var pendingFetches = 0
    var nextBackfillLook: MonotonicInstant
    var rung = LinkRung.full
    var videoReducedAt: MonotonicInstant?
    var lastVisible: MonotonicInstant?
    /// Bytes of earlier visible frames' budgets that they left unused.
    var visibleCredit = 0.0
    /// The budget that was last asked for and not used yet.
    var visibleAsked = 0.0
    var lastThermal: MonotonicInstant?
    /// When timers have to run; everything before needs none.
    var timersDue: MonotonicInstant
    var outputs = OutputQueue<Output>()
    /// What happened so far.
    public internal(set) var counters = Counters()

    /// A link that will start its first handshake at once.
    public init(configuration: Configuration, random: any RandomNumberGenerator & Sendable, at now: MonotonicInstant) {
        self.configuration = configuration
        self.random = random
        freshness = configuration.handshakes
        nextHandshake = now
        lastSent = now
        lastProbe = now
        lastIdle = now
        nextBackfillLook = now
        timersDue = now
        outbox = Outbox(deadlines: configuration.deadlines)
        let most = configuration.bytesPerSecond >= 1000 ? min(configuration.bytesPerSecond, 1e12) : 1000
        control = RateController(limits: .init(most: most))
        pacer = Pacer(rate: control.rate)
        mtu = PathMTU(at: now)
        backfill = BackfillLedger(policy: configuration.originals)
    }

    /// Whether objects leave now.
    public var isEstablished: Bool { current != nil && !isSilent }

    /// Takes an object's encoded bytes for sending. With `id` it is backfilled when the live path does not bring it.
    public mutating func submit(
        _ bytes: [UInt8], class objectClass: ObjectClass, id: ObjectID? = nil, at now: MonotonicInstant
    ) { submit(EncodedObject(head: bytes), class: objectClass, id: id, at: now) }

    /// Takes an object for sending, likewise; its image is sent from where it lies.
    public mutating func submit(
        _ bytes: EncodedObject, class objectClass: ObjectClass, id: ObjectID? = nil, at now: MonotonicInstant
    ) {
        if let id { backfill.produced(id, at: now) }
        guard objectClass != .backfill else { return }
        if objectClass == .visible { noteVisible(bytes.count, at: now) }
        if objectClass == .thermal { lastThermal = now }
        outbox.append(bytes, class: objectClass, id: id, at: now)
    }

    /// An object exists on board but is not sent live: the ladder leaves it out. Backfill brings it.
    public mutating func skip(_ id: ObjectID, at now: MonotonicInstant) {
        backfill.produced(id, at: now)
        if id.stream.kind == .visible { videoReducedAt = now }
    }

    /// A visible frame was made smaller for the link.
    public mutating func noteReduced(at now: MonotonicInstant) { videoReducedAt = now }

    /// Objects of an earlier flight lie on board and were never receipted.
    public mutating func holds(flight: UInt32, stream: StreamID, _ range: ClosedRange<UInt64>) {
        backfill.holds(flight: flight, stream: stream, range)
    }

    /// What the station already said to be durable, from the onboard record.
    public mutating func knownDurable(_ range: ReceiptRange) { backfill.durable(range) }

    /// What is captured around now is of interest (a detection, a mark): originals follow.
    public mutating func wantContext(at now: MonotonicInstant) {
        backfill.wantContext(flight: configuration.flight, at: now)
    }

    /// The owner's answer to `.fetch`: the object's bytes, or nil when the onboard record does not have it.
    public mutating func answerFetch(_ id: ObjectID, _ bytes: [UInt8]?, at now: MonotonicInstant) {
        pendingFetches = max(0, pendingFetches - 1)
        guard let bytes else { return backfill.unavailable(id) }
        outbox.append(EncodedObject(head: bytes), class: .backfill, id: id, at: now)
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
        if let output = outputs.popFirst() { return output }
        if now >= timersDue {
            runTimers(at: now)
            if let output = outputs.popFirst() { return output }
        }
        if let datagram = nextDatagram(at: now) { return .transmit(datagram) }
        if let fetch = nextFetch(at: now) { return .fetch(fetch) }
        timersDue = nextTimer(at: now)
        return .wait(until: max(min(timersDue, nextSending(at: now)), now.advanced(by: .microseconds(50))))
    }

    // MARK: - Time

    private mutating func runTimers(at now: MonotonicInstant) {
        if previous?.isUsable(at: now) == false { previous = nil }
        if current?.isUsable(at: now) == false { current = nil }
        if current != nil, !isSilent, let lastHeard, now.since(lastHeard) >= Self.silence {
            isSilent = true
            nextHandshake = now
            outputs.append(.event(.silent))
        }
        if needsHandshake(at: now), now >= nextHandshake {
            // A station that still has the old keys answers this first, and they stay in use.
            if current != nil, isSilent { transmit(.ping(sent: now), at: now) }
            outputs.append(.transmit(startHandshake(at: now)))
        }
        if previousLedger != nil, let current, now.since(current.created) >= previousLedgerLife {
            endPreviousLedger(at: now)
        }
        outbox.runDeadlines(path: path, at: now)
        if current != nil {
            probeWhenUnanswered(at: now)
            if isSilent, now.since(lastSent) >= silentProbeInterval(at: now) { transmit(.ping(sent: now), at: now) }
            if now.since(lastSent) >= Self.keepalive { transmit(nil, at: now) }
        }
        let isReduced = videoReducedAt.map { now.since($0) < .seconds(3) } ?? false
        let next = rung.next(rate: control.rate, isVideoReduced: isReduced)
        if next != rung {
            rung = next
            outputs.append(.event(.rung(next)))
        }
    }

    /// How often a silent station is asked: the picture shall be back within a fraction of a second after a short outage.
    func silentProbeInterval(at now: MonotonicInstant) -> Duration {
        guard let lastHeard else { return .milliseconds(500) }
        return now.since(lastHeard) < .seconds(60) ? .milliseconds(50) : .milliseconds(250)
    }

    private func nextTimer(at now: MonotonicInstant) -> MonotonicInstant {
        var next = now.advanced(by: .milliseconds(500))
        if needsHandshake(at: now) { next = min(next, nextHandshake) }
        if let lastHeard, !isSilent, current != nil { next = min(next, lastHeard.advanced(by: Self.silence)) }
        if current != nil {
            next = min(next, lastSent.advanced(by: isSilent ? silentProbeInterval(at: now) : Self.keepalive))
            if let unanswered = unansweredDue { next = min(next, unanswered) }
        }
        if let deadline = outbox.nextDeadline(path: path) { next = min(next, deadline) }
        return next
    }
}

/// Outputs in order, taken from the front without moving the rest.
struct OutputQueue<Element: Sendable>: Sendable {
    private var elements: [Element] = []
    private var first = 0
    var isEmpty: Bool { first == elements.count }
    mutating func append(_ element: Element) { elements.append(element) }
    mutating func popFirst() -> Element? {
        guard first < elements.count else { return nil }
        defer {
            first += 1
            if first == elements.count {
                elements.removeAll(keepingCapacity: true)
                first = 0
            }
        }
        return elements[first]
    }
}
