import FlightTypes
import Foundation
import Synchronization
import Testing

@testable import Sensors

/// A gpsd that plays one part for each connection, on a port of its own.
private final class Server: Sendable {
    let port: UInt16
    let greetings = Mutex<[String]>([])
    private let listener: Int32

    init(_ parts: [String]) {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = inet_addr("127.0.0.1")
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let bound = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(descriptor, $0, length) + listen(descriptor, 4) + getsockname(descriptor, $0, &length)
            }
        }
        #expect(bound == 0)
        listener = descriptor
        port = UInt16(bigEndian: address.sin_port)
        Thread.detachNewThread { [self] in
            for part in parts {
                let connection = accept(listener, nil, nil)
                guard connection >= 0 else { return }
                var buffer = [UInt8](repeating: 0, count: 256)
                let count = read(connection, &buffer, buffer.count)
                greetings.withLock { $0.append(String(decoding: buffer.prefix(max(0, count)), as: UTF8.self)) }
                _ = write(connection, part, part.utf8.count)
                close(connection)
            }
            close(listener)
        }
    }
}

@Suite struct GPSDConnectionTests {
    private enum Event {
        case sample(PositionSample)
        case state(StatusReport.SensorState)
    }
    private static func events(of line: TCPLine) -> AsyncStream<Event> {
        AsyncStream { continuation in
            Thread.detachNewThread {
                var session = GPSDSession()
                line.run(
                    onOpen: { session.restart() },
                    onBytes: { bytes, time in session.take(bytes, at: time) { continuation.yield(.sample($0)) } },
                    onState: { state, _ in continuation.yield(.state(state)) })
                continuation.finish()
            }
        }
    }
    private static func line(port: UInt16) -> TCPLine {
        TCPLine(
            host: "127.0.0.1", port: port, greeting: GPSDParser.watch, silenceLimit: .seconds(60),
            clocks: SystemClocks(), backOff: BackOff(first: .milliseconds(1), longest: .milliseconds(5)))
    }

    @Test func asksToWatchAndComesBackAfterALoss() async {
        // The second connection begins with the rest of a line that the first one was cut off in.
        let server = Server([
            GPSDParserTests.session + "{\"class\":\"TPV\",\"mode\":3,\"lat\":1",
            "2,\"lon\":3}\n" + GPSDParserTests.session,
        ])
        let line = Self.line(port: server.port)
        var samples: [PositionSample] = []
        var states: [StatusReport.SensorState] = []
        for await event in Self.events(of: line) {
            switch event {
            case .sample(let sample):
                samples.append(sample)
                if samples.count == 2 { line.stop() }
            case .state(let state): states.append(state)
            }
        }
        #expect(samples.map(\.pose.latitude) == [51.4565, 51.4565])
        #expect(
            server.greetings.withLock { $0 }
                == Array(repeating: String(decoding: GPSDParser.watch, as: UTF8.self), count: 2))
        #expect(states.prefix(4) == [.failing, .running, .missing, .failing])
    }
    @Test func nobodyListening() async {
        let line = Self.line(port: 1)
        for await event in Self.events(of: line) {
            guard case .state(let state) = event else { continue }
            #expect(state == .missing)
            line.stop()
        }
    }
}
