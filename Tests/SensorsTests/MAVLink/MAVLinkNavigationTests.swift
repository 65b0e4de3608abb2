import FlightTypes
import Testing

@testable import Sensors

private func at(_ seconds: Double) -> MonotonicInstant { MonotonicInstant(nanoseconds: Int64(seconds * 1e9)) }

private func packet(_ id: UInt32, _ values: [any FixedWidthInteger]) -> MAVLinkPacket {
    var payload: [UInt8] = []
    func add(_ value: some FixedWidthInteger) { withUnsafeBytes(of: value.littleEndian) { payload += Array($0) } }
    for value in values { add(value) }
    return MAVLinkPacket(version: 2, sequence: 0, system: 1, component: 1, messageID: id, payload: payload)
}
private func receiver(_ fix: UInt8, accuracy: UInt32 = 0, satellites: UInt8 = 12) -> MAVLinkPacket {
    packet(
        24,
        [
            UInt64(0), Int32(514_565_000), Int32(67_330_000), Int32(81_000), UInt16(0), UInt16(0), UInt16(0), UInt16(0),
            fix,
            satellites, Int32(0), accuracy,
        ])
}
/// GPS2_RAW has its fix at another place.
private func second(_ fix: UInt8) -> MAVLinkPacket {
    packet(
        124,
        [
            UInt64(0), Int32(514_565_000), Int32(67_330_000), Int32(81_000), UInt32(0), UInt16(0), UInt16(0), UInt16(0),
            UInt16(0), fix, UInt8(9), UInt8(0),
        ])
}
private func ekf(_ flags: UInt16, position: Float = 0, compass: Float = 0) -> MAVLinkPacket {
    packet(193, [UInt32(0), position.bitPattern, UInt32(0), compass.bitPattern, UInt32(0), flags])
}
private func estimator(_ flags: UInt16, accuracy: Float = 1) -> MAVLinkPacket {
    packet(
        230,
        [UInt64(0)] + [UInt32](repeating: 0, count: 6) + [accuracy.bitPattern, UInt32(0), flags]
            as [any FixedWidthInteger])
}
private func pose(_ navigation: MAVLinkNavigation, at seconds: Double) -> Pose {
    var pose = Pose(latitude: 51.4565, longitude: 6.733)
    navigation.apply(to: &pose, at: at(seconds))
    return pose
}

