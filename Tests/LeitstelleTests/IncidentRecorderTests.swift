import FlightTypes
import Foundation
import Logging
import Recording
import Situation
import Synchronization
import Testing

@testable import Leitstelle

/// A record that cannot be written must not stop the others.
@Suite struct IncidentRecorderTests {
    private struct StillClocks: Clocks {
        func monotonicNow() -> MonotonicInstant { MonotonicInstant(nanoseconds: 5_000_000_000) }
        func wallNow() -> WallTime { WallTime(nanoseconds: 1_795_000_000_000_000_000) }
    }
    private final class Acknowledged: Sendable {
        let ids = Mutex<[ObjectID]>([])
    }
    private let outside: TemporaryFolder
    private let folder: IncidentFolder
    private let acknowledged = Acknowledged()

    init() throws {
        outside = try TemporaryFolder()
        folder = IncidentFolder(folder: outside.path + "/incidents")
    }

    private func recorder() -> IncidentRecorder {
        IncidentRecorder(
            folder: folder, limits: OnboardLimits(maximumBytes: nil, reserveBytes: 0), clocks: StillClocks(),
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() },
            acknowledge: { [acknowledged] _, ids, _ in acknowledged.ids.withLock { $0 += ids } })
    }

    private func object(_ sequence: UInt64, flight: UInt32 = 1, backfill: Bool = false) throws -> HubObject {
        let time = CaptureTime(
            monotonic: MonotonicInstant(nanoseconds: Int64(sequence) * 1_000_000_000), wall: WallTime(nanoseconds: 7))
        let object = FlightObject.telemetry(
            TelemetrySample(
                id: ObjectID(flight: flight, stream: StreamID(.telemetry), sequence: sequence), captureTime: time,
                pose: .unknown))
        return HubObject(
            drone: try #require(DroneID("alpha")), object: object, bytes: object.encoded(),
            receiveTime: StillClocks().monotonicNow(), receiveWall: StillClocks().wallNow(),
            captureOnStation: StillClocks().monotonicNow(), isBackfill: backfill)
    }

    private func counts() -> [String: Int] {
        var counts: [String: Int] = [:]
        for name in folder.incidents {
            counts[name] = (try? IncidentReader(path: folder.folder + "/" + name).count()) ?? -1
        }
        return counts
    }
    private func spoil(_ file: String) throws {
        let handle = try #require(FileHandle(forUpdatingAtPath: file))
        try handle.seek(toOffset: 0)
        try handle.write(contentsOf: Data(repeating: 0x55, count: 4_096))
        try handle.close()
    }

    @Test func backfillOfADamagedRecordGoesIntoTheOpenOne() async throws {
        let recorder = recorder()
        #expect(try await recorder.write([object(0)]))
        let old = await recorder.snapshot.file
        await recorder.closeIncident(by: "anna")
        #expect(try await recorder.write([object(0, flight: 2)]))
        let open = await recorder.snapshot.file
        #expect(open != old)
        try spoil(old)
        let before = try Data(contentsOf: URL(fileURLWithPath: old))
        // In one batch with what is live, twice: told once, tried no more.
        for sequence in UInt64(1)...2 {
            #expect(try await recorder.write([object(sequence, backfill: true), object(sequence, flight: 2)]))
        }
        #expect(await recorder.isHealthy)
        #expect(try Data(contentsOf: URL(fileURLWithPath: old)) == before)
        #expect(counts().values.sorted() == [-1, 5])
        #expect(acknowledged.ids.withLock { $0.count } == 6)
        await recorder.closeIncident(by: "anna")
    }

    @Test func backfillOfARecordThatAnotherProgramHoldsGoesOn() async throws {
        let recorder = recorder()
        #expect(try await recorder.write([object(0)]))
        let old = await recorder.snapshot.file
        await recorder.closeIncident(by: "anna")
        #expect(try await recorder.write([object(0, flight: 2)]))
        let other = try IncidentWriter(
            path: old, incident: IncidentInfo(name: "", openedAt: WallTime(nanoseconds: 0), openedBy: nil),
            limits: OnboardLimits(maximumBytes: nil, reserveBytes: 0))
        #expect(try await recorder.write([object(1, backfill: true)]))
        #expect(await recorder.isHealthy)
        try other.close()
        await recorder.closeIncident(by: "anna")
    }

    /// What is whole takes what belongs to it, as before.
    @Test func backfillFindsItsRecord() async throws {
        let recorder = recorder()
        #expect(try await recorder.write([object(0)]))
        await recorder.closeIncident(by: "anna")
        #expect(try await recorder.write([object(0, flight: 2), object(1, backfill: true)]))
        await recorder.closeIncident(by: "anna")
        #expect(counts().values.sorted() == [1, 2])
    }

    @Test func aDamagedOpenRecordIsLeftAndAnotherBegun() async throws {
        let first = recorder()
        await first.open(name: "Rhein", by: "anna")
        #expect(try await first.write([object(0)]))
        let old = await first.snapshot.file
        // As after a kill: the writer is gone, the marker stays.
        let taken = folder.folder + "/marker"
        try FileManager.default.copyItem(atPath: folder.folder + "/open-incident.json", toPath: taken)
        await first.closeIncident(by: "nobody")
        try FileManager.default.moveItem(atPath: taken, toPath: folder.folder + "/open-incident.json")
        try spoil(old)
        let before = try Data(contentsOf: URL(fileURLWithPath: old))

        let second = recorder()
        await second.resume()
        #expect(await second.isHealthy)
        let snapshot = await second.snapshot
        #expect(snapshot.incident?.name == "Rhein" && snapshot.file != old)
        #expect(try await second.write([object(1)]))
        #expect(try Data(contentsOf: URL(fileURLWithPath: old)) == before)
        #expect(folder.resumption().open?.file == snapshot.file)
        await second.closeIncident(by: "anna")
        #expect(counts().values.sorted() == [-1, 1])
        let reader = try IncidentReader(path: snapshot.file)
        #expect(try reader.events().first?.text.contains(old.split(separator: "/").last ?? "?") == true)
    }

    /// Where nothing at all can be written the batch waits, and the names of files do not run away.
    @Test(.enabled(if: geteuid() != 0)) func aFolderThatCannotBeWrittenIsWaitedFor() async throws {
        let recorder = recorder()
        #expect(chmod(folder.folder, 0o500) == 0)
        #expect(try await !recorder.write([object(0)]))
        #expect(chmod(folder.folder, 0o700) == 0)
        #expect(try await recorder.write([object(0)]))
        #expect(counts().values.sorted() == [1])
    }
}

