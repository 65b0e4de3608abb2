import FlightTypes
import Testing

@testable import Sensors

private func time(_ milliseconds: Int64) -> CaptureTime {
    CaptureTime(
        monotonic: MonotonicInstant(nanoseconds: milliseconds * 1_000_000),
        wall: WallTime(nanoseconds: 1_782_901_230_000_000_000 + milliseconds * 1_000_000))
}
private func packet(_ id: UInt32, _ payload: [UInt8] = [0], system: UInt8 = 1) -> MAVLinkPacket {
    MAVLinkPacket(version: 2, sequence: 0, system: system, component: 1, messageID: id, payload: payload)
}
private let heartbeat: [UInt8] = [0, 0, 0, 0, 2, 3, 0x51, 4, 3]

/// A minute of a vehicle that sends `hertz` of each message; the messages asked for, by number.
private func asked(_ requests: inout MAVLinkRateRequests, hertz: [UInt32: Int64], from: Int64 = 0, seconds: Int64 = 60)
    -> [UInt32]
{
    var result: [UInt32] = []
    for step in 0..<(seconds * 10) {
        let now = time(from + step * 100)
        if step % 10 == 0 { requests.note(packet(0, heartbeat), at: now.monotonic) }
        for (id, rate) in hertz where step % (10 / rate) == 0 { requests.note(packet(id), at: now.monotonic) }
        if let bytes = requests.next(at: now) {
            let found = mavlinkPackets(bytes).packets
            #expect(found.count == 1 && found.first?.messageID == 76 && found.first?.uint16(at: 28) == 511)
            result.append(UInt32(found.first?.float(at: 0) ?? 0))
        }
    }
    return result
}

@Suite struct MAVLinkRateRequestsTests {
    /// Written by pymavlink 2.4.50.
    @Test func theRequestByteForByte() {
        let request = MAVLinkRateRequests.packet(
            messageID: 33, interval: .milliseconds(100), system: 1, component: 1, sequence: 0)
        #expect(
            request.encoded()
                == mavlinkBytes(
                    "fd2000000001bf4c0000000004420050c3470000000000000000000000000000000000000000ff0101018b70"))
    }
    @Test func asksOnlyForWhatComesTooSeldom() {
        var requests = MAVLinkRateRequests()
        let all: [UInt32: Int64] = [33: 10, 30: 10, 24: 2, 285: 10, 1: 1, 245: 1]
        #expect(asked(&requests, hertz: all) == [])
        var slow = all
        slow[33] = 1
        slow[245] = nil
        #expect(Set(asked(&requests, hertz: slow, from: 60_000)) == [33, 245])
    }
    @Test func asksSlowlyAndGivesUp() {
        var requests = MAVLinkRateRequests()
        let first = asked(&requests, hertz: [:], seconds: 600)
        #expect(first.count == 60 && requests.requestsSent == 60)
        for id in [33, 30, 24, 285, 1, 245] as [UInt32] { #expect(first.count { $0 == id } == 10) }
        #expect(asked(&requests, hertz: [:], from: 600_000) == [])
        // After half a minute of silence it may be another start of the autopilot.
        #expect(!asked(&requests, hertz: [:], from: 700_000).isEmpty)
    }
    @Test func asksNobodyUnknown() {
        var requests = MAVLinkRateRequests()
        #expect(requests.next(at: time(0)) == nil)
        requests.note(packet(0, [0, 0, 0, 0, 6, 8, 0, 4, 3], system: 255), at: time(0).monotonic)
        requests.note(packet(33), at: time(0).monotonic)
        #expect(requests.next(at: time(60_000)) == nil)
        requests.note(packet(0, heartbeat), at: time(60_000).monotonic)
        requests.note(packet(0, heartbeat, system: 2), at: time(60_000).monotonic)
        let bytes = requests.next(at: time(66_000)) ?? []
        #expect(mavlinkPackets(bytes).packets.first?.uint8(at: 30) == 1)
        #expect(requests.next(at: time(66_100)) == nil, "not twice in five seconds")
        #expect(requests.next(at: time(96_000)) == nil, "nobody is there any more")
        requests.note(packet(77, [255, 1, 0]), at: time(96_000).monotonic)
        requests.note(packet(77, [255, 1, 4]), at: time(96_000).monotonic)
        requests.note(packet(77, [1, 1, 4]), at: time(96_000).monotonic)
        #expect(requests.accepted == 1 && requests.refused == 1)
    }
    @Test func signedRequestsAreAccepted() throws {
        let key = try #require(MAVLinkSigningKey(bytes: Array(0..<32)))
        var requests = MAVLinkRateRequests(key: key)
        var autopilot = MAVLinkParser(key: key)
        requests.note(packet(0, heartbeat), at: time(0).monotonic)
        for second in 1...20 as ClosedRange<Int64> {
            requests.note(packet(0, heartbeat), at: time(second * 5000).monotonic)
            // The wall clock stands still.
            let now = CaptureTime(monotonic: time(second * 5000).monotonic, wall: WallTime(nanoseconds: 0))
            if let bytes = requests.next(at: now) { autopilot.handle(bytes) }
        }
        var count = 0
        while let packet = autopilot.next() { count += packet.messageID == 76 ? 1 : 0 }
        #expect(count >= 15 && autopilot.counters.replayed == 0 && autopilot.counters.forged == 0)
    }
}
