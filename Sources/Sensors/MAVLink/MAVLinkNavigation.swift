import FlightTypes

/// What an autopilot's position rests on: what its receivers, its estimator and its own health say.
///
/// GLOBAL_POSITION_INT looks the same whether satellites are behind it or nothing but reckoning. A doubt that was said holds until
/// the same source says the opposite: that it falls silent takes nothing back.
struct MAVLinkNavigation: Sendable {
    /// How old a statement may be to count.
    static let freshness = Duration.seconds(10)
    /// Beside the usual error, where the source does not say what its position rests on, metres.
    static let unstatedMetres: Float = 10
    /// How that grows with each second for which a receiver that was heard is silent, metres.
    static let silentMetresPerSecond: Float = 1
    /// Of a two-dimensional fix, metres: its height is an assumption, which moves the place.
    static let planarMetres: Float = 15
    /// Where the compass is in doubt, degrees.
    static let doubtfulYawDegrees: Float = 30
    /// MAV_SYS_STATUS_SENSOR_3D_MAG, _GPS and MAV_SYS_STATUS_AHRS.
    private static let compassBit: UInt32 = 0x04, satelliteBit: UInt32 = 0x20, attitudeBit: UInt32 = 0x20_0000
    /// MAV_MODE_FLAG_HIL_ENABLED.
    private static let simulationFlag: UInt8 = 32

    private struct Estimator: Sendable {
        var isPositionDoubtful: Bool, isAttitudeFaulty: Bool, isCompassDoubtful: Bool
        /// NaN where it is not stated.
        var accuracyMetres: Float
    }
    private struct Health: Sendable {
        var isReceiverFaulty: Bool, isCompassFaulty: Bool, isAttitudeFaulty: Bool
    }
    private var receivers: [UInt32: (fix: MAVLinkSatelliteFix, at: MonotonicInstant)] = [:]
    private var estimator: Estimator?
    private var health: Health?
    private var isSimulated = false
    private var reckoning = DeadReckoning()
    /// The last accuracy stated, metres: one that is no longer stated has not become better.
    private var lastAccuracy = Float.nan

    /// The best receiver's fix that is fresh; where all are silent the last one said, if it was none.
    func fix(at now: MonotonicInstant) -> MAVLinkSatelliteFix? {
        let fresh = receivers.values.filter { now.isFresh($0.at, Self.freshness) }
        if let best = fresh.map(\.fix).max(by: { $0.rank < $1.rank }) { return best }
        guard let last = receivers.values.max(by: { $0.at < $1.at })?.fix else { return nil }
        return last.isFromSatellites ? nil : last
    }

    /// Takes a message of the autopilot.
    mutating func note(_ packet: MAVLinkPacket, at now: MonotonicInstant) {
        switch packet.messageID {
        case 0: isSimulated = packet.uint8(at: 6) & Self.simulationFlag != 0
        case 1: noteHealth(packet)
        case 24, 124: receivers[packet.messageID] = (MAVLinkSatelliteFix(packet), now)
        case 193: noteEKF(packet)
        case 230: noteEstimator(packet)
        default: return
        }
        if isGood(at: now) { reckoning.noteMeasured(at: now) }
        if let stated = fix(at: now)?.accuracyMetres, stated.isFinite { lastAccuracy = stated }
    }

