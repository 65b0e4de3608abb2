import FlightTypes
import Glibc
import Synchronization

/// Receives datagrams, such as MAVLink from a companion computer or a router.
public final class UDPListener: Sendable {
    /// Largest datagram taken, in bytes; a larger one is dropped and counted.
    public static let datagramLimit = 2048

    private let address: String
    private let port: UInt16
    private let silenceLimit: Duration
    private let clocks: any Clocks
    private let stopSignal = StopSignal()
    private let status = Mutex((port: UInt16?.none, oversized: UInt64(0)))
    /// The open socket, or −1, and who sent last. Held while sending, so that the socket is not closed under it.
    private let peer = Mutex((socket: Int32(-1), address: sockaddr_storage(), length: socklen_t(0)))

    /// - Parameters:
    ///   - address: of the interface to listen on, IPv4 or IPv6 in numbers; `0.0.0.0` for all.
    ///   - port: 0 for any (see ``boundPort``).
    ///   - silenceLimit: after this long without a datagram the source is reported as failing.
    public init(
        address: String = "127.0.0.1", port: UInt16, silenceLimit: Duration = .seconds(2),
        clocks: any Clocks = SystemClocks()
    ) {
        self.address = address
        self.port = port
        self.silenceLimit = silenceLimit
        self.clocks = clocks
    }

    /// The port listened on, while there is one.
    public var boundPort: UInt16? { status.withLock { $0.port } }
    /// Datagrams dropped because they exceeded ``datagramLimit``.
    public var datagramsOversized: UInt64 { status.withLock { $0.oversized } }
    /// Makes ``run(onBytes:onState:)`` return soon, for good.
    public func stop() { stopSignal.request() }

    /// Sends one datagram to whoever sent the last one received; false when nobody has, or the system does not take it.
    /// From any thread.
    public func reply(_ bytes: [UInt8]) -> Bool {
        peer.withLock { peer in
            guard peer.socket >= 0, peer.length > 0 else { return false }
            let (socket, length) = (peer.socket, peer.length)
            let sent = withUnsafePointer(to: &peer.address) { pointer in
                pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
                    bytes.withUnsafeBytes {
                        sendto(socket, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL), address, length)
                    }
                }
            }
            return sent == bytes.count
        }
    }

    /// Receives until ``stop()``. Blocks: give it a thread of its own; both handlers are called on it, `onBytes` once
    /// per datagram.
    public func run(onBytes: SerialLine.BytesHandler, onState: @escaping SerialLine.StateHandler) {
        var reporter = StateReporter(onState)
        var backOff = BackOff.standard
        while !stopSignal.isRequested {
            do throws(SensorError) {
                let socket = try bindSocket()
                peer.withLock { $0.socket = socket }
                defer {
                    status.withLock { $0.port = nil }
                    peer.withLock { peer in
                        close(socket)
                        (peer.socket, peer.length) = (-1, 0)
                    }
                }
                backOff.reset()
                try receive(socket, onBytes, &reporter)
            } catch {
                reporter.report(.missing, error.description)
                stopSignal.wait(backOff.next(), clocks: clocks)
            }
        }
    }

    private var name: String { "UDP \(address) port \(port)" }

    private func bindSocket() throws(SensorError) -> Int32 {
        var hints = addrinfo()
        hints.ai_family = AF_UNSPEC
        hints.ai_socktype = Int32(SOCK_DGRAM.rawValue)
        hints.ai_flags = AI_NUMERICHOST | AI_NUMERICSERV | AI_PASSIVE
        var list: UnsafeMutablePointer<addrinfo>?
        guard getaddrinfo(address, String(port), &hints, &list) == 0, let found = list?.pointee else {
            throw SensorError("\(name): no numeric address; nothing is received")
        }
        defer { freeaddrinfo(list) }
        let type = Int32(SOCK_DGRAM.rawValue) | Int32(SOCK_NONBLOCK.rawValue) | Int32(SOCK_CLOEXEC.rawValue)
        let descriptor = socket(found.ai_family, type, 0)
        guard descriptor >= 0 else { throw SensorError(name, "socket", errno: errno) }
        guard bind(descriptor, found.ai_addr, found.ai_addrlen) == 0 else {
            let code = errno
            close(descriptor)
            throw SensorError(name, "bind", errno: code)
        }
        let bound = Self.port(of: descriptor)
        status.withLock { $0.port = bound }
        return descriptor
    }

    /// The port lies at the same place for IPv4 and IPv6: behind the 16-bit family, in network order.
    private static func port(of descriptor: Int32) -> UInt16? {
        var storage = sockaddr_storage()
        var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
        let result = withUnsafeMutablePointer(to: &storage) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { getsockname(descriptor, $0, &length) }
        }
        guard result == 0 else { return nil }
        return withUnsafeBytes(of: storage) { UInt16($0[2]) << 8 | UInt16($0[3]) }
    }

    private func receive(
        _ socket: Int32, _ onBytes: SerialLine.BytesHandler, _ reporter: inout StateReporter
    ) throws(SensorError) {
        var buffer = [UInt8](repeating: 0, count: Self.datagramLimit)
        reporter.report(.failing, "\(name): listening, no datagram yet")
        var lastDatagram = clocks.monotonicNow()
        while !stopSignal.isRequested {
            let events = stopSignal.poll(socket, for: Int16(POLLIN), timeout: silenceLimit)
            let time = clocks.captureTimeNow()
            if events == 0 {
                if !stopSignal.isRequested, time.monotonic.since(lastDatagram) >= silenceLimit {
                    reporter.report(.failing, "\(name): no datagram for \(silenceLimit)")
                }
                continue
            }
            // With MSG_TRUNC the whole length is returned, also of a datagram that did not fit.
            var sender = sockaddr_storage()
            var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
            let count = withUnsafeMutablePointer(to: &sender) { pointer in
                pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                    recvfrom(socket, &buffer, buffer.count, Int32(MSG_TRUNC), $0, &length)
                }
            }
            guard count >= 0 else {
                // What was sent to somebody who no longer listens comes back as a refusal; it is no fault of ours.
                if errno == EAGAIN || errno == EINTR || errno == ECONNREFUSED { continue }
                throw SensorError(name, "recvfrom", errno: errno)
            }
            peer.withLock { peer in (peer.address, peer.length) = (sender, length) }
            lastDatagram = time.monotonic
            guard count <= buffer.count else {
                status.withLock { $0.oversized &+= 1 }
                continue
            }
            reporter.report(.running, "\(name): receiving")
            onBytes(buffer[..<count], time)
        }
    }
}
