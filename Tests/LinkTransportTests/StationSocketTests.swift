import FlightTypes
import LinkProtocol
import Logging
import NIOPosix
import Testing

@testable import LinkTransport

private struct FixedClocks: Clocks {
    func monotonicNow() -> MonotonicInstant { MonotonicInstant(nanoseconds: 1) }
    func wallNow() -> WallTime { WallTime(nanoseconds: 1) }
}

@Suite struct StationSocketTests {
    private func transport(host: String, port: Int) throws -> StationTransport {
        let own = try #require(StaticKeyPair(secret: [UInt8](repeating: 7, count: 32)))
        return StationTransport(
            own: own, enrolled: [], freshness: [:], host: host, port: port,
            group: MultiThreadedEventLoopGroup.singleton, clocks: FixedClocks(), logger: Logger(label: "test"),
            handlers: .init(arrival: { _ in }, event: { _ in }, keepFreshness: { _, _ in }))
    }

    /// An address that an interface may get later (192.0.2.0/24 is nobody's: RFC 5737) is waited for.
    @Test func foreignAddressIsWaitedFor() async throws {
        let transport = try transport(host: "192.0.2.1", port: 40_000)
        #expect(try await transport.start() == nil)
        await transport.stop()
    }

    /// A port that somebody else has is a mistake to be told at once.
    @Test func takenPortIsRefused() async throws {
        let first = try transport(host: "127.0.0.1", port: 0)
        let port = try #require(try await first.start())
        let second = try transport(host: "127.0.0.1", port: port)
        await #expect(throws: (any Error).self) { _ = try await second.start() }
        await second.stop()
        await first.stop()
    }
}
