import FlightTypes
import Testing

@testable import Sensors

private func time(_ milliseconds: Int64) -> CaptureTime {
    CaptureTime(
        monotonic: MonotonicInstant(nanoseconds: milliseconds * 1_000_000),
        wall: WallTime(nanoseconds: 1_782_901_230_000_000_000 + milliseconds * 1_000_000))
}

/// Feeds a session every 100 ms; what it says at last, and the samples it made.
private func listen(
    to session: inout some PositionSession, seconds: Int64 = 8, from: Int64 = 0, _ feed: (Int64) -> [UInt8]
) -> (verdict: PositionVerdict?, samples: [PositionSample]) {
    var samples: [PositionSample] = []
    var last: PositionVerdict?
    for step in 0..<seconds * 10 {
        let now = time(from + step * 100)
        session.take(feed(step)[...], at: now) { samples.append($0) }
        if let verdict = session.verdict(at: now.monotonic) { last = verdict }
    }
    return (last, samples)
}
private func nmea(_ body: String) -> [UInt8] {
    let sum = body.utf8.reduce(UInt8(0)) { $0 ^ $1 }
    let digits = String(sum, radix: 16, uppercase: true)
    return Array("$\(body)*\(digits.count < 2 ? "0" : "")\(digits)\r\n".utf8)
}
private func ubx(_ messageClass: UInt8, _ id: UInt8, _ payload: [UInt8]) -> [UInt8] {
    let body = [messageClass, id, UInt8(payload.count), 0] + payload
    var (a, b) = (UInt8(0), UInt8(0))
    for byte in body {
        a &+= byte
        b &+= a
    }
    return [0xB5, 0x62] + body + [a, b]
}
private func packet(_ id: UInt32, _ payload: [UInt8], system: UInt8 = 1, component: UInt8 = 1) -> [UInt8] {
    MAVLinkPacket(
        version: 2, sequence: 0, system: system, component: component, messageID: id, payload: payload
    ).encoded() ?? []
}
private func heartbeat(type: UInt8 = 2, autopilot: UInt8 = 3, system: UInt8 = 1, component: UInt8 = 1) -> [UInt8] {
    packet(0, [0, 0, 0, 0, type, autopilot, 0x81, 4, 3], system: system, component: component)
}
private let place: [UInt8] = [
    0x40, 0xE2, 0x01, 0x00, 0x88, 0xA3, 0xAB, 0x1E, 0xD0, 0x5F, 0x03, 0x04, 0x68, 0x3C, 0x01, 0x00, 0x50, 0xC3, 0, 0,
    0x64, 0, 0x38, 0xFF, 0, 0, 0x78, 0x69,
]
private let fixed = nmea("GNGGA,102030.00,5127.390000,N,00643.980000,E,1,14,0.80,81.000,M,46.500,M,,")

/// A state comes from what was understood, never from bytes alone; each trouble has its own sentence.
@Suite struct PositionSessionTests {
    @Test func positionsRun() {
        var receiver = NMEASession(baud: 9600)
        let (verdict, samples) = listen(to: &receiver) { step in
            nmea(
                "GNRMC,10\(20 + step / 600)\(10 + step / 10 % 50).\(step % 10)0,A,5127.39,N,00643.98,E,4.3,270.0,010726,,,A"
            )
        }
        #expect(verdict == PositionVerdict(.running, SensorNote(.following, "a GNSS receiver")) && samples.count > 70)
        var autopilot = MAVLinkSession()
        let flying = listen(to: &autopilot) { _ in heartbeat() + packet(33, place) }
        #expect(flying.verdict == PositionVerdict(.running, SensorNote(.following, "MAVLink system 1")))
        #expect(flying.samples.count == 80)
    }

    /// What stands on an NMEA line, and what is said of it.
    @Test(
        arguments: [
            ([0x80, 0xF8, 0x00, 0xE6], .notUnderstood), (nmea("GNRMC,102030.00,V,,,,,,,010726,,,N"), .noFix),
            (nmea("GPGSV,1,1,01,05,10,020,30"), .noPositionMessages), (heartbeat(), .otherProtocol),
            (ubx(1, 2, [UInt8](repeating: 7, count: 28)), .noPositionMessages),
            (fixed.map { $0 == UInt8(ascii: "7") ? UInt8(ascii: "8") : $0 }, .notUnderstood),
        ] as [([UInt8], SensorNote.Kind)])
    func bytesOfAReceiverWithoutAPosition(_ bytes: [UInt8], _ kind: SensorNote.Kind) {
        var session = NMEASession(baud: 9600)
        let (verdict, samples) = listen(to: &session) { _ in bytes }
        #expect(verdict?.state == .failing && verdict?.note.kind == kind && samples.isEmpty)
    }

