import TestSupport
import FlightTypes
import Foundation
import Testing

@testable import Sensors

private func time(_ milliseconds: Int64) -> CaptureTime {
    CaptureTime(
        monotonic: MonotonicInstant(nanoseconds: milliseconds * 1_000_000),
        wall: WallTime(nanoseconds: milliseconds * 1_000_000))
}

/// Builds a payload from numbers in wire order.
private struct Payload {
    var bytes: [UInt8] = []
    mutating func add(_ value: some FixedWidthInteger) {
        withUnsafeBytes(of: value.littleEndian) { bytes += Array($0) }
    }
    mutating func add(_ value: Float) { add(value.bitPattern) }
}

private func packet(_ id: UInt32, system: UInt8 = 1, component: UInt8 = 1, _ build: (inout Payload) -> Void)
    -> MAVLinkPacket
{
    var payload = Payload()
    build(&payload)
    return MAVLinkPacket(
        version: 2, sequence: 0, system: system, component: component, messageID: id, payload: payload.bytes)
}
private func heartbeat(
    system: UInt8 = 1, component: UInt8 = 1, type: UInt8 = 2, autopilot: UInt8 = 3, mode: UInt8 = 0x81
)
    -> MAVLinkPacket
{
    packet(0, system: system, component: component) {
        $0.add(UInt32(0))
        for value in [type, autopilot, mode, 4, 3] { $0.add(value) }
    }
}
private func position(
    _ latitude: Int32 = 514_565_000, _ longitude: Int32 = 67_330_000, north: Int16 = 300, east: Int16 = -400,
    heading: UInt16 = 27_000, system: UInt8 = 1, component: UInt8 = 1
) -> MAVLinkPacket {
    packet(33, system: system, component: component) {
        for value in [1000, latitude, longitude, 81_000, 50_000] as [Int32] { $0.add(value) }
        for value in [north, east, 0] { $0.add(value) }
        $0.add(heading)
    }
}
private func attitude(roll: Float = 0, pitch: Float = 0, yaw: Float = 0, yawRate: Float = 0) -> MAVLinkPacket {
    packet(30) {
        $0.add(UInt32(900))
        for value in [roll, pitch, yaw, 0, 0, yawRate] { $0.add(value) }
    }
}
private func gimbal(pitch: Double, yaw: Double, flags: UInt16, component: UInt8 = 154) -> MAVLinkPacket {
    let (p, y) = (pitch * .pi / 360, yaw * .pi / 360)
    return packet(285, component: component) {
        $0.add(UInt32(0))
        for value in [cos(y) * cos(p), -sin(y) * sin(p), cos(y) * sin(p), sin(y) * cos(p), 0, 0, 0] {
            $0.add(Float(value))
        }
        $0.add(UInt32(0))
        $0.add(flags)
        $0.add(UInt16(0))
    }
}

/// The machine behind a reference, as `#expect` takes no mutating call.
private final class Receiver {
    var machine: MAVLinkTelemetry
    init(system: UInt8? = nil) { machine = MAVLinkTelemetry(system: system) }
    func handle(_ packet: MAVLinkPacket, at time: CaptureTime) -> PositionSample? { machine.handle(packet, at: time) }
}

