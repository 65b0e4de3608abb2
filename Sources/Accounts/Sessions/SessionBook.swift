import FlightTypes

/// A browser that has signed in.
public struct SignedIn: Hashable, Sendable {
    /// Who.
    public var name: String
    /// Which set of permissions they have.
    public var role: Role

    /// Somebody of this name and role.
    public init(name: String, role: Role) {
        self.name = name
        self.role = role
    }

    /// Whether they may do this.
    public func may(_ permission: Permission) -> Bool { role.permissions.contains(permission) }
}

/// Who is signed in, and who is to be told when a session is over. A value; tokens and time are arguments.
///
/// A session is over twelve hours after it began, when it is signed out, when its account is removed or changed in any way, and
/// when newer ones need its place. Limits: `sessionsLimit` sessions, `sessionsPerAccount` of one account, the oldest goes;
/// `watchesLimit` watches, beyond it nobody else may watch.
struct SessionBook: Sendable {
    /// Names one watch.
    typealias WatchID = UInt64
    static let sessionsLimit = 512
    static let sessionsPerAccount = 64
    /// One shift.
    static let lifetime: Duration = .seconds(12 * 3600)
    /// As many as the page takes connections.
    static let watchesLimit = 1024

    private struct Session: Sendable {
        var account: User
        var began: MonotonicInstant
        var watches: Set<WatchID> = []
        var user: SignedIn { SignedIn(name: account.name, role: account.role) }
    }
    private var sessions: [String: Session] = [:]
    /// The token that each watch is about.
    private var watches: [WatchID: String] = [:]
    private var lastWatch: WatchID = 0

    /// How many are signed in.
    var count: Int { sessions.count }
    /// Whether somebody is to be told of something.
    var isWatched: Bool { !watches.isEmpty }

    /// A session of `account` begins under `token`. Who has to be told that an older one had to go.
    mutating func open(_ token: String, for account: User, at now: MonotonicInstant) -> [WatchID] {
        let ended = makeRoom(for: account.name)
        sessions[token] = Session(account: account, began: now)
        return ended
    }

    /// Who a token belongs to, and who has to be told that its session is over. `accounts` are all there are; nil where that is
    /// not known, which ends no session: people may be in the middle of an incident.
    mutating func user(
        of token: String, among accounts: [User]?, at now: MonotonicInstant
    ) -> (user: SignedIn?, ended: [WatchID]) {
        guard let session = sessions[token] else { return (nil, []) }
        guard Self.stands(session, among: accounts, at: now) else { return (nil, close(token)) }
        return (session.user, [])
    }

    /// Ends a session. Who has to be told.
    mutating func close(_ token: String) -> [WatchID] {
        guard let session = sessions.removeValue(forKey: token) else { return [] }
        for watch in session.watches { watches[watch] = nil }
        return session.watches.sorted()
    }

    /// Ends the sessions whose time is over, or whose account is no more what it was. Who has to be told.
    mutating func sweep(among accounts: [User]?, at now: MonotonicInstant) -> [WatchID] {
        sessions.filter { !Self.stands($0.value, among: accounts, at: now) }.keys.flatMap { close($0) }
    }

    /// From now on the end of this session is told; nil where there is no such session, or all watches are taken.
    mutating func watch(_ token: String) -> WatchID? {
        guard sessions[token] != nil, watches.count < Self.watchesLimit else { return nil }
        lastWatch &+= 1
        sessions[token]?.watches.insert(lastWatch)
        watches[lastWatch] = token
        return lastWatch
    }

    /// Nobody wants to know any more.
    mutating func unwatch(_ watch: WatchID) {
        guard let token = watches.removeValue(forKey: watch) else { return }
        sessions[token]?.watches.remove(watch)
    }

    private static func stands(_ session: Session, among accounts: [User]?, at now: MonotonicInstant) -> Bool {
        now.since(session.began) < lifetime && accounts?.contains(session.account) ?? true
    }

    /// One account that signs in again and again signs out itself and not the others.
    private mutating func makeRoom(for name: String) -> [WatchID] {
        let own = sessions.filter { $0.value.account.name == name }
        let crowd =
            own.count >= Self.sessionsPerAccount ? own : sessions.count >= Self.sessionsLimit ? sessions : [:]
        return crowd.min { $0.value.began < $1.value.began }.map { close($0.key) } ?? []
    }
}
