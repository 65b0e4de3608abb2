import HTTPTypes
import Hummingbird
import HummingbirdCore
import Logging
import NIOCore
import NIOHTTP1
import NIOHTTPTypes
import NIOHTTPTypesHTTP1
import NIOWebSocket

// One port for pages and sockets: an HTTP/1 connection either upgrades to a WebSocket or is handed to Hummingbird.

/// A connection's two lives.
enum LiveConnection: Sendable {
    case page(NIOAsyncChannel<HTTPRequestPart, HTTPResponsePart>)
    case socket(NIOAsyncChannel<WebSocketFrame, WebSocketFrame>, SocketGuest)
}

/// What becomes of a wish to open the socket.
enum SocketAdmittance: Sendable {
    case guest(SocketGuest)
    /// Answered with this.
    case refused(HTTPResponse.Status, String)
}

/// A connection that has not said yet which life it takes.
struct PendingConnection: ServerChildChannelValue {
    let channel: any Channel
    let connection: EventLoopFuture<LiveConnection>
}

/// Sets up connections and runs them.
struct LiveChannel: HTTPChannelHandler {
    /// Largest message a browser may send.
    static let messageLimit = 1 << 14
    /// Bytes that may wait in the kernel without being on their way (Linux: TCP_NOTSENT_LOWAT): what waits there for a slow
    /// browser is old when it arrives, and delays its answers to pings.
    private static let kernelBacklog: (option: NIOBSDSocket.Option, bytes: Int) = (.init(rawValue: 25), 128 << 10)

    let responder: HTTPChannelHandler.Responder
    let admission: Admission
    /// Who may open the socket.
    let admit: @Sendable (any Channel, HTTPRequestHead) -> SocketAdmittance
    let runSocket: @Sendable (NIOAsyncChannel<WebSocketFrame, WebSocketFrame>, SocketGuest) async -> Void

    func setup(channel: any Channel, logger: Logger) -> EventLoopFuture<PendingConnection> {
        let address = channel.remoteAddress?.ipAddress.flatMap(IPAddress.init)
        guard admission.enter(address) else {
            // Before anything was set up for it.
            channel.close(promise: nil)
            return channel.eventLoop.makeSucceededFuture(
                PendingConnection(
                    channel: channel, connection: channel.eventLoop.makeFailedFuture(ChannelError.alreadyClosed)))
        }
        channel.closeFuture.whenComplete { _ in admission.leave(address) }
        do {
            return channel.eventLoop.makeSucceededFuture(
                PendingConnection(channel: channel, connection: try pipeline(channel, address, logger)))
        } catch {
            // Nobody else closes a connection that could not be set up.
            channel.close(promise: nil)
            return channel.eventLoop.makeFailedFuture(error)
        }
    }

    private func pipeline(
        _ channel: any Channel, _ address: IPAddress?, _ logger: Logger
    ) throws -> EventLoopFuture<LiveConnection> {
        let upgrader = NIOTypedWebSocketServerUpgrader<LiveConnection>(
            maxFrameSize: Self.messageLimit,
            shouldUpgrade: { channel, head in
                switch admit(channel, head) {
                case .guest: return channel.eventLoop.makeSucceededFuture(HTTPHeaders())
                case .refused(let status, let text):
                    Self.answer(status, text, on: channel)
                    return channel.eventLoop.makeSucceededFuture(nil)
                }
            },
            upgradePipelineHandler: { channel, head in
                channel.eventLoop.makeCompletedFuture {
                    guard case .guest(let guest) = admit(channel, head) else { throw ChannelError.inputClosed }
                    if let gate = try? channel.pipeline.syncOperations.handler(type: RequestGate.self) {
                        channel.pipeline.syncOperations.removeHandler(gate, promise: nil)
                    }
                    // Without it pictures are only older.
                    try? channel.syncOptions?.setOption(
                        .tcpOption(Self.kernelBacklog.option), value: Self.kernelBacklog.bytes)
                    return .socket(try NIOAsyncChannel(wrappingChannelSynchronously: channel), guest)
                }
            })
        var limits = NIOHTTPDecoderLimitConfiguration()
        limits.maxHeaderFieldSize = 16 << 10
        limits.maxHeaderListSize = 32 << 10
        limits.maxHeaderFieldCount = 100
        var configuration = NIOUpgradableHTTPServerPipelineConfiguration<LiveConnection>(
            upgradeConfiguration: .init(
                upgraders: [upgrader],
                notUpgradingCompletionHandler: { channel in
                    channel.eventLoop.makeCompletedFuture {
                        try channel.pipeline.syncOperations.addHandler(HTTP1ToHTTPServerCodec(secure: false))
                        // Lets a shutdown end keep-alive connections; RequestGate ends idle ones.
                        try channel.pipeline.syncOperations.addHandler(HTTPConnectionStateHandler(logger: logger))
                        return .page(
                            try NIOAsyncChannel(
                                wrappingChannelSynchronously: channel,
                                configuration: .init(isOutboundHalfClosureEnabled: true)))
                    }
                }))
        configuration.enablePipelining = false
        configuration.enableErrorHandling = false  // RequestGate answers what cannot be parsed.
        configuration.decoderConfiguration = limits
        let pipeline = channel.pipeline.syncOperations
        let connection = try pipeline.configureUpgradableHTTPServerPipeline(configuration: configuration)
        let upgrading = try pipeline.handler(type: NIOTypedHTTPServerUpgradeHandler<LiveConnection>.self)
        let gate = RequestGate { admission.pause(after: $0, from: address) }
        try pipeline.addHandler(gate, position: .before(upgrading))
        return connection
    }

    /// NIO ends a refused upgrade without a word: this says why, and that it is the end.
    private static func answer(_ status: HTTPResponse.Status, _ text: String, on channel: any Channel) {
        let body = ByteBuffer(string: text + "\n")
        let headers = HTTPHeaders([
            ("Content-Type", "text/plain; charset=utf-8"), ("Content-Length", "\(body.readableBytes)"),
            ("Cache-Control", "no-store"), ("X-Content-Type-Options", "nosniff"), ("Connection", "close"),
        ])
        let head = HTTPResponseHead(
            version: .http1_1, status: HTTPResponseStatus(statusCode: status.code), headers: headers)
        channel.write(HTTPServerResponsePart.head(head), promise: nil)
        channel.write(HTTPServerResponsePart.body(.byteBuffer(body)), promise: nil)
        channel.writeAndFlush(HTTPServerResponsePart.end(nil), promise: nil)
        channel.close(mode: .output, promise: nil)
    }

    func handle(value: PendingConnection, logger: Logger) async {
        guard let connection = try? await value.connection.get() else { return }
        switch connection {
        case .page(let page): await handleHTTP(asyncChannel: page, logger: logger)
        case .socket(let socket, let guest): await runSocket(socket, guest)
        }
    }
}
