import FlightTypes

/// What is known of a browser by what it says and takes. A value; time is an argument.
///
/// It is pinged when its socket opens and every ten seconds from then on, one ping at a time, each with its own number. The
/// browser's network code answers what it has taken, page visible or not, so an answer is the only proof that somebody still
/// takes what is sent: a few kilobytes a second fit into the kernel's buffers for minutes.
struct SocketPulse: Sendable {
    static let pingInterval: Duration = .seconds(10)
    /// A browser that has not answered a ping for this long has gone.
    static let answerLimit: Duration = .seconds(30)
    /// A page says something every two seconds; one that has been silent this long has stopped.
    /// (Browsers let hidden pages speak only once a minute.)
    static let silenceLimit: Duration = .seconds(150)

    enum Step: Hashable, Sendable {
        /// Send a ping with this number, then ask again.
        case ping(UInt64)
        /// Nothing to do until then.
        case wait(until: MonotonicInstant)
        /// The browser has gone.
        case lost
    }
    private enum Asking: Sendable {
        case rests(until: MonotonicInstant)
        /// Since the ping was given to the socket, or later since it left for the network: a slow line is no dead one.
        case waits(since: MonotonicInstant)
    }
    private var asking: Asking
    private var number: UInt64 = 0
    private var heard: MonotonicInstant

    init(at now: MonotonicInstant) {
        asking = .rests(until: now)
        heard = now
    }

    /// What to do now.
    mutating func step(at now: MonotonicInstant) -> Step {
        let silent = heard.advanced(by: Self.silenceLimit)
        if now >= silent { return .lost }
        switch asking {
        case .rests(let end) where now >= end:
            number &+= 1
            asking = .waits(since: now)
            return .ping(number)
        case .rests(let end): return .wait(until: min(end, silent))
        case .waits(let since):
            let end = since.advanced(by: Self.answerLimit)
            // An answer brings the next ping forward, and nobody is woken for it.
            return now >= end ? .lost : .wait(until: min(end, silent, now.advanced(by: Self.pingInterval)))
        }
    }

    /// The page said something.
    mutating func heard(at now: MonotonicInstant) { heard = now }

    /// The ping with this number has left for the network.
    mutating func left(_ ping: UInt64, at now: MonotonicInstant) {
        if case .waits = asking, ping == number { asking = .waits(since: now) }
    }

    /// A pong with these bytes came. One that answers no ping of ours proves nothing.
    mutating func answered(_ bytes: [UInt8], at now: MonotonicInstant) {
        guard case .waits = asking, bytes == Self.bytes(of: number) else { return }
        asking = .rests(until: now.advanced(by: Self.pingInterval))
    }

    /// How long an answer has been due.
    func overdue(at now: MonotonicInstant) -> Duration {
        switch asking {
        case .rests: .zero
        case .waits(let since): now.since(since)
        }
    }

    /// What a ping carries: its number, big-endian.
    static func bytes(of ping: UInt64) -> [UInt8] { withUnsafeBytes(of: ping.bigEndian) { Array($0) } }
}
