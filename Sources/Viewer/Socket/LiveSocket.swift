import Accounts
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
// and one reader of what the browser says. The end of the session is told (Sessions), the browser's answers are looked after on
// the connection's loop (SocketLife): both end the connection, and with it the reader.

struct LiveSocket: Sendable {
    static let stateInterval: Duration = .milliseconds(500)
    /// How long to wait before a slow browser is looked at again.
    static let slowPause: Duration = .milliseconds(50)
    /// Frames that a browser may send at once, and each minute; the page sends about one a second.
    static let framesAtOnce = 120.0, framesPerMinute = 1200.0
    /// Incidents that an account may open at once, and each minute.
    static let incidentsAtOnce = 6.0, incidentsPerMinute = 6.0

    let hub: StreamHub
    let actions: ViewerActions
    let clocks: any Clocks
    let sessions: Sessions
    let tiles: MBTiles?
    let tilesFault: MBTiles.Fault?
    let log: RefusalLog
    let openings = Openings()

    /// Runs the socket of `guest` until it ends; with a refusal it ends at once.
    func run(
        _ channel: NIOAsyncChannel<WebSocketFrame, WebSocketFrame>, guest: SocketGuest, life: SocketLife,
        decision: SocketBook.Decision
    ) async {
        let reader = decision == .admitted ? hub.subscribe(.newestFrame) : nil
        defer { if let reader { hub.unsubscribe(reader) } }
        if reader == nil {
            life.end(.refused(decision == .admitted ? .full : decision))
        }
        let watch = sessions.watch(token: guest.token) { life.end(.sessionOver) }
        defer { watch?.cancel() }
        if watch == nil { life.end(.sessionOver) }
        life.begin()
        defer { life.end(.lost) }
        do {
            try await channel.executeThenClose { inbound, outbound in
                let writer = SocketWriter(outbound: outbound, life: life, channel: channel.channel)
                if reader != nil { try await writer.send(hello(guest.user)) }
                await withTaskGroup(of: Bool.self) { group in
                    group.addTask {
                        await self.receive(inbound, writer, guest, life)
                        return true
                    }
                    if let reader {
                        group.addTask {
                            do {
                                try await self.sendObjects(from: reader, writer)
                                return false
                            } catch { return true }
                        }
                        group.addTask {
                            do {
                                try await self.sendState(writer)
                                return false
                            } catch { return true }
                        }
                    }
                    // The writers stop when the socket is ending; who reads says when it has ended.
                    for await isOver in group where isOver { break }
                    group.cancelAll()
                }
            }
        } catch {}  // A browser that goes away is no error of ours.
    }

    private func hello(_ user: SignedIn) -> some Encodable {
        Hello(
            mode: actions.isReplay ? "replay" : "live", user: user.name, role: user.role.rawValue,
            permissions: Permission.allCases.filter(user.may).map(\.rawValue), tiles: tiles != nil,
            tilesFault: tilesFault?.name, stationMs: stationMilliseconds)
    }

    private var stationMilliseconds: Double { Double(clocks.monotonicNow().nanoseconds) / 1e6 }

    private func sendObjects(from reader: HubReader, _ writer: SocketWriter) async throws {
        var encoder = MessageEncoder()
        while !writer.life.isEnding {
            // One at a time, and none is encoded before there is room: what a slow browser holds is one message.
            try await writer.waitForRoom()
            guard let batch = await reader.next(atMost: 1) else { return }
            for arrival in batch.compactMap(\.object) {
                switch encoder.encode(arrival) {
                case .text(let bytes): try await writer.write(bytes, .text)
                case .binary(let bytes): try await writer.write(bytes, .binary)
                case nil: continue
                }
            }
        }
    }

    private func sendState(_ writer: SocketWriter) async throws {
        while !writer.life.isEnding {
            try await writer.waitForRoom()
            try await writer.send(await actions.state())
            try await Task.sleep(for: Self.stateInterval)
        }
    }

    /// Reads to the end of the connection, also while the socket is ending, so that the browser's answer to a close is seen.
    private func receive(
        _ inbound: NIOAsyncChannelInboundStream<WebSocketFrame>, _ writer: SocketWriter, _ guest: SocketGuest,
        _ life: SocketLife
    ) async {
        var messages = SocketMessages(limit: LiveChannel.messageLimit)
        var frames = TokenBucket(
            capacity: Self.framesAtOnce, perMinute: Self.framesPerMinute, at: clocks.monotonicNow())
        do {
            for try await frame in inbound {
                let now = clocks.monotonicNow()
                if life.isEnding {
                    if frame.opcode == .connectionClose { return }
                    continue
                }
                if frame.opcode != .pong { life.heard(at: now) }
                guard frames.take(at: now) else {
                    log.note("A page of \(guest.user.name) sends more than any page does; its socket was closed")
                    life.end(.flood)
                    continue
                }
                switch messages.take(frame) {
                case .text(let bytes): try await take(bytes, writer, guest, life)
                case .ping(let bytes): try await writer.write(bytes, .pong)
                case .pong(let bytes): life.answered(bytes, at: now)
                case .closing(let code):
                    life.end(.answered(code))
                    return
                case .violation(let code): life.end(.violation(code))
                case nil: continue
                }
            }
        } catch {}
    }

    private func take(_ bytes: [UInt8], _ writer: SocketWriter, _ guest: SocketGuest, _ life: SocketLife) async throws {
        guard let message = BrowserMessage(bytes) else { return }
        if message.type == "clock" {
            if let sent = message.b { try await writer.send(ClockAnswer(b: sent, s: stationMilliseconds)) }
            return
        }
        // The role counts as it is now, not as it was when the socket opened.
        guard let user = sessions.user(token: guest.token), user == guest.user else {
            return life.end(.sessionOver)
        }
        guard let wish = message.wish(of: user) else { return }
        if wish.opensIncident, !openings.mayOpen(by: user.name, at: clocks.monotonicNow()) {
            log.note("\(user.name) opens incidents too quickly; what is beyond 6 a minute is refused")
            return try await writer.send(RefusedWish(action: message.action ?? "", reason: "rate"))
        }
        await actions.perform(wish, user)
    }
}

/// Bounds how quickly incidents are opened, by account: each is a file for ever.
final class Openings: Sendable {
    private let buckets = Mutex(
        KeyedBuckets<String>(
            capacity: LiveSocket.incidentsAtOnce, perMinute: LiveSocket.incidentsPerMinute, keysLimit: 256))
    func mayOpen(by account: String, at now: MonotonicInstant) -> Bool {
        buckets.withLock { $0.take(account, at: now) }
    }
}

/// Writes to one browser; nothing any more once its socket is ending.
struct SocketWriter: Sendable {
    let outbound: NIOAsyncChannelOutboundWriter<WebSocketFrame>
    let life: SocketLife
    let channel: any Channel

    /// Waits while the browser has not taken what was sent.
    func waitForRoom() async throws {
        while !channel.isWritable, !life.isEnding { try await Task.sleep(for: LiveSocket.slowPause) }
    }

    func send(_ value: some Encodable) async throws { try await write(Array(try JSONEncoder().encode(value)), .text) }

    func write(_ bytes: [UInt8], _ opcode: WebSocketOpcode) async throws {
        guard !life.isEnding else { return }
        try await outbound.write(WebSocketFrame(fin: true, opcode: opcode, data: ByteBuffer(bytes: bytes)))
    }
}
