import FlightTypes
import Foundation
import Testing

@testable import Viewer

/// From the reference implementation's own tests (P-H-C/phc-winner-argon2, src/test.c): "password", salt "somesalt".
private let referenceHash =
    "$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc"

@Suite struct PasswordHashTests {
    @Test func theReferenceVectorVerifies() {
        #expect(PasswordHash.verify("password", against: referenceHash))
        #expect(!PasswordHash.verify("Password", against: referenceHash))
        #expect(!PasswordHash.verify("", against: referenceHash))
    }

    @Test func whatIsMadeVerifies() throws {
        let password = "Rheinwasser „kalt“ 7°"
        let text = try #require(PasswordHash.make(password, salt: Array(0..<16)))
        #expect(text.hasPrefix("$argon2id$v=19$m=65536,t=3,p=1$"))
        #expect(PasswordHash.verify(password, against: text))
        #expect(!PasswordHash.verify(password + " ", against: text))
    }

    @Test(arguments: [
        "", "x", "$argon2id$", "$argon2id$v=19$m=65536,t=3,p=1$AAAA", String(repeating: "$", count: 10_000),
    ])
    func whatIsNoHashMatchesNothing(text: String) {
        #expect(!PasswordHash.verify("password", against: text))
        #expect(!PasswordHash.verify("", against: text))
    }

    @Test func limits() {
        let long = String(repeating: "a", count: PasswordHash.maximumLength + 1)
        #expect(PasswordHash.make(long, salt: Array(0..<16)) == nil)
        #expect(!PasswordHash.verify(long, against: referenceHash))
        #expect(PasswordHash.make("password", salt: [1, 2, 3]) == nil)
    }
}

@Suite struct UserFileTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    @Test func whatIsSavedLoads() throws {
        let file = UserFile(path: folder.path + "/users")
        #expect(try file.load().isEmpty)
        let users = Role.allCases.map { User(name: "person.\($0)", role: $0, passwordHash: referenceHash) }
        try file.save(users)
        #expect(try file.load() == users)
        let mode = try FileManager.default.attributesOfItem(atPath: file.path)[.posixPermissions] as? NSNumber
        #expect(mode?.intValue == 0o600)
        try file.save([])
        #expect(try file.load().isEmpty)
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["users"])
    }

    @Test(arguments: ["\n", "\r\n"])
    func commentsBlanksAndLineEnds(end: String) throws {
        let lines = ["# accounts", "", "  anna:disponent:\(referenceHash)  ", "bert:admin:\(referenceHash)", ""]
        let file = UserFile(path: try folder.file("users", lines.joined(separator: end)))
        #expect(
            try file.load() == [
                User(name: "anna", role: .disponent, passwordHash: referenceHash),
                User(name: "bert", role: .admin, passwordHash: referenceHash),
            ])
    }

    @Test(arguments: [
        "bert", "bert:admin", "bert:chief:\(referenceHash)", "bert:admin:password", "be rt:admin:\(referenceHash)",
        ":admin:\(referenceHash)", "bert::admin:\(referenceHash)", "<b>:admin:\(referenceHash)",
        "\(String(repeating: "b", count: 33)):admin:\(referenceHash)",
    ])
    func aMalformedLineIsNamed(line: String) throws {
        let file = UserFile(path: try folder.file("users", "# ok\nanna:disponent:\(referenceHash)\n\n\(line)\n"))
        let error = #expect(throws: UserFile.Failure.self) { try file.load() }
        #expect(error?.description.hasPrefix("\(file.path):4: ") == true)
        #expect(error?.description.contains("argon2id") == false)  // No hash in a log.
    }

    @Test func aFolderThatIsNotThereIsAnError() {
        let file = UserFile(path: folder.path + "/nowhere/users")
        #expect(throws: UserFile.Failure.self) { try file.save([]) }
    }
}

/// A throttle by reference: an expectation cannot call what changes a value.
private final class Guesses {
    private var throttle = LoginThrottle()
    func allow(account: String, address: String, at now: MonotonicInstant) -> Bool {
        throttle.allow(account: account, address: address, at: now)
    }
}

@Suite struct LoginThrottleTests {
    private func at(_ seconds: Double) -> MonotonicInstant { MonotonicInstant(nanoseconds: Int64(seconds * 1e9)) }

    @Test func tenAMinuteForAnAccountWhereverTheyComeFrom() {
        let throttle = Guesses()
        let allowed = (0..<50).count { throttle.allow(account: "anna", address: "192.0.2.\($0)", at: at(0)) }
        #expect(allowed == 10)
        #expect(throttle.allow(account: "bert", address: "192.0.2.200", at: at(0)))
        // One more every six seconds.
        #expect(!throttle.allow(account: "anna", address: "198.51.100.1", at: at(5.9)))
        #expect(throttle.allow(account: "anna", address: "198.51.100.2", at: at(6.1)))
        #expect(!throttle.allow(account: "anna", address: "198.51.100.3", at: at(6.2)))
    }

