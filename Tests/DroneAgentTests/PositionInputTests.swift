import FlightTypes
import Foundation
import Sensors
import Synchronization
import Testing

@testable import DroneAgent

/// A clock that goes a second further at each look, so that nobody has to wait.
private final class SteppingClock: Clocks {
    private let looks = Atomic<Int64>(1)
    func monotonicNow() -> MonotonicInstant {
        MonotonicInstant(nanoseconds: looks.add(1, ordering: .relaxed).newValue * 1_000_000_000)
    }
    func wallNow() -> WallTime { WallTime(nanoseconds: 1_782_901_230_000_000_000) }
}

/// A UDP socket of an autopilot on a port of its own.
private struct Autopilot {
    let descriptor = socket(AF_INET, Int32(SOCK_DGRAM.rawValue), 0)

    func send(_ bytes: [UInt8], to port: Int) {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = UInt16(port).bigEndian
        address.sin_addr.s_addr = inet_addr("127.0.0.1")
        withUnsafePointer(to: &address) { pointer in
            _ = pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                sendto(descriptor, bytes, bytes.count, 0, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
    }
    /// What has arrived and not been read yet.
    func received() -> [UInt8] {
        var buffer = [UInt8](repeating: 0, count: 300)
        let count = recv(descriptor, &buffer, buffer.count, Int32(MSG_DONTWAIT))
        return Array(buffer.prefix(max(0, count)))
    }
}

@Suite struct PositionInputTests {
    private static let keyBytes = [UInt8](0..<32)

    private static func packet(_ id: UInt32, _ payload: [UInt8]) -> MAVLinkPacket {
        MAVLinkPacket(version: 2, sequence: 0, system: 1, component: 1, messageID: id, payload: payload)
    }
    private static let heartbeat = packet(0, [0, 0, 0, 0, 2, 3, 0x51, 4, 3])
    /// 51.4565° north, 6.733° east (interfaces §3.1).
    private static let position = packet(
        33,
        [
            0x40, 0xE2, 0x01, 0x00, 0x88, 0xA3, 0xAB, 0x1E, 0xD0, 0x5F, 0x03, 0x04, 0x68, 0x3C, 0x01, 0x00, 0x50, 0xC3,
            0,
            0, 0x64, 0, 0x38, 0xFF, 0, 0, 0x78, 0x69,
        ])

    /// Runs an input whose autopilot sends one datagram after the other, the next as soon as the position in the one before
    /// has come, until `enough` says so of what came or there were `limit`.
    private static func run(
        _ options: AgentConfiguration.MAVLinkOptions, port: Int, limit: Int = 200, datagram: (Int) -> [UInt8],
        enough: ([PositionSample], [UInt8]) -> Bool
    ) async -> (samples: [PositionSample], request: [UInt8]) {
        let (events, event) = AsyncStream.makeStream(of: PositionSample?.self)
        let input = PositionInput(
            .mavlinkUDP(host: "127.0.0.1", port: port), mavlink: options, clocks: SteppingClock(),
            onSample: { event.yield($0) },
            // Told when the port is bound, and should a datagram get lost.
            onVerdict: { verdict in if verdict.state == .failing { event.yield(nil) } })
        let thread = Thread {
            input.run()
            event.finish()
        }
        thread.start()
        let autopilot = Autopilot()
        defer { close(autopilot.descriptor) }
        var (samples, request, round) = ([PositionSample](), [UInt8](), 0)
        for await sample in events {
            if let sample { samples.append(sample) }
            if request.isEmpty { request = autopilot.received() }
            if enough(samples, request) || round == limit {
                input.stop()
            } else {
                autopilot.send(datagram(round), to: port)
                round += 1
            }
        }
        return (samples, request)
    }
    private static func keyFile() throws -> String {
        let path = FileManager.default.temporaryDirectory.appending(path: "mavlink-\(UUID().uuidString).key").path
        try Data(keyBytes).write(to: URL(fileURLWithPath: path))
        return path
    }

    @Test func signedPositionsCountAndRequestsGoBack() async throws {
        let file = try Self.keyFile()
        defer { try? FileManager.default.removeItem(atPath: file) }
        let key = try #require(MAVLinkSigningKey(bytes: Self.keyBytes))
        let (samples, request) = await Self.run(
            .init(signingKeyFile: file, requestsIntervals: true), port: 24_751,
            datagram: { round in
                let bytes = [Self.heartbeat, Self.position].enumerated().flatMap {
                    $1.encoded(signedWith: key, link: 0, timestamp: UInt64(2 * round + $0 + 1)) ?? []
                }
                // The unsigned position says 0.0000001° further north and must not count.
                var forged = Self.position
                forged.payload[4] ^= 1
                return bytes + (forged.encoded() ?? [])
            }, enough: { $0.count > 3 && !$1.isEmpty })
        #expect(samples.count > 3 && samples.allSatisfy { $0.pose.latitude == 51.4565 })
        var parser = MAVLinkParser(key: key)
        parser.handle(request)
        #expect(parser.next()?.messageID == 76)
    }
    @Test func nothingIsSentUnlessAllowed() async {
        let (samples, request) = await Self.run(
            .init(), port: 24_752,
            datagram: { _ in (Self.heartbeat.encoded() ?? []) + (Self.position.encoded() ?? []) },
            enough: { samples, _ in samples.count > 50 })
        #expect(samples.count > 50 && request.isEmpty)
    }
    @Test func aBrokenKeyBelievesNobody() throws {
        let verdicts = Mutex<[PositionVerdict]>([])
        let running = Mutex<PositionInput?>(nil)
        let input = PositionInput(
            .mavlinkUDP(host: "127.0.0.1", port: 24_753), mavlink: .init(signingKeyFile: "/nowhere/mavlink.key"),
            clocks: SteppingClock(), onSample: { _ in },
            onVerdict: { verdict in
                verdicts.withLock { $0.append(verdict) }
                running.withLock { $0 }?.stop()
            })
        running.withLock { $0 = input }
        input.run()
        let first = verdicts.withLock { $0 }.first
        #expect(first?.state == .missing && first?.note.kind == .absent)
        #expect(first?.note.text.hasPrefix("/nowhere/mavlink.key: no MAVLink signing key") == true)
    }
    /// A card that is put in later.
    @Test func aLogIsLookedForUntilItIsThere() throws {
        let path = FileManager.default.temporaryDirectory.appending(path: "late-\(UUID().uuidString).tlog").path
        defer { try? FileManager.default.removeItem(atPath: path) }
        let stamp = [UInt8](repeating: 0, count: 7) + [1]
        let log = Data(
            [Self.heartbeat, Self.position].flatMap { stamp + ($0.encoded() ?? []) })
        let verdicts = Mutex<[PositionVerdict]>([])
        let samples = Mutex(0)
        PositionInput(
            .tlog(path: path, loop: false), clocks: SteppingClock(), onSample: { _ in samples.withLock { $0 += 1 } },
            onVerdict: { verdict in
                verdicts.withLock { $0.append(verdict) }
                if verdict.state == .missing, samples.withLock({ $0 }) == 0 {
                    try? log.write(to: URL(fileURLWithPath: path))
                }
            }
        ).run()
        #expect(verdicts.withLock { $0 }.map(\.state) == [.missing, .running, .missing])
        #expect(samples.withLock { $0 } > 0)
    }
}
