import Crypto
import Dispatch
import FlightTypes
import Foundation
import Logging
import Synchronization

/// Signs people in, remembers their browsers, and tells whoever watches a session when it is over. Sessions live in memory: a
/// restart asks everyone to sign in again.
public final class Sessions: Sendable {
    /// How an attempt to sign in went.
    public enum Outcome: Sendable {
        /// Signed in: the session goes by this token.
        case token(String)
        /// Unknown name, or wrong password.
        case refused
        /// Too many attempts: this one was not looked at.
        case throttled
        /// Too many passwords wait to be checked: this one was not looked at.
        case busy
        /// The accounts file cannot be used.
        case unavailable
    }
    /// A wish to be told when a session is over. It is told once, or never after `cancel`.
    public struct Watch: Sendable {
        fileprivate let id: SessionBook.WatchID
        fileprivate let sessions: Sessions
        /// Takes the wish back.
        public func cancel() { sessions.cancel(id) }
    }
    /// How often the accounts file is looked at for all open pages together. Nothing outlives its session by more than this.
    static let sweepInterval: DispatchTimeInterval = .milliseconds(250)

    private struct State {
        var throttle = LoginThrottle()
        var book = SessionBook()
        var told: [SessionBook.WatchID: @Sendable () -> Void] = [:]
    }
    private let list: AccountList
    private let clocks: any Clocks
    private let checker: PasswordChecker
    private let state = Mutex(State())
    /// A disk that hangs holds up this queue and no loop of the page.
    private let sweeping = DispatchQueue(label: "lagebild.sessions")

    /// Accounts from `file`; trouble with it goes to `logger`.
    public init(file: UserFile, clocks: any Clocks, logger: Logger? = nil) {
        self.clocks = clocks
        list = AccountList(file: file, clocks: clocks, logger: logger)
        checker = PasswordChecker(clocks: clocks)
    }

    /// Reads the accounts once, so that trouble with the file is told at the start and not at the first sign-in. From now on
    /// sessions end by themselves, not only when somebody asks.
    public func begin() {
        list.check()
        scheduleSweep()
    }

    private func scheduleSweep() {
        sweeping.asyncAfter(deadline: .now() + Self.sweepInterval) { [weak self] in
            guard let self else { return }
            if state.withLock({ $0.book.isWatched }) { sweep() }
            scheduleSweep()
        }
    }

    /// Ends what is over, and tells those who watch it.
    func sweep() {
        // A file that cannot be read signs nobody out.
        let accounts = try? list.users()
        let now = clocks.monotonicNow()
        tell { $0.sweep(among: accounts, at: now) }
    }

    /// Tries to sign in; `address` is what attempts are counted by. Takes about as long for an unknown name as for a wrong
    /// password.
    public func signIn(name: String, password: String, address: String) async -> Outcome {
        let now = clocks.monotonicNow()
        guard state.withLock({ $0.throttle.allow(account: name, address: address, at: now) }) else { return .throttled }
        guard let users = try? list.users() else { return .unavailable }
        let account = users.first { $0.name == name }
        let matches = await checker.check(password, against: account?.passwordHash ?? Self.decoy, from: address)
        guard let matches else { return .busy }
        guard matches, let account else { return .refused }
        let token = Self.freshToken()
        state.withLock { $0.throttle.succeeded(account: name, address: address, at: now) }
        tell { $0.open(token, for: account, at: now) }
        return .token(token)
    }

    /// Who a token belongs to; nil when it is unknown, expired, or the account is gone or changed.
    public func user(token: String?) -> SignedIn? {
        guard let token else { return nil }
        let now = clocks.monotonicNow()
        let accounts = try? list.users()
        var user: SignedIn?
        tell { book in
            let answer = book.user(of: token, among: accounts, at: now)
            user = answer.user
            return answer.ended
        }
        return user
    }

    /// Forgets a token.
    public func signOut(token: String?) {
        guard let token else { return }
        tell { $0.close(token) }
    }

    /// From now on `ended` is called once when the session of `token` is over: signed out, too old, or its account gone or
    /// changed. Nil when it is over already. `ended` may be called from any thread, also before this returns.
    public func watch(token: String, ended: @escaping @Sendable () -> Void) -> Watch? {
        let id = state.withLock { state in
            let id = state.book.watch(token)
            if let id { state.told[id] = ended }
            return id
        }
        return id.map { Watch(id: $0, sessions: self) }
    }

    fileprivate func cancel(_ watch: SessionBook.WatchID) {
        state.withLock { state in
            state.book.unwatch(watch)
            state.told[watch] = nil
        }
    }

    /// Changes the book and calls those who have to be told, outside the lock.
    private func tell(_ change: (inout SessionBook) -> [SessionBook.WatchID]) {
        let calls = state.withLock { state in
            change(&state.book).compactMap { state.told.removeValue(forKey: $0) }
        }
        for call in calls { call() }
    }

    /// 256 random bits as text that fits a cookie.
    private static func freshToken() -> String {
        SymmetricKey(size: .bits256).withUnsafeBytes { bytes in
            bytes.map { String($0, radix: 16) + "." }.joined()
        }
    }

    /// A hash of nothing anybody knows, so that unknown names cost the same time.
    private static let decoy =
        PasswordHash.make(UUID().uuidString, salt: (0..<16).map { _ in UInt8.random(in: 0...255) }) ?? ""
}
