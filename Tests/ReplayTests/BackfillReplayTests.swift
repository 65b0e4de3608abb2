import TestSupport
import FlightTypes
import Recording
import Replay
import Situation
import Testing

@Suite struct BackfillReplayTests {
    private typealias Entry = Recorded.Entry

    /// Everything in the order it is played, with the second it is played at.
    private func played(_ recorded: Recorded) async throws -> [(second: Int, object: HubObject)] {
        let source = try #require(try recorded.source())
        let seconds = Int(await source.state.duration.milliseconds / 1000)
        var played: [(second: Int, object: HubObject)] = []
        for second in 0...seconds {
            try await source.step()
            played += recorded.taken().map { (second, $0) }
            recorded.clocks.advance(by: .seconds(1))
        }
        return played
    }

    /// Captured at 100 s of the drone's clock and later, received half a second on; 3 to 6 come an hour later.
    private let flight: [Recorded.Entry] =
        [0, 1, 2, 7, 8, 9].map { Entry(at: Double($0) + 0.5, Recorded.captured($0, at: 100 + Double($0))) }
        + [5, 3, 6, 4].map { Entry(at: 3_600, Recorded.captured($0, at: 100 + Double($0)), backfilled: true) }

    @Test func backfillIsPlayedAtItsPlace() async throws {
        let played = try await played(Recorded(entries: flight))
        #expect(played.map(\.object.object.id.sequence) == Array(0...9))
        #expect(played.map(\.second) == Array(0...9))
    }

    /// Few late objects do not move the others.
    @Test func theMedianPlaces() async throws {
        let late = [Entry(at: 30.5, Recorded.captured(10, at: 100)), Entry(at: 31.5, Recorded.captured(11, at: 101))]
        let played = try await played(Recorded(entries: Array(flight[..<6]) + late + Array(flight[6...])))
        #expect(played.map(\.object.object.id.sequence) == Array(0...11))
        #expect(played.map(\.second) == Array(0...9) + [30, 31])
    }

    /// Of a frame the original alone, wherever it came from; without one the copy.
    @Test func oneFormOfEachFrame() async throws {
        var entries = (0..<100).map { Entry(at: Double($0), Recorded.captured($0, at: Double($0), reduced: true)) }
        entries += (20..<90).map { Entry(at: 500, Recorded.captured($0, at: Double($0)), backfilled: true) }
        entries.append(Entry(at: 501, Recorded.captured(30, at: 30, reduced: true), backfilled: true))
        let recorded = try Recorded(entries: entries)
        let played = try await played(recorded)
        #expect(played.map(\.object.object.id.sequence) == Array(0..<100))
        #expect(played.map(\.second) == Array(0..<100))
        for (number, entry) in played.enumerated() {
            #expect((entry.object.object.frame?.flags.contains(.reduced) == true) == !(20..<90).contains(number))
        }
        let source = try #require(try recorded.source())
        for (second, isReduced) in [(10, true), (20, false), (89, false), (90, true), (99, true), (19, true)] {
            try await source.seek(to: .seconds(second))
            let shown = recorded.taken()
            #expect(shown.names == ["visible0 \(second)"])
            #expect(shown.first?.object.frame?.flags.contains(.reduced) == isReduced)
        }
    }

    @Test func seeksAmongBackfill() async throws {
        let recorded = try Recorded(entries: flight)
        let source = try #require(try recorded.source())
        #expect(await source.state.duration == .seconds(9))
        for second in [5, 3, 8, 0, 6, 9, 2] {
            try await source.seek(to: .seconds(second))
            #expect(recorded.taken().names == ["visible0 \(second)"])
            recorded.clocks.advance(by: .milliseconds(999))
            try await source.step()
            #expect(recorded.taken().isEmpty)
            recorded.clocks.advance(by: .milliseconds(1))
            try await source.step()
            #expect(recorded.taken().names == (second == 9 ? [] : ["visible0 \(second + 1)"]))
        }
    }

