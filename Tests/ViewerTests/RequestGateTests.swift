import FlightTypes
import NIOCore
import NIOEmbedded
import NIOHTTP1
import Testing

@testable import Viewer

private func at(_ seconds: Double) -> MonotonicInstant { MonotonicInstant(nanoseconds: Int64(seconds * 1e9)) }

@Suite struct RequestDeadlinesTests {
    @Test func aHeadMustComeInTenSeconds() {
        let deadlines = RequestDeadlines(at: at(0))
        #expect(deadlines.ending(at: at(9.9)) == nil)
        #expect(deadlines.ending(at: at(10)) == .close)
    }

    /// A byte every few seconds once kept a body open for ever.
    @Test func aBodyThatDripsIsRefused() {
        var deadlines = RequestDeadlines(at: at(0))
        let head = deadlines.head(length: 100, at: at(1))
        #expect(head == .pass)
        for second in 2..<11 {
            let part = deadlines.body(1)
            #expect(part == .pass)
            #expect(deadlines.ending(at: at(Double(second))) == nil)
        }
        #expect(deadlines.ending(at: at(11)) == .refuse)
        deadlines.refused(at: at(11))
        #expect(deadlines.ending(at: at(11.9)) == nil)
        #expect(deadlines.ending(at: at(12)) == .close)
    }

    /// 3.7 GB of an endless body were once read before it was refused.
    @Test func aBodyIsCountedWhileItComes() {
        var deadlines = RequestDeadlines(at: at(0))
        let chunked = deadlines.head(length: nil, at: at(0))
        #expect(chunked == .pass)
        var verdicts: [RequestDeadlines.Verdict] = []
        for _ in 0..<5 { verdicts.append(deadlines.body(1024)) }
        #expect(verdicts == [.pass, .pass, .pass, .pass, .tooLarge])
        let absurd = deadlines.body(.max)
        #expect(absurd == .tooLarge)
        var declared = RequestDeadlines(at: at(0))
        let head = declared.head(length: 4097, at: at(0))
        #expect(head == .tooLarge)
    }

    @Test func betweenRequestsThirtySecondsAndForAnAnswerSixty() {
        var deadlines = RequestDeadlines(at: at(0))
        _ = deadlines.head(length: nil, at: at(5))
        deadlines.requestEnded(at: at(6))
        #expect(deadlines.ending(at: at(65.9)) == nil)
        #expect(deadlines.ending(at: at(66)) == .close)
        deadlines.answered(at: at(20))
        #expect(deadlines.ending(at: at(49.9)) == nil)
        #expect(deadlines.ending(at: at(50)) == .close)
    }

    /// Requests that come before the last one is answered do not push its time away.
    @Test func pipelinedRequestsKeepTheClock() {
        var deadlines = RequestDeadlines(at: at(0))
        var verdicts: [RequestDeadlines.Verdict] = []
        for second in 0..<20 {
            verdicts.append(deadlines.head(length: nil, at: at(Double(second))))
            deadlines.requestEnded(at: at(Double(second)))
        }
        #expect(verdicts == Array(repeating: .pass, count: 16) + Array(repeating: .tooMany, count: 4))
        #expect(deadlines.ending(at: at(60)) == .close)
        deadlines.answered(at: at(59))
        #expect(deadlines.ending(at: at(100)) == nil)
        #expect(deadlines.ending(at: at(119)) == .close)
    }
}

