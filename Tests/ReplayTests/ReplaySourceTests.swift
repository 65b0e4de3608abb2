import TestSupport
import FlightTypes
import Replay
import Situation
import Testing

@Suite struct ReplaySourceTests {
    /// A frame each second from 0 to 100, as they would come.
    private func seconds() throws -> Recorded {
        try Recorded((0...100).map { (Double($0), Recorded.frame(UInt64($0))) })
    }

    @Test func nothingComesBeforeItsTime() async throws {
        let recorded = try Recorded([
            (0, Recorded.frame(0)), (0.5, Recorded.telemetry(0)), (0.5, Recorded.frame(1)), (2, Recorded.telemetry(1)),
        ])
        let source = try #require(try recorded.source())
        let reader = try #require(recorded.hub.subscribe(.refuseBeyond(bytes: 1 << 20)))
        try await source.step()
        #expect(recorded.taken().names == ["visible0 0"])
        recorded.clocks.advance(by: .milliseconds(499))
        try await source.step()
        #expect(recorded.taken().isEmpty)
        recorded.clocks.advance(by: .milliseconds(1))
        try await source.step()
        let pair = recorded.taken()
        #expect(pair.names == ["telemetry0 0", "visible0 1"])
        // It is shown now; when it was received stays as it was recorded, and so do its bytes.
        let now = recorded.clocks.monotonicNow()
        #expect(pair.allSatisfy { $0.shownTime == now && $0.drone.name == "alpha" })
        #expect(pair.allSatisfy { $0.receiveTime == MonotonicInstant(nanoseconds: 500_000_000) })
        #expect(pair.allSatisfy { $0.receiveWall == WallTime(nanoseconds: 1_795_000_000_500_000_000) })
        #expect(pair.map(\.bytes) == pair.map { $0.object.encoded() })
        recorded.clocks.advance(by: .seconds(100))
        try await source.step()
        try await source.step()
        #expect(recorded.taken().names == ["telemetry0 1"])
        // The hub had the same.
        let offered = await reader.next()?.compactMap(\.object)
        #expect(offered?.names == ["visible0 0", "telemetry0 0", "visible0 1", "telemetry0 1"])
        let state = await source.state
        #expect(state.isPaused)
        #expect(state.position == .seconds(2))
        #expect(state.duration == .seconds(2))
        #expect(state.start == WallTime(nanoseconds: 1_795_000_000_000_000_000))
    }

    /// A newer agent's object is no fault of the file, and nothing to look at.
    @Test func whatIsNotKnownIsPassedOver() async throws {
        let bytes = [9, 1, 1, 0, 0, 0, 0, 9] + [UInt8](repeating: 0, count: 40)
        let recorded = try Recorded([
            (0, Recorded.frame(0)), (0.5, try FlightObject(decoding: bytes)), (1, Recorded.frame(1)),
        ])
        let source = try #require(try recorded.source())
        recorded.clocks.advance(by: .seconds(5))
        try await source.step()
        #expect(recorded.taken().names == ["visible0 0", "visible0 1"])
        #expect(await source.unreadable == 0)
        try await source.seek(to: .milliseconds(700))
        #expect(recorded.taken().names == ["visible0 0"])
    }

    /// Sixteen times as fast, in more than one page: everything comes, once and in order.
    @Test func sixteenTimes() async throws {
        let recorded = try seconds()
        let source = try #require(try recorded.source())
        await source.setRate(16)
        var sequences: [UInt64] = []
        for step in 1...7 {
            recorded.clocks.advance(by: .seconds(1))
            try await source.step()
            sequences += recorded.taken().map(\.object.id.sequence)
            #expect(sequences.count == min(101, step * 16 + 1))
        }
        #expect(sequences == Array(0...100))
        #expect(await source.state.isPaused)
    }

    @Test func aPauseHolds() async throws {
        let recorded = try seconds()
        let source = try #require(try recorded.source())
        recorded.clocks.advance(by: .seconds(3))
        await source.pause()
        recorded.clocks.advance(by: .seconds(50))
        try await source.step()
        #expect(recorded.taken().isEmpty)
        #expect(await source.state.position == .seconds(3))
        try await source.play()
        recorded.clocks.advance(by: .seconds(1))
        try await source.step()
        #expect(recorded.taken().names == (0...4).map { "visible0 \($0)" })
    }

    /// A seek shows the newest of each stream at that moment, forwards and back, also while it stands still.
    @Test func aSeekShowsWhatWasToBeSeen() async throws {
        let recorded = try Recorded([
            (0, Recorded.frame(0)), (1, Recorded.frame(0, StreamID(.thermal))), (2, Recorded.telemetry(0)),
            (3, Recorded.frame(1)), (4, Recorded.telemetry(1)), (5, Recorded.frame(2)), (9, Recorded.telemetry(2)),
        ])
        let source = try #require(try recorded.source())
        await source.pause()
        try await source.seek(to: .milliseconds(4500))
        #expect(recorded.taken().names == ["thermal0 0", "visible0 1", "telemetry0 1"])
        try await source.seek(to: .milliseconds(2500))
        #expect(recorded.taken().names == ["visible0 0", "thermal0 0", "telemetry0 0"])
        try await source.step()
        #expect(recorded.taken().isEmpty)
        // What arrived at that very moment belongs to it: the last picture can be looked at.
        try await source.seek(to: .seconds(1_000))
        #expect(recorded.taken().names == ["thermal0 0", "visible0 2", "telemetry0 2"])
        try await source.seek(to: .zero)
        #expect(recorded.taken().names == ["visible0 0"])
        try await source.play()
        recorded.clocks.advance(by: .seconds(3))
        try await source.step()
        #expect(recorded.taken().names == ["thermal0 0", "telemetry0 0", "visible0 1"])
    }

    @Test func playsAnewFromTheEnd() async throws {
        let recorded = try seconds()
        let source = try #require(try recorded.source())
        recorded.clocks.advance(by: .seconds(200))
        try await source.step()
        #expect(recorded.taken().count == 101)
        try await source.play()
        #expect(recorded.taken().names == ["visible0 0"])
        #expect(await source.state.position == .zero)
        recorded.clocks.advance(by: .seconds(2))
        try await source.step()
        #expect(recorded.taken().names == ["visible0 1", "visible0 2"])
    }

    @Test func whatCannotBeReadIsCountedAndSkipped() async throws {
        let recorded = try Recorded([(0, Recorded.frame(0)), (1, nil), (2, Recorded.frame(1))])
        let source = try #require(try recorded.source())
        recorded.clocks.advance(by: .seconds(5))
        try await source.step()
        #expect(recorded.taken().names == ["visible0 0", "visible0 1"])
        #expect(await source.unreadable == 1)
    }

    @Test func anEmptyFileIsNoReplay() throws {
        let recorded = try Recorded([])
        #expect(try recorded.source() == nil)
    }
}
