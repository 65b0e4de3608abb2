import LinkProtocol
import Logging
import NIOCore
import NIOPosix

/// What arrived in one read: datagrams from one sender, in order.
struct ReceivedDatagram {
    var bytes: [UInt8]
    var sender: SocketAddress
    /// Marked "congestion experienced" on the way (RFC 3168).
    var isMarked: Bool
}

/// A bound UDP socket that hands on each datagram and says when it closed.
///
/// NIO closes a datagram channel on most receive and send errors (docs/architecture.md, failures): the owner rebinds. The kernel
/// joins datagrams of one sender (generic receive offload) where it can, and they are taken apart here; where it cannot, the
/// socket is bound without.
enum DatagramSocket {
    /// Kernel memory asked for received datagrams; one 720p frame is about 70 datagrams in a row.
    static let receiveBufferBytes = 4 << 20
    /// Datagrams (or rows of joined ones) taken from the kernel in one call, and calls before others have their turn: under a
    /// flood the reading itself is what counts.
    private static let messagesPerCall = 16
    private static let callsInARow = 4
    /// `IP_MTU_DISCOVER` and `IP_PMTUDISC_PROBE` of Linux: never fragment, and do not believe the kernel's own idea of the path.
    private static let mtuDiscover = NIOBSDSocket.Option(rawValue: 10)
    private static let probe = 3
    /// `SO_REUSEPORT` of Linux.
    private static let reusePort = NIOBSDSocket.Option(rawValue: 15)

    /// `isShared`: other sockets of this user may have the port too (`DatagramLanes`).
    static func bind(
        host: String, port: Int, isShared: Bool = false, on loop: any EventLoop,
        onDatagram: @escaping @Sendable (ReceivedDatagram) -> Void, onPause: @escaping @Sendable () -> Void
    ) -> EventLoopFuture<any Channel> {
        attempt(host, port, isShared, loop, isOffloading: true, onDatagram, onPause).flatMapError { _ in
            attempt(host, port, isShared, loop, isOffloading: false, onDatagram, onPause)
        }
    }

    private static func attempt(
        _ host: String, _ port: Int, _ isShared: Bool, _ loop: any EventLoop, isOffloading: Bool,
        _ onDatagram: @escaping @Sendable (ReceivedDatagram) -> Void, _ onPause: @escaping @Sendable () -> Void
    ) -> EventLoopFuture<any Channel> {
        var bootstrap = DatagramBootstrap(group: loop)
            .channelOption(
                .recvAllocator,
                value: FixedSizeRecvByteBufferAllocator(capacity: messagesPerCall * (isOffloading ? 65_536 : 2048))
            )
            .channelOption(.datagramVectorReadMessageCount, value: messagesPerCall)
            .channelOption(.maxMessagesPerRead, value: UInt(callsInARow))
            .channelOption(.socketOption(.so_rcvbuf), value: .init(receiveBufferBytes))
            .channelOption(.socketOption(.so_sndbuf), value: .init(receiveBufferBytes))
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(
                        DatagramHandler(onDatagram: onDatagram, onPause: onPause))
                }
            }
        if isShared { bootstrap = bootstrap.channelOption(.socketOption(reusePort), value: 1) }
        if isOffloading {
            bootstrap =
                bootstrap
                .channelOption(.datagramReceiveOffload, value: true)
                .channelOption(.datagramReceiveSegmentSize, value: true)
                .channelOption(.explicitCongestionNotification, value: true)
            if !host.contains(":") {
                bootstrap = bootstrap.channelOption(
                    ChannelOptions.Types.SocketOption(level: .ip, name: mtuDiscover), value: probe)
            }
        }
        return bootstrap.bind(host: host, port: port)
    }
}

private final class DatagramHandler: ChannelInboundHandler {
    typealias InboundIn = AddressedEnvelope<ByteBuffer>
    private let onDatagram: @Sendable (ReceivedDatagram) -> Void
    private let onPause: @Sendable () -> Void

    init(onDatagram: @escaping @Sendable (ReceivedDatagram) -> Void, onPause: @escaping @Sendable () -> Void) {
        self.onDatagram = onDatagram
        self.onPause = onPause
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let envelope = unwrapInboundIn(data)
        let isMarked = envelope.metadata?.ecnState == .congestionExperienced
        let segment = envelope.metadata?.segmentSize ?? 0
        envelope.data.withUnsafeReadableBytes { bytes in
            guard segment > 0, segment < bytes.count else {
                return onDatagram(.init(bytes: Array(bytes), sender: envelope.remoteAddress, isMarked: isMarked))
            }
            for start in stride(from: 0, to: bytes.count, by: segment) {
                let part = UnsafeRawBufferPointer(rebasing: bytes[start..<min(start + segment, bytes.count)])
                onDatagram(.init(bytes: Array(part), sender: envelope.remoteAddress, isMarked: isMarked))
            }
        }
    }

    func channelReadComplete(context: ChannelHandlerContext) { onPause() }

    /// ECONNREFUSED and the like: the peer's port is shut for the moment; the protocol notices by silence.
    func errorCaught(context: ChannelHandlerContext, error: any Error) {}
}

extension LinkEndpoint {
    /// `address:port`, for people.
    public var text: String {
        let host = String(decoding: host, as: UTF8.self)
        return host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)"
    }
}

/// Translates addresses both ways and remembers the answers, so that a datagram costs no text.
/// Limit 1,024 addresses; when full it starts anew.
struct AddressBook {
    private static let limit = 1024
    private var endpoints: [SocketAddress: LinkEndpoint] = [:]
    private var addresses: [LinkEndpoint: SocketAddress] = [:]
    /// Datagrams come in rows from one sender.
    private var newest: (address: SocketAddress, endpoint: LinkEndpoint)?

    mutating func endpoint(of address: SocketAddress) -> LinkEndpoint? {
        if let newest, newest.address == address { return newest.endpoint }
        if let known = endpoints[address] {
            newest = (address, known)
            return known
        }
        guard let ip = address.ipAddress, let port = address.port.flatMap(UInt16.init(exactly:)) else { return nil }
        let endpoint = LinkEndpoint(host: Array(ip.utf8), port: port)
        if endpoints.count >= Self.limit { self = AddressBook() }
        endpoints[address] = endpoint
        addresses[endpoint] = address
        newest = (address, endpoint)
        return endpoint
    }

    func address(of endpoint: LinkEndpoint) -> SocketAddress? {
        addresses[endpoint]
            ?? (try? SocketAddress(ipAddress: String(decoding: endpoint.host, as: UTF8.self), port: Int(endpoint.port)))
    }
}