    /// SYS_STATUS: `present@0 enabled@4 health@8`. What is switched on and not healthy is broken.
    private mutating func noteHealth(_ packet: MAVLinkPacket) {
        let broken = packet.uint32(at: 0) & packet.uint32(at: 4) & ~packet.uint32(at: 8)
        health = Health(
            isReceiverFaulty: broken & Self.satelliteBit != 0, isCompassFaulty: broken & Self.compassBit != 0,
            isAttitudeFaulty: broken & Self.attitudeBit != 0)
    }
    /// EKF_STATUS_REPORT (ArduPilot): `pos_horiz_variance@4 compass_variance@12 flags@20`. A variance of 1 is the filter's own
    /// limit.
    private mutating func noteEKF(_ packet: MAVLinkPacket) {
        let flags = packet.uint16(at: 20)
        estimator = Estimator(
            isPositionDoubtful: Self.isDoubtful(flags, glitch: 0x8000) || packet.float(at: 4) >= 1,
            isAttitudeFaulty: flags & 1 == 0, isCompassDoubtful: packet.float(at: 12) >= 1, accuracyMetres: .nan)
    }
    /// ESTIMATOR_STATUS (PX4): `mag_ratio@20 pos_horiz_accuracy@32 flags@40`.
    private mutating func noteEstimator(_ packet: MAVLinkPacket) {
        let flags = packet.uint16(at: 40), accuracy = packet.float(at: 32)
        estimator = Estimator(
            isPositionDoubtful: Self.isDoubtful(flags, glitch: 0x400), isAttitudeFaulty: flags & 1 == 0,
            isCompassDoubtful: packet.float(at: 20) >= 1, accuracyMetres: accuracy > 0 ? accuracy : .nan)
    }
    /// ESTIMATOR_POS_HORIZ_ABS (16) is missing, ESTIMATOR_CONST_POS_MODE (128) or the flag for a GNSS glitch is set.
    private static func isDoubtful(_ flags: UInt16, glitch: UInt16) -> Bool {
        flags & 16 == 0 || flags & (128 | glitch) != 0
    }

    private func isGood(at now: MonotonicInstant) -> Bool {
        !isDoubted && fix(at: now)?.isFromSatellites ?? false
    }
    /// Whether estimator or health say that satellites do not count.
    private var isDoubted: Bool { estimator?.isPositionDoubtful ?? false || health?.isReceiverFaulty ?? false }

    /// Puts fix, accuracy and basis into a position of the autopilot at `now`.
    func apply(to pose: inout Pose, at now: MonotonicInstant) {
        let fix = fix(at: now)
        if let fix {
            pose.fix = fix.fix
            pose.satellites = fix.satellites
        }
        pose.horizontalAccuracyMetres = accuracy(fix)
        applyPosition(fix, to: &pose, at: now)
        if estimator?.isAttitudeFaulty ?? false || health?.isAttitudeFaulty ?? false { pose.basis.attitude = .faulty }
        if estimator?.isCompassDoubtful ?? false || health?.isCompassFaulty ?? false {
            pose.basis = pose.basis.widened(yawDegrees: Self.doubtfulYawDegrees)
        }
    }
    private func accuracy(_ fix: MAVLinkSatelliteFix?) -> Float {
        var accuracy = fix?.accuracyMetres ?? .nan
        if !accuracy.isFinite { accuracy = lastAccuracy }
        guard let estimator, estimator.accuracyMetres.isFinite else { return accuracy }
        return accuracy.isFinite ? max(accuracy, estimator.accuracyMetres) : estimator.accuracyMetres
    }
    private func applyPosition(_ fix: MAVLinkSatelliteFix?, to pose: inout Pose, at now: MonotonicInstant) {
        if isSimulated { return pose.basis.position = .simulated }
        guard let fix else {
            pose.basis.position = .unstated
            let silent = receivers.values.map { now.since($0.at) - Self.freshness }.min() ?? .zero
            let metres =
                Self.unstatedMetres + Self.silentMetresPerSecond * Float(max(.zero, silent).milliseconds / 1000)
            return pose.basis = pose.basis.widened(positionMetres: metres)
        }
        if fix.fix == 7 { return pose.basis.position = .manual }
        guard fix.fix >= 2, !isDoubted else {
            pose.basis.position = .estimated
            return pose.basis = pose.basis.widened(positionMetres: reckoning.marginMetres(at: now))
        }
        if fix.fix == 2 {
            pose.basis.height = .estimated
            pose.basis = pose.basis.widened(positionMetres: Self.planarMetres, heightMetres: Self.planarMetres)
        }
    }
}

extension MAVLinkSatelliteFix {
    /// Two-dimensional or better; 7 stands for a surveyed place.
    fileprivate var isFromSatellites: Bool { (2...8).contains(fix) && fix != 7 }
    /// How much a fix is worth beside that of another receiver.
    fileprivate var rank: Int { fix == 7 ? 1 : Int(fix) * 256 + (satellites == 255 ? 0 : Int(satellites)) }
}
