import FlightTypes
import Foundation
import Testing

@testable import Viewer

/// From the reference implementation's own tests (P-H-C/phc-winner-argon2, src/test.c): "password", salt "somesalt".
private let referenceHash =
    "$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc"

/// The same password under the least that argon2 allows, where a test signs in often.
private let cheapHash = "$argon2id$v=19$m=8,t=1,p=1$c29tZXNhbHQ$8Tf44YakA6Z5zNBgblq13Nr+Q8FkCFWsjG4z6b1j7rM"

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

    /// An umlaut is one character or two, by keyboard and clipboard: it is the same password.
    @Test func unicodeFormsAreOne() throws {
        let composed = "Rh\u{E4}inwasser"
        let decomposed = "Rha\u{308}inwasser"
        let text = try #require(PasswordHash.make(decomposed, salt: Array(0..<16)))
        #expect(text == PasswordHash.make(composed, salt: Array(0..<16)))
        #expect(PasswordHash.verify(composed, against: text))
        #expect(PasswordHash.verify(decomposed, against: text))
        #expect(!PasswordHash.verify("Rhainwasser", against: text))
        #expect(PasswordHash.forms(of: "kennwort-1234").count == 1)
        // Hashes that were made before passwords were composed: of either form.
        #expect(Set(PasswordHash.forms(of: composed)) == Set([Array(composed.utf8), Array(decomposed.utf8)]))
        #expect(PasswordHash.forms(of: composed).first == Array(composed.utf8))
    }

    /// What a file or the clipboard adds is no part of it; blanks may be.
    @Test func whatIsAddedAroundIt() {
        for typed in ["kennwort 1234", "kennwort 1234\r", "kennwort 1234\r\n", "\u{FEFF}kennwort 1234\n"] {
            #expect(PasswordHash.meant(typed) == "kennwort 1234")
        }
        #expect(PasswordHash.meant(" kennwort ") == " kennwort ")
        #expect(PasswordHash.meant("\r\n") == "")
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

    /// Editors of other systems begin with a mark and put blanks where they like.
    @Test func aMarkAndBlanks() throws {
        let text = "\u{FEFF}anna : disponent : \(referenceHash)\r\n\r\n"
        let file = UserFile(path: try folder.file("users", text))
        #expect(try file.load() == [User(name: "anna", role: .disponent, passwordHash: referenceHash)])
        #expect(try UserFile(path: try folder.file("marked", "\u{FEFF}")).load().isEmpty)
    }

    @Test func aFileThatOthersMayWriteIsRefusedWithTheWayOut() throws {
        let file = UserFile(path: try folder.file("users", "anna:disponent:\(referenceHash)\n"))
        for mode in [0o602, 0o620, 0o666] {
            try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: file.path)
            let error = #expect(throws: UserFile.Failure.self) { try file.load() }
            #expect(error?.mend == "chmod go-w \(file.path)")
        }
        try FileManager.default.setAttributes([.posixPermissions: 0o644], ofItemAtPath: file.path)
        #expect(try file.load().count == 1)
    }

    @Test func whatIsNoFileIsRefusedAndHoldsNobodyUp() throws {
        let pipe = folder.path + "/pipe"
        #expect(mkfifo(pipe, 0o600) == 0)
        #expect(throws: UserFile.Failure.self) { try UserFile(path: pipe).load() }
        #expect(throws: UserFile.Failure.self) { try UserFile(path: folder.path).load() }
        let large = try folder.file("large", String(repeating: "#", count: PrivateFile.sizeLimit + 1))
        #expect(throws: UserFile.Failure.self) { try UserFile(path: large).load() }
    }

    /// Neither a link is written through, nor what somebody else put where the new file is made.
    @Test func savingFollowsNothing() throws {
        let target = try folder.file("target", "untouched")
        let link = folder.path + "/link"
        #expect(symlink(target, link) == 0)
        let error = #expect(throws: UserFile.Failure.self) { try UserFile(path: link).save([]) }
        #expect(error?.fact.contains("link") == true)
        let users = folder.path + "/users"
        #expect(symlink(target, users + ".new") == 0)
        try UserFile(path: users).save([])
        #expect(try String(contentsOfFile: target, encoding: .utf8) == "untouched")
        let foreign = try folder.file("users.new", "left behind")
        try FileManager.default.setAttributes([.posixPermissions: 0o666], ofItemAtPath: foreign)
        try UserFile(path: users).save([User(name: "anna", role: .admin, passwordHash: referenceHash)])
        let mode = try FileManager.default.attributesOfItem(atPath: users)[.posixPermissions] as? NSNumber
        #expect(mode?.intValue == 0o600)
        #expect(try UserFile(path: users).load().count == 1)
    }

    /// A tablet's keyboard completes a name and adds a space.
    @Test(arguments: ["anna", "anna ", " anna", "anna\u{A0}", "anna\r\n", "ａｎｎａ", "\u{FEFF}anna", "\tanna\u{200B}"])
    func theNameThatWasMeant(typed: String) { #expect(UserFile.meantName(typed) == "anna") }

    @Test(arguments: ["Anna", "an na", "änna", ""])
    func anotherName(typed: String) { #expect(UserFile.meantName(typed) != "anna") }

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
    func succeeded(account: String, address: String, at now: MonotonicInstant) {
        throttle.succeeded(account: account, address: address, at: now)
    }
}

@Suite struct LoginThrottleTests {
    private func at(_ seconds: Double) -> MonotonicInstant { MonotonicInstant(nanoseconds: Int64(seconds * 1e9)) }

    @Test func tenAMinuteForAnAccountFromAnAddress() {
        let throttle = Guesses()
        let allowed = (0..<20).count { _ in throttle.allow(account: "anna", address: "192.0.2.1", at: at(0)) }
        #expect(allowed == 10)
        #expect(throttle.allow(account: "bert", address: "192.0.2.1", at: at(0)))
        // One more every six seconds.
        #expect(!throttle.allow(account: "anna", address: "192.0.2.1", at: at(5.9)))
        #expect(throttle.allow(account: "anna", address: "192.0.2.1", at: at(12)))
    }

    @Test func thirtyAMinuteForAnAddress() {
        let throttle = Guesses()
        let allowed = (0..<100).count { throttle.allow(account: "user\($0)", address: "192.0.2.1", at: at(0)) }
        #expect(allowed == 30)
        #expect(throttle.allow(account: "anna", address: "192.0.2.2", at: at(0)))
    }

    /// However many strangers guess, an account sees no more than 90 guesses and 90 a minute.
    @Test(arguments: UInt64(1)...10)
    func anHourOfGuesses(seed: UInt64) {
        var random = SplitMix(state: seed)
        let throttle = Guesses()
        var seconds = 0.0
        var allowed = 0
        while seconds < 3600 {
            if throttle.allow(account: "anna", address: "host\(random.next() % 3000)", at: at(seconds)) { allowed += 1 }
            seconds += Double.random(in: 0...0.5, using: &random)
        }
        #expect(allowed <= 90 + 60 * 90)
        #expect(allowed > 3_000)
    }

    /// Who knew a name could once keep its owner out by using the account's ten attempts up.
    @Test func fewStrangersCannotKeepTheOwnerOut() {
        let throttle = Guesses()
        for second in 0..<600 {
            for stranger in 0..<12 {
                _ = throttle.allow(account: "anna", address: "203.0.113.\(stranger)", at: at(Double(second)))
            }
        }
        #expect(throttle.allow(account: "anna", address: "192.0.2.1", at: at(600)))
    }

    /// Nor can many, where the owner has signed in before.
    @Test func whereTheOwnerSignedInBeforeStrangersDoNotCount() {
        let throttle = Guesses()
        #expect(throttle.allow(account: "anna", address: "192.0.2.1", at: at(0)))
        throttle.succeeded(account: "anna", address: "192.0.2.1", at: at(0))
        for stranger in 0..<1_000 { _ = throttle.allow(account: "anna", address: "host\(stranger)", at: at(1)) }
        #expect(!throttle.allow(account: "anna", address: "198.51.100.1", at: at(1)))
        #expect(throttle.allow(account: "anna", address: "192.0.2.1", at: at(1)))
        // Its own ten a minute count there too.
        let more = (0..<20).count { _ in throttle.allow(account: "anna", address: "192.0.2.1", at: at(1)) }
        #expect(more == 8)  // Two of ten were used.
    }

    /// One address with names it makes up can neither lock out an account nor free one that is being guessed at.
    @Test func madeUpNamesPushNobodyOut() {
        let throttle = Guesses()
        for _ in 0..<10 { _ = throttle.allow(account: "anna", address: "192.0.2.1", at: at(0)) }
        #expect(!throttle.allow(account: "anna", address: "192.0.2.1", at: at(0.001)))
        for number in 0..<10_000 { _ = throttle.allow(account: "x\(number)", address: "203.0.113.1", at: at(0.002)) }
        #expect(!throttle.allow(account: "anna", address: "192.0.2.1", at: at(0.003)))
        #expect(throttle.allow(account: "bert", address: "192.0.2.102", at: at(0.003)))
    }

    /// A name as long as one likes counts as its first bytes, and a clock that steps back gives nothing away.
    @Test func oddInput() {
        let throttle = Guesses()
        let long = "e" + String(repeating: "\u{301}", count: 2_000)
        let allowed = (0..<20).count { throttle.allow(account: long + "\($0)", address: "192.0.2.1", at: at(0)) }
        #expect(allowed == 10)
        #expect(!throttle.allow(account: long, address: "192.0.2.1", at: at(-1_000)))
    }
}

@Suite struct PasswordQueueTests {
    private func at(_ seconds: Double) -> MonotonicInstant { MonotonicInstant(nanoseconds: Int64(seconds * 1e9)) }

    /// 144 guesses from 12 addresses once made an honest sign-in wait for all of them.
    @Test func whoComesForTheFirstTimeWaitsForNobodysGuesses() {
        var queue = PasswordQueue()
        var number: UInt64 = 0
        // The addresses guess; each has had one checked.
        for address in 0..<12 {
            for _ in 0..<PasswordQueue.perAddress {
                number += 1
                _ = queue.add(number, from: "203.0.113.\(address)")
            }
        }
        for _ in 0..<12 { _ = queue.next(at: at(1)) }
        let admission = queue.add(1_000, from: "192.0.2.1")
        #expect(admission == .waits)
        let next = queue.next(at: at(2))
        #expect(next == 1_000)
    }

    /// Whose sign-ins were right does not wait for strangers' first guesses either, however often it signed in.
    @Test func whereSomebodySignedInGoesFirst() {
        var queue = PasswordQueue()
        for number in UInt64(1)...5 {
            _ = queue.add(number, from: "192.0.2.1")
            _ = queue.next(at: at(0))
            queue.succeeded("192.0.2.1", at: at(0))
        }
        for number in UInt64(10)...20 { _ = queue.add(number, from: "203.0.113.\(number)") }
        _ = queue.add(100, from: "192.0.2.1")
        let next = queue.next(at: at(30))
        #expect(next == 100)
        // A wrong guess from there is one like others'.
        _ = queue.add(101, from: "192.0.2.1")
        _ = queue.add(102, from: "192.0.2.1")
        var order: [UInt64] = []
        while let number = queue.next(at: at(30)) { order.append(number) }
        #expect(order.last == 102)
    }

    @Test func addressesTakeTurns() {
        var queue = PasswordQueue()
        for number in UInt64(1)...3 { _ = queue.add(number, from: "a") }
        for number in UInt64(11)...13 { _ = queue.add(number, from: "b") }
        var order: [UInt64] = []
        while let number = queue.next(at: at(0)) { order.append(number) }
        #expect(order == [1, 11, 2, 12, 3, 13])
    }

    @Test func placesAreFewAndANewcomerFindsOne() {
        var queue = PasswordQueue()
        var admissions: [PasswordQueue.Admission] = []
        for number in UInt64(1)...5 { admissions.append(queue.add(number, from: "a")) }
        #expect(admissions == [.waits, .waits, .waits, .waits, .refused])
        var number: UInt64 = 10
        while queue.count < PasswordQueue.limit {
            _ = queue.add(number, from: "x\(number / 4)")
            number += 1
        }
        let newcomer = queue.add(1_000, from: "new")
        guard case .waitsInPlaceOf(let pushed) = newcomer else {
            Issue.record("\(newcomer)")
            return
        }
        #expect(pushed != 1_000)
        #expect(queue.count == PasswordQueue.limit)
        // With one place each nobody has more than another.
        var full = PasswordQueue()
        for number in 0..<UInt64(PasswordQueue.limit) { _ = full.add(number, from: "y\(number)") }
        let late = full.add(1_000, from: "late")
        #expect(late == .refused)
    }

    /// Whatever comes, each number comes out once or is said to have lost its place.
    @Test(arguments: UInt64(1)...20)
    func nothingIsLost(seed: UInt64) {
        var random = SplitMix(state: seed)
        var queue = PasswordQueue()
        var inside: Set<UInt64> = []
        for number in UInt64(0)..<3_000 {
            switch queue.add(number, from: "a\(Int.random(in: 0..<30, using: &random))") {
            case .waits: inside.insert(number)
            case .waitsInPlaceOf(let pushed):
                #expect(inside.remove(pushed) != nil)
                inside.insert(number)
            case .refused: break
            }
            if Int.random(in: 0..<3, using: &random) == 0, let next = queue.next(at: at(Double(number) / 10)) {
                #expect(inside.remove(next) != nil)
            }
            #expect(queue.count == inside.count && inside.count <= PasswordQueue.limit)
        }
        while let next = queue.next(at: at(1_000)) { #expect(inside.remove(next) != nil) }
        #expect(inside.isEmpty)
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

    /// Who watches is looked up four times a second: the file is read when it has changed, and then at once.
    @Test func changesOfTheFileCountAtOnce() async throws {
        let accounts = Accounts(file: file, clocks: clocks)
        let token = try await token(accounts)
        for role in [Role.disponent, .disponent, .admin] {
            try file.save([User(name: "anna", role: role, passwordHash: referenceHash)])
            #expect((accounts.user(token: token) != nil) == (role == .disponent))
        }
        // Gone for good: going back does not bring the session back.
        try file.save([User(name: "anna", role: .disponent, passwordHash: referenceHash)])
        #expect(accounts.user(token: token) == nil)
    }

    @Test func aFileThatCannotBeUsedIsNoWrongPassword() async throws {
        let accounts = Accounts(file: file, clocks: clocks)
        _ = try folder.file("users", "anna\n")
        guard case .unavailable = await accounts.signIn(name: "anna", password: "password", address: "192.0.2.1") else {
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
        let accounts = Accounts(file: file, clocks: clocks)
        guard case .token(let bert) = await accounts.signIn(name: "bert", password: "password", address: "192.0.2.1"),
            case .token(let first) = await accounts.signIn(name: "anna", password: "password", address: "192.0.2.1")
        else { throw Refused() }
        for number in 0..<Accounts.sessionsPerAccount {
            clocks.advance(by: .seconds(60))
            let outcome = await accounts.signIn(name: "anna", password: "password", address: "198.51.100.\(number)")
            guard case .token = outcome else { throw Refused() }
        }
        #expect(accounts.user(token: first) == nil)
        #expect(accounts.user(token: bert) != nil)
    }
}
