import FlightTypes
import LinkProtocol
import Logging
import NIOCore
import NIOPosix

// Drives a DroneLink over one UDP socket. Everything happens on one event loop, in this order:
//   submit / datagram / timer ─▶ DroneLink ─▶ drain: write, report, set the timer ─▶ flush

/// The drone's end of the link over a real socket. Safe to use from any thread.
public final class DroneTransport: @unchecked Sendable {
    // @unchecked: every stored variable is touched on `loop` only; `submit`, `snapshot` and `stop` hop onto it.
    private let loop: any EventLoop
    private let host: String
    private let port: Int
    private let clocks: any Clocks
    private let logger: Logger
    private let onEvent: @Sendable (DroneLinkEvent) -> Void
    private var link: DroneLink
    private var channel: (any Channel)?
    private var remote: SocketAddress?
    private var timer: Scheduled<Void>?
    private var isStopped = false

    /// A transport towards `host`:`port`; `start` begins.
    public init(
        link configuration: DroneLink.Configuration, host: String, port: Int, group: any EventLoopGroup,
        clocks: any Clocks, logger: Logger, onEvent: @escaping @Sendable (DroneLinkEvent) -> Void
    ) {
        loop = group.next()
        self.host = host
        self.port = port
        self.clocks = clocks
        self.logger = logger
        self.onEvent = onEvent
        link = DroneLink(configuration: configuration, random: SystemRandomNumberGenerator(), at: clocks.monotonicNow())
    }

    /// Binds, and keeps binding anew for as long as it takes.
    public func start() { loop.execute { self.bind() } }

    /// Hands an object's bytes to the link.
    public func submit(_ bytes: [UInt8], class objectClass: ObjectClass) {
        loop.execute {
            self.link.submit(bytes, class: objectClass)
            self.drain()
        }
    }

    /// The link's counters now.
    public func snapshot() async -> (established: Bool, accepted: UInt64, dropped: UInt64, waiting: Int) {
        let future = loop.submit {
            (
                self.link.isEstablished, self.link.objectCounts.accepted, self.link.objectCounts.dropped,
                self.link.waiting
            )
        }
        return (try? await future.get()) ?? (false, 0, 0, 0)
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

    private func bind() {
        guard !isStopped else { return }
        do {
            let address = try SocketAddress.makeAddressResolvingHost(host, port: port)
            remote = address
            let any = address.protocol == .inet6 ? "::" : "0.0.0.0"
            DatagramSocket.bind(host: any, port: 0, on: loop) { [weak self] bytes, _ in self?.received(bytes) }
                .assumeIsolated().whenComplete { self.bound($0) }
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
        loop.assumeIsolated().scheduleTask(in: .milliseconds(500)) { self.bind() }
    }

    private func received(_ bytes: [UInt8]) {
        link.handle(bytes, at: clocks.monotonicNow())
        drain()
    }

    private func drain() {
        guard let channel, let remote else { return }
        timer?.cancel()
        defer { channel.flush() }
        while true {
            let now = clocks.monotonicNow()
            switch link.nextOutput(at: now) {
            case .transmit(let bytes):
                guard !bytes.isEmpty else { continue }
                channel.write(
                    AddressedEnvelope(remoteAddress: remote, data: channel.allocator.buffer(bytes: bytes)), promise: nil
                )
            case .event(let event): onEvent(event)
            case .wait(let until):
                let delay = max(0, until.since(now).nanosecondsClamped)
                timer = loop.assumeIsolated().scheduleTask(in: .nanoseconds(delay)) { self.drain() }
                return
            }
        }
    }
}
