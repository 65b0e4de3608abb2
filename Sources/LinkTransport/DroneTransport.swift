import FlightTypes
import LinkProtocol
import Logging
import NIOCore
import NIOPosix

// Drives a DroneLink over one UDP socket. Everything happens on one event loop, in this order:
//   submit / datagram / timer ─▶ DroneLink ─▶ drain: write, report, fetch, set the timer ─▶ flush

/// The drone's end of the link over a real socket. Safe to use from any thread.
public final class DroneTransport: @unchecked Sendable {
    // @unchecked: every stored variable is touched on `loop` only; public functions hop onto it.
    /// What the owner does with what comes.
    public struct Handlers: Sendable {
        /// Takes an event; must not block.
        public var event: @Sendable (DroneLinkEvent) -> Void
        /// Looks an object up in the onboard record and calls back, from any thread; must not block.
        public var fetch: @Sendable (ObjectID, @escaping @Sendable ([UInt8]?) -> Void) -> Void
        /// Handlers of their parts; without `fetch` nothing is backfilled.
        public init(
            event: @escaping @Sendable (DroneLinkEvent) -> Void,
            fetch: @escaping @Sendable (ObjectID, @escaping @Sendable ([UInt8]?) -> Void) -> Void = { $1(nil) }
        ) {
            self.event = event
            self.fetch = fetch
        }
    }
    /// How the link does now.
    public struct Snapshot: Sendable {
        /// Whether objects leave now.
        public var isEstablished = false
        /// Live objects waiting or being sent.
        public var waiting = 0
        /// Rates, losses, rung.
        public var link = LinkStatus()
        /// Datagrams and handshakes so far.
        public var counters = DroneLink.Counters()
        /// Whether the kernel cuts rows of datagrams.
        public var isOffloading = false
        /// The address in use, in numbers; nil while the station's name has none.
        public var remote: String?
    }

    private static let retryDelay: TimeAmount = .milliseconds(250)
    private static let steerInterval: TimeAmount = .milliseconds(500)
    private let loop: any EventLoop
    private let host: String
    private let port: Int
    private let clocks: any Clocks
    private let logger: Logger
    private let handlers: Handlers
    private let keyFile: SessionKeyFile?
    private var link: DroneLink
    private let lookup = NameLookup()
    private var farEnd: FarEnd<SocketAddress>
    private var isHeard = false
    /// Who answered last, so that it is told once where the station is.
    private var answeredFrom: SocketAddress?
    private var channel: (any Channel)?
    private var isBinding = false
    private var remote: SocketAddress?
    private var writer = SegmentedWriter()
    private var timer: Scheduled<Void>?
    private var timerDue = MonotonicInstant(nanoseconds: .max)
    private var steering: RepeatedTask?
    private var isStopped = false
    private var socketTrouble = RepeatedTrouble()
    private var nameTrouble = RepeatedTrouble()
    private var keyTrouble = RepeatedTrouble()
    private var moves = RepeatedTrouble()

    /// A transport towards `host`:`port`; `start` begins. With `keyFile`, session keys are exported there.
    public init(
        link configuration: DroneLink.Configuration, host: String, port: Int, group: any EventLoopGroup,
        clocks: any Clocks, logger: Logger, keyFile: SessionKeyFile? = nil, handlers: Handlers
    ) {
        loop = group.next()
        self.host = host
        self.port = port
        self.clocks = clocks
        self.logger = logger
        self.handlers = handlers
        self.keyFile = keyFile
        var configuration = configuration
        configuration.exportsKeys = keyFile != nil
        let now = clocks.monotonicNow()
        link = DroneLink(configuration: configuration, random: SystemRandomNumberGenerator(), at: now)
        let literal = NameLookup.literal(host, port: port)
        farEnd = literal.map { FarEnd(literal: $0) } ?? FarEnd(nameAt: now)
    }

    /// Looks the station's name up, binds, and keeps doing both anew for as long as it takes.
    public func start() {
        loop.execute {
            self.steering = self.loop.scheduleRepeatedTask(
                initialDelay: Self.steerInterval, delay: Self.steerInterval
            ) { _ in self.steer() }
            self.steer()
        }
    }

