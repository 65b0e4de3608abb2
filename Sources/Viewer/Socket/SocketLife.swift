import FlightTypes
import NIOCore
import NIOWebSocket
import Synchronization

/// What the tasks of one socket know in common: how its browser does, and whether the socket is ending.
final class SocketLife: Sendable {
    /// Time for the browser to answer a close.
    static let partingLimit: Duration = .seconds(1)

    private enum State: Sendable {
        case open(SocketPulse)
        case ending
    }
    private let state: Mutex<State>
    private let channel: any Channel
    private let clocks: any Clocks

    init(_ channel: any Channel, clocks: any Clocks) {
        self.channel = channel
        self.clocks = clocks
        state = Mutex(.open(SocketPulse(at: clocks.monotonicNow())))
    }

    var isEnding: Bool {
        state.withLock { state in
            if case .ending = state { true } else { false }
        }
    }

    /// How long the browser has owed an answer.
    func overdue(at now: MonotonicInstant) -> Duration {
        state.withLock { state in
            if case .open(let pulse) = state { pulse.overdue(at: now) } else { .zero }
        }
    }

    /// From now on the browser is pinged, and let go when it does not answer.
    func begin() { step() }

    /// The page said something.
    func heard(at now: MonotonicInstant) { change { $0.heard(at: now) } }

    /// The browser answered a ping.
    func answered(_ bytes: [UInt8], at now: MonotonicInstant) { change { $0.answered(bytes, at: now) } }

    /// Ends the socket for this reason, unless it is ending already. The close frame goes around the writers, which may be
    /// waiting for a slow browser; they write nothing any more.
    func end(_ ending: SocketEnding) {
        let isFirst = state.withLock { state in
            guard case .open = state else { return false }
            state = .ending
            return true
        }
        guard isFirst else { return }
        guard let frame = ending.frame else { return drop() }
        channel.writeAndFlush(frame, promise: nil)
        channel.eventLoop.scheduleTask(in: .nanoseconds(Self.partingLimit.nanosecondsClamped)) { [channel] in
            channel.close(promise: nil)
        }
    }

    /// Ends the connection with a reset: what a browser has not taken would otherwise lie in the kernel for minutes.
    private func drop() {
        guard let options = channel as? any SocketOptionProvider else { return channel.close(promise: nil) }
        // struct linger: on, for no time.
        options.unsafeSetSocketOption(level: .socket, name: .so_linger, value: (Int32(1), Int32(0)))
            .whenComplete { [channel] _ in channel.close(promise: nil) }
    }

    private func change(_ body: (inout SocketPulse) -> Void) {
        state.withLock { state in
            guard case .open(var pulse) = state else { return }
            body(&pulse)
            state = .open(pulse)
        }
    }

    /// Does what is due, and comes back when something will be.
    private func step() {
        let now = clocks.monotonicNow()
        var step: SocketPulse.Step?
        change { step = $0.step(at: now) }
        switch step {
        case nil: break  // Ending, or gone.
        case .lost: end(.lost)
        case .ping(let number):
            let frame = WebSocketFrame(
                fin: true, opcode: .ping, data: ByteBuffer(bytes: SocketPulse.bytes(of: number)))
            channel.writeAndFlush(frame).whenSuccess { [weak self] in
                guard let self else { return }
                let now = clocks.monotonicNow()
                change { $0.left(number, at: now) }
            }
            self.step()
        case .wait(let until):
            let pause = TimeAmount.nanoseconds(max(1_000_000, until.since(now).nanosecondsClamped))
            channel.eventLoop.scheduleTask(in: pause) { [weak self] in self?.step() }
        }
    }
}
