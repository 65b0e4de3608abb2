import Accounts
import Synchronization

/// Who opened a socket, and with what.
struct SocketGuest: Sendable {
    var user: SignedIn
    /// The session, which is looked at again and again while the socket lives.
    var token: String
    /// What sockets are counted by.
    var address: IPAddress?
}

/// The sockets that are open now.
final class SocketRoom: Sendable {
    private let book: Mutex<SocketBook>
    init(limits: SocketBook.Limits) { book = Mutex(SocketBook(limits: limits)) }

    func enter(_ guest: SocketGuest) -> SocketBook.Decision {
        book.withLock { $0.enter(account: guest.user.name, address: guest.address) }
    }
    func leave(_ guest: SocketGuest) { book.withLock { $0.leave(account: guest.user.name, address: guest.address) } }
}
