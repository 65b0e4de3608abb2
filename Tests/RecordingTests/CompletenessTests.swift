import FlightTypes
import Foundation
import GRDB
import Testing

@testable import Recording

@Suite struct CompletenessTests {
    private func append(_ range: Range<UInt64>, _ writer: IncidentWriter) throws {
        for sequence in range {
            _ = try writer.append([Samples.item(Samples.frame(sequence))], recordTime: Samples.wall(2))
        }
    }
    private func copy(_ path: String, to copy: String, withJournal: Bool) throws {
        try FileManager.default.copyItem(atPath: path, toPath: copy)
        if withJournal { try FileManager.default.copyItem(atPath: path + "-wal", toPath: copy + "-wal") }
    }
    private func of(_ path: String) throws -> Completeness { try IncidentReader(path: path).completeness() }

    /// What somebody copies from an open incident says itself whether it is whole.
    @Test func aCopyOfAnOpenRecord() throws {
        try withFolder { folder in
            let path = folder + "/a.lagebild"
            let writer = try Samples.writer(path)
            try append(0..<1, writer)
            for number in UInt64(1)...6 {
                try append(number..<number + 1, writer)
                let alone = "\(folder)/alone\(number).lagebild"
                try copy(path, to: alone, withJournal: false)
                guard case .withoutJournal = try of(alone) else { return #expect(Bool(false)) }
                #expect(try of(alone).isDoubtful && of(alone).sentence?.contains("not closed") == true)
                let whole = "\(folder)/whole\(number).lagebild"
                try copy(path, to: whole, withJournal: true)
                #expect(try of(whole) == .open && !of(whole).isDoubtful)
                #expect(try IncidentReader(path: whole).count() == Int(number) + 1)
            }
            #expect(try of(path) == .open)
            try writer.close()
            #expect(try of(path) == .closed && of(path).sentence == nil)
            try copy(path, to: folder + "/closed.lagebild", withJournal: false)
            #expect(try of(folder + "/closed.lagebild") == .closed)
            #expect(try IncidentReader(path: path).events().isEmpty)
        }
    }

    /// The same on board, where nobody notes any event, and from the first object on.
    @Test func theMarkIsInTheFileWithTheFirstObject() throws {
        try withFolder { folder in
            let path = folder + "/flight-1.lagebild"
            let writer = try Samples.writer(path)
            try append(0..<1, writer)
            try copy(path, to: folder + "/c.lagebild", withJournal: false)
            guard case .withoutJournal(after: 1) = try of(folder + "/c.lagebild") else {
                return #expect(Bool(false))
            }
            try writer.close()
        }
    }

    @Test func goingOnAfterTheJournalWasLostIsRemembered() throws {
        try withFolder { folder in
            let path = folder + "/a.lagebild"
            let writer = try Samples.writer(path)
            try append(0..<3, writer)
            for (name, isWhole) in [("whole", true), ("cut", false)] {
                let crashed = "\(folder)/\(name).lagebild"
                try copy(path, to: crashed, withJournal: isWhole)
                let next = try Samples.writer(crashed)
                try append(10..<12, next)
                try next.close()
                let completeness = try of(crashed)
                if isWhole {
                    #expect(completeness == .closed)
                    #expect(try IncidentReader(path: crashed).count() == 5)
                } else {
                    guard case .cut = completeness else { return #expect(Bool(false)) }
                    #expect(completeness.isDoubtful)
                }
            }
            try writer.close()
        }
    }

    /// Whoever only notes receipts settles what a crash left, and opens nothing.
    @Test func receiptsSettleWhatACrashLeft() throws {
        try withFolder { folder in
            let path = folder + "/a.lagebild"
            let writer = try Samples.writer(path)
            try append(0..<3, writer)
            let range = ReceiptedRange(flight: 1, stream: StreamID(.visible), first: 0, last: 2)
            for (name, isWhole) in [("whole", true), ("cut", false)] {
                let crashed = "\(folder)/\(name).lagebild"
                try copy(path, to: crashed, withJournal: isWhole)
                for _ in 0..<3 {
                    let next = try Samples.writer(crashed)
                    try next.addReceipts([range])
                    try next.close()
                }
                #expect(try of(crashed).isDoubtful == !isWhole)
                #expect(try IncidentReader(path: crashed).marks().count <= 3)
            }
            try writer.close()
        }
    }

    @Test func shortenedBehindItsEnd() throws {
        try withFolder { folder in
            let path = folder + "/a.lagebild"
            let writer = try Samples.writer(path)
            try append(0..<5, writer)
            try writer.close()
            try DatabaseQueue(path: path).write { try $0.execute(sql: "DELETE FROM object WHERE position = 5") }
            #expect(try of(path) == .shortened(last: 5))
            #expect(try of(path).isDoubtful)
        }
    }

    /// SQLite takes any journal that lies under the right name.
    @Test func theJournalOfAnotherFile() throws {
        try withFolder { folder in
            let path = folder + "/a.lagebild"
            let writer = try Samples.writer(path)
            try append(0..<3, writer)
            let other = try IncidentWriter(
                path: folder + "/b.lagebild",
                incident: IncidentInfo(name: "B", openedAt: Samples.wall(77), openedBy: nil), limits: Samples.noLimits)
            try append(50..<90, other)
            try FileManager.default.copyItem(atPath: path, toPath: folder + "/mixed.lagebild")
            try FileManager.default.copyItem(atPath: folder + "/b.lagebild-wal", toPath: folder + "/mixed.lagebild-wal")
            var said = ""
            do {
                let reader = try IncidentReader(path: folder + "/mixed.lagebild")
                said = try reader.completeness().sentence ?? "closed"
                if try reader.integrityCheck() != "ok" { said += " another file's" }
            } catch { said = "\(error)" }
            #expect(said.contains("another file's"))
            try writer.close()
            try other.close()
        }
    }

    @Test func filesOfOlderPrograms() throws {
        try withFolder { folder in
            let path = folder + "/a.lagebild"
            try VersionOneFile.write([Samples.item(Samples.frame(0))], to: path)
            #expect(try of(path) == .unknown && !of(path).isDoubtful && of(path).sentence != nil)
            try DatabaseQueue(path: path).write {
                try $0.execute(sql: "INSERT INTO event (wall, text) VALUES (2, 'closed by anna')")
            }
            #expect(try of(path) == .closed)
        }
    }

    @Test func marksAreReadAsTheyAreWritten() {
        for mark in [
            WritingMark.begins(after: 0, boot: nil), .begins(after: 7, boot: "0a1b2c3d"), .ends(at: 9), .cut(after: 3),
        ] { #expect(WritingMark(mark.text) == mark) }
        for text in [
            "", "writing", "writing ends at object", "writing ends at object x", "closed by anna",
            "writing begins after object 1",
        ] {
            #expect(WritingMark(text) == nil)
        }
        #expect(WritingMark.thisBoot()?.count == 8)
    }

    /// Whatever the umask, a record and what lies beside it are their owner's alone. (The mask is the process's: left as it was found.)
    @Test func recordsAreForTheirOwner() throws {
        try withFolder { folder in
            let path = folder + "/a.lagebild"
            let writer = try Samples.writer(path)
            try append(0..<1, writer)
            for name in try FileManager.default.contentsOfDirectory(atPath: folder) {
                var status = stat()
                #expect(stat(folder + "/" + name, &status) == 0 && status.st_mode & 0o777 == 0o600, "\(name)")
            }
            try writer.close()
        }
    }
}
