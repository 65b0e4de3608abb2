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
    }

    private static let retryDelay: TimeAmount = .milliseconds(250)
    private let loop: any EventLoop
    private let host: String
    private let port: Int
    private let clocks: any Clocks
    private let logger: Logger
    private let handlers: Handlers
    private let keyFile: SessionKeyFile?
    private var link: DroneLink
    private var channel: (any Channel)?
    private var remote: SocketAddress?
    private var writer = SegmentedWriter()
    private var timer: Scheduled<Void>?
    private var timerDue = MonotonicInstant(nanoseconds: .max)
    private var isStopped = false

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
        link = DroneLink(configuration: configuration, random: SystemRandomNumberGenerator(), at: clocks.monotonicNow())
    }

    /// Binds, and keeps binding anew for as long as it takes.
    public func start() { loop.execute { self.bind() } }

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
            return snapshot
        }
        return (try? await future.get()) ?? Snapshot()
    }

    /// Closes the socket for good.
    public func stop() async {
        let future = loop.submit {
            self.isStopped = true
            self.timer?.cancel()
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

    // MARK: - Socket

    private func bind() {
        guard !isStopped, channel == nil else { return }
        do {
            let address = try SocketAddress.makeAddressResolvingHost(host, port: port)
            remote = address
            let any = address.protocol == .inet6 ? "::" : "0.0.0.0"
            DatagramSocket.bind(
                host: any, port: 0, on: loop, onDatagram: { [weak self] in self?.received($0) },
                onPause: { [weak self] in self?.drain() }
            ).assumeIsolated().whenComplete { self.bound($0) }
        } catch {
            retry(because: "\(error)")
        }
    }

    private func bound(_ result: Result<any Channel, any Error>) {
        switch result {
        case .success(let channel):
            self.channel = channel
            channel.closeFuture.assumeIsolated().whenComplete { _ in
                self.channel = nil
                self.retry(because: "socket closed")
            }
            drain()
        case .failure(let error): retry(because: "\(error)")
        }
    }

    private func retry(because reason: String) {
        guard !isStopped else { return }
        logger.warning("No socket towards \(host):\(port), trying again: \(reason). Recording on board goes on.")
        loop.assumeIsolated().scheduleTask(in: Self.retryDelay) { self.bind() }
    }

    private func received(_ datagram: ReceivedDatagram) { link.handle(datagram.bytes, at: clocks.monotonicNow()) }

    /// The device refuses rows: once is enough, the datagrams of that row are repaired.
    private func offloadRefused() {
        guard writer.isOffloading else { return }
        writer.refuse()
        logger.notice("The network device refuses rows of datagrams; sending one by one from now on")
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
            case .exportKeys(let keys): keyFile?.export(keys, logger)
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
