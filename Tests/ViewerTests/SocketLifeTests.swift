import FlightTypes
import NIOCore
import NIOEmbedded
import NIOWebSocket
import Testing

@testable import Viewer

@Suite struct SocketLifeTests {
    private let channel = EmbeddedChannel()

    private func at(_ seconds: Double) -> MonotonicInstant { MonotonicInstant(nanoseconds: Int64(seconds * 1e9)) }
    private func written() throws -> [WebSocketFrame] {
        channel.embeddedEventLoop.run()
        var frames: [WebSocketFrame] = []
        while let frame = try channel.readOutbound(as: WebSocketFrame.self) { frames.append(frame) }
        return frames
    }

    @Test func itEndsOnceWithOneCode() throws {
        let life = SocketLife(channel, at: at(0))
        #expect(!life.isEnding)
        #expect(!life.isOver(at: at(1)))
        life.end(.sessionOver, at: at(1))
        life.end(.flood, at: at(1))
        #expect(life.isEnding)
        let frames = try written()
        #expect(frames.map(\.opcode) == [.connectionClose])
        #expect(frames.first?.data == ByteBuffer(bytes: [0x11, 0x31]))
        // A second for the browser to answer.
        #expect(!life.isOver(at: at(1.9)))
        #expect(life.isOver(at: at(2)))
    }

    @Test func aSilentBrowserIsLetGo() {
        let life = SocketLife(channel, at: at(0))
        #expect(!life.isOver(at: at(149)))
        life.heard(at: at(149))
        #expect(!life.isOver(at: at(298)))
        #expect(life.isOver(at: at(299)))
    }

    /// A browser that takes nothing holds what was encoded for it.
    @Test func aBrowserThatTakesNothingIsLetGo() {
        let life = SocketLife(channel, at: at(0))
        for second in 0..<100 {
            life.heard(at: at(Double(second)))
            #expect(!life.isOver(at: at(Double(second))))
        }
        channel.isWritable = false
        #expect(!life.isOver(at: at(128)))
        channel.isWritable = true
        #expect(!life.isOver(at: at(128.5)))
        channel.isWritable = false
        #expect(!life.isOver(at: at(158)))
        #expect(life.isOver(at: at(158.5)))
    }

    @Test func whoIsLostIsToldNothing() throws {
        let life = SocketLife(channel, at: at(0))
        life.end(.lost, at: at(1))
        #expect(try written().isEmpty)
        #expect(life.isOver(at: at(1)))
    }

    @Test func incidentsOpenSixAtOnceAndAMinute() {
        let openings = Openings()
        let allowed = (0..<1_340).count { openings.mayOpen(by: "anna", at: at(Double($0) / 335)) }
        #expect(allowed == 6)
        #expect(openings.mayOpen(by: "bert", at: at(4)))
        #expect(openings.mayOpen(by: "anna", at: at(20)))
    }
}
