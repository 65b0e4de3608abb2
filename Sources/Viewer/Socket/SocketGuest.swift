import Accounts

/// Who opened a socket, and with what.
struct SocketGuest: Sendable {
    var user: SignedIn
    /// The session, which is whose end ends the socket.
    var token: String
    /// What sockets are counted by.
    var address: IPAddress?
}
