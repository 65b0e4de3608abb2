import Foundation
import TestSupport
import Testing

@testable import Accounts

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
        let file = UserFile(path: try folder.write(lines.joined(separator: end), to: "users"))
        #expect(
            try file.load() == [
                User(name: "anna", role: .disponent, passwordHash: referenceHash),
                User(name: "bert", role: .admin, passwordHash: referenceHash),
            ])
    }

    /// Editors of other systems begin with a mark and put blanks where they like.
    @Test func aMarkAndBlanks() throws {
        let text = "\u{FEFF}anna : disponent : \(referenceHash)\r\n\r\n"
        let file = UserFile(path: try folder.write(text, to: "users"))
        #expect(try file.load() == [User(name: "anna", role: .disponent, passwordHash: referenceHash)])
        #expect(try UserFile(path: try folder.write("\u{FEFF}", to: "marked")).load().isEmpty)
    }

    @Test func aFileThatOthersMayWriteIsRefusedWithTheWayOut() throws {
        let file = UserFile(path: try folder.write("anna:disponent:\(referenceHash)\n", to: "users"))
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
        let large = try folder.write(String(repeating: "#", count: UserFile.sizeLimit + 1), to: "large")
        #expect(throws: UserFile.Failure.self) { try UserFile(path: large).load() }
    }

    /// Neither a link is written through, nor what somebody else put where the new file is made.
    @Test func savingFollowsNothing() throws {
        let target = try folder.write("untouched", to: "target")
        let link = folder.path + "/link"
        #expect(symlink(target, link) == 0)
        let error = #expect(throws: UserFile.Failure.self) { try UserFile(path: link).save([]) }
        #expect(error?.fact.contains("link") == true)
        let users = folder.path + "/users"
        #expect(symlink(target, users + ".new") == 0)
        try UserFile(path: users).save([])
        #expect(try String(contentsOfFile: target, encoding: .utf8) == "untouched")
        let foreign = try folder.write("left behind", to: "users.new")
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
        let file = UserFile(path: try folder.write("# ok\nanna:disponent:\(referenceHash)\n\n\(line)\n", to: "users"))
        let error = #expect(throws: UserFile.Failure.self) { try file.load() }
        #expect(error?.description.hasPrefix("\(file.path):4: ") == true)
        #expect(error?.description.contains("argon2id") == false)  // No hash in a log.
    }

    @Test func aFolderThatIsNotThereIsAnError() {
        let file = UserFile(path: folder.path + "/nowhere/users")
        #expect(throws: UserFile.Failure.self) { try file.save([]) }
    }
}
