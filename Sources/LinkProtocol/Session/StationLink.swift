import FlightTypes

// The station's end, without sockets: any number of enrolled drones behind one port.
//
//   handle ─▶ initiation: mac1 ─▶ load ─▶ cookie ─▶ Noise ─▶ enrolled? ─▶ fresh? ─▶ .transmit
//          ─▶ data: session by index ─▶ open ─▶ replay window ─▶ endpoint ─▶ Record ─▶ Reassembler ─▶ .deliver
//          the first of a session ─▶ .keepFreshness, .established; until then nothing but the answer has come of it
//   time   ─▶ feedback every 10 ms while something arrives, receipts, ping every half second, silence, expiry

/// What the station's end says to its owner.
public enum StationLinkEvent: Hashable, Sendable {
    /// A drone's handshake finished.
    case established(DroneID, flight: UInt32)
    /// Nothing has come from a drone for two seconds.
    case silent(DroneID)
    /// A drone that was silent is heard again under the keys from before.
    case heard(DroneID)
    /// A drone's datagrams come from a new address.
    case moved(DroneID)
    /// Somebody knows the station's key but is not enrolled; the public key that knocked.
    case unknownDrone(publicKey: [UInt8])
    /// A handshake of an enrolled drone that is not connected came with a counter that was used before: a recording played
    /// back, or a drone whose flight counter was lost. It gets no answer.
    case staleHandshake(DroneID, from: LinkEndpoint)
    /// An old handshake of a drone that is connected was played back from elsewhere. It gets no answer and changes nothing.
    case replayedHandshake(DroneID, from: LinkEndpoint)
    /// Two machines use a drone's key at once. The connected one stays; the other is refused, or they take turns.
    case twoMachines(DroneID, connected: LinkEndpoint, other: LinkEndpoint)
    /// A drone sends more than the station takes of one drone (docs/threat-model.md); so much was not looked at since the last
    /// time this was said.
    case overLimit(DroneID, refused: UInt64)
    /// So many handshakes in about a second had to wait or were refused because there are too many.
    case handshakesPutOff(UInt64)
}

/// The responder.
public struct StationLink: Sendable {
    /// What to do next.
    public enum Output: Sendable {
        /// Keep this over restarts, when the disk lets you: the counter of a handshake that the drone has confirmed. Nothing waits
        /// for it (docs/decisions/0030).
        case keepFreshness(DroneID, UInt64)
        case transmit([UInt8], to: LinkEndpoint)
        /// An object, whole and authentic, from a drone.
        case deliver(DroneID, [UInt8], isBackfill: Bool)
        case event(StationLinkEvent)
        /// Keys of a session that may begin; only where the station was made to hand them out.
        case exportKeys([SessionKey])
        case wait(until: MonotonicInstant)
    }
    /// An enrolled drone.
    public struct Enrolment: Hashable, Sendable {
        /// Its name here.
        public var drone: DroneID
        /// Its public key, 32 bytes.
        public var publicKey: [UInt8]
        /// An enrolment of its parts.
        public init(drone: DroneID, publicKey: [UInt8]) {
            self.drone = drone
            self.publicKey = publicKey
        }
    }
    /// Datagrams refused, by reason.
    public struct Counters: Hashable, Sendable {
        /// No datagram of ours: wrong type, version, length, or unknown session.
        public var foreign: UInt64 = 0
        /// A tag did not verify.
        public var forged: UInt64 = 0
        /// Authentic but seen before.
        public var replayed: UInt64 = 0
        /// Handshakes of keys that are not enrolled.
        public var unknownDrone: UInt64 = 0
        /// Handshakes put off because of load.
        public var deferred: UInt64 = 0
        /// Authentic datagrams whose inside was malformed.
        public var malformed: UInt64 = 0
        /// Datagrams of a drone that sends too many: not looked at.
        public var overLimit: UInt64 = 0
        /// Datagrams taken.
        public var accepted: UInt64 = 0
        /// None yet.
        public init() {}
    }