    /// From wherever it goes on, it plays what it would have played there, once.
    @Test(arguments: Array(UInt64(1)...8)) func aSeekLosesAndRepeatsNothing(seed: UInt64) async throws {
        var random = SplitMix(seed: seed)
        var entries: [Entry] = []
        var backfill: [Entry] = []
        for flight in UInt32(1)...3 {
            let drone = flight == 2 ? "bravo" : "alpha"
            let begin = Double(flight) * 40
            for sequence in UInt64(0)..<60 {
                let time = Double(sequence)
                let original = Recorded.captured(sequence, at: 1000 + time, flight: flight)
                let copy = Recorded.captured(sequence, at: 1000 + time, flight: flight, reduced: true)
                switch UInt8.random(in: 0...3, using: &random) {
                case 0: entries.append(Entry(at: begin + time, original, drone: drone))
                case 1: entries.append(Entry(at: begin + time, copy, drone: drone))
                case 2:
                    entries.append(Entry(at: begin + time, copy, drone: drone))
                    backfill.append(Entry(at: 900, original, backfilled: true, drone: drone))
                default: backfill.append(Entry(at: 900, original, backfilled: true, drone: drone))
                }
            }
        }
        entries.sort { $0.second < $1.second }
        let recorded = try Recorded(entries: entries + backfill.shuffled(using: &random))
        let whole = try await played(recorded)
        let names = whole.map { "\($0.object.drone) \($0.object.object.id.flight) \($0.object.object.id.sequence)" }
        #expect(names.count == 180 && Set(names).count == 180)
        let source = try #require(try recorded.source())
        for _ in 0..<12 {
            let second = Int.random(in: 0...110, using: &random)
            try await source.seek(to: .seconds(second))
            let shown = recorded.taken()
            #expect(Set(shown.map(\.drone)).count == shown.count)
            for object in shown {
                let newest = whole.last { $0.second <= second && $0.object.drone == object.drone }
                #expect(newest?.object.bytes == object.bytes)
            }
            recorded.clocks.advance(by: .seconds(7))
            try await source.step()
            #expect(
                recorded.taken().map(\.bytes)
                    == whole.filter { $0.second > second && $0.second <= second + 7 }.map(\.object.bytes))
        }
    }

    /// A flight of which nothing came live: at its own pace from its first receipt on.
    @Test func aFlightWithoutLink() async throws {
        var entries = [Entry(at: 0, Recorded.captured(0, at: 500, flight: 1))]
        for (sequence, second) in [(UInt64(0), 10.0), (2, 10.01), (1, 10.02)] {
            let object = Recorded.captured(sequence, at: 70 + 5 * Double(sequence), flight: 2)
            entries.append(Entry(at: second, object, backfilled: true))
        }
        let played = try await played(Recorded(entries: entries))
        #expect(played.map(\.object.object.id.sequence) == [0, 0, 1, 2])
        #expect(played.map(\.second) == [0, 10, 15, 20])
        let alone = try await self.played(Recorded(entries: Array(entries.dropFirst())))
        #expect(alone.map(\.second) == [0, 5, 10])
    }

    /// What is recorded while it plays waits for the next replay.
    @Test func playsWhatWasThereAtOpening() async throws {
        let recorded = try Recorded(entries: Array(flight[..<6]))
        let source = try #require(try recorded.source())
        let object = Recorded.captured(4, at: 104)
        let writer = try IncidentWriter(
            path: recorded.path, incident: .init(name: "", openedAt: WallTime(nanoseconds: 0), openedBy: nil),
            limits: OnboardLimits(maximumBytes: nil, reserveBytes: 0))
        _ = try writer.append(
            [
                RecordableObject(
                    drone: "alpha", receiveTime: WallTime(nanoseconds: 1_795_000_004_000_000_000),
                    receiveMonotonic: MonotonicInstant(nanoseconds: 4), object: object, bytes: object.encoded())
            ], recordTime: WallTime(nanoseconds: 0))
        recorded.clocks.advance(by: .seconds(100))
        try await source.step()
        #expect(recorded.taken().map(\.object.id.sequence) == [0, 1, 2, 7, 8, 9])
        try writer.close()
    }
}

extension FlightObject {
    fileprivate var frame: Frame? {
        guard case .frame(let frame) = self else { return nil }
        return frame
    }
}