    /// Hands an object's bytes to the link. With `id` it is backfilled when the live path does not bring it.
    public func submit(_ bytes: EncodedObject, class objectClass: ObjectClass, id: ObjectID? = nil) {
        act { $0.submit(bytes, class: objectClass, id: id, at: $1) }
    }
    /// An object exists on board but is not sent live.
    public func skip(_ id: ObjectID) { act { $0.skip(id, at: $1) } }
    /// A visible frame was made smaller for the link.
    public func noteReduced() { act { $0.noteReduced(at: $1) } }
    /// What is captured around now is of interest: originals follow.
    public func wantContext() { act { $0.wantContext(at: $1) } }
    /// Objects of an earlier flight lie on board; `durable` says what of them the station has.
    public func holds(flight: UInt32, stream: StreamID, _ range: ClosedRange<UInt64>, durable: [ReceiptRange]) {
        act { link, _ in
            link.holds(flight: flight, stream: stream, range)
            for receipt in durable { link.knownDurable(receipt) }
        }
    }

    /// Bytes that the next visible frame may have; blocks for a moment, so not from an event loop.
    public func visibleBudget() -> Int {
        (try? loop.submit { self.link.visibleBudget(at: self.clocks.monotonicNow()) }.wait()) ?? 0
    }

    /// How the link does now.
    public func snapshot() async -> Snapshot {
        let future = loop.submit {
            var snapshot = Snapshot()
            snapshot.isEstablished = self.link.isEstablished
            snapshot.waiting = self.link.waiting
            snapshot.link = self.link.status
            snapshot.counters = self.link.counters
            snapshot.isOffloading = self.writer.isOffloading
            snapshot.remote = self.remote?.ipAddress
            return snapshot
        }
        return (try? await future.get()) ?? Snapshot()
    }

    /// Closes the socket for good.
    public func stop() async {
        let future = loop.submit {
            self.isStopped = true
            self.timer?.cancel()
            self.steering?.cancel()
            self.channel?.close(promise: nil)
        }
        try? await future.get()
    }

    private func act(_ change: @escaping @Sendable (inout DroneLink, MonotonicInstant) -> Void) {
        loop.execute {
            change(&self.link, self.clocks.monotonicNow())
            self.drain()
        }
    }

    // MARK: - Where the station is

    /// Twice a second, and whenever something changed: is the station heard, is its name due, is it another address's turn?
    private func steer() {
        guard !isStopped else { return }
        noteHeard(from: nil)
        while let action = farEnd.next(at: clocks.monotonicNow()) {
            switch action {
            case .resolve: resolve()
            case .use(let address): use(address)
            }
        }
    }

    private func noteHeard(from sender: SocketAddress?) {
        guard link.isEstablished != isHeard else { return }
        isHeard.toggle()
        let now = clocks.monotonicNow()
        guard isHeard else { return farEnd.silent(at: now) }
        farEnd.heard(from: sender, at: now)
        if let tally = socketTrouble.worked(at: now) {
            logger.notice("The socket towards \(host):\(port) works again\(tally.afterwards())")
        }
        guard let current = farEnd.current, current != answeredFrom else { return }
        let address = current.ipAddress ?? "unknown"
        if answeredFrom != nil, let tally = moves.failed(address, at: now) {
            logger.notice("\(host) answers at a new address, \(address)\(tally.times)")
        }
        answeredFrom = current
    }

    private func resolve() {
        lookup.resolve(host, port: port) { [weak self] result in
            guard let self else { return }
            self.loop.execute { self.resolved(result) }
        }
    }

    private func resolved(_ result: Result<[SocketAddress], NameLookup.Failure>) {
        let now = clocks.monotonicNow()
        switch result {
        case .success(let addresses):
            farEnd.resolved(addresses, at: now)
            if let tally = nameTrouble.worked(at: now) {
                logger.notice("The name \(host) has an address again\(tally.afterwards())")
            }
        case .failure(let failure):
            farEnd.lookupFailed(at: now)
            if let tally = nameTrouble.failed(failure.description, at: now) {
                logger.warning(
                    """
                    The name \(host) cannot be looked up: \(failure)\(tally.times). It is asked for again after at most 10 s. \
                    Recording on board goes on.
                    """)
            }
        }
        steer()
    }