@Suite struct MAVLinkTelemetryTests {
    @Test func samplePutsTheMessagesTogether() throws {
        let telemetry = Receiver()
        #expect(telemetry.handle(position(), at: time(0)) == nil, "no autopilot known yet")
        #expect(telemetry.handle(heartbeat(system: 255, component: 190, type: 6, autopilot: 8), at: time(0)) == nil)
        #expect(telemetry.machine.system == nil)
        #expect(telemetry.handle(heartbeat(), at: time(1)) == nil)
        #expect(telemetry.machine.system == 1)
        let status = packet(1) {
            for _ in 0..<30 { $0.add(UInt8(0)) }
            $0.add(Int8(73))
        }
        let satellites = packet(24) {
            $0.add(UInt64(0))
            for value in [1, 1, 1] as [Int32] { $0.add(value) }
            for value in [99, 99, 0, 0] as [UInt16] { $0.add(value) }
            for value in [4, 14] as [UInt8] { $0.add(value) }
            $0.add(Int32(0))
            $0.add(UInt32(850))
        }
        // A sample of its own, as no global position came yet.
        #expect(telemetry.handle(status, at: time(2)) == nil)
        #expect(telemetry.handle(satellites, at: time(3))?.pose.fix == 4)
        #expect(telemetry.handle(attitude(roll: 0.1, pitch: -0.2, yaw: -.pi / 2, yawRate: 1), at: time(100)) == nil)
        #expect(telemetry.handle(gimbal(pitch: -45, yaw: 10, flags: 32), at: time(110)) == nil)
        let sample = try #require(telemetry.handle(position(), at: time(200)))
        #expect(sample.captureTime == time(200))
        #expect(sample.armed && sample.batteryPercent == 73)
        let pose = sample.pose
        #expect(pose.latitude == 51.4565 && pose.longitude == 6.733)
        #expect(pose.altitudeMSLMetres == 81 && pose.heightMetres == 50)
        #expect(pose.fix == 4 && pose.satellites == 14 && pose.horizontalAccuracyMetres == 0.85)
        #expect(pose.groundSpeed == 5)
        #expect(abs(pose.courseDegrees - 306.87) < 0.01)
        // 270° and a tenth of a second at 1 rad/s.
        #expect(abs(pose.yawDegrees - 275.7) < 0.3)
        #expect(abs(pose.gimbalPitchDegrees + 45) < 0.01)
        #expect(abs(pose.gimbalYawDegrees - pose.yawDegrees - 10) < 0.01)
        #expect(telemetry.handle(satellites, at: time(300)) == nil, "the global position is fresher")
        let later = try #require(telemetry.handle(position(heading: 12_345), at: time(30_000)))
        #expect(later.pose.yawDegrees == 123.45 && later.pose.rollDegrees.isNaN && later.pose.gimbalPitchDegrees.isNaN)
        #expect(later.pose.fix == 0 && later.batteryPercent == 255 && !later.armed)
    }

    @Test func onlyTheOneAutopilotCounts() {
        let telemetry = Receiver()
        _ = telemetry.handle(heartbeat(), at: time(0))
        _ = telemetry.handle(heartbeat(system: 2), at: time(0))
        #expect(telemetry.handle(position(system: 2), at: time(1)) == nil)
        #expect(telemetry.handle(position(component: 191), at: time(1)) == nil)
        #expect(telemetry.machine.foreign == 3)
        #expect(telemetry.handle(position(), at: time(1)) != nil)
        let chosen = Receiver(system: 2)
        _ = chosen.handle(heartbeat(), at: time(0))
        #expect(chosen.handle(position(), at: time(1)) == nil)
        #expect(chosen.handle(position(system: 2), at: time(1)) != nil)
    }

    @Test(
        arguments: [(0, 0), (900_000_001, 0), (0, 1_800_000_001), (Int32.max, Int32.max), (Int32.min, 5)]
            as [(Int32, Int32)])
    func whatIsNoPositionGivesNoSample(_ latitude: Int32, _ longitude: Int32) {
        let telemetry = Receiver()
        _ = telemetry.handle(heartbeat(), at: time(0))
        #expect(telemetry.handle(position(latitude, longitude), at: time(1)) == nil)
        #expect(telemetry.machine.withoutPosition == 1)
    }

    @Test func clockTakesOutWhatTheLinkDelayed() {
        var clock = MAVLinkClock()
        var random = SplitMix(seed: 7)
        var worst = 0.0
        // A vehicle clock that runs 50 ppm slow, delays from 5 to 400 ms, for ten minutes.
        for step in 0..<3000 as Range<Int64> {
            let made = step * 200
            let delay = step % 10 == 0 ? 5 : Int64.random(in: 5...400, using: &random)
            let arrival = time(50_000 + made + delay)
            let boot = UInt32(1000 + made - made / 20_000)
            let measured = clock.measured(bootMilliseconds: boot, arrival: arrival)
            #expect(measured.monotonic <= arrival.monotonic)
            worst = max(worst, measured.monotonic.since(time(50_000 + made).monotonic).milliseconds.magnitude)
        }
        print("MAVLink clock: worst error \(worst) ms with delays of 5…400 ms")
        #expect(worst < 10)
        // The autopilot begins anew: no time before that.
        #expect(clock.measured(bootMilliseconds: 10, arrival: time(700_000)) == time(700_000))
        #expect(clock.measured(bootMilliseconds: 210, arrival: time(700_300)) == time(700_200))
        // The agent's clock goes back, which it must not.
        #expect(clock.measured(bootMilliseconds: 410, arrival: time(1)) == time(1))
        #expect(clock.measured(bootMilliseconds: .max, arrival: time(2)) == time(2))
        // A sender without such a clock.
        #expect(clock.measured(bootMilliseconds: 0, arrival: time(3)) == time(3))
    }

