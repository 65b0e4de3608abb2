import FlightTypes
import Foundation
import Testing

@testable import Sensors

private func at(_ milliseconds: Int64) -> MonotonicInstant { MonotonicInstant(nanoseconds: milliseconds * 1_000_000) }

private func report(pitch: Double, component: UInt8 = 154, flags: UInt16 = 32, failure: UInt32 = 0, device: UInt8 = 0)
    -> MAVLinkPacket
{
    var payload: [UInt8] = []
    func add(_ value: some FixedWidthInteger) { withUnsafeBytes(of: value.littleEndian) { payload += Array($0) } }
    add(UInt32(0))
    for value in [cos(pitch * .pi / 360), 0, sin(pitch * .pi / 360), 0, 0, 0, 0] { add(Float(value).bitPattern) }
    add(failure)
    add(flags)
    add(UInt16(0))
    payload += [UInt8](repeating: 0, count: 8) + [device]
    return MAVLinkPacket(
        version: 2, sequence: 0, system: 1, component: component, messageID: 285, payload: payload)
}
private func mountStatus(pitch: Int32, yaw: Int32 = 0) -> MAVLinkPacket {
    var payload: [UInt8] = []
    for value in [pitch * 100, 0, yaw * 100] as [Int32] {
        withUnsafeBytes(of: value.littleEndian) { payload += Array($0) }
    }
    return MAVLinkPacket(version: 2, sequence: 0, system: 1, component: 1, messageID: 158, payload: payload + [1, 1])
}
private func direction(_ gimbals: MAVLinkGimbals, at now: MonotonicInstant) -> Pose {
    var pose = Pose(latitude: 51, longitude: 6)
    (pose.heightMetres, pose.rollDegrees, pose.pitchDegrees, pose.yawDegrees) = (40, 0, 0, 90)
    gimbals.apply(to: &pose, at: now)
    return pose
}