    private func use(_ address: SocketAddress) {
        remote = address
        guard let channel else { return bind() }
        // A socket is of one family; when it closes it is bound anew for the other.
        if channel.localAddress?.protocol != address.protocol { channel.close(promise: nil) }
    }

    // MARK: - Socket

    private func bind() {
        guard !isStopped, channel == nil, !isBinding, let remote else { return }
        isBinding = true
        let any = remote.protocol == .inet6 ? "::" : "0.0.0.0"
        DatagramSocket.bind(
            host: any, port: 0, on: loop, onDatagram: { [weak self] in self?.received($0) },
            onPause: { [weak self] in self?.drain() }
        ).assumeIsolated().whenComplete { self.bound($0, family: remote.protocol) }
    }

    private func bound(_ result: Result<any Channel, any Error>, family: NIOBSDSocket.ProtocolFamily) {
        isBinding = false
        switch result {
        case .success(let channel):
            self.channel = channel
            channel.closeFuture.assumeIsolated().whenComplete { _ in
                self.channel = nil
                if self.remote?.protocol == family { self.retry(because: "it closed") } else { self.bind() }
            }
            if isStopped || remote?.protocol != family { channel.close(promise: nil) }
            drain()
        case .failure(let error): retry(because: "\(error)")
        }
    }

    private func retry(because reason: String) {
        guard !isStopped else { return }
        let now = clocks.monotonicNow()
        if let tally = socketTrouble.failed(reason, at: now) {
            logger.warning(
                """
                No socket towards \(host):\(port)\(tally.times), trying again four times a second: \(reason). Recording on \
                board goes on.
                """)
        }
        farEnd.unreachable(at: now)
        loop.assumeIsolated().scheduleTask(in: Self.retryDelay) {
            self.steer()
            self.bind()
        }
    }

    private func received(_ datagram: ReceivedDatagram) {
        link.handle(datagram.bytes, at: clocks.monotonicNow())
        noteHeard(from: datagram.sender)
    }

    /// The device refuses rows: once is enough, the datagrams of that row are repaired.
    private func offloadRefused() {
        guard writer.isOffloading else { return }
        writer.refuse()
        logger.notice("The network device refuses rows of datagrams; sending one by one from now on")
    }

    private func export(_ keys: [SessionKey]) {
        do { try keyFile?.append(keys) } catch {
            if let tally = keyTrouble.failed("\(error)", at: clocks.monotonicNow()) {
                logger.error("\(error)\(tally.times)")
            }
        }
    }

    // MARK: - Drain

    private func drain() {
        guard let channel, let remote else { return }
        let onRefused: @Sendable () -> Void = { [weak self] in self?.offloadRefused() }
        defer { writer.flush(on: channel, onRefused: onRefused) }
        while true {
            let now = clocks.monotonicNow()
            switch link.nextOutput(at: now) {
            case .transmit(let bytes):
                guard !bytes.isEmpty else { continue }
                writer.write(bytes, to: remote, on: channel, onRefused: onRefused)
            case .event(let event): handlers.event(event)
            case .fetch(let id):
                handlers.fetch(id) { [weak self] bytes in self?.act { $0.answerFetch(id, bytes, at: $1) } }
            case .exportKeys(let keys): export(keys)
            case .wait(let until):
                wait(until: until, now)
                return
            }
        }
    }

    /// One timer: set anew only when it would ring too late.
    private func wait(until: MonotonicInstant, _ now: MonotonicInstant) {
        if timer != nil, timerDue <= until, timerDue > now { return }
        timer?.cancel()
        timerDue = until
        let delay = max(0, until.since(now).nanosecondsClamped)
        timer = loop.assumeIsolated().scheduleTask(in: .nanoseconds(delay)) {
            self.timer = nil
            self.drain()
        }
    }
}
