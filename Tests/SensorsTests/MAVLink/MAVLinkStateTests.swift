import FlightTypes
import Testing

@testable import Sensors

private func time(_ milliseconds: Int64) -> CaptureTime {
    CaptureTime(
        monotonic: MonotonicInstant(nanoseconds: milliseconds * 1_000_000),
        wall: WallTime(nanoseconds: milliseconds * 1_000_000))
}
/// A message that says nothing but these bytes.
private func packet(_ id: UInt32, component: UInt8 = 1, _ bytes: [Int: UInt8]) -> MAVLinkPacket {
    var payload = [UInt8](repeating: 0, count: 54)
    for (offset, byte) in bytes { payload[offset] = byte }
    return MAVLinkPacket(version: 2, sequence: 0, system: 1, component: component, messageID: id, payload: payload)
}

/// Battery, landing and time as they reach a sample. The packets with a hexadecimal text are pymavlink's (2.4.50).
@Suite struct MAVLinkStateTests {
    private static let position = "fd1c000005010121000040e2010088a3ab1ed05f0304683c010050c30000640038ff000078696ca7"
    private static let battery =
        "fd240000000101930000fffffffffffffffff6093c0f3c0f3c0f3c0f3c0f3c0f3c0f3c0f3c0f3c0fb0040100034071b7"
    private static let landed = "fd020000000101f5000000027ec3"
    private static let systemTime = "fd0a0000000101020000c0b97d0a8a550600e803d2a5"

    private static func sample(_ packets: [MAVLinkPacket], at moment: Int64 = 1000) throws -> PositionSample {
        var telemetry = MAVLinkTelemetry(system: 1)
        for packet in packets { _ = telemetry.handle(packet, at: time(1000)) }
        let position = try #require(mavlinkPackets(mavlinkBytes(position)).packets.first)
        let sample = telemetry.handle(position, at: time(moment))
        return try #require(sample)
    }
    private static func read(_ hex: String) throws -> MAVLinkPacket {
        try #require(mavlinkPackets(mavlinkBytes(hex)).packets.first)
    }

    @Test func nothingSaidIsUnknown() throws {
        let sample = try Self.sample([])
        #expect(sample.batteryPercent == 255 && sample.landed == .unknown && sample.sourceTime == nil)
    }
    @Test func readsBatteryLandingAndTime() throws {
        let packets = try [Self.battery, Self.landed, Self.systemTime].map(Self.read)
        let sample = try Self.sample(packets)
        #expect(sample.batteryPercent == 64 && sample.landed == .inAir)
        #expect(sample.sourceTime == WallTime(nanoseconds: 1_782_901_230_123_456_000))
        let old = try Self.sample(packets, at: 20_000)
        #expect(old.batteryPercent == 255 && old.landed == .unknown && old.sourceTime == nil)
    }
    @Test func theWholeGoesBeforeTheSingleAndTheEmptiestSpeaks() throws {
        let (whole, unknown) = (packet(1, [30: 80]), packet(1, [30: 255]))
        let full = packet(147, component: 180, [32: 0, 35: 90])
        let empty = packet(147, component: 181, [32: 1, 35: 40])
        #expect(try Self.sample([full, empty]).batteryPercent == 40)
        #expect(try Self.sample([full, whole, empty]).batteryPercent == 80)
        #expect(try Self.sample([whole, unknown, full]).batteryPercent == 90)
        #expect(try Self.sample([empty, full, packet(147, [32: 1, 35: 255])]).batteryPercent == 90)
        #expect(
            try Self.sample([packet(147, component: 100, [35: 5])]).batteryPercent == 255, "no battery speaks there")
        #expect(try Self.sample([packet(147, [35: 101])]).batteryPercent == 255)
        let many = (0..<200 as Range<UInt8>).map { packet(147, [32: $0, 35: 100 - $0 / 2]) }
        #expect(try Self.sample(many).batteryPercent == 97, "only the first eight are told apart")
    }
    @Test func hostileTimesSayNothing() throws {
        let time = try Self.read(Self.systemTime)
        for bytes in [[], [0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF], [0, 0, 0, 0, 0, 0, 0, 0x7F]] as [[UInt8]] {
            var packet = time
            packet.payload = bytes
            #expect(try Self.sample([packet]).sourceTime == nil)
        }
        #expect(try Self.sample([packet(245, [1: 9])]).landed == .unknown)
    }
}
