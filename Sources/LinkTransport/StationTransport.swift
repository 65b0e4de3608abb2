import FlightTypes
import Glibc
import LinkProtocol
import Logging
import NIOCore
import NIOPosix

// Drives a StationLink over one UDP socket, on one event loop:
//   datagram / acknowledge / timer ─▶ StationLink ─▶ drain: write, deliver, report, set the timer ─▶ flush

/// The station's end of the link over a real socket. Safe to use from any thread.
public final class StationTransport: @unchecked Sendable {
    // @unchecked: every stored variable is touched on `loop` only; public functions hop onto it.
    /// What the owner does with what comes.
    public struct Handlers: Sendable {
        /// Takes an object; must not block.
        public var arrival: @Sendable (HubObject) -> Void
        /// Takes an event; must not block.
        public var event: @Sendable (StationLinkEvent) -> Void
        /// Takes the counter of a handshake that a drone has confirmed, to be kept over restarts; must not block.
        public var keepFreshness: @Sendable (DroneID, UInt64) -> Void
        /// Handlers of their parts.
        public init(
            arrival: @escaping @Sendable (HubObject) -> Void, event: @escaping @Sendable (StationLinkEvent) -> Void,
            keepFreshness: @escaping @Sendable (DroneID, UInt64) -> Void
        ) {
            self.arrival = arrival
            self.event = event
            self.keepFreshness = keepFreshness
        }
    }
    /// How the link to a drone does.
    public struct Quality: Sendable {
        /// Newest round trip.
        public var roundTrip: Duration?
        /// The clock offset is true to within this.
        public var clockBound: Duration?
        /// Objects put together in this flight.
        public var completed: UInt64
        /// Objects given up in this flight.
        public var abandoned: UInt64
        /// Datagrams and objects not looked at because the drone sends more than its share.
        public var overLimit: UInt64
    }

    private let loop: any EventLoop
    private let host: String
    private let port: Int
    private let clocks: any Clocks
    private let logger: Logger
    private let handlers: Handlers
    private let keyFile: SessionKeyFile?
    private var link: StationLink
    private var lanes: DatagramLanes?
    private var writer = SegmentedWriter()
    private var timer: Scheduled<Void>?
    private var timerDue = MonotonicInstant(nanoseconds: .max)
    private var isStopped = false
    private var addresses = AddressBook()
    private var undecodable: UInt64 = 0
    private var socketTrouble = RepeatedTrouble()
    private var keyTrouble = RepeatedTrouble()
    private var objectTrouble = Troubles<DroneID>()

    /// A transport that will listen on `host`:`port`. With `keyFile`, session keys are exported there.
    public init(
        own: StaticKeyPair, enrolled: [StationLink.Enrolment], freshness: [DroneID: UInt64], host: String, port: Int,
        group: any EventLoopGroup, clocks: any Clocks, logger: Logger, keyFile: SessionKeyFile? = nil,
        handlers: Handlers
    ) {
        loop = group.next()
        self.host = host
        self.port = port
        self.clocks = clocks
        self.logger = logger
        self.handlers = handlers
        self.keyFile = keyFile
        link = StationLink(
            own: own, enrolled: enrolled, freshness: freshness, random: SystemRandomNumberGenerator(),
            exportsKeys: keyFile != nil, at: clocks.monotonicNow())
    }

    /// Binds; throws when the port cannot be had. Returns the port; nil when the address is not one of this machine's yet (an
    /// interface that comes up later): then it is waited for.
    public func start() async throws -> Int? {
        do {
            let lanes = try await makeSockets(port: port).get()
            try await loop.submit { self.adopt(lanes) }.get()
            return lanes.channels.first?.localAddress?.port ?? port
        } catch let error as IOError where error.errnoCode == EADDRNOTAVAIL && port > 0 {
            try await loop.submit { self.bindLater(because: self.reason(of: error)) }.get()
            return nil
        }
    }

    /// Replaces the list of enrolled drones.
    public func enrol(_ enrolled: [StationLink.Enrolment]) {
        loop.execute {
            self.link.enrol(enrolled)
            self.drain()
        }
    }

    /// Tells a drone what is durable: originals, or reduced copies.
    public func acknowledge(_ ids: [ObjectID], isReduced: Bool, of drone: DroneID) {
        loop.execute {
            self.link.acknowledge(ids, isReduced: isReduced, of: drone, at: self.clocks.monotonicNow())
            self.drain()
        }
    }

    /// How the link to `drone` does now.
    public func quality(of drone: DroneID) async -> Quality? {
        try? await loop.submit {
            let (roundTrip, bound) = self.link.quality(of: drone)
            let counts = self.link.objectCounts(of: drone)
            return Quality(
                roundTrip: roundTrip, clockBound: bound, completed: counts.completed, abandoned: counts.abandoned,
                overLimit: counts.overLimit)
        }.get()
    }