    private let own: StaticKeyPair
    private var random: any RandomNumberGenerator & Sendable
    /// Enrolled drones; `sessions` names them by their place here.
    private var peers: [Peer] = []
    private var sessions: [UInt32: Int] = [:]
    private let cipher: CipherChoice
    private let exportsKeys: Bool
    private var freshness: [DroneID: UInt64]
    private var outputs = OutputQueue<Output>()
    private var timersDue: MonotonicInstant
    private let mac1Key: [UInt8]
    private let replyKey: [UInt8]
    private var admission: HandshakeAdmission
    private var putOff: (count: UInt64, since: MonotonicInstant)
    private var refusalReported: MonotonicInstant?
    /// Datagrams by outcome.
    public private(set) var counters = Counters()

    /// A station with its key pair, the enrolled drones and the freshness counters it has stored. `exportsKeys`: it hands out
    /// the keys of each session, for reading captures.
    public init(
        own: StaticKeyPair, enrolled: [Enrolment], freshness: [DroneID: UInt64],
        random: any RandomNumberGenerator & Sendable, cipher: CipherChoice = .chaChaPoly, exportsKeys: Bool = false,
        at now: MonotonicInstant
    ) {
        self.own = own
        self.cipher = cipher
        self.exportsKeys = exportsKeys
        timersDue = now
        var random = random
        admission = HandshakeAdmission(secret: Self.randomBytes(32, &random), at: now)
        self.random = random
        self.freshness = freshness
        mac1Key = HandshakeMAC.mac1Key(publicKey: own.publicKey)
        replyKey = HandshakeMAC.replyKey(publicKey: own.publicKey)
        putOff = (0, now)
        enrol(enrolled)
    }

    /// Replaces the list of enrolled drones. Who is no longer on it loses its session at once.
    public mutating func enrol(_ enrolments: [Enrolment]) {
        var kept: [Peer] = []
        var names = Dictionary(enrolments.map { ($0.publicKey, $0.drone) }, uniquingKeysWith: { first, _ in first })
        for peer in peers {
            if names[peer.publicKey] == peer.drone {
                kept.append(peer)
                names[peer.publicKey] = nil
            } else {
                outputs.append(.event(.silent(peer.drone)))
            }
        }
        kept += names.sorted { $0.value < $1.value }.map { Peer(drone: $0.value, publicKey: $0.key) }
        peers = kept
        sessions = [:]
        for (place, peer) in peers.enumerated() { for index in peer.sessionIndices { sessions[index] = place } }
    }

    /// Takes a datagram from the network. Bytes that do not authenticate change nothing but counters.
    ///
    /// `isMarked`: it came with the mark "congestion experienced" (RFC 3168).
    public mutating func handle(
        _ datagram: [UInt8], from endpoint: LinkEndpoint, isMarked: Bool = false, at now: MonotonicInstant
    ) {
        switch datagram.first.flatMap(DatagramType.init(rawValue:)) {
        case .initiation: handleInitiation(datagram, from: endpoint, at: now)
        case .data: handleData(datagram, from: endpoint, isMarked: isMarked, at: now)
        case .response, .cookieReply, nil: counters.foreign += 1
        }
    }

    /// Tells a drone which objects are durable: originals, or reduced copies.
    public mutating func acknowledge(
        _ ids: [ObjectID], isReduced: Bool = false, of drone: DroneID, at now: MonotonicInstant
    ) {
        guard let place = place(of: drone) else { return }
        peers[place].acknowledge(ids, isReduced: isReduced, at: now)
        timersDue = now
    }

    /// What to do next; ask again until it says to wait.
    public mutating func nextOutput(at now: MonotonicInstant) -> Output {
        if let output = outputs.popFirst() { return output }
        if now >= timersDue {
            for place in peers.indices { runTimers(of: place, at: now) }
            if let output = outputs.popFirst() { return output }
        }
        let deadline = peers.compactMap { $0.nextDeadline(at: now) }.min()
        timersDue = deadline ?? now.advanced(by: .seconds(1))
        return .wait(until: max(timersDue, now.advanced(by: .microseconds(50))))
    }

    private func place(of drone: DroneID) -> Int? { peers.firstIndex { $0.drone == drone } }

