import FlightTypes
import Foundation
import TestSupport
import Testing

@testable import DurableFiles
@testable import LinkTransport

@Suite struct FlightCounterTests {
    @Test func growsOverRestarts() throws {
        let folder = try TemporaryFolder()
        for expected in UInt32(1)...20 {
            let record = expected > 1 ? expected - 1 : nil
            let next = try FlightCounter(path: folder.file("flight")).next(
                highestRecord: record, seconds: 300, chance: 0)
            #expect(next == .init(flight: expected, remark: nil))
            // On disk before anybody can use it.
            #expect(try folder.read("flight") == "\(expected)".padded(to: 10) + "\n")
        }
        #expect(folder.names == ["flight"])
        #expect(try folder.mode("flight") == 0o600)
    }

    private static let lost = [
        "", "\n", "x", "-1", "1.5", "4294967296", "1 2", "\u{0}", "\u{0}\u{0}\u{0}\u{0}", "7\n8\n",
    ]

    /// A drone that does not start is a lost drone: it takes a number behind all that lie on board, and says so.
    @Test(arguments: lost) func goesOnBehindItsRecords(text: String) throws {
        let folder = try TemporaryFolder()
        let path = try folder.write(text, to: "flight")
        let next = try FlightCounter(path: path).next(highestRecord: 7, seconds: 300, chance: 0)
        #expect(next.flight == 7 + FlightCounter.margin)
        #expect(next.remark?.contains(path) == true && next.remark?.contains("flight 7 ") == true)
        #expect(
            try FlightCounter(path: path).next(highestRecord: 7, seconds: 300, chance: 0).flight == 8
                + FlightCounter.margin)
    }

    @Test(arguments: lost) func takesTheClockWhereNothingIsKnown(text: String) throws {
        let folder = try TemporaryFolder()
        let path = try folder.write(text, to: "flight")
        let next = try FlightCounter(path: path).next(
            highestRecord: nil, seconds: 29_900_000 * 60, chance: 0)
        #expect(next.flight == 29_900_000 && next.remark?.contains("no record") == true)
        for minutes in [Int64.min, -1, 0] {
            #expect(FlightCounter.next(after: [], highestRecord: nil, minutes: minutes, path: "")?.flight == 1)
        }
        #expect(FlightCounter.next(after: [], highestRecord: nil, minutes: .max, path: "")?.flight == 0x7FFF_FFFF)
    }

    /// A copy of an old card, or a file that is gone while its records are there.
    @Test func aCounterThatFellBack() {
        func next(_ text: String?, _ record: UInt32?) -> FlightCounter.Next? {
            FlightCounter.next(after: text.map { Array($0.utf8) }, highestRecord: record, minutes: 5, path: "flight")
        }
        #expect(next("3\n", 7)?.flight == 1007)
        #expect(next("3\n", 7)?.remark?.contains("less than") == true)
        #expect(next(nil, 7)?.flight == 1007)
        #expect(next(nil, nil) == .init(flight: 1, remark: nil))
        #expect(next("\u{FEFF}7\r\n", 7) == .init(flight: 8, remark: nil))
        #expect(next("4294967294", nil)?.flight == .max)
        #expect(next("4294967295", nil) == nil)
        #expect(next("", .max) == nil)
        #expect(next("", .max - 1)?.flight == .max)
    }

    /// Whatever is lost, no number comes twice and none falls back.
    @Test(arguments: Array(UInt64(1)...20)) func neverFallsBack(seed: UInt64) {
        var random = SplitMix(seed: seed)
        var text: [UInt8]?
        var highest: UInt32?
        var last: UInt32 = 0
        for _ in 0..<200 {
            let isLost = random.next() % 4 == 0 && last > 0
            if isLost { text = [nil, [], [0, 0], Array("x".utf8)][Int(random.next() % 4)] }
            guard let next = FlightCounter.next(after: text, highestRecord: highest, minutes: 1, path: "") else {
                return
            }
            #expect(next.flight > last)
            last = next.flight
            text = Array("\(last)\n".utf8)
            // A flight after a loss leaves a record; of the others not each, but fewer than the margin leave none.
            if isLost || random.next() % 2 == 0 || highest == nil { highest = last }
        }
    }

    /// A card that cannot be written: nothing can be reserved, so that each flight has a number made by chance, and the handshakes
    /// of flights one after the other never fall back.
    @Test func aFlightThatCannotBeReservedHasANumberOfItsOwn() throws {
        let folder = try TemporaryFolder()
        let counter = FlightCounter(path: folder.file("flight"))
        let first = try counter.next(highestRecord: nil, seconds: 1_700_000_000, chance: 1)
        let text = try folder.read("flight")
        // Whoever runs this may be root, so that rights stop nobody: a folder in place of the new file's does.
        let blind = FlightCounter(path: folder.file("flight/flight"))
        let second = try blind.next(highestRecord: first.flight, seconds: 1_700_000_100, chance: 0x0000_00FF)
        #expect(second.flight == 0x8000_00FF)
        #expect(!FlightCounter.isReserved(second.flight) && FlightCounter.isReserved(first.flight))
        #expect(second.remark?.contains("made by chance, 2147483903") == true)
        #expect(second.remark?.contains("cannot write") == true)
        #expect(try folder.read("flight") == text)
    }

    /// Reserved or not, in any order, with a clock that goes on: no two flights have one number, and the handshakes of the later
    /// one count higher than all of the earlier one's.
    @Test(arguments: Array(UInt64(1)...20)) func handshakesNeverFallBack(seed: UInt64) throws {
        var random = SplitMix(seed: seed)
        var file: [UInt8]?
        var used: Set<UInt32> = []
        var seconds = Int64(random.next() % 2_000_000_000)
        var highest: UInt64 = 0
        for _ in 0..<200 {
            let next = try #require(
                FlightCounter.next(after: file, highestRecord: nil, minutes: seconds / 60, path: "flight"))
            var flight = next
            if random.next() % 2 == 0 {
                file = Array("\(next.flight)\n".utf8)
            } else {
                flight = FlightCounter.unreserved(
                    instead: next, because: "read-only", seconds: seconds,
                    chance: UInt32(truncatingIfNeeded: random.next()))
            }
            #expect(used.insert(flight.flight).inserted)
            #expect(flight.handshakes + 1 > highest)
            // One handshake a second while nobody answers, one in two minutes else.
            let lasted = Int64(random.next() % 10_000)
            highest = flight.handshakes + 1 + UInt64(lasted)
            seconds += lasted + 2
        }
    }
}

