import FlightTypes
import Hummingbird
import HummingbirdCore
import Synchronization

/// Lets connections in: pauses accepting when all places are taken, and turns away who has its share.
final class Admission: Sendable {
    private let book: Mutex<ConnectionBook>
    private let log: RefusalLog

    init(limits: ConnectionLimits, proxies: TrustedProxies, log: RefusalLog) {
        book = Mutex(ConnectionBook(limits: limits, proxies: proxies))
        self.log = log
    }

    /// Whether a connection from `address` may stay; `leave` when it has gone.
    func enter(_ address: IPAddress?) -> Bool {
        let isAdmitted = book.withLock { $0.enter(address) }
        if !isAdmitted {
            log.note(
                "Closed: connections from \(address?.text ?? "an unknown address") beyond its share",
                advice: "If it is a proxy, list it in viewer.trustedProxies")
        }
        return isAdmitted
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
