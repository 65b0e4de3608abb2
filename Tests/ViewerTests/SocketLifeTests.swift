import FlightTypes
import NIOCore
import NIOEmbedded
import NIOWebSocket
import TestSupport
import Testing

@testable import Viewer

@Suite struct SocketLifeTests {
    private let channel = EmbeddedChannel()
    private let clocks = ScriptedClocks()

    private func at(_ seconds: Double) -> MonotonicInstant { MonotonicInstant(nanoseconds: Int64(seconds * 1e9)) }
    private func written() throws -> [WebSocketFrame] {
        channel.embeddedEventLoop.run()
        var frames: [WebSocketFrame] = []
        while let frame = try channel.readOutbound(as: WebSocketFrame.self) { frames.append(frame) }
        return frames
    }
    private func pass(_ seconds: Int64) {
        for _ in 0..<seconds {
            clocks.advance(by: .seconds(1))
            channel.embeddedEventLoop.advanceTime(by: .seconds(1))
        }
    }
    /// Whether the connection has been closed.
    private var isClosed: Bool {
        let closed = NIOLoopBoundBox(false, eventLoop: channel.eventLoop)
        channel.closeFuture.assumeIsolated().whenComplete { _ in closed.value = true }
        channel.embeddedEventLoop.run()
        return closed.value
    }

    @Test func itEndsOnceWithOneCode() throws {
        let life = SocketLife(channel, clocks: clocks)
        #expect(!life.isEnding)
        life.end(.sessionOver)
        life.end(.flood)
        #expect(life.isEnding)
        let frames = try written()
        #expect(frames.map(\.opcode) == [.connectionClose])
        #expect(frames.first?.data == ByteBuffer(bytes: [0x11, 0x31]))
        // A second for the browser to answer.
        #expect(!isClosed)
        pass(1)
        #expect(isClosed)
    }

    @Test func aBrowserThatAnswersStaysAndIsPingedEveryTenSeconds() throws {
        let life = SocketLife(channel, clocks: clocks)
        life.begin()
        var pings = 0
        for _ in 0..<120 {
            for frame in try written() {
                #expect(frame.opcode == .ping)
                pings += 1
                life.answered(Array(frame.data.readableBytesView), at: clocks.monotonicNow())
            }
            life.heard(at: clocks.monotonicNow())
            pass(1)
        }
        #expect(!life.isEnding && !isClosed)
        #expect((11...12).contains(pings))
    }

    @Test func aBrowserThatDoesNotAnswerIsLetGoWithoutAWord() throws {
        let life = SocketLife(channel, clocks: clocks)
        life.begin()
        pass(29)
        #expect(!life.isEnding)
        #expect(life.overdue(at: clocks.monotonicNow()) == .seconds(29))
        pass(1)
        #expect(life.isEnding)
        #expect(try written().map(\.opcode) == [.ping])
        #expect(isClosed)
        #expect(life.overdue(at: at(100)) == .zero)
    }

    @Test func whoIsLostIsToldNothing() throws {
        let life = SocketLife(channel, clocks: clocks)
        life.end(.lost)
        #expect(try written().isEmpty)
        #expect(isClosed)
    }

    @Test func incidentsOpenSixAtOnceAndAMinute() {
        let openings = Openings()
        let allowed = (0..<1_340).count { openings.mayOpen(by: "anna", at: at(Double($0) / 335)) }
        #expect(allowed == 6)
        #expect(openings.mayOpen(by: "bert", at: at(4)))
        #expect(openings.mayOpen(by: "anna", at: at(20)))
    }
}