/// What a power cut leaves of the station's small files.
@Suite struct StationStateTests {
    private let outside: TemporaryFolder
    private let folder: IncidentFolder

    init() throws {
        outside = try TemporaryFolder()
        folder = IncidentFolder(folder: outside.path + "/incidents")
    }
    private func incident(_ name: String, closed: Bool) throws -> String {
        let path = "\(folder.folder)/einsatz-\(name).lagebild"
        let writer = try IncidentWriter(
            path: path, incident: IncidentInfo(name: name, openedAt: WallTime(nanoseconds: 4), openedBy: "anna"),
            limits: OnboardLimits(maximumBytes: nil, reserveBytes: 0))
        try writer.addEvent("opened by anna", at: WallTime(nanoseconds: 4))
        if closed { try writer.addEvent("closed by anna", at: WallTime(nanoseconds: 5)) }
        try writer.close()
        return path
    }
    private func write(_ text: String, _ name: String) throws {
        try Data(text.utf8).write(to: URL(fileURLWithPath: folder.folder + "/" + name))
    }

    @Test(arguments: ["", "\u{0}\u{0}\u{0}", "{", "\u{FEFF}x"]) func theNewestOpenIncidentGoesOn(text: String) throws {
        _ = try incident("20260101-000000Z", closed: false)
        let newest = try incident("20260102-000000Z", closed: false)
        try write("rubbish", "einsatz-20260103-000000Z.lagebild")
        try write(text, "open-incident.json")
        #expect(folder.markerFault != nil)
        let resumption = folder.resumption()
        #expect(resumption.open?.file == newest && resumption.open?.incident.name == "20260102-000000Z")
        #expect(resumption.remarks.count == 1 && resumption.remarks[0].contains("not closed"))
        // What was there is kept, and does not come again.
        let kept = try Data(contentsOf: URL(fileURLWithPath: folder.folder + "/open-incident.json.unreadable"))
        #expect(kept == Data(text.utf8))
        #expect(folder.resumption().open == nil && folder.resumption().remarks.isEmpty)
        try write(text, "open-incident.json")
        _ = folder.resumption()
        #expect(FileManager.default.fileExists(atPath: folder.folder + "/open-incident.json.unreadable-2"))
    }

    @Test func aClosedIncidentStaysClosed() throws {
        _ = try incident("20260101-000000Z", closed: false)
        _ = try incident("20260102-000000Z", closed: true)
        try write("", "open-incident.json")
        let resumption = folder.resumption()
        #expect(resumption.open == nil && resumption.remarks.count == 1)
    }

    @Test(arguments: ["", "\u{0}\u{0}", "[{", "{}"]) func anUnreadableIndexIsSetAside(text: String) throws {
        try write(text, "flights.json")
        #expect(FlightIndex.fault(folder: folder.folder) != nil)
        let index = FlightIndex(folder: folder.folder)
        #expect(index.remark?.contains("flights.json") == true)
        #expect(FileManager.default.fileExists(atPath: folder.folder + "/flights.json.unreadable"))
        #expect(FlightIndex(folder: folder.folder).remark == nil)
    }

    /// What `doctor` says of a station's folder.
    @Test func findings() throws {
        let now = WallTime(unixSeconds: Date().timeIntervalSince1970)
        func texts(_ now: WallTime) -> String {
            StationFindings.all(dataFolder: outside.path, now: now).map(\.text).joined(separator: "\n")
        }
        #expect(StationFindings.all(dataFolder: outside.path + "/none", now: now).isEmpty)
        let path = try incident("20260101-000000Z", closed: true)
        #expect(texts(now).isEmpty)
        #expect(texts(WallTime(unixSeconds: 0)).contains("the clock is behind"))
        try write("", "open-incident.json")
        try write("", "flights.json")
        _ = try outside.file("freshness", "")
        #expect(chmod(path, 0o644) == 0 && chmod(folder.folder, 0o755) == 0)
        let said = texts(now)
        for word in [
            "open-incident.json", "flights.json", "freshness is empty", "others may look", "others may read 1",
        ] {
            #expect(said.contains(word), "\(word)")
        }
        // Looking changes nothing.
        #expect(texts(now) == said)
    }
}
