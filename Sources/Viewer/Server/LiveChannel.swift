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
    case socket(NIOAsyncChannel<WebSocketFrame, WebSocketFrame>, SignedIn)
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
    /// Time for the first request's head.
    static let headTimeout = TimeAmount.seconds(10)

    let responder: HTTPChannelHandler.Responder
    /// Who may open the socket; nil refuses.
    let admit: @Sendable (HTTPRequestHead) -> SignedIn?
    let runSocket: @Sendable (NIOAsyncChannel<WebSocketFrame, WebSocketFrame>, SignedIn) async -> Void

    func setup(channel: any Channel, logger: Logger) -> EventLoopFuture<PendingConnection> {
        channel.eventLoop.makeCompletedFuture {
            let upgrader = NIOTypedWebSocketServerUpgrader<LiveConnection>(
                maxFrameSize: Self.messageLimit,
                shouldUpgrade: { channel, head in
                    channel.eventLoop.makeSucceededFuture(admit(head) == nil ? nil : HTTPHeaders())
                },
                upgradePipelineHandler: { channel, head in
                    channel.eventLoop.makeCompletedFuture {
                        guard let user = admit(head) else { throw ChannelError.inputClosed }
                        return .socket(try NIOAsyncChannel(wrappingChannelSynchronously: channel), user)
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
                            // Closes idle connections, and lets a shutdown end keep-alive ones.
                            try channel.pipeline.syncOperations.addHandler(
                                HTTPConnectionStateHandler(idleTimeout: .seconds(30), logger: logger))
                            return .page(
                                try NIOAsyncChannel(
                                    wrappingChannelSynchronously: channel,
                                    configuration: .init(isOutboundHalfClosureEnabled: true)))
                        }
                    }))
            configuration.enablePipelining = false
            configuration.decoderConfiguration = limits
            let connection = try channel.pipeline.syncOperations.configureUpgradableHTTPServerPipeline(
                configuration: configuration)
            // Who connects and does not say what it wants holds a descriptor: a head must be whole within this time.
            let deadline = channel.eventLoop.assumeIsolated().scheduleTask(in: Self.headTimeout) {
                channel.close(promise: nil)
            }
            connection.assumeIsolated().whenComplete { _ in deadline.cancel() }
            return PendingConnection(channel: channel, connection: connection)
        }
    }

    func handle(value: PendingConnection, logger: Logger) async {
        guard let connection = try? await value.connection.get() else { return }
        switch connection {
        case .page(let page): await handleHTTP(asyncChannel: page, logger: logger)
        case .socket(let socket, let user): await runSocket(socket, user)
        }
    }
}