    @Test func gimbalDirections() throws {
        for (pitch, yaw, flags) in [
            (-90.0, 37.0, 64), (-89.9, 200, 64), (-82, 359, 64), (-79, 1, 64), (-45, 180, 16), (0, 90, 64),
            (30, 270, 64),
            (85, 123, 64),
        ] as [(Double, Double, UInt16)] {
            let state = try #require(MAVLinkGimbal(gimbal(pitch: pitch, yaw: yaw, flags: flags)))
            #expect(abs(Double(state.pitchDegrees) - pitch) < 0.05)
            #expect(PoseAngle.signed(Double(state.yaw(vehicleYaw: .nan)) - yaw).magnitude < 0.05)
        }
        let relative = try #require(MAVLinkGimbal(gimbal(pitch: -90, yaw: 350, flags: 0)))
        #expect(abs(relative.yaw(vehicleYaw: 20) - 10) < 0.01)
        #expect(relative.yaw(vehicleYaw: .nan).isNaN)
        func mount(_ yaw: Float, _ absolute: Float?) -> MAVLinkGimbal? {
            MAVLinkGimbal(
                packet(265, component: 154) {
                    $0.add(UInt32(0))
                    for value in [0, -30, yaw] { $0.add(value) }
                    if let absolute { $0.add(absolute) }
                })
        }
        #expect(mount(-20, nil)?.yaw(vehicleYaw: 10) == 350)
        #expect(mount(-20, 77)?.yaw(vehicleYaw: 10) == 77)
        #expect(mount(-20, .nan)?.pitchDegrees == -30)
    }

    @Test func randomPayloadsNeverBreakIt() {
        var random = SplitMix(seed: 6)
        var telemetry = MAVLinkTelemetry(system: 1)
        var timeline = PoseTimeline(limit: 16)
        var samples = 0
        for _ in 0..<40_000 {
            let id = ([0, 1, 24, 30, 33, 265, 285] as [UInt32]).randomElement(using: &random) ?? 0
            let payload = random.bytes(Int.random(in: 0...52, using: &random))
            let packet = MAVLinkPacket(
                version: 2, sequence: 0, system: 1, component: 1, messageID: id, payload: payload)
            let at = CaptureTime(
                monotonic: MonotonicInstant(nanoseconds: Int64(truncatingIfNeeded: random.next())),
                wall: WallTime(nanoseconds: 0))
            guard let sample = telemetry.handle(packet, at: at) else { continue }
            samples += 1
            #expect(sample.pose.latitude.magnitude <= 90 && sample.pose.longitude.magnitude <= 180)
            timeline.insert(sample)
            _ = timeline.pose(at: at.monotonic.advanced(by: .milliseconds(200)))
        }
        #expect(samples > 100)
    }

    // Skipped where the real log is not at hand.
    @Test(.enabled(if: MAVLinkTestData.exists("mavlink")))
    func realFlightGivesAConnectedTrack() throws {
        var reader = TlogReader()
        reader.handle(try MAVLinkTestData.bytes("mavlink/vtol.tlog"))
        var telemetry = MAVLinkTelemetry()
        var timeline = PoseTimeline()
        var samples: [PositionSample] = []
        var errors: [Double] = []
        while let record = reader.next() {
            let at = CaptureTime(monotonic: MonotonicInstant(nanoseconds: record.time.nanoseconds), wall: record.time)
            guard let sample = telemetry.handle(record.packet, at: at) else { continue }
            let moment = sample.captureTime.monotonic
            if let last = samples.last, moment.since(last.captureTime.monotonic) < .milliseconds(450) {
                // What would have been said of this moment without this sample, against what it says.
                let guess = timeline.pose(at: moment)
                let north = (guess.latitude - sample.pose.latitude) * 111_195
                let east = (guess.longitude - sample.pose.longitude) * 111_195 * cos(guess.latitude * .pi / 180)
                errors.append((north * north + east * east).squareRoot())
            }
            samples.append(sample)
            timeline.insert(sample)
        }
        errors.sort()
        try #require(errors.count > 600)
        let (median, high, worst) = (
            errors[errors.count / 2], errors[errors.count * 95 / 100], errors[errors.count - 1]
        )
        let withFix = samples.count { $0.pose.fix >= 3 }
        print(
            "vtol: \(samples.count) samples, \(withFix) with fix, \(samples.count { $0.armed }) armed; "
                + "carried on to the next: median \(median) m, 95 % \(high) m, worst \(worst) m")
        #expect(samples.count > 780 && withFix > 780)
        // The first one comes before any attitude.
        #expect(samples.dropFirst().allSatisfy { !$0.pose.yawDegrees.isNaN })
        #expect(median < 0.2 && high < 1 && worst < 2)
    }
}
