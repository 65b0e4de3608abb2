import FlightTypes
import Foundation
import GRDB
import Synchronization
import Testing

@testable import Recording

@Suite struct JournalGaugeTests {
    private let mebibyte: Int64 = 1 << 20

    @Test func aJournalThatGrowsIsLookedAtInSteps() {
        var gauge = JournalGauge()
        var looks: [Int64] = []
        for size in Int64(1)...300 where gauge.wantsLook(bytes: size * mebibyte) {
            looks.append(size)
            gauge.looked(.success(false), bytes: size * mebibyte)
        }
        #expect(Array(looks.prefix(4)) == [32, 48, 64, 80])
        // A quarter of a gigabyte is told; below it a reader may have been passing.
        #expect(gauge.state == .held(bytes: 288 * mebibyte))
        #expect(looks.contains(256))
        #expect(gauge.state.sentence?.contains("another program") == true)
        let wantsLook = gauge.wantsLook(bytes: 1 * mebibyte)
        #expect(!wantsLook)
        #expect(gauge.state == .folding && gauge.state.sentence == nil)
    }

    /// A large batch leaves a large journal behind, which is well: one look, not one with each commit.
    @Test func aJournalThatStaysLargeIsLookedAtOnce() {
        var gauge = JournalGauge()
        var looks = 0
        for _ in 0..<1_000 where gauge.wantsLook(bytes: 60 * mebibyte) {
            looks += 1
            gauge.looked(.success(true), bytes: 60 * mebibyte)
        }
        #expect(looks == 1)
        #expect(gauge.state == .folding)
    }

    @Test func anErrorIsToldAtOnceAndItsEndIsSeenWithoutGrowth() {
        var gauge = JournalGauge()
        var looks = (0..<1).filter { _ in gauge.wantsLook(bytes: 40 * mebibyte) }
        #expect(looks.count == 1)
        gauge.looked(.failure(.failed(path: "/a", reason: "disk I/O error")), bytes: 40 * mebibyte)
        #expect(gauge.state == .failing(reason: "disk I/O error", bytes: 40 * mebibyte))
        #expect(gauge.state.sentence?.contains("40 MiB) cannot be folded into the record: disk I/O error") == true)
        looks = (1...JournalGauge.looksEvery).filter { _ in gauge.wantsLook(bytes: 40 * mebibyte) }
        #expect(looks == [JournalGauge.looksEvery])
        gauge.looked(.success(true), bytes: 40 * mebibyte)
        #expect(gauge.state == .folding)
    }

    private func writer(
        _ path: String, _ fold: @escaping @Sendable (DatabaseQueue) throws -> Bool = { try $0.foldJournal() }
    ) throws -> IncidentWriter {
        try IncidentWriter(
            path: path, incident: IncidentInfo(name: "A", openedAt: Samples.wall(0), openedBy: nil),
            limits: OnboardLimits(maximumBytes: nil, reserveBytes: 0),
            gauge: JournalGauge(looksFrom: 100_000, step: 50_000, heldFrom: 400_000), fold: fold)
    }

    private func append(_ sequences: Range<UInt64>, to writer: IncidentWriter) throws {
        for sequence in sequences {
            let object = Samples.item(Samples.frame(sequence, size: 30_000))
            #expect(try writer.append([object], recordTime: Samples.wall(1)).stored == 1)
        }
    }

    /// Writes on the database file fail, and only they: what is appended stays durable, and the trouble is there to be read.
    @Test func failedWritesOfTheFileAreTold() throws {
        try withFolder { folder in
            let isBroken = Atomic(true)
            let writer = try writer(folder + "/a.lagebild") { database in
                guard !isBroken.load(ordering: .relaxed) else {
                    throw DatabaseError(resultCode: .SQLITE_IOERR, message: "disk I/O error")
                }
                return try database.foldJournal()
            }
            #expect(writer.journal == .folding)
            try append(0..<20, to: writer)
            guard case .failing(let reason, let bytes) = writer.journal else {
                Issue.record("\(writer.journal)")
                return
            }
            #expect(reason == "disk I/O error" && bytes >= 100_000)
            isBroken.store(false, ordering: .relaxed)
            try append(20..<60, to: writer)
            #expect(writer.journal == .folding)
            try writer.close()
            #expect(try IncidentReader(path: folder + "/a.lagebild").count() == 60)
        }
    }

    /// Somebody opened the file and goes on reading: SQLite cannot fold in what he may still ask for.
    @Test func aReaderThatStaysIsTold() throws {
        try withFolder { folder in
            let path = folder + "/a.lagebild"
            let writer = try writer(path)
            try append(0..<2, to: writer)
            var configuration = Configuration()
            configuration.readonly = true
            let reader = try DatabaseQueue(path: path, configuration: configuration)
            try reader.writeWithoutTransaction { db in
                try db.execute(sql: "BEGIN")
                #expect(try Int.fetchOne(db, sql: "SELECT count(*) FROM object") == 2)
                try append(2..<20, to: writer)
                guard case .held(let bytes) = writer.journal else {
                    Issue.record("\(writer.journal)")
                    return
                }
                #expect(bytes >= 400_000)
                try db.execute(sql: "COMMIT")
            }
            try append(20..<60, to: writer)
            #expect(writer.journal == .folding)
            try writer.close()
        }
    }
}