    @Test func bytesOfAnAutopilotWithoutAPosition() throws {
        func kind(_ bytes: [UInt8], choice: MAVLinkTelemetry.Choice = .init(), key: MAVLinkSigningKey? = nil)
            -> SensorNote.Kind?
        {
            var session = MAVLinkSession(choice, key: key, baud: 57600)
            let (verdict, samples) = listen(to: &session) { _ in bytes }
            #expect(samples.isEmpty && verdict?.state == .failing)
            return verdict?.note.kind
        }
        #expect(kind([0x80, 0xF8, 0x00, 0xE6]) == .notUnderstood)
        #expect(kind(fixed) == .otherProtocol)
        #expect(kind(heartbeat(type: 26, autopilot: 0, component: 154) + packet(33, place)) == .noVehicle)
        #expect(kind(heartbeat(type: 6, autopilot: 8, system: 255)) == .noVehicle)
        #expect(kind(heartbeat(type: 5), choice: .init()) == .noVehicle, "an antenna tracker is no vehicle")
        #expect(kind(heartbeat(system: 3) + packet(33, place, system: 3), choice: .init(system: 1)) == .noVehicle)
        #expect(kind(heartbeat()) == .noPositionMessages)
        #expect(kind(heartbeat() + packet(33, [UInt8](repeating: 0, count: 28))) == .noFix)
        let key = try #require(MAVLinkSigningKey(bytes: [UInt8](0..<32)))
        let other = try #require(MAVLinkSigningKey(bytes: [UInt8](1..<33)))
        #expect(kind(heartbeat(), key: key) == .unsigned)
        let signed = MAVLinkPacket(
            version: 2, sequence: 0, system: 1, component: 1, messageID: 0, payload: [0, 0, 0, 0, 2, 3, 0x81, 4, 3]
        ).encoded(signedWith: other, link: 0, timestamp: 1)
        #expect(kind(try #require(signed), key: key) == .otherKey)
    }

    @Test func linesOfGPSDWithoutAPosition() {
        func kind(_ line: String) -> SensorNote.Kind? {
            var session = GPSDSession()
            let (verdict, samples) = listen(to: &session) { _ in Array((line + "\r\n").utf8) }
            #expect(samples.isEmpty && verdict?.state == .failing)
            return verdict?.note.kind
        }
        #expect(kind(#"{"class":"TPV","device":"/dev/ttyACM0","mode":1}"#) == .noFix)
        #expect(kind(#"{"class":"DEVICES","devices":[]}"#) == .noReceiver)
        #expect(kind("HTTP/1.1 400 Bad Request") == .notUnderstood)
        #expect(kind(String(decoding: fixed.dropLast(2), as: UTF8.self)) == .otherProtocol)
    }

    @Test func aSourceThatStopsBeingUnderstoodSaysSo() {
        var session = NMEASession(baud: 9600)
        let good = listen(to: &session, seconds: 4, from: 4_000) { step in
            nmea("GNRMC,10203\(step % 10).00,A,5127.39,N,00643.98,E,4.3,270.0,010726,,,A")
        }
        #expect(good.verdict?.state == .running)
        let noise = listen(to: &session, from: 8_000) { _ in [0xFF, 0x00, 0x55] }
        #expect(noise.verdict?.state == .failing && noise.verdict?.note.kind == .notUnderstood)
        let lost = listen(to: &session, from: 16_000) { _ in nmea("GNRMC,102030.00,V,,,,,,,010726,,,N") }
        #expect(lost.verdict?.note.kind == .noFix)
    }

    @Test func whichVehicleIsFollowedIsSaid() {
        func both(_ choice: MAVLinkTelemetry.Choice) -> (verdict: PositionVerdict?, samples: [PositionSample]) {
            var session = MAVLinkSession(choice)
            return listen(to: &session) { _ in
                heartbeat(system: 2) + packet(33, place, system: 2) + heartbeat() + packet(33, place)
            }
        }
        let unsaid = both(.init())
        #expect(unsaid.verdict?.state == .failing && unsaid.verdict?.note.kind == .severalVehicles)
        #expect(unsaid.samples.last?.pose.obstacle == .positionAmbiguous)
        let chosen = both(.init(system: 1))
        #expect(chosen.verdict == PositionVerdict(.running, SensorNote(.following, "MAVLink system 1; also heard: 2")))
        #expect(chosen.samples.last?.pose.obstacle != .positionAmbiguous)
    }

    /// An early heartbeat of something that never gives a position does not keep the autopilot out.
    @Test func theVehicleWithPositionsIsTaken() {
        var session = MAVLinkSession()
        _ = listen(to: &session, seconds: 1) { _ in heartbeat(type: 2, autopilot: 3, system: 9) }
        let (verdict, samples) = listen(to: &session, seconds: 12, from: 1_000) { _ in heartbeat() + packet(33, place) }
        #expect(verdict?.note.text.hasPrefix("MAVLink system 1") == true && samples.count > 40)
    }

    /// Two drones that left the factory as number 1.
    @Test func twoSendersOfOneNumberAreTold() {
        var session = MAVLinkSession()
        var (a, b) = (UInt8(10), UInt8(140))
        let (verdict, samples) = listen(to: &session) { _ in
            func next(_ sequence: inout UInt8) -> [UInt8] {
                sequence &+= 1
                let packets = [(UInt32(0), [0, 0, 0, 0, 2, 3, 0x81, 4, 3] as [UInt8]), (33, place)].map { id, payload in
                    MAVLinkPacket(
                        version: 2, sequence: sequence, system: 1, component: 1, messageID: id, payload: payload)
                }
                return packets.flatMap { $0.encoded() ?? [] }
            }
            return next(&a) + next(&b)
        }
        #expect(verdict?.note.kind == .severalVehicles && samples.last?.pose.obstacle == .positionAmbiguous)
    }
}
