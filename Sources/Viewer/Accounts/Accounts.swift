import Crypto
import Dispatch
import FlightTypes
import Foundation
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
    /// A session ends this long after signing in: one shift.
    public static let lifetime: Duration = .seconds(12 * 3600)
    /// How an attempt to sign in went.
    public enum Outcome: Sendable {
        case token(String)
        case refused
        case throttled
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
    private let file: UserFile
    private let clocks: any Clocks
    private let state = Mutex(State())
    // One hash at a time: 64 MiB each, and guesses must not take the second core.
    private let hashing = DispatchQueue(label: "lagebild.password")

    /// Accounts from `file`.
    public init(file: UserFile, clocks: any Clocks) {
        self.file = file
        self.clocks = clocks
    }

    /// Tries to sign in. Takes about as long for an unknown name as for a wrong password.
    public func signIn(name: String, password: String, address: String) async -> Outcome {
        let now = clocks.monotonicNow()
        guard state.withLock({ $0.throttle.allow(account: name, address: address, at: now) }) else { return .throttled }
        let users = (try? file.load()) ?? []
        let user = users.first { $0.name == name }
        let hash = user?.passwordHash ?? Self.decoy
        let matches = await withCheckedContinuation { continuation in
            hashing.async { continuation.resume(returning: PasswordHash.verify(password, against: hash)) }
        }
        guard matches, let user else { return .refused }
        var token = ""
        for byte in SymmetricKey(size: .bits256).withUnsafeBytes({ Array($0) }) {
            token += String(byte, radix: 16) + "."
        }
        let session = Session(user: SignedIn(name: user.name, role: user.role), account: user, began: now)
        state.withLock { [token] state in
            if state.sessions.count >= Self.sessionsLimit,
                let oldest = state.sessions.min(by: { $0.value.began < $1.value.began })
            {
                state.sessions[oldest.key] = nil
            }
            state.sessions[token] = session
        }
        return .token(token)
    }

    /// Who a token belongs to; nil when it is unknown, expired, or the account is gone or changed.
    public func user(token: String?) -> SignedIn? {
        guard let token else { return nil }
        let now = clocks.monotonicNow()
        // A file that cannot be read signs nobody out: people may be in the middle of an incident.
        let accounts = try? file.load()
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
