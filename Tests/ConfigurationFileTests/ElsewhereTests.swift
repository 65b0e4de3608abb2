import ConfigurationFile
import Foundation
import PlainText
import Testing

/// Configurations as other programs write them.
@Suite struct ElsewhereTests {
    @Test(arguments: ["\n", "\r\n", "\r"], ["", "\u{FEFF}"])
    func lineEndsAndMarks(ending: String, mark: String) throws {
        let text = mark + Sample.text.split(separator: "\n", omittingEmptySubsequences: false).joined(separator: ending)
        let sample = try Sample(try ConfigurationSection.parse(text: text, name: "a.yaml"))
        #expect(
            sample.rate == 30 && sample.drones == ["alpha:4710", "bravo:4711"] && sample.tags == ["water", "night"])
        let broken = text.replacing("rate: 30", with: "rate: x")
        #expect(message(broken).hasPrefix("Config/agent.yaml:5: 'camera.rate'"))
    }

    @Test(arguments: ["\u{A0}", "\u{202F}", "\u{3000}", " \u{200B}"])
    func blanksThatAreNoSpaces(blank: String) throws {
        let text = Sample.text.replacing("  rate: 30", with: blank + blank + "rate:" + blank + "30" + blank)
            .replacing("  - name: alpha", with: "  -" + blank + "name: alpha" + blank)
            .replacing("gain: 1.5", with: "gain: 1.5" + blank + "# eineinhalb")
        let sample = try Sample(try ConfigurationSection.parse(text: text, name: "a.yaml"))
        #expect(sample.rate == 30 && sample.gain == 1.5 && sample.drones == ["alpha:4710", "bravo:4711"])
    }

    /// Within a value a blank may be meant.
    @Test func blanksInsideAValueStay() throws {
        let root = try ConfigurationSection.parse(text: "a: x\u{A0}y z\u{A0}#1\n", name: "a.yaml")
        #expect(try root.string("a", default: "") == "x\u{A0}y z")
    }

    @Test(arguments: [
        (
            "gain: 1.5", "gain: 1,5",
            "6: 'camera.gain' must be a number from 0.0 to 8.0, not '1,5' (a point, not a comma)"
        ),
        (
            "rate: 30", "rate: 30# viel",
            "5: 'camera.rate' must be a whole number from 1 to 120, not '30# viel' (a comment needs a space before #)"
        ),
        ("on: true", "on: on", "8: 'camera.on' must be true or false, not 'on'"),
        ("on: true", "on: Ja", "8: 'camera.on' must be true or false, not 'Ja'"),
        ("on: true", "on: True", "8: 'camera.on' must be true or false, not 'True'"),
        ("  rate: 30", "\trate: 30", "5: indented with a tab; YAML takes spaces only"),
        ("name: rhein-1", "name: „rhein-1“", "2: 'name' begins with a typographic quote; write \" instead"),
        ("name: rhein-1", "name: rhein\u{0}", "2: a byte of zero"),
    ])
    func refusedWithTheWayOut(piece: String, replacement: String, expected: String) {
        #expect(message(Sample.text.replacing(piece, with: replacement)).hasPrefix("Config/agent.yaml:" + expected))
    }

    @Test func otherEncodings() throws {
        try withFolder { folder in
            let path = folder + "/a.yaml"
            try #require("name: Größe\n".data(using: .utf16)).write(to: URL(fileURLWithPath: path))
            #expect(throws: ConfigurationError.self) { try ConfigurationSection.load(path: path) }
            try Data([0x61, 0x3A, 0x20, 0x31, 0x0A, 0x62, 0x3A, 0x20, 0xFC]).write(to: URL(fileURLWithPath: path))
            let error = #expect(throws: ConfigurationError.self) { try ConfigurationSection.load(path: path) }
            #expect("\(error, default: "")".contains("a.yaml:2: not UTF-8"))
            try Data().write(to: URL(fileURLWithPath: path))
            let empty = #expect(throws: ConfigurationError.self) { try ConfigurationSection.load(path: path) }
            #expect("\(empty, default: "")".contains("not a configuration"))
        }
    }

    /// The file system keeps bytes, people write letters.
    @Test(arguments: [true, false]) func umlautsInBothForms(isComposedOnDisk: Bool) throws {
        try withFolder { folder in
            let composed = "Lo\u{308}schzug".precomposedStringWithCanonicalMapping
            let decomposed = composed.decomposedStringWithCanonicalMapping
            let (there, asked) = isComposedOnDisk ? (composed, decomposed) : (decomposed, composed)
            #expect(mkdir(folder + "/" + there, 0o700) == 0)
            try Data("a: \(asked)/neu.key\nb: \(asked)/x\n".utf8).write(to: URL(fileURLWithPath: folder + "/c.yaml"))
            try Data().write(to: URL(fileURLWithPath: folder + "/x"))
            #expect(rename(folder + "/x", folder + "/" + there + "/x") == 0)
            let root = try ConfigurationSection.load(path: folder + "/c.yaml")
            for key in ["a", "b"] {
                #expect(Array(try root.path(key).parentFolder.utf8) == Array((folder + "/" + there).utf8))
            }
            #expect(access(try root.path("b"), R_OK) == 0)
            // Nothing of that name in either form: as it is written.
            let none = folder + "/" + decomposed + "x/y"
            #expect(Array(PathForms.existing(none).utf8) == Array(none.utf8))
        }
    }

    @Test func machinesInBrackets() throws {
        let root = try ConfigurationSection.parse(
            text: "a: '[::1]'\nb: ::1\nc: \"[fe80::1%eth0]\"\nd: http://x\ne: x:80\nf: x# y\n", name: "a.yaml")
        #expect(try root.host("a", default: nil) == "::1" && root.host("b", default: nil) == "::1")
        #expect(try root.host("c", default: nil) == "fe80::1%eth0" && root.host("z", default: "y") == "y")
        for key in ["d", "e", "f", "z"] {
            #expect(throws: ConfigurationError.self) { try root.host(key, default: nil) }
        }
        // Without quotes brackets are a list to YAML, and an address to everyone else.
        for text in ["host: [::1]", "host: [fe80::1%eth0]  # Wache", "  host:   [::ffff:10.0.0.1]\u{A0}"] {
            let root = try ConfigurationSection.parse(text: text + "\n", name: "a.yaml")
            #expect(try root.host("host", default: nil).contains("::"), "\(text)")
        }
        let list = try ConfigurationSection.parse(text: "host: [a, b]\n", name: "a.yaml")
        #expect(throws: ConfigurationError.self) { try list.host("host", default: nil) }
    }

    @Test func aFileOfOneLetterAndAPipe() throws {
        try withFolder { folder in
            let before = FileManager.default.currentDirectoryPath
            #expect(mkfifo(folder + "/p", 0o600) == 0)
            #expect(throws: ConfigurationError.self) { try ConfigurationSection.load(path: folder + "/p") }
            #expect(FileManager.default.currentDirectoryPath == before)
        }
        let here = try ConfigurationSection.parse(text: "a: b\n", name: "k")
        #expect(try here.path("a") == "b")
    }

    private func withFolder(_ body: (String) throws -> Void) throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "elsewhere-\(UUID().uuidString)").path
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        try body(folder)
    }
}