@Suite struct MAVLinkGimbalsTests {
    @Test func aReportCountsWhileItIsFresh() {
        var gimbals = MAVLinkGimbals()
        #expect(direction(gimbals, at: at(0)).obstacle == nil, "no gimbal is known: the mounting counts")
        gimbals.note(report(pitch: -45), at: at(0))
        let fresh = direction(gimbals, at: at(100))
        #expect(abs(fresh.gimbalPitchDegrees + 45) < 0.01 && fresh.basis == .measured && fresh.gimbalYawDegrees == 90)
        let older = direction(gimbals, at: at(1250))
        #expect(older.basis.direction == .carried && older.basis.tiltMarginDegrees == 10)
        let silent = direction(gimbals, at: at(2100))
        #expect(silent.gimbalPitchDegrees.isNaN && silent.obstacle == .directionSilent)
    }
    @Test func aGimbalThatIsKnownButNeverReportsLeavesNoDirection() {
        var gimbals = MAVLinkGimbals()
        gimbals.note(
            MAVLinkPacket(
                version: 2, sequence: 0, system: 1, component: 154, messageID: 0, payload: [0, 0, 0, 0, 26, 8, 0, 0, 3]),
            at: at(0))
        #expect(direction(gimbals, at: at(0)).obstacle == .directionSilent)
        #expect(direction(MAVLinkGimbals(.expected), at: at(0)).obstacle == .directionSilent)
        var fixed = MAVLinkGimbals(.none)
        fixed.note(report(pitch: -45), at: at(0))
        #expect(direction(fixed, at: at(0)).gimbalPitchDegrees.isNaN && direction(fixed, at: at(0)).obstacle == nil)
    }
    @Test func twoThatContradictEachOtherAreAmbiguous() {
        var gimbals = MAVLinkGimbals()
        gimbals.note(report(pitch: -45), at: at(0))
        gimbals.note(report(pitch: -46, component: 155), at: at(10))
        #expect(direction(gimbals, at: at(20)).obstacle == nil, "they agree")
        gimbals.note(report(pitch: -10, component: 155), at: at(100))
        #expect(direction(gimbals, at: at(110)).obstacle == .directionAmbiguous)
        // One falls silent: that does not say which of them was right.
        for step in 2..<60 as Range<Int64> { gimbals.note(report(pitch: -45), at: at(step * 100)) }
        #expect(direction(gimbals, at: at(6_000)).obstacle == .directionAmbiguous)
        gimbals.note(report(pitch: -45, component: 155), at: at(6_000))
        #expect(direction(gimbals, at: at(6_010)).obstacle == nil)
        var chosen = MAVLinkGimbals(component: 154)
        chosen.note(report(pitch: -45), at: at(0))
        chosen.note(report(pitch: -10, component: 155), at: at(10))
        #expect(direction(chosen, at: at(20)).obstacle == nil)
    }
    @Test func oneThatTurnsIsNotTakenForTwo() {
        var gimbals = MAVLinkGimbals()
        gimbals.note(report(pitch: -45, component: 1), at: at(0))
        // Four tenths of a second and ten degrees later another part says where the same gimbal looks by now.
        gimbals.note(report(pitch: -55), at: at(400))
        #expect(direction(gimbals, at: at(410)).obstacle == nil)
    }
    @Test(arguments: [(0, 8), (0, 16), (0, 32), (0, 64), (0, 128), (0, 256), (1, 0)] as [(UInt16, UInt32)])
    func oneThatSaysItIsBrokenOrFoldedAway(_ flag: UInt16, _ failure: UInt32) {
        var gimbals = MAVLinkGimbals()
        gimbals.note(report(pitch: -45, flags: 32 | flag, failure: failure), at: at(0))
        #expect(direction(gimbals, at: at(10)).obstacle == .directionFaulty)
        gimbals.note(report(pitch: -45), at: at(100))
        #expect(direction(gimbals, at: at(110)).obstacle == nil)
    }
    @Test func theOldestMessageIsReadToo() {
        var gimbals = MAVLinkGimbals()
        gimbals.note(mountStatus(pitch: -30, yaw: 20), at: at(0))
        let pose = direction(gimbals, at: at(10))
        #expect(pose.gimbalPitchDegrees == -30 && pose.gimbalYawDegrees == 110)
        #expect(pose.basis.direction == .unstated && pose.basis.tiltMarginDegrees == 3)
        // A report goes before it, also where the two differ: it may say what was wanted.
        gimbals.note(report(pitch: -45), at: at(20))
        #expect(abs(direction(gimbals, at: at(30)).gimbalPitchDegrees + 45) < 0.01)
        #expect(direction(gimbals, at: at(30)).basis.direction == .measured)
    }
    @Test func attitudeAsQuaternionSaysTheSame() throws {
        func packet(_ id: UInt32, _ values: [Double]) -> MAVLinkPacket {
            var payload: [UInt8] = [1, 0, 0, 0]
            for value in values { withUnsafeBytes(of: Float(value).bitPattern.littleEndian) { payload += Array($0) } }
            return MAVLinkPacket(version: 2, sequence: 0, system: 1, component: 1, messageID: id, payload: payload)
        }
        let (roll, pitch, yaw) = (0.2, -0.3, 1.1)
        let (cr, sr) = (cos(roll / 2), sin(roll / 2)), (cp, sp) = (cos(pitch / 2), sin(pitch / 2))
        let (cy, sy) = (cos(yaw / 2), sin(yaw / 2))
        let quaternion = [
            cr * cp * cy + sr * sp * sy, sr * cp * cy - cr * sp * sy, cr * sp * cy + sr * cp * sy,
            cr * cp * sy - sr * sp * cy,
        ]
        let angles = try #require(MAVLinkAttitude(packet(30, [roll, pitch, yaw, 0.1, 0.2, 0.3])))
        let same = try #require(MAVLinkAttitude(packet(31, quaternion + [0.1, 0.2, 0.3])))
        for age in [Duration.zero, .milliseconds(150)] {
            let (a, b) = (angles.carried(by: age), same.carried(by: age))
            #expect(abs(a.rollDegrees - b.rollDegrees) < 0.01 && abs(a.pitchDegrees - b.pitchDegrees) < 0.01)
            #expect(abs(a.yawDegrees - b.yawDegrees) < 0.01)
        }
        #expect(MAVLinkAttitude(packet(31, [0, 0, 0, 0])) == nil)
    }
}