    /// A drone's monotonic instant on the station's clock; nil until the first ping was answered.
    public func localTime(_ instant: MonotonicInstant, of drone: DroneID) -> MonotonicInstant? {
        place(of: drone).flatMap { peers[$0].clock.local(instant) }
    }
    /// Newest round trip, and the bound of the clock offset.
    public func quality(of drone: DroneID) -> (roundTrip: Duration?, clockBound: Duration?) {
        let peer = place(of: drone).map { peers[$0] }
        return (peer?.clock.roundTrip, peer?.clock.bound)
    }
    /// Objects put together, and given up, of a drone's present flight; and what was not looked at because it sends too much.
    public func objectCounts(of drone: DroneID) -> (completed: UInt64, abandoned: UInt64, overLimit: UInt64) {
        let peer = place(of: drone).map { peers[$0] }
        return (peer?.reassembler.completed ?? 0, peer?.reassembler.abandoned ?? 0, peer?.refused ?? 0)
    }

    /// A number over all state that a datagram may change, but counters and the handshake budget. Equal before and after
    /// whatever did not authenticate.
    public var fingerprint: UInt64 {
        var hash = Fingerprint()
        hash.mix(UInt64(peers.count), UInt64(sessions.count), confirmedFingerprint)
        for peer in peers { peer.mixPrepared(into: &hash) }
        for (drone, counter) in freshness.sorted(by: { $0.key < $1.key }) {
            hash.mix(UInt64(drone.name.utf8.count), counter)
        }
        return hash.value
    }

    /// The same without handshakes that were answered and not confirmed. Equal before and after whatever comes from somebody
    /// without a key, a recorded handshake whose counter is not known included.
    public var confirmedFingerprint: UInt64 {
        var hash = Fingerprint()
        for peer in peers { peer.mixConfirmed(into: &hash) }
        return hash.value
    }

    // MARK: - Handshake

    private mutating func handleInitiation(_ datagram: [UInt8], from endpoint: LinkEndpoint, at now: MonotonicInstant) {
        guard let message = InitiationMessage(datagram, mac1Key: mac1Key) else {
            counters.foreign += 1
            return
        }
        guard let isProven = admit(message, from: endpoint, at: now) else { return }
        var noise = NoiseResponder(prologue: cipher.prologue, own: own)
        guard let (key, bytes) = try? noise.readInitiation(message.noise),
            let payload = InitiationMessage.Payload(bytes)
        else {
            counters.forged += 1
            if isProven { admission.failed(endpoint, at: now) }
            return
        }
        guard let place = peers.firstIndex(where: { $0.publicKey == key }) else {
            if isProven { admission.failed(endpoint, at: now) }
            return reportUnknown(key, at: now)
        }
        let drone = peers[place].drone
        guard payload.freshness > freshness[drone] ?? 0 else {
            counters.replayed += 1
            if isProven { admission.failed(endpoint, at: now) }
            switch peers[place].staleHandshake(counter: payload.freshness, from: endpoint, at: now) {
            case .staleHandshake(let drone, let from)?: report(.staleHandshake(drone, from: from), at: now)
            case let event?: outputs.append(.event(event))
            case nil: break
            }
            return
        }
        guard peers[place].mayShakeHands(at: now) else {
            counters.overLimit += 1
            return
        }
        guard let ephemeral = StaticKeyPair(secret: randomBytes(32)),
            let (response, keys) = try? noise.writeResponse(payload: [], ephemeral: ephemeral)
        else { return }
        let index = unusedIndex(for: place)
        freshness[drone] = payload.freshness
        let session = TransportSession(
            keys: keys, isInitiator: false, cipher: cipher, localIndex: index, remoteIndex: message.sender, at: now)
        let displaced = peers[place].prepare(session, flight: payload.flight, counter: payload.freshness, at: now)
        if let displaced { sessions[displaced] = nil }
        sessions[index] = place
        if exportsKeys {
            outputs.append(.exportKeys(SessionKey.both(keys, station: index, drone: message.sender)))
        }
        outputs.append(
            .transmit(
                ResponseMessage.encode(sender: index, receiver: message.sender, noise: response, droneKey: key),
                to: endpoint))
    }

    /// A number that no session has, in a lane that no other drone has while there are such (docs/decisions/0024).
    private mutating func unusedIndex(for place: Int) -> UInt32 {
        var taken: Set<UInt32> = []
        for (index, owner) in sessions where owner != place { taken.insert(index % LinkLimits.lanes) }
        while true {
            let index = UInt32(truncatingIfNeeded: random.next()) & (LinkLimits.sessionIndices - 1)
            guard sessions[index] == nil else { continue }
            if taken.count >= Int(LinkLimits.lanes) || !taken.contains(index % LinkLimits.lanes) { return index }
        }
    }

