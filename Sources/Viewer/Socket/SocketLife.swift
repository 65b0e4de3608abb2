import FlightTypes
import NIOCore
import NIOWebSocket
import Synchronization

/// What the tasks of one socket know in common: when the browser was last heard, and whether the socket is ending.
final class SocketLife: Sendable {
    /// A browser says something every two seconds; one that has been silent this long is gone.
    /// (Browsers let hidden pages speak only once a minute.)
    static let silenceLimit: Duration = .seconds(150)
    /// A browser that has taken nothing for this long is gone.
    static let slownessLimit: Duration = .seconds(30)
    /// Time for the browser to answer a close.
    static let partingLimit: Duration = .seconds(1)

    private struct State {
        var heard: MonotonicInstant
        var taken: MonotonicInstant
        var ending: (SocketEnding, since: MonotonicInstant)?
    }
    private let state: Mutex<State>
    private let channel: any Channel

    init(_ channel: any Channel, at now: MonotonicInstant) {
        self.channel = channel
        state = Mutex(State(heard: now, taken: now))
    }

    var isEnding: Bool { state.withLock { $0.ending != nil } }

    func heard(at now: MonotonicInstant) { state.withLock { $0.heard = now } }

    /// Ends the socket for this reason, unless it is ending already. The close frame goes around the writers, which may be
    /// waiting for a slow browser; they write nothing any more.
    func end(_ ending: SocketEnding, at now: MonotonicInstant) {
        let isFirst = state.withLock { state in
            guard state.ending == nil else { return false }
            state.ending = (ending, now)
            return true
        }
        if isFirst, let frame = ending.frame { channel.writeAndFlush(frame, promise: nil) }
    }

    /// To be called a few times a second: whether all is over and the connection can be closed.
    func isOver(at now: MonotonicInstant) -> Bool {
        let isWritable = channel.isWritable
        return state.withLock { state in
            if let (ending, since) = state.ending {
                return ending.frame == nil || now.since(since) >= Self.partingLimit
            }
            if isWritable { state.taken = now }
            return now.since(state.heard) >= Self.silenceLimit || now.since(state.taken) >= Self.slownessLimit
        }
    }
}
