import TestSupport
import CDevices
import FlightTypes
import Foundation
import Testing

@testable import Sensors

/// Both ends of a pseudo-terminal, reached over a link so that another can take its place, as a replugged adapter does.
final class FakePort {
    let link: String
    private(set) var master: Int32 = -1
    init(link: String) throws {
        self.link = link
        try plugIn()
    }
    deinit { unplug() }
    func plugIn() throws {
        var slave: Int32 = -1
        var path = [CChar](repeating: 0, count: 64)
        try #require(lb_open_pty(&master, &slave, &path) == 0)
        close(slave)
        let name = String(decoding: path.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
        unlink(link)
        try #require(symlink(name, link) == 0)
    }
    func unplug() {
        // The link goes first: the terminal's number may at once belong to another test's terminal.
        unlink(link)
        if master >= 0 { close(master) }
        master = -1
    }
    func send(_ bytes: [UInt8]) { #expect(write(master, bytes, bytes.count) == bytes.count) }
    func receive(_ count: Int) -> [UInt8] {
        var bytes: [UInt8] = []
        while bytes.count < count {
            var entry = pollfd(fd: master, events: Int16(POLLIN), revents: 0)
            guard poll(&entry, 1, 5000) == 1 else { break }
            var chunk = [UInt8](repeating: 0, count: count - bytes.count)
            let got = read(master, &chunk, chunk.count)
            guard got > 0 else { break }
            bytes += chunk.prefix(got)
        }
        return bytes
    }
}

@Suite(.timeLimit(.minutes(1))) struct SerialLineTests {
    enum Event: Sendable {
        case bytes([UInt8], CaptureTime)
        case state(StatusReport.SensorState, String)
    }
    static func line(_ path: String) -> SerialLine {
        let backOff = BackOff(first: .milliseconds(1), longest: .milliseconds(4))
        return SerialLine(
            path: path, baud: 460_800, silenceLimit: .seconds(3600), clocks: SystemClocks(), backOff: backOff)
    }
    static func events(of line: SerialLine) -> AsyncStream<Event> {
        AsyncStream { continuation in
            Thread.detachNewThread {
                line.run(
                    onBytes: { continuation.yield(.bytes(Array($0), $1)) },
                    onState: { continuation.yield(.state($0, $1)) })
                continuation.finish()
            }
        }
    }

    @Test func readsWritesAndComesBack() async throws {
        let folder = try TemporaryFolder()
        let port = try FakePort(link: "\(folder.path)/port")
        let line = Self.line(port.link)
        var received: [UInt8] = []
        var states: [StatusReport.SensorState] = []
        #expect(!line.write([1]))
        for await event in Self.events(of: line) {
            switch event {
            case .state(let state, _):
                states.append(state)
                if state == .running {
                    port.send([0x5A, 0x00, 0x0D, 0x0A, UInt8(states.count)])
                } else if states.count == 2 {
                    try port.plugIn()
                }
            case .bytes(let bytes, _):
                received += bytes
                guard received.count % 5 == 0 else { continue }
                #expect(line.write([0x11, 0x13, 0xFF, 0x0A]))
                #expect(port.receive(4) == [0x11, 0x13, 0xFF, 0x0A])
                if received.count == 5 { port.unplug() } else { line.stop() }
            }
        }
        #expect(received.count == 10 && received.prefix(5) == [0x5A, 0, 0x0D, 0x0A, 1])
        #expect(states.first == .running && states.dropFirst().first == .missing && states.last == .running)
        #expect(!line.write([1]))
    }
    @Test func reportsAMissingLineOnce() async throws {
        let folder = try TemporaryFolder()
        let line = Self.line("\(folder.path)/none")
        let port = TimedPlug(link: "\(folder.path)/none")
        var states: [StatusReport.SensorState] = []
        for await event in Self.events(of: line) {
            guard case .state(let state, _) = event else { continue }
            states.append(state)
            if state == .missing { try port.plugIn() } else { line.stop() }
        }
        #expect(states == [.missing, .running])
    }
    /// A port that is not there at first.
    final class TimedPlug {
        let link: String
        private var port: FakePort?
        init(link: String) { self.link = link }
        func plugIn() throws { port = try FakePort(link: link) }
    }
    @Test func aFileIsNoLine() async throws {
        let folder = try TemporaryFolder()
        let line = Self.line(try folder.write([1], to: "file"))
        for await event in Self.events(of: line) {
            guard case .state(.missing, let reason) = event else { continue }
            #expect(reason.contains("460800 baud"))
            line.stop()
        }
    }

    @Test func backsOff() {
        var backOff = BackOff.standard
        #expect((0..<6).map { _ in backOff.next() } == [200, 400, 800, 1600, 2000, 2000].map { .milliseconds($0) })
        backOff.reset()
        #expect(backOff.next() == .milliseconds(200))
    }
}
