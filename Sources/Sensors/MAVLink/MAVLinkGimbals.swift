import FlightTypes

/// Which of a vehicle's gimbals say where they look, and what that is worth.
///
/// A gimbal that is known to be there and does not say where it looks leaves no direction: the mounting angle is that of a
/// camera without one.
struct MAVLinkGimbals: Sendable {
    /// What somebody has said about the gimbal.
    enum Expectation: String, Sendable, CaseIterable {
        /// There is one where one is heard.
        case automatic
        /// There is one; without its reports there are no places.
        case expected
        /// The camera is fixed to the airframe, whatever is heard.
        case none
    }
    /// How old a report may be to count.
    static let freshness = Duration.seconds(2)
    /// Senders told apart; further ones are left out.
    static let limit = 8
    /// Two gimbals that differ by more, degrees, are two.
    static let agreementDegrees: Float = 3
    /// Gimbals that are steered turn by this much between two reports of different age, degrees a second.
    static let turningDegreesPerSecond: Float = 30
    /// So far apart two reports are of about the same moment, seconds.
    static let sameMoment: Float = 0.5
    /// Beside the usual error where only MOUNT_STATUS is there: some autopilots send the direction wanted, not the one held.
    static let mountStatusDegrees: Float = 3
    /// MAVLink's flags for the failures after which a direction means nothing: encoder, power, motor, software, communication,
    /// calibration (GIMBAL_DEVICE_ERROR_FLAGS).
    static let failures: UInt32 = 8 | 16 | 32 | 64 | 128 | 256

    private struct Sender: Hashable, Sendable {
        var component: UInt8
        var device: UInt8
        var isMountStatus: Bool
    }
    private let expectation: Expectation
    private let chosen: UInt8?
    private var reports: [Sender: (state: MAVLinkGimbal, at: MonotonicInstant)] = [:]
    private var isKnown: Bool
    /// Whether they contradicted each other when last several were heard; that one falls silent does not say which was right.
    private var isContradicted = false

    /// - Parameter component: the gimbal's MAVLink component; nil for any.
    init(_ expectation: Expectation = .automatic, component: UInt8? = nil) {
        self.expectation = expectation
        chosen = component
        isKnown = expectation == .expected || component != nil
    }

    /// Takes a packet of the vehicle.
    /// - Parameter vehicleYaw: the airframe's, degrees; NaN unknown.
    mutating func note(_ packet: MAVLinkPacket, vehicleYaw: Float = .nan, at now: MonotonicInstant) {
        switch packet.messageID {
        case 0: if packet.uint8(at: 4) == MAVLinkPacket.gimbalType { isKnown = true }
        // GIMBAL_MANAGER_INFORMATION, GIMBAL_MANAGER_STATUS, GIMBAL_DEVICE_INFORMATION.
        case 280, 281, 283: isKnown = true
        case 158, 265, 285:
            guard let state = MAVLinkGimbal(packet) else { return }
            isKnown = true
            let sender = Sender(
                component: packet.component, device: state.device, isMountStatus: packet.messageID == 158)
            if reports[sender] != nil || reports.count < Self.limit { reports[sender] = (state, now) }
            compare(with: state, vehicleYaw, at: now)
        default: return
        }
    }

    private mutating func compare(with state: MAVLinkGimbal, _ vehicleYaw: Float, at now: MonotonicInstant) {
        let others = fresh(at: now).filter { !$0.key.isMountStatus }
        guard others.count > 1 else { return }
        func apart(_ other: MonotonicInstant) -> Float { Float(max(.zero, now.since(other)).milliseconds / 1000) }
        let agree = others.values.allSatisfy { other in
            let limit = Self.agreementDegrees + Self.turningDegreesPerSecond * apart(other.at)
            return other.state.agrees(with: state, vehicleYaw: vehicleYaw, limit: limit)
        }
        // Only reports of about the same moment can take a contradiction back.
        if !agree || others.values.allSatisfy({ apart($0.at) <= Self.sameMoment }) { isContradicted = !agree }
    }
    private func fresh(at now: MonotonicInstant) -> [Sender: (state: MAVLinkGimbal, at: MonotonicInstant)] {
        reports.filter { now.isFresh($0.value.at, Self.freshness) && (chosen == nil || $0.key.component == chosen) }
    }

    /// Puts the direction into a pose whose yaw, and the basis of it, are there already.
    func apply(to pose: inout Pose, at now: MonotonicInstant) {
        guard expectation != .none else { return }
        let fresh = fresh(at: now)
        let own = fresh.filter { !$0.key.isMountStatus }
        let (senders, isWanted) = own.isEmpty ? (fresh, true) : (own, false)
        guard let (_, best) = senders.max(by: { $0.value.at < $1.value.at }) else {
            if isKnown { pose.basis.direction = .silent }
            return
        }
        let yaw = pose.yawDegrees
        pose.gimbalPitchDegrees = best.state.pitchDegrees
        pose.gimbalYawDegrees = best.state.yaw(vehicleYaw: yaw)
        if senders.values.contains(where: \.state.isFaulty) { return pose.basis.direction = .faulty }
        if isContradicted { return pose.basis.direction = .ambiguous }
        let age = PoseAging.angle(after: now.since(best.at))
        if age > 0 { pose.basis.direction = max(pose.basis.direction, .carried) }
        let roll = best.state.rollDegrees.isFinite ? best.state.rollDegrees.magnitude : 0
        // A camera that rolls is placed as if it did not.
        let tilted = roll > 2 ? roll : 0
        var basis = pose.basis
        // What the airframe's own tilt is off by does not reach a camera that a gimbal holds.
        basis.tiltMarginDegrees = 0
        basis = basis.widened(tiltDegrees: age, yawDegrees: age).widened(tiltDegrees: tilted / 2, yawDegrees: tilted)
        if isWanted {
            basis.direction = max(basis.direction, .unstated)
            basis = basis.widened(tiltDegrees: Self.mountStatusDegrees, yawDegrees: Self.mountStatusDegrees)
        }
        pose.basis = basis
    }
}
