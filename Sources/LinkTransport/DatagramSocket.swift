import LinkProtocol
import Logging
import NIOCore
import NIOPosix

/// A bound UDP socket that hands each datagram to `onDatagram`, and says when it closed.
///
/// NIO closes a datagram channel on most receive errors (docs/architecture.md, failures): the owner rebinds.
enum DatagramSocket {
    /// Kernel memory asked for received datagrams; one 720p frame is about 70 datagrams in a row.
    static let receiveBufferBytes = 4 << 20

    static func bind(
        host: String, port: Int, on loop: any EventLoop,
        onDatagram: @escaping @Sendable ([UInt8], SocketAddress) -> Void
    ) -> EventLoopFuture<any Channel> {
        DatagramBootstrap(group: loop)
            .channelOption(.recvAllocator, value: FixedSizeRecvByteBufferAllocator(capacity: 2048))
            .channelOption(.maxMessagesPerRead, value: 64)
            .channelOption(.socketOption(.so_rcvbuf), value: .init(receiveBufferBytes))
            .channelOption(.socketOption(.so_sndbuf), value: .init(receiveBufferBytes))
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(DatagramHandler(onDatagram: onDatagram))
                }
            }
            .bind(host: host, port: port)
    }
}

private final class DatagramHandler: ChannelInboundHandler {
    typealias InboundIn = AddressedEnvelope<ByteBuffer>
    private let onDatagram: @Sendable ([UInt8], SocketAddress) -> Void
    init(onDatagram: @escaping @Sendable ([UInt8], SocketAddress) -> Void) { self.onDatagram = onDatagram }
    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let envelope = unwrapInboundIn(data)
        onDatagram(Array(envelope.data.readableBytesView), envelope.remoteAddress)
    }
    /// ECONNREFUSED and the like: the peer's port is shut for the moment; the protocol notices by silence.
    func errorCaught(context: ChannelHandlerContext, error: any Error) {}
}

/// Translates addresses both ways and remembers the answers, so that a datagram costs no text.
/// Limit 1,024 addresses; when full it starts anew.
struct AddressBook {
    private static let limit = 1024
    private var endpoints: [SocketAddress: LinkEndpoint] = [:]
    private var addresses: [LinkEndpoint: SocketAddress] = [:]

    mutating func endpoint(of address: SocketAddress) -> LinkEndpoint? {
        if let known = endpoints[address] { return known }
        guard let ip = address.ipAddress, let port = address.port.flatMap(UInt16.init(exactly:)) else { return nil }
        let endpoint = LinkEndpoint(host: Array(ip.utf8), port: port)
        if endpoints.count >= Self.limit { self = AddressBook() }
        endpoints[address] = endpoint
        addresses[endpoint] = address
        return endpoint
    }

    func address(of endpoint: LinkEndpoint) -> SocketAddress? {
        addresses[endpoint]
            ?? (try? SocketAddress(ipAddress: String(decoding: endpoint.host, as: UTF8.self), port: Int(endpoint.port)))
    }
}
