import Foundation
import LinkProtocol
import LinkTransport
import TestSupport
import Testing

@Suite struct KeyFileTests {
    @Test func generatedPairLoadsAgain() throws {
        let folder = try TemporaryFolder()
        let line = try KeyFile.generate(path: folder.file("key"), comment: "adler-1")
        #expect(try KeyFile.load(path: folder.file("key")).publicKey == line.key)
        #expect(try KeyFile.publicKey(folder.file("key.pub")) == line)
        #expect(try KeyFile.publicKey(line.text) == line)
        #expect(line.comment == "adler-1")
        #expect(try folder.mode("key") == 0o600)
        #expect(folder.names == ["key", "key.pub"])
        // The public file tells nothing of the private one.
        let secret = try #require(try folder.read("key").split(separator: " ").last)
        #expect(try !folder.read("key.pub").contains(secret.trimmingCharacters(in: .whitespacesAndNewlines)))
    }

    @Test func keysDiffer() throws {
        let folder = try TemporaryFolder()
        let keys = try (0..<20).map { try KeyFile.generate(path: folder.file("key\($0)"), comment: "").key }
        #expect(Set(keys).count == 20)
    }

    @Test func existingKeyIsNeverReplaced() throws {
        let folder = try TemporaryFolder()
        let path = try folder.write("precious", to: "key")
        #expect(throws: KeyError.self) { try KeyFile.generate(path: path, comment: "") }
        #expect(try folder.read("key") == "precious")
        #expect(folder.names == ["key"])
    }

    @Test(arguments: [0o640, 0o604, 0o660, 0o644, 0o610])
    func keyThatOthersCanReachIsRefused(mode: Int) throws {
        let folder = try TemporaryFolder()
        let path = folder.file("key")
        _ = try KeyFile.generate(path: path, comment: "")
        try FileManager.default.setAttributes([.posixPermissions: NSNumber(value: mode)], ofItemAtPath: path)
        #expect(throws: KeyError.self) { try KeyFile.load(path: path) }
    }

    @Test(arguments: [
        "", "lagebild-private-key x25519", "lagebild-private-key x25519 ", "lagebild-private-key x25519 AAAA",
        "lagebild-private-key ed25519 AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=",
        "lagebild-private-key x25519 AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", "lagebild-private-key x25519 ***",
        "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=",
    ])
    func otherTextsAreNoPrivateKey(text: String) throws {
        let folder = try TemporaryFolder()
        let path = try folder.write(text + "\n", to: "key")
        try FileManager.default.setAttributes([.posixPermissions: NSNumber(value: 0o600)], ofItemAtPath: path)
        let error = #expect(throws: KeyError.self) { try KeyFile.load(path: path) }
        // The content may be a mistyped secret: no message repeats it.
        if text.count > 40 { #expect(error?.description.contains(text.suffix(20)) == false) }
    }

    @Test(arguments: ["\u{FEFF}", "", "\r\n"], ["\r\n", "\r", "", "\n\n\n", " \u{A0}\n"])
    func keysThatPassedThroughAnEditor(before: String, after: String) throws {
        let folder = try TemporaryFolder()
        let pair = try KeyFile.generate(path: folder.file("key"), comment: "")
        for name in ["key", "key.pub"] {
            let text = try folder.read(name).trimmingCharacters(in: .newlines)
            _ = try folder.write(before + text + after, to: name)
            #expect(chmod(folder.file(name), 0o600) == 0)
        }
        #expect(try KeyFile.load(path: folder.file("key")).publicKey == pair.key)
        #expect(try KeyFile.publicKey(folder.file("key.pub")).key == pair.key)
    }

    @Test func whatIsRefusedOfAKeyFile() throws {
        let folder = try TemporaryFolder()
        _ = try KeyFile.generate(path: folder.file("key"), comment: "")
        let public_ = try folder.read("key.pub")
        func error(_ path: String) -> String {
            do {
                _ = try KeyFile.publicKey(path)
                return "taken"
            } catch { return "\(error)" }
        }
        #expect(error(folder.file("key")).contains("private key"))
        #expect(error(try folder.write(public_ + public_, to: "two")).contains("not a Lagebild public key"))
        #expect(error(try folder.write("", to: "empty")).contains("empty"))
        #expect(error(try folder.write("\u{0}\u{0}", to: "zeros")).contains("power cut"))
        #expect(error("\u{1B}[2J").contains("?[2J"))
        // Neither the secret nor the public file goes where something lies already, be it a link to nowhere.
        for name in ["a", "b.pub"] { #expect(symlink(folder.file("nowhere"), folder.file(name)) == 0) }
        for name in ["a", "b"] {
            #expect(throws: KeyError.self) { try KeyFile.generate(path: folder.file(name), comment: "") }
        }
        #expect(!folder.names.contains("nowhere") && !folder.names.contains("b"))
    }

    @Test func missingKeySaysHowToMakeOne() throws {
        let folder = try TemporaryFolder()
        let error = #expect(throws: KeyError.self) { try KeyFile.load(path: folder.file("key")) }
        #expect(error?.description.contains("keys generate") == true)
        #expect(throws: KeyError.self) { try KeyFile.publicKey(folder.file("key.pub")) }
    }
}

@Suite struct PublicKeyLineTests {
    private let key = (0..<32).map { UInt8($0 * 7) }

    @Test func roundTrip() throws {
        for comment in ["", "adler-1", "two words"] {
            let line = PublicKeyLine(key: key, comment: comment)
            #expect(PublicKeyLine(line.text) == line)
        }
    }

    @Test func malformedLinesAreNone() {
        let good = Data(key).base64EncodedString()
        let lines = [
            "", " ", "lagebild-x25519", "lagebild-x25519 ", "ssh-ed25519 \(good) a",
            "lagebild-x25519 \(good.dropLast(4)) a",
            "lagebild-x25519 \(good)\(good) a", "lagebild-x25519 %%% a", good, "\u{0}\u{0}",
        ]
        for line in lines { #expect(PublicKeyLine(line) == nil, "\(line)") }
    }
}