    /// Under load only senders that prove their address get a handshake, each address and port a few a second. Nil when it gets
    /// none, else whether it has proven its address.
    private mutating func admit(_ message: InitiationMessage, from endpoint: LinkEndpoint, at now: MonotonicInstant)
        -> Bool?
    {
        if admission.needsSecret(at: now) { admission.renew(secret: randomBytes(32), at: now) }
        let verdict = admission.verdict(on: message, from: endpoint, at: now)
        if case .admitted(let isProven) = verdict { return isProven }
        counters.deferred += 1
        notePutOff(at: now)
        guard verdict == .cookieWanted else { return nil }
        let reply = CookieReply.encode(
            receiver: message.sender, cookie: admission.cookie(for: endpoint), salt: randomBytes(16),
            mac1: message.mac1, replyKey: replyKey)
        outputs.append(.transmit(reply, to: endpoint))
        return nil
    }

    /// A few that wait for a cookie are everyday life after a station's restart.
    private mutating func notePutOff(at now: MonotonicInstant) {
        putOff.count += 1
        guard now.since(putOff.since) >= .seconds(1) else { return }
        if putOff.count >= 100 { outputs.append(.event(.handshakesPutOff(putOff.count))) }
        putOff = (0, now)
    }

    private mutating func reportUnknown(_ key: [UInt8], at now: MonotonicInstant) {
        counters.unknownDrone += 1
        report(.unknownDrone(publicKey: key), at: now)
    }

    /// At most one refusal a second is told.
    private mutating func report(_ refusal: StationLinkEvent, at now: MonotonicInstant) {
        if let last = refusalReported, now.since(last) < .seconds(1) { return }
        refusalReported = now
        outputs.append(.event(refusal))
    }

    // MARK: - Data

    private mutating func handleData(
        _ datagram: [UInt8], from endpoint: LinkEndpoint, isMarked: Bool, at now: MonotonicInstant
    ) {
        guard let header = DataHeader(datagram), let place = sessions[header.receiverIndex], place < peers.count else {
            counters.foreign += 1
            return
        }
        guard peers[place].quota.mayOpen(at: now) else {
            counters.overLimit += 1
            return
        }
        switch peers[place].open(datagram, header: header, from: endpoint, isMarked: isMarked, at: now) {
        case .forged: counters.forged += 1
        case .replayed: counters.replayed += 1
        case .accepted(let plaintext, let events, let droppedSessions):
            counters.accepted += 1
            timersDue = min(timersDue, peers[place].nextDeadline(at: now) ?? timersDue)
            for index in droppedSessions { sessions[index] = nil }
            for event in events { outputs.append(.event(event)) }
            if let counter = peers[place].takeConfirmed() {
                outputs.append(.keepFreshness(peers[place].drone, counter))
            }
            guard let records = try? Record.decodeAll(plaintext) else {
                counters.malformed += 1
                return
            }
            var answer: Output?
            for record in records { carryOut(record, of: place, &answer, at: now) }
            if let answer { outputs.append(answer) }
        }
    }

    /// A datagram gets one answer at most: of several pings in it the last is answered.
    private mutating func carryOut(
        _ record: Record, of place: Int, _ answer: inout Output?, at now: MonotonicInstant
    ) {
        let (object, pong) = peers[place].handle(record, at: now)
        if let pong { answer = pong }
        if let object { outputs.append(.deliver(peers[place].drone, object.bytes, isBackfill: object.isBackfill)) }
    }

    private mutating func runTimers(of place: Int, at now: MonotonicInstant) {
        let (some, expired) = peers[place].runTimers(at: now)
        for output in some { outputs.append(output) }
        for index in expired { sessions[index] = nil }
    }

    private mutating func randomBytes(_ count: Int) -> [UInt8] { Self.randomBytes(count, &random) }

    private static func randomBytes(_ count: Int, _ random: inout any RandomNumberGenerator & Sendable) -> [UInt8] {
        var bytes: [UInt8] = []
        while bytes.count < count { withUnsafeBytes(of: random.next()) { bytes.append(contentsOf: $0) } }
        return Array(bytes.prefix(count))
    }
}
