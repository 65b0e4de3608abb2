import ArgumentParser
import FlightTypes
import LinkProtocol
import LinkTransport
import Terminal
import TestSupport
import Testing

@testable import lagebild

@Suite struct KeysCommandTests {
    private let folder: TemporaryFolder
    private let list: String
    init() throws {
        folder = try TemporaryFolder()
        list = folder.file("drones")
    }

    private func drones() throws -> [String] { try EnrolmentFile(path: list).load().map(\.drone.name).sorted() }

    @Test func aDroneComesInAndIsShutOut() throws {
        for name in ["a", "b"] { try KeysCommand.Generate.parse([folder.file(name)]).run() }
        #expect(try folder.mode("a") == 0o600)
        #expect(folder.names == ["a", "a.pub", "b", "b.pub"])
        try KeysCommand.Authorize.parse([list, "drohne-1", folder.file("a.pub")]).run()
        // The line itself does as well as the file.
        try KeysCommand.Authorize.parse([list, "drohne-2", try folder.read("b.pub")]).run()
        #expect(try drones() == ["drohne-1", "drohne-2"])
        try KeysCommand.List.parse([list]).run()
        try KeysCommand.Revoke.parse([list, " drohne-1 "]).run()
        #expect(try drones() == ["drohne-2"])
    }

    @Test func aKeyIsNeverReplaced() throws {
        try KeysCommand.Generate.parse([folder.file("a")]).run()
        let before = try folder.read("a")
        #expect(throws: (any Error).self) { try KeysCommand.Generate.parse([folder.file("a")]).run() }
        #expect(try folder.read("a") == before)
    }

    /// Two drones with one key could not be told apart.
    @Test func oneKeyIsOneDrones() throws {
        try KeysCommand.Generate.parse([folder.file("a")]).run()
        try KeysCommand.Authorize.parse([list, "drohne-1", folder.file("a.pub")]).run()
        #expect(throws: CommandFailure.self) {
            try KeysCommand.Authorize.parse([list, "drohne-2", folder.file("a.pub")]).run()
        }
        #expect(try drones() == ["drohne-1"])
    }

    @Test func whatIsNoNameNoKeyOrNotThereIsRefused() throws {
        try KeysCommand.Generate.parse([folder.file("a")]).run()
        for (name, key) in [("Drohne 1", folder.file("a.pub")), ("drohne-1", folder.file("none")), ("drohne-1", "x")] {
            #expect(throws: (any Error).self) { try KeysCommand.Authorize.parse([list, name, key]).run() }
        }
        #expect(throws: CommandFailure.self) { try KeysCommand.Revoke.parse([list, "drohne-1"]).run() }
        #expect(try drones() == [])
    }
}