/// What is left where a full disk has no room for a new file.
@Suite struct OverwritingTests {
    @Test func onlyAPlainFileOfTheSameLength() throws {
        let folder = try TemporaryFolder()
        let path = try folder.write("         9\n", to: "flight")
        #expect(!DurableFile.overwrite(path, with: "10\n"))
        #expect(!DurableFile.overwrite(folder.file("nothing"), with: "x"))
        #expect(try folder.read("flight") == "         9\n")
        #expect(symlink(path, folder.file("link")) == 0)
        #expect(!DurableFile.overwrite(folder.file("link"), with: "        10\n"))
        #expect(DurableFile.overwrite(path, with: "        10\n"))
        #expect(try folder.read("flight") == "        10\n")
        #expect(link(path, folder.file("copy")) == 0)
        #expect(!DurableFile.overwrite(path, with: "        11\n"))
    }

    /// Whatever the number, the file keeps its length.
    @Test func countersKeepTheirLength() throws {
        let folder = try TemporaryFolder()
        let adler = try #require(DroneID("adler-1"))
        for counter in [UInt64(0), 9, 10, .max] {
            try FreshnessFile(path: folder.file("freshness")).store([adler: counter])
            #expect(try folder.read("freshness").count == "adler-1 ".count + 21)
        }
    }
}

@Suite struct FreshnessFileTests {
    @Test func storedCountersLoadAgain() throws {
        let folder = try TemporaryFolder()
        let file = FreshnessFile(path: folder.file("freshness"))
        #expect(try file.load(dronesHaveFlown: false).isEmpty)
        let adler = try #require(DroneID("adler-1"))
        let falke = try #require(DroneID("falke-2"))
        let counters: [DroneID: UInt64] = [adler: .max, falke: 1]
        try file.store(counters)
        #expect(try file.load(dronesHaveFlown: true) == counters)
        #expect(try folder.read("freshness") == "adler-1 18446744073709551615\nfalke-2 \("1".padded(to: 20))\n")
        #expect(try folder.mode("freshness") == 0o600)
        #expect(folder.names == ["freshness"])
    }

    /// A power cut leaves files of length zero, or of zeros. What nobody has flown with yet may be empty; what is gone was
    /// taken away on purpose.
    @Test(arguments: ["", "\n", "\u{FEFF}", " \r\n"]) func anEmptyListIsNoNewStations(text: String) throws {
        let folder = try TemporaryFolder()
        let file = FreshnessFile(path: try folder.write(text, to: "freshness"))
        #expect(try file.load(dronesHaveFlown: false).isEmpty)
        let error = #expect(throws: DurableFile.Failure.self) { try file.load(dronesHaveFlown: true) }
        #expect(error?.description.contains("freshness is empty") == true)
        #expect(error?.description.contains("from a copy") == true)
        #expect(try FreshnessFile(path: folder.file("gone")).load(dronesHaveFlown: true).isEmpty)
        _ = try folder.write("\u{0}\u{0}\u{0}", to: "freshness")
        #expect(throws: DurableFile.Failure.self) { try file.load(dronesHaveFlown: false) }
    }

    @Test(arguments: [
        "adler-1", "adler-1 x", "adler-1 -1", "Adler 1", "adler-1 1 1", "adler-1 18446744073709551616", "1",
    ])
    func oneBadLineIsAnErrorThatSaysWhich(line: String) throws {
        let folder = try TemporaryFolder()
        let file = FreshnessFile(path: try folder.write("falke-2 5\r\n\(line)\r\n", to: "freshness"))
        let error = #expect(throws: DurableFile.Failure.self) { try file.load(dronesHaveFlown: true) }
        #expect(error?.description.contains("freshness:2:") == true)
    }

    @Test func linesOfOtherPrograms() throws {
        let folder = try TemporaryFolder()
        let path = try folder.write("\u{FEFF}falke-2\t5 \r\nadler-1 \u{A0}7\r\nfalke-2 3", to: "freshness")
        let counters = try FreshnessFile(path: path).load(dronesHaveFlown: true)
        // The higher one of two keeps more out.
        #expect(counters.map { "\($0.key) \($0.value)" }.sorted() == ["adler-1 7", "falke-2 5"])
    }
}