@Suite struct RequestGateTests {
    /// A connection through parser and gate, which keeps what the page would see.
    private final class Page: ChannelInboundHandler {
        typealias InboundIn = HTTPServerRequestPart
        typealias OutboundOut = HTTPServerResponsePart
        var heads = 0
        var bytes = 0
        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            switch Self.unwrapInboundIn(data) {
            case .head: heads += 1
            case .body(let part): bytes += part.readableBytes
            case .end: break
            }
        }
    }
    /// What the gate is told to wait.
    private final class Pause {
        var value = Duration.zero
    }
    /// Counts what reaches the kernel.
    private final class Reads: ChannelOutboundHandler {
        typealias OutboundIn = ByteBuffer
        var count = 0
        func read(context: ChannelHandlerContext) {
            count += 1
            context.read()
        }
    }
    private let channel = EmbeddedChannel()
    private let page = Page()
    private let pause = Pause()
    private let reads = Reads()

    init() throws {
        let pipeline = channel.pipeline.syncOperations
        try pipeline.addHandler(reads)
        try pipeline.addHandler(HTTPResponseEncoder())
        var limits = NIOHTTPDecoderLimitConfiguration()
        limits.maxHeaderFieldSize = 1024
        limits.maxHeaderListSize = 2048
        try pipeline.addHandler(
            ByteToMessageHandler(HTTPRequestDecoder(leftOverBytesStrategy: .forwardBytes, limitConfiguration: limits)))
        try pipeline.addHandler(RequestGate { [pause] _ in pause.value })
        try pipeline.addHandler(page)
        channel.connect(to: try SocketAddress(ipAddress: "127.0.0.1", port: 1), promise: nil)
    }

    private func send(_ text: String) {
        // What the channel throws back is what the parser found; the answer is looked at instead.
        _ = try? channel.writeInbound(ByteBuffer(string: text))
    }
    private func answer() throws -> String {
        var text = ""
        while let part = try channel.readOutbound(as: ByteBuffer.self) { text += String(buffer: part) }
        return text
    }

    @Test func whatIsWithinLimitsPasses() throws {
        send("POST /login HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\n\r\nabcd")
        #expect(page.heads == 1 && page.bytes == 4)
        #expect(try answer() == "")
        #expect(channel.isActive)
    }

    /// Who asks too quickly is not read on for a while, and then again.
    @Test func aPauseIsNoRefusal() throws {
        pause.value = .seconds(5)
        send("GET / HTTP/1.1\r\nHost: x\r\n\r\n")
        let before = reads.count
        for _ in 0..<3 { channel.read() }
        #expect(reads.count == before)
        #expect(page.heads == 1)
        pause.value = .zero
        send("GET / HTTP/1.1\r\nHost: x\r\n\r\n")
        channel.read()
        #expect(reads.count == before + 1)
        #expect(try answer() == "")
    }

    /// A connection that becomes a socket while it waits is read on.
    @Test func aGateThatGoesLeavesNoReadBehind() throws {
        pause.value = .seconds(5)
        send("GET / HTTP/1.1\r\nHost: x\r\n\r\n")
        channel.read()
        let before = reads.count
        let gate = try channel.pipeline.syncOperations.handler(type: RequestGate.self)
        channel.pipeline.syncOperations.removeHandler(gate, promise: nil)
        channel.embeddedEventLoop.run()
        #expect(reads.count == before + 1)
    }

    @Test func manyRequestsAtOnceAreTooMany() throws {
        send(String(repeating: "GET / HTTP/1.1\r\nHost: x\r\n\r\n", count: 1_000))
        #expect(page.heads == RequestDeadlines.unansweredLimit)
        #expect(try answer().hasPrefix("HTTP/1.1 429 "))
    }

    @Test func anEndlessBodyEndsAtItsLimit() throws {
        send("POST /login HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n")
        let chunk = "400\r\n" + String(repeating: "x", count: 1024) + "\r\n"
        for _ in 0..<100 { send(chunk) }
        #expect(page.bytes == 4096)
        #expect(try answer().hasPrefix("HTTP/1.1 413 "))
    }

    @Test func aBodyThatIsDeclaredTooLargeIsNotWaitedFor() throws {
        send("POST /login HTTP/1.1\r\nHost: x\r\nContent-Length: 5000\r\n\r\n")
        #expect(page.heads == 0)
        #expect(try answer().hasPrefix("HTTP/1.1 413 "))
    }

    @Test(arguments: [
        ("GET / HTTP/1.1\r\nHost: x\r\nX: \(String(repeating: "x", count: 1100))\r\n\r\n", "431"),
        ("GET /\(String(repeating: "x", count: 1100)) HTTP/1.1\r\nHost: x\r\n\r\n", "431"),
        ("FROBNICATE / HTTP/1.1\r\nHost: x\r\n\r\n", "501"), ("GET / HTTP/9.9\r\nHost: x\r\n\r\n", "505"),
        ("GET / HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n", "400"), ("\u{0}\u{1}\u{2}\r\n\r\n", "501"),
    ])
    func whatCannotBeParsedIsAnswered(request: String, status: String) throws {
        send(request)
        let answer = try answer()
        #expect(
            answer.hasPrefix("HTTP/1.1 \(status) ") || answer.hasPrefix("HTTP/1.1 400 ") && status == "501", "\(answer)"
        )
        #expect(answer.contains("Connection: close"))
        #expect(page.heads == 0)
        // Nothing more is understood.
        send("GET / HTTP/1.1\r\nHost: x\r\n\r\n")
        #expect(page.heads == 0)
    }

    /// What asks for another upgrade than ours is answered as if nothing had been asked.
    @Test(
        arguments: [
            (HTTPMethod.GET, "/live", ["websocket"], ["13"], true), (.GET, "/live?x=1", ["WebSocket"], ["13"], true),
            (.GET, "/live", ["h2c"], ["13"], false), (.GET, "/live", ["h2c, websocket"], ["13"], false),
            (.GET, "/login", ["websocket"], ["13"], false), (.POST, "/live", ["websocket"], ["13"], false),
            (.GET, "/live", ["websocket"], ["8"], false), (.GET, "/live", ["websocket"], [], false),
            (.GET, "/live/", ["websocket"], ["13"], false),
        ] as [(HTTPMethod, String, [String], [String], Bool)])
    func onlyOurSocketIsAnUpgrade(method: HTTPMethod, uri: String, upgrade: [String], version: [String], opens: Bool) {
        var head = HTTPRequestHead(version: .http1_1, method: method, uri: uri)
        for value in upgrade { head.headers.add(name: "Upgrade", value: value) }
        for value in version { head.headers.add(name: "Sec-WebSocket-Version", value: value) }
        head.headers.add(name: "Sec-WebSocket-Key", value: "dGhlIHNhbXBsZSBub25jZQ==")
        #expect(RequestGate.opensSocket(head) == opens)
        head.headers.add(name: "Content-Length", value: "1")
        #expect(!RequestGate.opensSocket(head))
        head.headers.remove(name: "Content-Length")
        head.headers.remove(name: "Sec-WebSocket-Key")
        #expect(!RequestGate.opensSocket(head))
    }

    /// After an upgrade the bytes are another protocol's.
    @Test func anUpgradedConnectionPasses() throws {
        send("GET /live HTTP/1.1\r\nHost: x\r\n\r\n")
        #expect(page.heads == 1)
        let head = HTTPResponseHead(version: .http1_1, status: .switchingProtocols)
        channel.pipeline.syncOperations.write(NIOAny(HTTPServerResponsePart.head(head)), promise: nil)
        let gate = try channel.pipeline.syncOperations.context(handlerType: RequestGate.self)
        gate.fireChannelRead(NIOAny(HTTPServerRequestPart.end(nil)))
        #expect(channel.isActive)
    }
}