    /// However the guesses are spread, an account sees no more than its ten and ten a minute.
    @Test(arguments: UInt64(1)...20)
    func anHourOfGuesses(seed: UInt64) {
        var random = SplitMix(state: seed)
        let throttle = Guesses()
        var seconds = 0.0
        var allowed = 0
        while seconds < 3600 {
            if throttle.allow(account: "anna", address: "host\(random.next() % 1000)", at: at(seconds)) { allowed += 1 }
            seconds += Double.random(in: 0...2, using: &random)
        }
        #expect(allowed <= 10 + 600)
        #expect(allowed > 550)
    }

    @Test func thirtyAMinuteForAnAddress() {
        let throttle = Guesses()
        let allowed = (0..<100).count { throttle.allow(account: "user\($0)", address: "192.0.2.1", at: at(0)) }
        #expect(allowed == 30)
        #expect(throttle.allow(account: "anna", address: "192.0.2.2", at: at(0)))
    }

    /// One address with names it makes up can neither lock out an account nor free one that is being guessed at.
    @Test func madeUpNamesPushNobodyOut() {
        let throttle = Guesses()
        for number in 0..<10 { _ = throttle.allow(account: "anna", address: "192.0.2.\(number)", at: at(0)) }
        #expect(!throttle.allow(account: "anna", address: "192.0.2.100", at: at(0.001)))
        for number in 0..<10_000 { _ = throttle.allow(account: "x\(number)", address: "203.0.113.1", at: at(0.002)) }
        #expect(!throttle.allow(account: "anna", address: "192.0.2.101", at: at(0.003)))
        #expect(throttle.allow(account: "bert", address: "192.0.2.102", at: at(0.003)))
    }

    /// A name as long as one likes counts as its first bytes, and a clock that steps back gives nothing away.
    @Test func oddInput() {
        let throttle = Guesses()
        let long = "e" + String(repeating: "\u{301}", count: 2_000)
        let allowed = (0..<20).count { throttle.allow(account: long + "\($0)", address: "192.0.2.\($0)", at: at(0)) }
        #expect(allowed == 10)
        #expect(!throttle.allow(account: long, address: "198.51.100.1", at: at(-1_000)))
    }
}

@Suite struct AccountsTests {
    private struct Refused: Error {}
    private let folder: TemporaryFolder
    private let file: UserFile
    private let clocks = ScriptedClocks()

    init() throws {
        folder = try TemporaryFolder()
        file = UserFile(path: folder.path + "/users")
        try file.save([User(name: "anna", role: .disponent, passwordHash: referenceHash)])
    }

    private func token(_ accounts: Accounts) async throws -> String {
        guard case .token(let token) = await accounts.signIn(name: "anna", password: "password", address: "192.0.2.1")
        else { throw Refused() }
        return token
    }

    @Test func aSessionLastsOneShift() async throws {
        let accounts = Accounts(file: file, clocks: clocks)
        let token = try await token(accounts)
        #expect(accounts.user(token: token) == SignedIn(name: "anna", role: .disponent))
        #expect(accounts.user(token: nil) == nil)
        #expect(accounts.user(token: "") == nil)
        #expect(accounts.user(token: token + "0") == nil)
        clocks.advance(by: Accounts.lifetime - .seconds(1))
        #expect(accounts.user(token: token) != nil)
        clocks.advance(by: .seconds(1))
        #expect(accounts.user(token: token) == nil)
    }

    @Test func wrongPasswordsAndUnknownNamesAreRefused() async throws {
        let accounts = Accounts(file: file, clocks: clocks)
        for (name, password) in [("anna", "Password"), ("nobody", "password"), ("", "")] {
            guard case .refused = await accounts.signIn(name: name, password: password, address: "192.0.2.1") else {
                Issue.record("'\(name)' was not refused")
                continue
            }
        }
    }

    @Test func signingOutForgets() async throws {
        let accounts = Accounts(file: file, clocks: clocks)
        let first = try await token(accounts)
        let second = try await token(accounts)
        #expect(first != second)
        accounts.signOut(token: first)
        #expect(accounts.user(token: first) == nil)
        #expect(accounts.user(token: second) != nil)
    }

    @Test func aRemovedAccountIsSignedOutAndABrokenFileSignsNobodyOut() async throws {
        let accounts = Accounts(file: file, clocks: clocks)
        let token = try await token(accounts)
        _ = try folder.file("users", "anna\n")
        #expect(accounts.user(token: token) != nil)
        try file.save([User(name: "anna", role: .ausbilder, passwordHash: referenceHash)])
        #expect(accounts.user(token: token) == nil)
    }
}
