import FlightTypes
import Foundation
import Sensors
import Testing

@Suite struct UDPListenerTests {
    @Test func receivesDatagramsAndRefusesLargeOnes() async throws {
        let listener = UDPListener(port: 0, silenceLimit: .seconds(3600))
        let sender = socket(AF_INET, Int32(SOCK_DGRAM.rawValue), 0)
        defer { close(sender) }
        var received: [[UInt8]] = []
        var states: [StatusReport.SensorState] = []
        for await event in Self.events(of: listener) {
            switch event {
            case .state(let state, _):
                states.append(state)
                guard states.count == 1, let port = listener.boundPort else { continue }
                Self.send([], from: sender, to: port)
                Self.send([UInt8](repeating: 1, count: UDPListener.datagramLimit + 1), from: sender, to: port)
                Self.send([UInt8](repeating: 2, count: UDPListener.datagramLimit), from: sender, to: port)
                Self.send([3, 4, 5], from: sender, to: port)
            case .bytes(let bytes, _):
                received.append(bytes)
                if bytes == [3, 4, 5] { listener.stop() }
            }
        }
        #expect(received == [[], [UInt8](repeating: 2, count: UDPListener.datagramLimit), [3, 4, 5]])
        #expect(listener.datagramsOversized == 1)
        #expect(states == [.failing, .running])
        #expect(listener.boundPort == nil)
    }
    @Test func repliesToWhoSentLast() async {
        let listener = UDPListener(port: 0, silenceLimit: .seconds(3600))
        #expect(!listener.reply([1]), "nobody is known")
        let senders = (0..<2).map { _ in socket(AF_INET, Int32(SOCK_DGRAM.rawValue), 0) }
        defer { senders.forEach { close($0) } }
        var answers: [[UInt8]] = []
        for await event in Self.events(of: listener) {
            switch event {
            case .state(.failing, _):
                #expect(!listener.reply([1]), "nobody has sent yet")
                if let port = listener.boundPort { Self.send([0], from: senders[0], to: port) }
            case .state: continue
            case .bytes(let bytes, _):
                let number = Int(bytes.first ?? 0)
                #expect(listener.reply([UInt8(number), 9]))
                var buffer = [UInt8](repeating: 0, count: 16)
                let count = recv(senders[number], &buffer, buffer.count, 0)
                answers.append(Array(buffer.prefix(max(0, count))))
                if number == 1 {
                    listener.stop()
                } else if let port = listener.boundPort {
                    Self.send([1], from: senders[1], to: port)
                }
            }
        }
        #expect(answers == [[0, 9], [1, 9]])
        #expect(!listener.reply([1]), "closed")
    }
    @Test func refusesAnAddressThatIsNone() async {
        let listener = UDPListener(address: "localhost.invalid", port: 0)
        for await event in Self.events(of: listener) {
            guard case .state(let state, _) = event else { continue }
            #expect(state == .missing)
            listener.stop()
        }
    }

    static func events(of listener: UDPListener) -> AsyncStream<SerialLineTests.Event> {
        AsyncStream { continuation in
            Thread.detachNewThread {
                listener.run(
                    onBytes: { continuation.yield(.bytes(Array($0), $1)) },
                    onState: { continuation.yield(.state($0, $1)) })
                continuation.finish()
            }
        }
    }
    static func send(_ bytes: [UInt8], from sender: Int32, to port: UInt16) {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = inet_addr("127.0.0.1")
        let sent = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                sendto(sender, bytes, bytes.count, 0, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        #expect(sent == bytes.count)
    }
}
