import FlightTypes
import TestSupport
import Testing

@testable import Accounts

@Suite struct SessionsTests {
    private struct Refused: Error {}
    private let folder: TemporaryFolder
    private let file: UserFile
    private let clocks = ScriptedClocks()

    init() throws {
        folder = try TemporaryFolder()
        file = UserFile(path: folder.path + "/users")
        try file.save([User(name: "anna", role: .disponent, passwordHash: referenceHash)])
    }

    private func token(_ sessions: Sessions) async throws -> String {
        guard case .token(let token) = await sessions.signIn(name: "anna", password: "password", address: "192.0.2.1")
        else { throw Refused() }
        return token
    }

    @Test func aSessionLastsOneShift() async throws {
        let sessions = Sessions(file: file, clocks: clocks)
        let token = try await token(sessions)
        #expect(sessions.user(token: token) == SignedIn(name: "anna", role: .disponent))
        #expect(sessions.user(token: nil) == nil)
        #expect(sessions.user(token: "") == nil)
        #expect(sessions.user(token: token + "0") == nil)
        clocks.advance(by: SessionBook.lifetime - .seconds(1))
        #expect(sessions.user(token: token) != nil)
        clocks.advance(by: .seconds(1))
        #expect(sessions.user(token: token) == nil)
    }

    @Test func wrongPasswordsAndUnknownNamesAreRefused() async throws {
        let sessions = Sessions(file: file, clocks: clocks)
        for (name, password) in [("anna", "Password"), ("nobody", "password"), ("", "")] {
            guard case .refused = await sessions.signIn(name: name, password: password, address: "192.0.2.1") else {
                Issue.record("'\(name)' was not refused")
                continue
            }
        }
    }

    @Test func signingOutForgets() async throws {
        let sessions = Sessions(file: file, clocks: clocks)
        let first = try await token(sessions)
        let second = try await token(sessions)
        #expect(first != second)
        sessions.signOut(token: first)
        #expect(sessions.user(token: first) == nil)
        #expect(sessions.user(token: second) != nil)
    }

    @Test func aRemovedAccountIsSignedOutAndABrokenFileSignsNobodyOut() async throws {
        let sessions = Sessions(file: file, clocks: clocks)
        let token = try await token(sessions)
        _ = try folder.write("anna\n", to: "users")
        #expect(sessions.user(token: token) != nil)
        try file.save([User(name: "anna", role: .ausbilder, passwordHash: referenceHash)])
        #expect(sessions.user(token: token) == nil)
    }

    /// Who watches is looked up four times a second: the file is read when it has changed, and then at once.
    @Test func changesOfTheFileCountAtOnce() async throws {
        let sessions = Sessions(file: file, clocks: clocks)
        let token = try await token(sessions)
        for role in [Role.disponent, .disponent, .admin] {
            try file.save([User(name: "anna", role: role, passwordHash: referenceHash)])
            #expect((sessions.user(token: token) != nil) == (role == .disponent))
        }
        // Gone for good: going back does not bring the session back.
        try file.save([User(name: "anna", role: .disponent, passwordHash: referenceHash)])
        #expect(sessions.user(token: token) == nil)
    }

    @Test func aFileThatCannotBeUsedIsNoWrongPassword() async throws {
        let sessions = Sessions(file: file, clocks: clocks)
        _ = try folder.write("anna\n", to: "users")
        guard case .unavailable = await sessions.signIn(name: "anna", password: "password", address: "192.0.2.1") else {
            Issue.record("signed in from a malformed file")
            return
        }
    }

