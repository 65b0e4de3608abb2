import FlightTypes
import Foundation
import LinkProtocol
import LinkTransport
import TestSupport
import Testing

@Suite struct EnrolmentFileTests {
    private static func enrolment(_ name: String, _ first: UInt8) throws -> StationLink.Enrolment {
        StationLink.Enrolment(
            drone: try #require(DroneID(name)), publicKey: [first] + [UInt8](repeating: 3, count: 31))
    }
    private static func line(_ name: String, _ first: UInt8) -> String {
        PublicKeyLine(key: [first] + [UInt8](repeating: 3, count: 31), comment: name).text
    }

    @Test func savedListLoadsAgain() throws {
        let folder = try TemporaryFolder()
        let file = EnrolmentFile(path: folder.file("drones"))
        #expect(try file.load().isEmpty)
        let list = [try Self.enrolment("adler-1", 1), try Self.enrolment("falke-2", 2)]
        try file.save(list)
        #expect(try file.load() == list)
        #expect(try folder.mode("drones") == 0o600)
        try file.save([list[1]])
        #expect(try file.load() == [list[1]])
        try file.save([])
        #expect(try file.load().isEmpty)
        #expect(folder.names == ["drones"])
    }

    @Test func commentsAndEmptyLinesAreSkipped() throws {
        let folder = try TemporaryFolder()
        let text = "# drones of the watch\n\n  \(Self.line("adler-1", 1))  \n#\(Self.line("falke-2", 2))\n\n"
        let file = EnrolmentFile(path: try folder.write(text, to: "drones"))
        #expect(try file.load() == [try Self.enrolment("adler-1", 1)])
    }

    @Test func oneBadLineRefusesTheWholeListAndSaysWhich() throws {
        let folder = try TemporaryFolder()
        let good = Self.line("adler-1", 1)
        let bad = [
            "nonsense", Self.line("", 2), Self.line("Adler", 2), Self.line("two words", 2), Self.line("adler-1", 2),
            Self.line("falke-2", 1), "lagebild-x25519 AAAA falke-2",
        ]
        for line in bad {
            let file = EnrolmentFile(path: try folder.write("\(good)\n\(line)\n", to: "drones"))
            let error = #expect(throws: KeyError.self) { try file.load() }
            #expect(error?.description.contains("drones:2:") == true, "\(line)")
        }
    }

    @Test(arguments: ["\n", "\r\n", "\r"], ["", "\u{FEFF}"]) func listsOfOtherPrograms(ending: String, mark: String)
        throws
    {
        let folder = try TemporaryFolder()
        let lines = ["# Wache 1", Self.line("adler-1", 1) + " \u{A0}", "", "\t" + Self.line("falke-2", 2)]
        let file = EnrolmentFile(path: try folder.write(mark + lines.joined(separator: ending), to: "drones"))
        #expect(try file.load() == [try Self.enrolment("adler-1", 1), try Self.enrolment("falke-2", 2)])
        _ = try folder.write(mark + lines.joined(separator: ending) + ending + "x", to: "drones")
        let error = #expect(throws: KeyError.self) { try file.load() }
        #expect(error?.description.contains("drones:5:") == true)
    }

    @Test func whoMayWriteTheListMayComeIn() throws {
        let folder = try TemporaryFolder()
        let file = EnrolmentFile(path: folder.file("drones"))
        try file.save([try Self.enrolment("adler-1", 1)])
        #expect(try file.loadTrusted().count == 1)
        #expect(chmod(file.path, 0o666) == 0)
        let error = #expect(throws: KeyError.self) { try file.loadTrusted() }
        #expect(error?.description.contains("chmod 600") == true)
        // Whoever mends it by the command line finds it as it is, and leaves it with its owner's rights.
        try file.save(try file.load())
        #expect(try file.loadTrusted().count == 1)
    }
}
