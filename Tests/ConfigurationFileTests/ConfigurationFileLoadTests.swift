import TestSupport
import ConfigurationFile
import Foundation
import Testing

@Suite struct ConfigurationFileLoadTests {
    private func withFile(_ data: Data, _ body: (String) throws -> Void) throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "configuration-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let file = folder.appending(path: "agent.yaml")
        try data.write(to: file)
        try body(file.path)
    }

    @Test func pathsCountFromTheFolderOfTheFile() throws {
        try withFile(Data("record: data/flights\nkey: /etc/key\n".utf8)) { path in
            let root = try ConfigurationSection.load(path: path)
            let folder = String(path.dropLast("/agent.yaml".count))
            #expect(try root.path("record") == folder + "/data/flights")
            #expect(try root.path("key") == "/etc/key")
            try root.finish()
        }
        let here = try ConfigurationSection.parse(text: "a: b\n", name: "agent.yaml")
        #expect(try here.path("a") == "b")
    }

    @Test func fileLimit() throws {
        let line = Data("a: 1\n".utf8)
        let fits = line + Data(repeating: UInt8(ascii: "#"), count: ConfigurationSection.sizeLimit - line.count)
        try withFile(fits) { path in _ = try ConfigurationSection.load(path: path) }
        try withFile(fits + Data("#".utf8)) { path in
            #expect(throws: ConfigurationError.self) { try ConfigurationSection.load(path: path) }
        }
    }

    @Test func absentFolderAndBinaryFilesAreRefused() throws {
        #expect(throws: ConfigurationError.self) { try ConfigurationSection.load(path: "/nowhere/agent.yaml") }
        #expect(throws: ConfigurationError.self) { try ConfigurationSection.load(path: "/") }
        try withFile(Data("a: 1\nb: ".utf8) + [0xC3, 0x28]) { path in
            #expect(throws: ConfigurationError.self) { try ConfigurationSection.load(path: path) }
        }
    }

    /// Nine lists of nine copies each would be 387 million values; aliases are refused before anything expands.
    @Test func aliasBombIsRefused() throws {
        var text = "a0: &a0 [x]\n"
        for level in 1...9 {
            let copies = Array(repeating: "*a\(level - 1)", count: 9).joined(separator: ", ")
            text += "a\(level): &a\(level) [\(copies)]\n"
        }
        #expect(message(text) == "Config/agent.yaml:2: anchors and aliases are not used in configurations")
        // Neither a product in a comment nor an ampersand in a text is an alias.
        let plain = try ConfigurationSection.parse(text: "# 5*x and R&D\na: 'q & *'\nb: 2 * 3 &\n", name: "a.yaml")
        #expect(try plain.string("a", default: "") == "q & *")
    }

    @Test func anEndlessFileIsNotReadToItsEnd() throws {
        #expect(throws: ConfigurationError.self) { try ConfigurationSection.load(path: "/dev/zero") }
    }

    /// Deep nesting must neither overflow the stack nor take long.
    @Test(arguments: ["[", "{", "- ", "? ", "{a: ", "[{"]) func deepNestingIsRefused(piece: String) {
        let text = "a:\n  " + String(repeating: piece, count: 100_000)
        #expect(throws: ConfigurationError.self) { try ConfigurationSection.parse(text: text, name: "a.yaml") }
    }

    /// Whatever the mutation, the file is accepted or refused with a located error; nothing traps.
    @Test func mutationsParseOrAreLocated() {
        var random = SplitMix(seed: 20_261_123)
        let alphabet = Array("{}[]:,-?*&!|>'\"%@`#~ \n\t0123abZ<\\\u{0}\u{7F}\u{FEFF}ä".utf8)
        var refused = 0
        for _ in 0..<Self.mutations {
            var bytes = Array(Sample.text.utf8)
            for _ in 0...Int(random.next() % 4) {
                let place = Int(random.next() % UInt64(max(bytes.count, 1)))
                let byte = alphabet[Int(random.next() % UInt64(alphabet.count))]
                guard place < bytes.count else { continue }
                switch random.next() % 5 {
                case 0: bytes[place] = byte
                case 1: bytes.insert(byte, at: place)
                case 2: bytes.remove(at: place)
                case 3: bytes.removeSubrange(place..<min(bytes.count, place + Int(random.next() % 40)))
                default: bytes.insert(contentsOf: bytes[place..<min(bytes.count, place + 30)], at: place)
                }
            }
            do {
                let text = String(decoding: bytes, as: UTF8.self)
                _ = try Sample(try ConfigurationSection.parse(text: text, name: "a.yaml"))
            } catch let error as ConfigurationError {
                refused += 1
                #expect(
                    error.problems.allSatisfy { $0.wholeMatch(of: /a\.yaml:[1-9][0-9]*: [^\n]+/) != nil }, "\(error)")
            } catch { Issue.record("not a ConfigurationError: \(error)") }
        }
        #expect(refused > Self.mutations / 4)
    }

    /// A longer run is a matter of the environment: `LAGEBILD_MUTATIONS=100000`.
    private static let mutations =
        ProcessInfo.processInfo.environment["LAGEBILD_MUTATIONS"].flatMap { Int($0) } ?? 200
}
