import FlightTypes
import Glibc
import Synchronization

/// A TCP connection to a server that sends, which comes back by itself: gpsd, or a serial line behind a network.
public final class TCPLine: Sendable {
    /// How long a connection may take to come about.
    static let connectLimit = Duration.seconds(5)

    private let host: String
    private let port: UInt16
    private let greeting: [UInt8]
    private let silenceLimit: Duration
    private let clocks: any Clocks
    private let backOff: BackOff
    private let stopSignal = StopSignal()

    /// - Parameters:
    ///   - host: a name or an address.
    ///   - greeting: what is sent first on each connection; at most 4 KiB, so that the kernel takes it at once.
    ///   - silenceLimit: after this long without a byte the source is reported as failing; after ten times that it is
    ///     connected anew, because a server that went away without a word looks just like that.
    public convenience init(
        host: String, port: UInt16, greeting: [UInt8] = [], silenceLimit: Duration = .seconds(2),
        clocks: any Clocks = SystemClocks()
    ) {
        self.init(
            host: host, port: port, greeting: greeting, silenceLimit: silenceLimit, clocks: clocks, backOff: .standard)
    }
    init(
        host: String, port: UInt16, greeting: [UInt8], silenceLimit: Duration, clocks: any Clocks, backOff: BackOff
    ) {
        self.host = host
        self.port = port
        self.greeting = Array(greeting.prefix(4096))
        self.silenceLimit = silenceLimit
        self.clocks = clocks
        self.backOff = backOff
    }

    /// Makes ``run(onOpen:onBytes:onState:)`` return soon, for good.
    public func stop() { stopSignal.request() }

    /// Reads until ``stop()``. Blocks: give it a thread of its own; the handlers are called on it, `onOpen` at the
    /// beginning of each connection.
    public func run(
        onOpen: () -> Void, onBytes: SerialLine.BytesHandler, onState: @escaping SerialLine.StateHandler
    ) {
        var reporter = StateReporter(onState)
        var backOff = backOff
        while !stopSignal.isRequested {
            do throws(SensorError) {
                let socket = try connectSocket()
                defer { close(socket) }
                onOpen()
                reporter.report(.failing, "\(name): connected, nothing received yet")
                try read(socket, onBytes, &reporter) { backOff.reset() }
            } catch {
                reporter.report(.missing, error.description)
                stopSignal.wait(backOff.next(), clocks: clocks)
            }
        }
    }

    private var name: String { "TCP \(host) port \(port)" }

    private func connectSocket() throws(SensorError) -> Int32 {
        var hints = addrinfo()
        hints.ai_family = AF_UNSPEC
        hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        var list: UnsafeMutablePointer<addrinfo>?
        guard getaddrinfo(host, String(port), &hints, &list) == 0 else {
            throw SensorError("\(name): no such host; nothing is received")
        }
        defer { freeaddrinfo(list) }
        var failure = SensorError("\(name): no address; nothing is received")
        var entry = list
        while let found = entry?.pointee, !stopSignal.isRequested {
            do throws(SensorError) { return try connectSocket(to: found) } catch { failure = error }
            entry = found.ai_next
        }
        throw failure
    }
    private func connectSocket(to found: addrinfo) throws(SensorError) -> Int32 {
        let type = Int32(SOCK_STREAM.rawValue) | Int32(SOCK_NONBLOCK.rawValue) | Int32(SOCK_CLOEXEC.rawValue)
        let descriptor = socket(found.ai_family, type, 0)
        guard descriptor >= 0 else { throw SensorError(name, "socket", errno: errno) }
        var code: Int32 = 0
        if connect(descriptor, found.ai_addr, found.ai_addrlen) != 0 {
            code = errno == EINPROGRESS ? finishConnecting(descriptor) : errno
        }
        if code == 0, !greeting.isEmpty {
            let sent = greeting.withUnsafeBytes { send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
            if sent != greeting.count { code = sent < 0 ? errno : EIO }
        }
        guard code == 0 else {
            close(descriptor)
            throw SensorError(name, "connect", errno: code)
        }
        return descriptor
    }
    /// Waits until the connection stands; its error, 0 for none.
    private func finishConnecting(_ descriptor: Int32) -> Int32 {
        guard stopSignal.poll(descriptor, for: Int16(POLLOUT), timeout: Self.connectLimit) != 0 else {
            return ETIMEDOUT
        }
        var code: Int32 = 0
        var length = socklen_t(MemoryLayout<Int32>.size)
        return getsockopt(descriptor, SOL_SOCKET, SO_ERROR, &code, &length) == 0 ? code : errno
    }

    private func read(
        _ socket: Int32, _ onBytes: SerialLine.BytesHandler, _ reporter: inout StateReporter, onFirst: () -> Void
    ) throws(SensorError) {
        var buffer = [UInt8](repeating: 0, count: 8192)
        var lastByte = clocks.monotonicNow()
        while !stopSignal.isRequested {
            let events = stopSignal.poll(socket, for: Int16(POLLIN), timeout: silenceLimit)
            let time = clocks.captureTimeNow()
            if events == 0 {
                let silence = time.monotonic.since(lastByte)
                if !stopSignal.isRequested, silence >= silenceLimit {
                    reporter.report(.failing, "\(name): no byte for \(silenceLimit)")
                }
                guard silence < silenceLimit * 10 else { throw SensorError(name, "read", errno: ETIMEDOUT) }
                continue
            }
            let count = recv(socket, &buffer, buffer.count, 0)
            if count < 0, errno == EINTR || errno == EAGAIN { continue }
            guard count > 0 else { throw SensorError(name, "read", errno: count == 0 ? ECONNRESET : errno) }
            lastByte = time.monotonic
            onFirst()
            reporter.report(.running, "\(name): receiving")
            onBytes(buffer[..<count], time)
        }
    }
}
