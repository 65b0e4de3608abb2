import Glibc
import LinkProtocol
import TestSupport
import Testing

@testable import LinkTransport

@Suite struct SessionKeyFileTests {
    private static let keys = [
        SessionKey(receiverIndex: 0xA1, key: [UInt8](0..<32)),
        SessionKey(receiverIndex: 0xFF_FFFF, key: [UInt8](repeating: 0xF0, count: 32)),
    ]

    @Test func linesAreWhatTheDissectorReadsAndAreAdded() throws {
        let folder = try TemporaryFolder()
        let file = try SessionKeyFile(path: folder.file("sessions"))
        try file.append([Self.keys[0]])
        try file.append([Self.keys[1]])
        let text = try folder.read("sessions")
        let first = "0000a1 000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f"
        #expect(text == first + "\nffffff " + String(repeating: "f0", count: 32) + "\n")
        #expect(try folder.mode("sessions") == 0o600)
    }

    @Test func aFileThatOthersReadIsRefused() throws {
        let folder = try TemporaryFolder()
        let path = try folder.write("", to: "sessions")
        #expect(chmod(path, 0o644) == 0)
        #expect(throws: KeyError.self) { try SessionKeyFile(path: path) }
    }

    @Test func aFolderIsRefused() throws {
        let folder = try TemporaryFolder()
        #expect(throws: KeyError.self) { try SessionKeyFile(path: folder.file("")) }
    }
}