    /// An account that signs in again and again signs out itself.
    @Test func anAccountPushesOutOnlyItself() async throws {
        try file.save([
            User(name: "anna", role: .disponent, passwordHash: cheapHash),
            User(name: "bert", role: .admin, passwordHash: cheapHash),
        ])
        let sessions = Sessions(file: file, clocks: clocks)
        guard case .token(let bert) = await sessions.signIn(name: "bert", password: "password", address: "192.0.2.1"),
            case .token(let first) = await sessions.signIn(name: "anna", password: "password", address: "192.0.2.1")
        else { throw Refused() }
        for number in 0..<SessionBook.sessionsPerAccount {
            clocks.advance(by: .seconds(60))
            let outcome = await sessions.signIn(name: "anna", password: "password", address: "198.51.100.\(number)")
            guard case .token = outcome else { throw Refused() }
        }
        #expect(sessions.user(token: first) == nil)
        #expect(sessions.user(token: bert) != nil)
    }
}

/// An open page once asked four times a second whether its session still stood.
@Suite struct SessionWatchTests {
    private struct Refused: Error {}
    private let folder: TemporaryFolder
    private let file: UserFile
    private let clocks = ScriptedClocks()
    private let sessions: Sessions

    init() throws {
        folder = try TemporaryFolder()
        file = UserFile(path: folder.path + "/users")
        try file.save([User(name: "anna", role: .disponent, passwordHash: cheapHash)])
        sessions = Sessions(file: file, clocks: clocks)
    }

    private func signIn() async throws -> String {
        guard case .token(let token) = await sessions.signIn(name: "anna", password: "password", address: "192.0.2.1")
        else { throw Refused() }
        return token
    }

    @Test func signingOutIsToldAtOnceAndOnce() async throws {
        let token = try await signIn()
        let other = try await signIn()
        let (first, second, stranger) = (Counter(), Counter(), Counter())
        #expect(sessions.watch(token: token) { first.add() } != nil)
        #expect(sessions.watch(token: token) { second.add() } != nil)
        #expect(sessions.watch(token: other) { stranger.add() } != nil)
        sessions.signOut(token: token)
        sessions.signOut(token: token)
        sessions.sweep()
        #expect([first.count, second.count, stranger.count] == [1, 1, 0])
    }

    @Test func whatIsOverCannotBeWatched() async throws {
        let token = try await signIn()
        sessions.signOut(token: token)
        #expect(sessions.watch(token: token) {} == nil)
        #expect(sessions.watch(token: "") {} == nil)
    }

    @Test func aCancelledWatchIsNeverCounter() async throws {
        let token = try await signIn()
        let told = Counter()
        sessions.watch(token: token) { told.add() }?.cancel()
        sessions.signOut(token: token)
        #expect(told.count == 0)
    }

    /// Removal, another role and another password are changes of the file that nobody tells of: the sweep finds them.
    @Test(arguments: ["removal", "role", "password"])
    func changesOfTheAccountAreTold(change: String) async throws {
        let told = Counter()
        let token = try await signIn()
        #expect(sessions.watch(token: token) { told.add() } != nil)
        sessions.sweep()
        #expect(told.count == 0)
        switch change {
        case "removal": try file.save([User(name: "bert", role: .admin, passwordHash: cheapHash)])
        case "role": try file.save([User(name: "anna", role: .ausbilder, passwordHash: cheapHash)])
        default: try file.save([User(name: "anna", role: .disponent, passwordHash: referenceHash)])
        }
        sessions.sweep()
        sessions.sweep()
        #expect(told.count == 1)
    }

    @Test func theEndOfTheShiftIsCounter() async throws {
        let told = Counter()
        #expect(sessions.watch(token: try await signIn()) { told.add() } != nil)
        clocks.advance(by: SessionBook.lifetime - .seconds(1))
        sessions.sweep()
        #expect(told.count == 0)
        clocks.advance(by: .seconds(1))
        sessions.sweep()
        #expect(told.count == 1)
    }

    @Test func aFileThatCannotBeReadEndsNothing() async throws {
        let told = Counter()
        #expect(sessions.watch(token: try await signIn()) { told.add() } != nil)
        try folder.write("anna\n", to: "users")
        sessions.sweep()
        #expect(told.count == 0)
    }
}
