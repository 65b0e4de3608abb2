import ArgumentParser
import Accounts
import Terminal
import TestSupport
import Testing

@testable import lagebild

@Suite struct UsersCommandTests {
    private let folder: TemporaryFolder
    private let file: UserFile
    init() throws {
        folder = try TemporaryFolder()
        file = UserFile(path: folder.file("users"))
    }

    private func set(_ name: String, role: String? = nil, password: String = "kennwort-1234") throws {
        let options = role.map { ["--role", $0] } ?? []
        let command = try UsersCommand.Set.parse([file.path, name] + options)
        try command.store(password: password, role: try command.chosenRole())
    }

    @Test func anAccountIsMadeChangedAndRemoved() throws {
        try set("anna")
        try set("bert", role: "admin")
        #expect(try folder.mode("users") == 0o600)
        #expect(try file.load().map(\.name) == ["anna", "bert"])
        #expect(try file.load().map(\.role) == [.disponent, .admin])
        try set("anna", role: "ausbilder", password: "ein anderes Kennwort\r\n")
        let anna = try #require(try file.load().first { $0.name == "anna" })
        #expect(anna.role == .ausbilder)
        #expect(PasswordHash.verify("ein anderes Kennwort", against: anna.passwordHash))
        #expect(!PasswordHash.verify("kennwort-1234", against: anna.passwordHash))
        try UsersCommand.Remove.parse([file.path, "bert"]).run()
        #expect(try file.load().map(\.name) == ["anna"])
        try UsersCommand.List.parse([file.path]).run()
    }

    /// What cannot be an account leaves the file as it was.
    @Test(arguments: [
        ("an na", "admin", "kennwort-1234"), ("", "admin", "kennwort-1234"), ("anna:admin", "admin", "kennwort-1234"),
        ("anna", "chief", "kennwort-1234"), ("anna", "admin", "zu kurz"), ("anna", "admin", ""),
        ("anna", "admin", String(repeating: "lang", count: 100)),
    ])
    func whatIsNoAccountIsRefused(name: String, role: String, password: String) throws {
        try set("anna")
        let before = try folder.read("users")
        #expect(throws: (any Error).self) { try set(name, role: role, password: password) }
        #expect(try folder.read("users") == before)
    }

    @Test func whoIsNotThereCannotBeRemoved() throws {
        try set("anna")
        let error = #expect(throws: CommandFailure.self) { try UsersCommand.Remove.parse([file.path, "bert"]).run() }
        #expect(error?.description.contains("bert") == true)
        #expect(try file.load().count == 1)
    }

    /// A half-read list would lock people out unnoticed: it is not written back either.
    @Test func aMalformedFileStaysAsItIs() throws {
        try folder.write("anna:disponent\n", to: "users")
        #expect(throws: UserFile.Failure.self) { try set("bert") }
        #expect(throws: UserFile.Failure.self) { try UsersCommand.List.parse([file.path]).run() }
        #expect(try folder.read("users") == "anna:disponent\n")
    }
}
