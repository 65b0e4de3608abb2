import FlightTypes
import Foundation
import NIOCore
import NIOWebSocket
import ServiceLifecycle
import Situation
import Synchronization

// One browser. Two producers, one writer:
//   hub reader (newest frame a stream) ─┐
//   state, twice a second ──────────────┴▶ outbound, which waits while the browser is slow: frames are then replaced, not queued
// and one reader of what the browser says.

struct LiveSocket: Sendable {
    static let stateInterval: Duration = .milliseconds(500)
    /// A browser says something every two seconds; one that has been silent this long is gone.
    /// (Browsers let hidden pages speak only once a minute.)
    static let silenceLimit: Duration = .seconds(150)

    let hub: StreamHub
    let actions: ViewerActions
    let clocks: any Clocks
    let hasTiles: Bool

    func run(_ channel: NIOAsyncChannel<WebSocketFrame, WebSocketFrame>, user: SignedIn) async {
        guard let reader = hub.subscribe(.newestFrame) else { return }
        defer { hub.unsubscribe(reader) }
        let heard = LastHeard(clocks.monotonicNow())
        do {
            try await channel.executeThenClose { inbound, outbound in
                try await send(hello(user), on: outbound)
                try await withThrowingTaskGroup(of: Void.self) { group in
                    group.addTask { try await self.sendObjects(from: reader, on: outbound) }
                    group.addTask { try await self.sendState(on: outbound, heard) }
                    group.addTask { try await self.receive(inbound, on: outbound, user: user, heard) }
                    _ = try await group.next()  // Whoever ends first ends the socket.
                    group.cancelAll()
                }
            }
        } catch {}  // A browser that goes away is no error of ours.
    }

    private func hello(_ user: SignedIn) -> some Encodable {
        Hello(
            mode: actions.isReplay ? "replay" : "live", user: user.name, role: user.role.rawValue, tiles: hasTiles,
            stationMs: stationMilliseconds)
    }

    private var stationMilliseconds: Double { Double(clocks.monotonicNow().nanoseconds) / 1e6 }

    private func sendObjects(from reader: HubReader, on outbound: NIOAsyncChannelOutboundWriter<WebSocketFrame>)
        async throws
    {
        var encoder = MessageEncoder()
        while let batch = await reader.next() {
            for arrival in batch {
                switch encoder.encode(arrival) {
                case .text(let bytes): try await write(bytes, .text, on: outbound)
                case .binary(let bytes): try await write(bytes, .binary, on: outbound)
                case nil: continue
                }
            }
        }
    }

    private func sendState(
        on outbound: NIOAsyncChannelOutboundWriter<WebSocketFrame>, _ heard: LastHeard
    ) async throws {
        while !Task.isCancelled, clocks.monotonicNow().since(heard.time) < Self.silenceLimit {
            try await send(await actions.state(), on: outbound)
            try await Task.sleep(for: Self.stateInterval)
        }
    }

    private func receive(
        _ inbound: NIOAsyncChannelInboundStream<WebSocketFrame>,
        on outbound: NIOAsyncChannelOutboundWriter<WebSocketFrame>,
        user: SignedIn, _ heard: LastHeard
    ) async throws {
        for try await frame in inbound {
            heard.time = clocks.monotonicNow()
            switch frame.opcode {
            case .connectionClose: return
            case .ping:
                let pong = WebSocketFrame(fin: true, opcode: .pong, data: frame.unmaskedData)
                try await outbound.write(pong)
            case .text:
                let bytes = Data(frame.unmaskedData.readableBytesView)
                guard let message = try? JSONDecoder().decode(BrowserMessage.self, from: bytes) else { continue }
                if message.type == "clock", let sent = message.b {
                    try await send(ClockAnswer(b: sent, s: stationMilliseconds), on: outbound)
                } else if let wish = message.wish(of: user) {
                    await actions.perform(wish, user)
                }
            default: continue
            }
        }
    }

    private func send(_ value: some Encodable, on outbound: NIOAsyncChannelOutboundWriter<WebSocketFrame>) async throws
    {
        try await write(Array(try JSONEncoder().encode(value)), .text, on: outbound)
    }

    private func write(
        _ bytes: [UInt8], _ opcode: WebSocketOpcode, on outbound: NIOAsyncChannelOutboundWriter<WebSocketFrame>
    ) async throws {
        try await outbound.write(WebSocketFrame(fin: true, opcode: opcode, data: ByteBuffer(bytes: bytes)))
    }
}

/// When a browser last said something; shared by the socket's reader and writer.
private final class LastHeard: Sendable {
    private let instant: Mutex<MonotonicInstant>
    init(_ instant: MonotonicInstant) { self.instant = Mutex(instant) }
    var time: MonotonicInstant {
        get { instant.withLock { $0 } }
        set { instant.withLock { $0 = newValue } }
    }
}

private struct Hello: Encodable {
    let type = "hello"
    var mode: String
    var user: String
    var role: String
    var tiles: Bool
    var stationMs: Double
}

private struct ClockAnswer: Encodable {
    let type = "clock"
    var b: Double
    var s: Double
}

/// What a browser may say; anything else is ignored.
struct BrowserMessage: Decodable {
    var type: String
    var b: Double?
    var action: String?
    var name: String?
    var value: Double?

    func wish(of user: SignedIn) -> ViewerActions.Wish? {
        switch (type, action) {
        case ("incident", "open") where user.role.mayOperate: .openIncident(name: name ?? "")
        case ("incident", "close") where user.role.mayOperate: .closeIncident
        case ("replay", "pause") where user.role.mayReplay: .replayPause
        case ("replay", "play") where user.role.mayReplay: .replayPlay
        case ("replay", "seek") where user.role.mayReplay: value.map { .replaySeek(milliseconds: $0) }
        case ("replay", "rate") where user.role.mayReplay: value.map { .replayRate($0) }
        default: nil
        }
    }
}
