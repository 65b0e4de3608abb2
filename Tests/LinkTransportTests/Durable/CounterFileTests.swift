import FlightTypes
import LinkTransport
import Testing

@Suite struct FlightCounterTests {
    @Test func growsOverRestarts() throws {
        let folder = try TemporaryFolder()
        for expected in UInt32(1)...20 {
            #expect(try FlightCounter(path: folder.file("flight")).next() == expected)
            // On disk before anybody can use it.
            #expect(try folder.read("flight") == "\(expected)\n")
        }
        #expect(folder.names == ["flight"])
    }

    @Test(arguments: ["", "x", "-1", "1.5", "4294967295", "4294967296", "1 2", "\u{0}"])
    func whatIsNoNumberStopsTheFlight(text: String) throws {
        let folder = try TemporaryFolder()
        let path = try folder.write(text, to: "flight")
        #expect(throws: DurableFile.Failure.self) { try FlightCounter(path: path).next() }
        #expect(try folder.read("flight") == text)
    }

    @Test func lastNumberOfAll() throws {
        let folder = try TemporaryFolder()
        let path = try folder.write("4294967294\n", to: "flight")
        #expect(try FlightCounter(path: path).next() == .max)
        #expect(throws: DurableFile.Failure.self) { try FlightCounter(path: path).next() }
    }

    @Test func missingFolderIsAnError() throws {
        let folder = try TemporaryFolder()
        #expect(throws: DurableFile.Failure.self) { try FlightCounter(path: folder.file("none/flight")).next() }
    }
}

@Suite struct FreshnessFileTests {
    @Test func storedCountersLoadAgain() throws {
        let folder = try TemporaryFolder()
        let file = FreshnessFile(path: folder.file("freshness"))
        #expect(try file.load().isEmpty)
        let adler = try #require(DroneID("adler-1"))
        let falke = try #require(DroneID("falke-2"))
        let counters: [DroneID: UInt64] = [adler: .max, falke: 1]
        try file.store(counters)
        #expect(try file.load() == counters)
        #expect(try folder.read("freshness") == "adler-1 18446744073709551615\nfalke-2 1\n")
        #expect(try folder.mode("freshness") == 0o600)
        try file.store([:])
        #expect(try file.load().isEmpty)
        #expect(folder.names == ["freshness"])
    }

    @Test(arguments: [
        "adler-1", "adler-1 x", "adler-1 -1", "Adler 1", "adler-1 1 1", "adler-1 18446744073709551616", "1",
    ])
    func oneBadLineIsAnErrorThatSaysWhich(line: String) throws {
        let folder = try TemporaryFolder()
        let file = FreshnessFile(path: try folder.write("falke-2 5\n\(line)\n", to: "freshness"))
        let error = #expect(throws: DurableFile.Failure.self) { try file.load() }
        #expect(error?.description.contains("freshness:2:") == true)
    }
}

@Suite struct DurableFileTests {
    @Test func replacesWholeAndKeepsTheOldOnFailure() throws {
        let folder = try TemporaryFolder()
        let path = folder.file("text")
        let long = String(repeating: "ä", count: 300_000)
        try DurableFile.replace(path, with: long)
        #expect(try folder.read("text") == long)
        try DurableFile.replace(path, with: "short", mode: 0o600)
        #expect(try folder.read("text") == "short")
        #expect(try folder.mode("text") == 0o600)
        #expect(folder.names == ["text"])
        #expect(throws: DurableFile.Failure.self) { try DurableFile.replace(folder.file("none/text"), with: "") }
    }
}