/// The rows of docs/positions.md on an autopilot's position.
@Suite struct MAVLinkNavigationTests {
    @Test(arguments: [(3, 3), (4, 4), (5, 5), (6, 6), (8, 8)] as [(UInt8, UInt8)])
    func satellites(_ fix: UInt8, _ shown: UInt8) {
        var navigation = MAVLinkNavigation()
        navigation.note(receiver(fix, accuracy: 900), at: at(0))
        let found = pose(navigation, at: 1)
        #expect(found.fix == shown && found.satellites == 12 && found.basis == .measured)
        #expect(found.horizontalAccuracyMetres == 0.9)
    }
    @Test func aPlanarFixHasItsHeightAssumed() {
        var navigation = MAVLinkNavigation()
        navigation.note(receiver(2), at: at(0))
        let found = pose(navigation, at: 1)
        #expect(found.basis.position == .measured && found.basis.height == .estimated)
        #expect(found.basis.positionMarginMetres == 15 && found.basis.heightMarginMetres == 15)
    }
    @Test(arguments: [0, 1] as [UInt8])
    func withoutSatellitesItDrifts(_ fix: UInt8) {
        var navigation = MAVLinkNavigation()
        navigation.note(receiver(fix), at: at(0))
        #expect(pose(navigation, at: 1).basis.positionMarginMetres == .infinity, "there never were any")
        navigation.note(receiver(3), at: at(2))
        navigation.note(receiver(fix), at: at(3))
        let lost = pose(navigation, at: 12)
        #expect(lost.basis.position == .estimated && lost.basis.positionMarginMetres == 50 && lost.fix == fix)
        // The receiver falls silent: that is no better than what it said last.
        #expect(pose(navigation, at: 40).basis.position == .estimated)
        #expect(pose(navigation, at: 40).basis.positionMarginMetres == 190)
        navigation.note(receiver(3), at: at(41))
        #expect(pose(navigation, at: 41).basis == .measured)
    }
    @Test func whatIsNoReceiver() {
        var surveyed = MAVLinkNavigation()
        surveyed.note(receiver(7), at: at(0))
        #expect(pose(surveyed, at: 1).basis.position == .manual)
        var simulated = MAVLinkNavigation()
        simulated.note(receiver(3), at: at(0))
        simulated.note(packet(0, [UInt32(0), UInt8(2), UInt8(3), UInt8(0x81 | 32), UInt8(4), UInt8(3)]), at: at(0))
        #expect(pose(simulated, at: 1).basis.position == .simulated)
    }
    @Test func aReceiverThatIsNotHeard() {
        var navigation = MAVLinkNavigation()
        #expect(pose(navigation, at: 0).basis.position == .unstated)
        #expect(pose(navigation, at: 0).basis.positionMarginMetres == 10)
        navigation.note(receiver(3, accuracy: 4000), at: at(0))
        #expect(pose(navigation, at: 10).basis == .measured)
        let silent = pose(navigation, at: 25)
        #expect(silent.basis.position == .unstated && silent.basis.positionMarginMetres == 25 && silent.fix == 0)
        #expect(silent.horizontalAccuracyMetres == 4, "what is no longer stated has not become better")
    }
    @Test func theBetterOfTwoReceiversCounts() {
        var navigation = MAVLinkNavigation()
        navigation.note(receiver(1), at: at(0))
        navigation.note(second(3), at: at(0))
        #expect(pose(navigation, at: 1).fix == 3 && pose(navigation, at: 1).basis == .measured)
        #expect(pose(navigation, at: 1).satellites == 9)
    }
    @Test(
        arguments: [
            ekf(0x0F), ekf(0x1F | 128), ekf(0x1F | 0x8000), ekf(0x1F, position: 1.2), estimator(0x0F),
            estimator(0x1F | 128), estimator(0x1F | 0x400),
            packet(1, [UInt32(0x20), UInt32(0x20), UInt32(0)]),
        ])
    func aDoubtHoldsUntilItIsTakenBack(_ doubt: MAVLinkPacket) {
        var navigation = MAVLinkNavigation()
        navigation.note(receiver(3), at: at(0))
        navigation.note(doubt, at: at(0.5))
        for second in 1...30 {
            navigation.note(receiver(3), at: at(Double(second)))
            #expect(pose(navigation, at: Double(second)).basis.position == .estimated)
        }
        navigation.note(
            doubt.messageID == 1
                ? packet(1, [UInt32(0x20), UInt32(0x20), UInt32(0x20)])
                : doubt.messageID == 193 ? ekf(0x1F) : estimator(0x1F), at: at(31))
        #expect(pose(navigation, at: 31).basis == .measured)
    }
    @Test func attitudeAndCompass() {
        var navigation = MAVLinkNavigation()
        navigation.note(receiver(3), at: at(0))
        navigation.note(ekf(0x1E), at: at(0))
        #expect(pose(navigation, at: 1).basis.attitude == .faulty)
        navigation.note(ekf(0x1F, compass: 1.5), at: at(1))
        #expect(pose(navigation, at: 1).basis.attitude == .measured)
        #expect(pose(navigation, at: 1).basis.yawMarginDegrees == 30)
        navigation.note(ekf(0x1F), at: at(2))
        navigation.note(packet(1, [UInt32(0x20_0004), UInt32(0x20_0004), UInt32(0)]), at: at(2))
        #expect(
            pose(navigation, at: 2).basis.attitude == .faulty && pose(navigation, at: 2).basis.yawMarginDegrees == 30)
        // What is not switched on need not be healthy.
        navigation.note(packet(1, [UInt32(0x20_0004), UInt32(0), UInt32(0)]), at: at(3))
        #expect(pose(navigation, at: 3).basis == .measured)
    }
    @Test func theWorseStatedAccuracyCounts() {
        var navigation = MAVLinkNavigation()
        navigation.note(receiver(3, accuracy: 900), at: at(0))
        navigation.note(estimator(0x1F, accuracy: 7), at: at(0))
        #expect(pose(navigation, at: 1).horizontalAccuracyMetres == 7)
    }
}
