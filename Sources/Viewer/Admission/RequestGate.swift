import FlightTypes
import NIOCore
import NIOHTTP1

/// Stands between the HTTP parser and everything else: applies ``RequestDeadlines``, answers what the parser refuses, and
/// steps aside when the connection becomes a WebSocket.
final class RequestGate: ChannelDuplexHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias InboundOut = HTTPServerRequestPart
    typealias OutboundIn = HTTPServerResponsePart
    typealias OutboundOut = HTTPServerResponsePart

    /// How long nothing more is to be read after a request with these headers.
    private let pause: (HTTPHeaders) -> Duration
    private var deadlines = RequestDeadlines(at: RequestGate.now)
    private var readsAgain = MonotonicInstant(nanoseconds: 0)
    private var waitsToRead = false
    private var timer: (task: Scheduled<Void>, at: MonotonicInstant)?
    private var answerHasBegun = false
    private var isRefusing = false
    private var isSocket = false
    private var isGone = false

    private static var now: MonotonicInstant {
        MonotonicInstant(nanoseconds: Int64(clamping: NIODeadline.now().uptimeNanoseconds))
    }

    init(pause: @escaping (HTTPHeaders) -> Duration) { self.pause = pause }

    func handlerAdded(context: ChannelHandlerContext) { schedule(context) }

    func handlerRemoved(context: ChannelHandlerContext) {
        isGone = true
        timer?.task.cancel()
        timer = nil
        // Nobody asks a second time for what was put off.
        if waitsToRead, !isRefusing { context.read() }
    }

    // MARK: - In

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        if isSocket { return context.fireChannelRead(data) }
        if isRefusing { return }
        var verdict = RequestDeadlines.Verdict.pass
        var data = data
        switch Self.unwrapInboundIn(data) {
        case .head(var head):
            let length = head.headers.first(name: "content-length").map { Int($0) ?? .max }
            let now = Self.now
            verdict = deadlines.head(length: length, at: now)
            readsAgain = now.advanced(by: pause(head.headers))
            if head.headers.contains(name: "upgrade"), !Self.opensSocket(head) {
                head.headers.remove(name: "upgrade")
                data = Self.wrapInboundOut(.head(head))
            }
        case .body(let bytes): verdict = deadlines.body(bytes.readableBytes)
        case .end: deadlines.requestEnded(at: Self.now)
        }
        switch verdict {
        case .pass: break
        case .tooLarge: return refuse(context, .payloadTooLarge)
        case .tooMany: return refuse(context, .tooManyRequests)
        }
        schedule(context)
        context.fireChannelRead(data)
    }

    /// Whether a head asks for our WebSocket as RFC 6455 wants it. NIO ends a connection that asks for another upgrade without a
    /// word, `h2c` for example; a server that knows none is to answer as if nothing had been asked (RFC 9110 §7.8).
    static func opensSocket(_ head: HTTPRequestHead) -> Bool {
        let headers = head.headers
        return head.method == .GET && head.version == .http1_1
            && head.uri.split(separator: "?", omittingEmptySubsequences: false).first == "/live"
            && headers[canonicalForm: "upgrade"].map { $0.lowercased() } == ["websocket"]
            && headers["sec-websocket-key"].count == 1 && headers["sec-websocket-version"] == ["13"]
            && !headers.contains(name: "transfer-encoding") && headers.first(name: "content-length") ?? "0" == "0"
    }

    /// What was refused is not read on, and who asks too quickly later: the kernel's buffers fill, and nothing is spent on it.
    func read(context: ChannelHandlerContext) {
        guard !isRefusing else { return }
        let wait = isSocket ? .zero : readsAgain.since(Self.now)
        guard wait > .zero else { return context.read() }
        guard !waitsToRead else { return }
        waitsToRead = true
        context.eventLoop.assumeIsolated().scheduleTask(in: .nanoseconds(wait.nanosecondsClamped)) {
            self.waitsToRead = false
            if !self.isGone { self.read(context: context) }
        }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        guard let error = error as? HTTPParserError else { return context.fireErrorCaught(error) }
        switch error {
        case .headerOverflow: refuse(context, .requestHeaderFieldsTooLarge)
        case .invalidMethod: refuse(context, .notImplemented)
        case .invalidVersion: refuse(context, .httpVersionNotSupported)
        default: refuse(context, .badRequest)
        }
    }

    // MARK: - Out

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        if isRefusing {
            promise?.fail(ChannelError.outputClosed)
            return
        }
        guard !isSocket else { return context.write(data, promise: promise) }
        switch Self.unwrapOutboundIn(data) {
        case .head(let head) where head.status == .switchingProtocols:
            isSocket = true
            timer?.task.cancel()
            timer = nil
            context.write(data, promise: promise)
        case .head(let head):
            if head.status.code >= 200 { answerHasBegun = true }
            context.write(data, promise: promise)
        case .body: context.write(data, promise: promise)
        case .end:
            answerHasBegun = false
            let written = promise ?? context.eventLoop.makePromise()
            written.futureResult.assumeIsolated().whenComplete { _ in
                self.deadlines.answered(at: Self.now)
                self.schedule(context)
            }
            context.write(data, promise: written)
        }
    }

    // MARK: - Ends

    private func refuse(_ context: ChannelHandlerContext, _ status: HTTPResponseStatus) {
        guard !isRefusing, !isSocket else { return }
        isRefusing = true
        deadlines.refused(at: Self.now)
        schedule(context)
        if answerHasBegun {
            context.close(promise: nil)
            return
        }
        let headers = HTTPHeaders([("Connection", "close"), ("Content-Length", "0")])
        let head = HTTPResponseHead(version: .http1_1, status: status, headers: headers)
        context.write(Self.wrapOutboundOut(.head(head)), promise: nil)
        context.writeAndFlush(Self.wrapOutboundOut(.end(nil)), promise: nil)
        context.close(mode: .output, promise: nil)
    }

    private func schedule(_ context: ChannelHandlerContext) {
        guard !isSocket, !isGone else { return }
        let deadline = deadlines.deadline
        // A later deadline is seen when the timer fires.
        if let timer, timer.at <= deadline { return }
        timer?.task.cancel()
        let wait = TimeAmount.nanoseconds(max(0, deadline.since(Self.now).nanosecondsClamped))
        let task = context.eventLoop.assumeIsolated().scheduleTask(in: wait) { self.timeIsUp(context) }
        timer = (task, deadline)
    }

    private func timeIsUp(_ context: ChannelHandlerContext) {
        timer = nil
        guard !isSocket else { return }
        switch deadlines.ending(at: Self.now) {
        case nil: schedule(context)
        case .refuse: refuse(context, .requestTimeout)
        case .close: context.close(promise: nil)
        }
    }
}
