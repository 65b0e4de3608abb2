import Crypto
import FlightTypes
import Foundation
import Logging
import Synchronization

/// A browser that has signed in.
public struct SignedIn: Hashable, Sendable {
    /// Who.
    public var name: String
    /// What they may do.
    public var role: Role
}

/// Signs people in and remembers their browsers. Sessions live in memory: a restart asks everyone to sign in again.
public final class Accounts: Sendable {
    /// Signed-in browsers at once; beyond it the oldest is signed out.
    public static let sessionsLimit = 512
    /// Signed-in browsers of one account; beyond it its oldest is signed out.
    public static let sessionsPerAccount = 64
    /// A session ends this long after signing in: one shift.
    public static let lifetime: Duration = .seconds(12 * 3600)
    /// How an attempt to sign in went.
    public enum Outcome: Sendable {
        case token(String)
        case refused
        /// Too many attempts: this one was not looked at.
        case throttled
        /// Too many passwords wait to be checked: this one was not looked at.
        case busy
        /// The accounts file cannot be used.
        case unavailable
    }
    private struct Session {
        var user: SignedIn
        var account: User
        var began: MonotonicInstant
    }
    private struct State {
        var throttle = LoginThrottle()
        var sessions: [String: Session] = [:]
    }
    private let list: AccountList
    private let clocks: any Clocks
    private let checker: PasswordChecker
    private let state = Mutex(State())

    /// Accounts from `file`; trouble with it goes to `logger`.
    public init(file: UserFile, clocks: any Clocks, logger: Logger? = nil) {
        self.clocks = clocks
        list = AccountList(file: file, clocks: clocks, logger: logger)
        checker = PasswordChecker(clocks: clocks)
    }

    /// Reads the accounts once, so that trouble with the file is told at the start and not at the first sign-in.
    func check() { list.check() }

    /// Tries to sign in; `address` is what attempts are counted by. Takes about as long for an unknown name as for a wrong
    /// password.
    public func signIn(name: String, password: String, address: String) async -> Outcome {
        let now = clocks.monotonicNow()
        guard state.withLock({ $0.throttle.allow(account: name, address: address, at: now) }) else { return .throttled }
        guard let users = try? list.users() else { return .unavailable }
        let user = users.first { $0.name == name }
        let matches = await checker.check(password, against: user?.passwordHash ?? Self.decoy, from: address)
        guard let matches else { return .busy }
        guard matches, let user else { return .refused }
        var token = ""
        for byte in SymmetricKey(size: .bits256).withUnsafeBytes({ Array($0) }) {
            token += String(byte, radix: 16) + "."
        }
        let session = Session(user: SignedIn(name: user.name, role: user.role), account: user, began: now)
        state.withLock { [token] state in
            state.throttle.succeeded(account: name, address: address, at: now)
            Self.makeRoom(for: user.name, in: &state.sessions)
            state.sessions[token] = session
        }
        return .token(token)
    }

    /// One account that signs in again and again signs out itself and not the others.
    private static func makeRoom(for name: String, in sessions: inout [String: Session]) {
        let own = sessions.filter { $0.value.user.name == name }
        let crowd = own.count >= sessionsPerAccount ? own : sessions.count >= sessionsLimit ? sessions : [:]
        if let oldest = crowd.min(by: { $0.value.began < $1.value.began }) { sessions[oldest.key] = nil }
    }

    /// Who a token belongs to; nil when it is unknown, expired, or the account is gone or changed.
    public func user(token: String?) -> SignedIn? {
        guard let token else { return nil }
        let now = clocks.monotonicNow()
        // A file that cannot be read signs nobody out: people may be in the middle of an incident.
        let accounts = try? list.users()
        return state.withLock { state in
            guard let session = state.sessions[token] else { return nil }
            guard now.since(session.began) < Self.lifetime, accounts?.contains(session.account) ?? true else {
                state.sessions[token] = nil
                return nil
            }
            return session.user
        }
    }

    /// Forgets a token.
    public func signOut(token: String?) {
        guard let token else { return }
        state.withLock { $0.sessions[token] = nil }
    }

    /// A hash of nothing anybody knows, so that unknown names cost the same time.
    private static let decoy =
        PasswordHash.make(UUID().uuidString, salt: (0..<16).map { _ in UInt8.random(in: 0...255) }) ?? ""
}
