import TestSupport
import FlightTypes
import Foundation
import Recording
import Replay
import Situation
import Synchronization
import Testing

/// Recordings during which the station's clock was set, or the station was started anew.
@Suite struct ClockStepTests {
    private static let wall: Int64 = 1_795_000_000_000_000_000

    /// An object, when it came on both clocks of the station, and whether it came by backfill.
    private struct Came {
        var object: FlightObject
        var monotonic: Double
        var wall: Double
        var isBackfilled = false
    }

    /// Writes what came; at a nil the station stops and another one begins.
    private func file(_ folder: String, _ came: [Came?]) throws -> String {
        let path = folder + "/einsatz.lagebild"
        for part in came.split(whereSeparator: { $0 == nil }) {
            let writer = try IncidentWriter(
                path: path, incident: .init(name: "Test", openedAt: WallTime(nanoseconds: Self.wall), openedBy: nil),
                limits: OnboardLimits(maximumBytes: nil, reserveBytes: 0))
            let items = part.compactMap { $0 }.map { came in
                RecordableObject(
                    drone: "alpha", receiveTime: WallTime(nanoseconds: Self.wall + Int64(came.wall * 1e9)),
                    receiveMonotonic: MonotonicInstant(nanoseconds: Int64(came.monotonic * 1e9)), object: came.object,
                    bytes: came.object.encoded(), isBackfilled: came.isBackfilled)
            }
            _ = try writer.append(items, recordTime: WallTime(nanoseconds: Self.wall))
            try writer.close()
        }
        return path
    }

    private func withFolder(_ body: (String) async throws -> Void) async throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "steps-\(UUID().uuidString)").path
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        try await body(folder)
    }

    /// The whole replay in steps of a tenth of a second: names with the tenth they came at.
    private func played(_ path: String) async throws -> (
        played: [(tenth: Int, name: UInt64)], state: ReplaySource.State
    ) {
        let clocks = ScriptedClocks()
        let seen = Seen()
        let source = try #require(
            try ReplaySource(reader: IncidentReader(path: path), hub: StreamHub(), clocks: clocks) { seen.add($0) })
        let state = await source.state
        var played: [(tenth: Int, name: UInt64)] = []
        for tenth in 0...Int(state.duration.milliseconds / 100) + 1 {
            try await source.step()
            played += seen.taken().map { (tenth, $0) }
            clocks.advance(by: .milliseconds(100))
        }
        return (played, state)
    }

    @Test(arguments: [31_536_000, -3_600, 30, -30, -1_576_800_000] as [Double])
    func aStepOfTheClockChangesNothing(step: Double) async throws {
        try await withFolder { folder in
            var came: [Came?] = []
            for number in UInt64(0)...80 {
                let time = Double(number) / 8
                let object = Recorded.captured(number, at: 500 + time)
                came.append(Came(object: object, monotonic: 70 + time, wall: number > 40 ? time + step : time))
            }
            let (played, state) = try await played(try file(folder, came))
            #expect(state.duration == .seconds(10))
            #expect(played.map(\.name) == Array(0...80))
            for (number, object) in played.enumerated() { #expect(abs(object.tenth - number * 10 / 8) <= 1) }
            // The time of day is the one that was right in the end.
            #expect(state.start.nanoseconds == Self.wall + Int64(step * 1e9))
            let span = try #require(try IncidentReader(path: folder + "/einsatz.lagebild").span())
            #expect(span.duration == .seconds(10) && span.remarks.count == 1)
        }
    }

    /// What came by backfill lies at its place, whatever was done to the clock between capture and receipt.
    @Test func backfillAcrossAStep() async throws {
        try await withFolder { folder in
            var came: [Came?] = []
            for number in (0..<60).filter({ !(20..<40).contains($0) }) {
                let second = Double(number)
                let wall = number < 40 ? second : second + 9_000_000
                let object = Recorded.captured(UInt64(number), at: 500 + second)
                came.append(Came(object: object, monotonic: 70 + second, wall: wall))
            }
            for number in (20..<40).reversed() {
                let object = Recorded.captured(UInt64(number), at: 500 + Double(number))
                came.append(Came(object: object, monotonic: 140, wall: 9_000_070, isBackfilled: true))
            }
            let (played, state) = try await played(try file(folder, came))
            #expect(state.duration == .seconds(59))
            #expect(played.map(\.name) == Array(0..<60))
            #expect(played.allSatisfy { $0.tenth == Int($0.name) * 10 })
        }
    }

    /// Live objects, restarts of the station's program on a machine that runs on, steps of its clock and backfill, at random: each
    /// object is played once, in order, and all of it lasts as long as the monotonic clock ran. A jump shows what a replay that
    /// runs there has shown, and goes on with the rest.
    @Test(arguments: Array(UInt64(1)...12)) func everythingOnceAndInOrder(seed: UInt64) async throws {
        try await withFolder { folder in
            var random = SplitMix(seed: seed)
            var came: [Came?] = []
            var backfill: [Came] = []
            var step = 0.0
            var time = 0.0
            for number in UInt64(0)..<200 {
                if number > 0 { time += Double(Int.random(in: 1...9, using: &random)) / 10 }
                if Int.random(in: 0..<25, using: &random) == 0 {
                    step += Double(Int.random(in: -100_000...100_000, using: &random))
                }
                if Int.random(in: 0..<40, using: &random) == 0 { came.append(nil) }
                let object = Recorded.captured(number, at: 900 + time)
                let isLate = number > 0 && number < 199 && Bool.random(using: &random)
                let arrival = Came(object: object, monotonic: 40 + time, wall: time + step, isBackfilled: isLate)
                if isLate { backfill.append(arrival) } else { came.append(arrival) }
            }
            came += backfill.shuffled(using: &random).map { late in
                var late = late
                late.monotonic = 40 + time + 5
                late.wall = time + step + 5
                return late
            }
            let path = try file(folder, came)
            let (played, state) = try await played(path)
            #expect(abs(state.duration.milliseconds - time * 1000) < 1)
            #expect(played.map(\.name) == Array(0..<200))

            let reader = try IncidentReader(path: path)
            let playback = try #require(try reader.playback())
            var whole: [PlayedObject] = []
            var cursor = playback.start
            while case let page = try reader.objects(of: playback, after: &cursor, limit: 7), !page.isEmpty {
                whole += page
            }
            #expect(whole.count == 200)
            for _ in 0..<10 {
                let place = Duration.milliseconds(Int.random(in: 0...Int(time * 1000), using: &random))
                let jump = try reader.seek(in: playback, to: place)
                var cursor = jump.cursor
                let newest = whole.last { $0.time <= place }
                #expect(jump.shown.map(\.stored.position) == newest.map { [$0.stored.position] })
                var rest: [Int64] = []
                while case let page = try reader.objects(of: playback, after: &cursor, limit: 9), !page.isEmpty {
                    rest += page.map(\.stored.position)
                }
                #expect(rest == whole.filter { $0.time > place }.map(\.stored.position))
            }
        }
    }
}

/// What a replay published.
private final class Seen: Sendable {
    private let names = Mutex<[UInt64]>([])
    func add(_ object: HubObject) { names.withLock { $0.append(object.object.id.sequence) } }
    func taken() -> [UInt64] {
        names.withLock { names in
            defer { names = [] }
            return names
        }
    }
}