    /// Datagrams by outcome, and authentic objects that could not be read.
    public func counters() async -> (link: StationLink.Counters, undecodable: UInt64)? {
        try? await loop.submit { (self.link.counters, self.undecodable) }.get()
    }

    /// Closes the socket for good.
    public func stop() async {
        let future = loop.submit {
            self.isStopped = true
            self.timer?.cancel()
            self.lanes?.close()
        }
        try? await future.get()
    }

    private func adopt(_ lanes: DatagramLanes) {
        guard !isStopped else { return lanes.close() }
        self.lanes = lanes
        // When one closes all are bound anew: which queue is whose depends on their order.
        EventLoopFuture.whenAllComplete(lanes.channels.map(\.closeFuture), on: loop).assumeIsolated().whenComplete {
            _ in
            self.bindLater(because: "it closed")
        }
        for channel in lanes.channels {
            channel.closeFuture.assumeIsolated().whenComplete { _ in
                self.lanes = nil
                lanes.close()
            }
        }
        if let tally = socketTrouble.worked(at: clocks.monotonicNow()) {
            logger.notice("The drones' port \(host):\(port) is open\(tally.afterwards())")
        }
        drain()
    }

    private func bindLater(because reason: String) {
        guard !isStopped else { return }
        if let tally = socketTrouble.failed(reason, at: clocks.monotonicNow()) {
            logger.error(
                """
                The drones' port \(host):\(port) is not open\(tally.times): \(reason). It is tried again five times a second; \
                no pictures come until then, recordings stay.
                """)
        }
        loop.assumeIsolated().scheduleTask(in: .milliseconds(200)) {
            self.makeSockets(port: self.port).assumeIsolated().whenComplete { result in
                switch result {
                case .success(let lanes): self.adopt(lanes)
                case .failure(let error): self.bindLater(because: self.reason(of: error))
                }
            }
        }
    }

    private func reason(of error: any Error) -> String {
        let isForeign = (error as? IOError)?.errnoCode == EADDRNOTAVAIL
        return isForeign ? "\(host) is no address of this machine (yet)" : "\(error)"
    }

    private func makeSockets(port: Int) -> EventLoopFuture<DatagramLanes> {
        DatagramLanes.bind(
            host: host, port: port, on: loop, onDatagram: { [weak self] in self?.received($0) },
            onPause: { [weak self] in self?.drain() })
    }

    private func received(_ datagram: ReceivedDatagram) {
        guard let endpoint = addresses.endpoint(of: datagram.sender) else { return }
        link.handle(datagram.bytes, from: endpoint, isMarked: datagram.isMarked, at: clocks.monotonicNow())
    }

    private func drain() {
        guard let channel = lanes?.channels.first else { return }
        let onRefused: @Sendable () -> Void = { [weak self] in self?.writer.refuse() }
        defer { writer.flush(on: channel, onRefused: onRefused) }
        while true {
            let now = clocks.monotonicNow()
            switch link.nextOutput(at: now) {
            case .keepFreshness(let drone, let counter): handlers.keepFreshness(drone, counter)
            case .transmit(let bytes, let endpoint):
                guard !bytes.isEmpty, let address = addresses.address(of: endpoint) else { continue }
                writer.write(bytes, to: address, on: channel, onRefused: onRefused)
            case .deliver(let drone, let bytes, let isBackfill):
                deliver(bytes, from: drone, isBackfill: isBackfill, at: now)
            case .event(let event): handlers.event(event)
            case .exportKeys(let keys): export(keys, at: now)
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

    private func export(_ keys: [SessionKey], at now: MonotonicInstant) {
        do { try keyFile?.append(keys) } catch {
            if let tally = keyTrouble.failed("\(error)", at: now) { logger.error("\(error)\(tally.times)") }
        }
    }

    private func deliver(_ bytes: [UInt8], from drone: DroneID, isBackfill: Bool, at now: MonotonicInstant) {
        let object: FlightObject
        do { object = try FlightObject(decoding: bytes) } catch {
            undecodable += 1
            if let tally = objectTrouble.failed(drone, "\(error)", at: now) {
                logger.warning(
                    """
                    An object of \(drone) of \(bytes.count) bytes cannot be read\(tally.times): \(error). It is neither shown \
                    nor recorded; if more follow, \(drone) and the Leitstelle may be of different versions.
                    """)
            }
            return
        }
        let capture = link.localTime(object.captureTime.monotonic, of: drone) ?? now
        handlers.arrival(
            HubObject(
                drone: drone, object: object, bytes: bytes, receiveTime: now, receiveWall: clocks.wallNow(),
                captureOnStation: min(capture, now), isBackfill: isBackfill))
    }
}
