import FlightTypes
import Hummingbird
import HummingbirdCore
import NIOHTTP1
import Synchronization

/// Lets connections in: pauses accepting when all places are taken, turns away who has its share, and slows who asks too quickly.
final class Admission: Sendable {
    private let book: Mutex<ConnectionBook>
    private let pace = Mutex(RequestPace())
    private let proxies: TrustedProxies
    private let clocks: any Clocks
    private let log: RefusalLog

    init(limits: ConnectionLimits, proxies: TrustedProxies, clocks: any Clocks, log: RefusalLog) {
        book = Mutex(ConnectionBook(limits: limits, proxies: proxies))
        self.proxies = proxies
        self.clocks = clocks
        self.log = log
    }

    /// Whether a connection from `address` may stay; `leave` when it has gone.
    func enter(_ address: IPAddress?) -> Bool {
        let now = clocks.monotonicNow()
        let isAdmitted = book.withLock { $0.enter(address, at: now) }
        if !isAdmitted {
            log.note(
                "Closed: connections from \(address?.text ?? "an unknown address") beyond its share",
                advice: "If it is a proxy, list it in viewer.trustedProxies")
        }
        return isAdmitted
    }

    /// How long nothing more is to be read from the connection of `peer`, which has just brought a request with these headers.
    func pause(after headers: HTTPHeaders, from peer: IPAddress?) -> Duration {
        let client = proxies.client(peer: peer, forwardedFor: headers["x-forwarded-for"])
        let now = clocks.monotonicNow()
        let pause = pace.withLock { $0.take(client, at: now) }
        if pause > .zero {
            log.note(
                "Requests from \(client?.text ?? "an unknown address") come too quickly; they are read more slowly")
        }
        return pause
    }

    func leave(_ address: IPAddress?) { book.withLock { $0.leave(address) } }

    fileprivate func accepted() { book.withLock { $0.accept() } }
    fileprivate func closed() { book.withLock { $0.closed() } }
    fileprivate func mayAccept() -> Bool {
        let (may, total) = book.withLock { ($0.mayAccept, $0.limits.total) }
        if !may { log.note("All \(total) connections of the page are taken; further ones wait until one ends") }
        return may
    }
}

/// Hummingbird's question before each accept. It asks on the loop of the listening socket only.
struct AcceptGate: AvailableConnectionsDelegate {
    let admission: Admission
    mutating func connectionOpened() { admission.accepted() }
    mutating func connectionClosed() { admission.closed() }
    func isAcceptingNewConnections() -> Bool { admission.mayAccept() }
}
