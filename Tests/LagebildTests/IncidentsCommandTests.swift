import ArgumentParser
import FlightTypes
import Foundation
import Recording
import Terminal
import TestSupport
import Testing

@testable import lagebild

@Suite struct IncidentsCommandTests {
    private let folder: TemporaryFolder
    private let file: String
    init() throws {
        folder = try TemporaryFolder()
        file = folder.file("einsatz.lagebild")
    }

    private func record(_ sequences: [UInt64]) throws {
        let now = WallTime(nanoseconds: 1_795_000_000_000_000_000)
        let writer = try IncidentWriter(
            path: file, incident: IncidentInfo(name: "Rhein", openedAt: now, openedBy: "anna"),
            limits: OnboardLimits(maximumBytes: nil, reserveBytes: 0))
        _ = try writer.append(
            sequences.map { sequence in
                let time = MonotonicInstant(nanoseconds: Int64(sequence) * 1_000_000_000)
                let object = FlightObject.telemetry(
                    TelemetrySample(
                        id: ObjectID(flight: 1, stream: StreamID(.telemetry), sequence: sequence),
                        captureTime: CaptureTime(monotonic: time, wall: now),
                        pose: Pose(latitude: 51.4, longitude: 6.7)))
                return RecordableObject(
                    drone: "drohne-1", receiveTime: now, receiveMonotonic: time, object: object,
                    bytes: object.encoded(), isBackfilled: false)
            }, recordTime: now)
        try writer.close()
    }

    @Test func aWholeRecordIsShownAndVerified() throws {
        try record([0, 1, 2, 5])
        for flags in [[], ["--json"], ["--frames"], ["--frames", "--json"]] {
            try IncidentsCommand.Show.parse([file] + flags).run()
        }
        for flags in [[], ["--originals"], ["--json"]] { try IncidentsCommand.Gaps.parse([file] + flags).run() }
        try IncidentsCommand.Verify.parse([file]).run()
    }

    @Test func whatIsNoRecordIsAnError() throws {
        try folder.write("not a record", to: "einsatz.lagebild")
        #expect(throws: (any Error).self) { try IncidentsCommand.Show.parse([file]).run() }
        #expect(throws: (any Error).self) { try IncidentsCommand.Gaps.parse([file]).run() }
        #expect(throws: (any Error).self) { try IncidentsCommand.Verify.parse([file]).run() }
        #expect(throws: (any Error).self) { try IncidentsCommand.Verify.parse([folder.file("none")]).run() }
    }

    /// One byte of one object: the file opens, and `verify` ends with an error.
    @Test func aChangedObjectFailsVerification() throws {
        try record([0, 1, 2])
        let bytes = [UInt8](try Data(contentsOf: URL(fileURLWithPath: file)))
        let needle = Array("drohne-1".utf8)
        let payload = try #require(payloadPlace(in: bytes, after: needle))
        var damaged = bytes
        damaged[payload] ^= 1
        try folder.write(damaged, to: "einsatz.lagebild")
        #expect(throws: (any Error).self) { try IncidentsCommand.Verify.parse([file]).run() }
    }

    /// A byte within the newest object's encoding, which lies in one piece in the file.
    private func payloadPlace(in bytes: [UInt8], after needle: [UInt8]) -> Int? {
        let object = FlightObject.telemetry(
            TelemetrySample(
                id: ObjectID(flight: 1, stream: StreamID(.telemetry), sequence: 2),
                captureTime: CaptureTime(
                    monotonic: MonotonicInstant(nanoseconds: 2_000_000_000),
                    wall: WallTime(nanoseconds: 1_795_000_000_000_000_000)),
                pose: Pose(latitude: 51.4, longitude: 6.7)))
        let encoded = object.encoded()
        return bytes.indices.first { bytes[$0...].starts(with: encoded) }.map { $0 + encoded.count / 2 }
    }
}
