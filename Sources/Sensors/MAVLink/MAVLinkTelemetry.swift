import FlightTypes

/// Makes position samples of the packets of one autopilot.
///
/// A sample comes with each GLOBAL_POSITION_INT; where a vehicle sends none (for `globalTimeout`), with each
/// GPS_RAW_INT that has a fix. Attitude, gimbal, fix, battery and arming are those last received, while they are fresh.
/// The attitude is carried on by its own turn rates to the sample's moment. That moment is when the autopilot measured,
/// brought onto the agent's clock by `MAVLinkClock`; for GPS_RAW_INT, which does not say, when it arrived.
///
/// Which vehicle: the one given, or else the first that sends the HEARTBEAT of an autopilot. It is never exchanged for
/// another, because a radio may well hear a second drone; until it is known there are no samples.
public struct MAVLinkTelemetry: Sendable {
    /// How old an attitude or a gimbal report may be to go into a sample.
    public static let freshness = Duration.seconds(2)
    /// How old fix, satellites, battery and arming may be, which are sent less often.
    public static let slowFreshness = Duration.seconds(10)
    /// For how long after the last GLOBAL_POSITION_INT a GPS_RAW_INT makes no sample. Long, because a link that stalls
    /// for seconds delivers the GPS_RAW_INT of the stall first, and that one does not say how old it is.
    public static let globalTimeout = Duration.seconds(10)

    /// MAV_COMP_ID_BATTERY and MAV_COMP_ID_BATTERY2.
    private static let batteryComponents: Set<UInt8> = [180, 181]

    /// The vehicle listened to; nil until it is known.
    public private(set) var system: UInt8?
    /// Its autopilot's component, usually 1.
    public private(set) var autopilot: UInt8 = 1
    /// Packets of other systems or, for position and attitude, of other components; all while the vehicle is unknown.
    public private(set) var foreign: UInt64 = 0
    /// Position messages that held no position: 0/0, no fix, out of range.
    public private(set) var withoutPosition: UInt64 = 0

    private var clock = MAVLinkClock()
    private var attitude: (state: MAVLinkAttitude, at: MonotonicInstant)?
    private var gimbal: (state: MAVLinkGimbal, at: MonotonicInstant)?
    private var satellites: (state: MAVLinkSatelliteFix, at: MonotonicInstant)?
    private var battery = MAVLinkBattery()
    private var utc = MAVLinkUTC()
    private var arming: (isArmed: Bool, at: MonotonicInstant)?
    private var landing: (state: PositionSample.Landed, at: MonotonicInstant)?
    private var lastGlobal: MonotonicInstant?

    /// - Parameter system: the vehicle's MAVLink system, 1…255; nil for the first autopilot heard.
    public init(system: UInt8? = nil) { self.system = system }

    /// Takes a packet received at `captureTime`; the sample, if it completes one.
    public mutating func handle(_ packet: MAVLinkPacket, at captureTime: CaptureTime) -> PositionSample? {
        let now = captureTime.monotonic
        if packet.messageID == 0 { noteHeartbeat(packet, now) }
        guard let system, packet.system == system else {
            foreign &+= 1
            return nil
        }
        switch packet.messageID {
        case 265, 285:  // MOUNT_ORIENTATION and GIMBAL_DEVICE_ATTITUDE_STATUS come from whichever component steers it
            if let state = MAVLinkGimbal(packet) { gimbal = (state, now) }
            return nil
        case 147 where Self.batteryComponents.contains(packet.component):  // BATTERY_STATUS of a battery that speaks
            battery.note(packet, at: now)
            return nil
        case 1, 2, 24, 30, 33, 147, 245:
            guard packet.component == autopilot else {
                foreign &+= 1
                return nil
            }
        default: return nil
        }
        switch packet.messageID {
        case 1, 147:
            battery.note(packet, at: now)
            return nil
        case 2:
            let measured = clock.measured(bootMilliseconds: packet.uint32(at: 8), arrival: captureTime)
            utc.note(packet, measured: measured.monotonic)
            return nil
        case 245:  // EXTENDED_SYS_STATE, landed_state@1
            landing = PositionSample.Landed(rawValue: packet.uint8(at: 1)).map { ($0, now) }
            return nil
        case 30:
            let measured = clock.measured(bootMilliseconds: packet.uint32(at: 0), arrival: captureTime)
            attitude = MAVLinkAttitude(packet).map { ($0, measured.monotonic) }
            return nil
        case 24:
            let fix = MAVLinkSatelliteFix(packet)
            satellites = (fix, now)
            if let lastGlobal, now.isFresh(lastGlobal, Self.globalTimeout) { return nil }
            return sample(fix.pose, captureTime)
        default:
            let measured = clock.measured(bootMilliseconds: packet.uint32(at: 0), arrival: captureTime)
            guard let pose = MAVLinkPosition.global(packet) else { return sample(nil, measured) }
            lastGlobal = now
            return sample(pose, measured)
        }
    }

    private mutating func noteHeartbeat(_ packet: MAVLinkPacket, _ now: MonotonicInstant) {
        guard packet.isAutopilotHeartbeat, packet.system != 0, system ?? packet.system == packet.system else { return }
        // A second component of the same vehicle with an autopilot's heartbeat does not take over.
        if arming == nil { autopilot = packet.component }
        guard packet.component == autopilot else { return }
        system = packet.system
        arming = (packet.uint8(at: 6) & 128 != 0, now)
    }

    private mutating func sample(_ position: Pose?, _ captureTime: CaptureTime) -> PositionSample? {
        guard var pose = position else {
            withoutPosition &+= 1
            return nil
        }
        let now = captureTime.monotonic
        if let satellites, now.isFresh(satellites.at, Self.slowFreshness) {
            pose.fix = satellites.state.fix
            pose.satellites = satellites.state.satellites
            pose.horizontalAccuracyMetres = satellites.state.accuracyMetres
        }
        if let attitude, now.isFresh(attitude.at, Self.freshness) {
            let carried = attitude.state.carried(by: now.since(attitude.at))
            pose.rollDegrees = carried.rollDegrees
            pose.pitchDegrees = carried.pitchDegrees
            pose.yawDegrees = carried.yawDegrees
        }
        if let gimbal, now.isFresh(gimbal.at, Self.freshness) {
            pose.gimbalPitchDegrees = gimbal.state.pitchDegrees
            pose.gimbalYawDegrees = gimbal.state.yaw(vehicleYaw: pose.yawDegrees)
        }
        let isArmingFresh = arming.map { now.isFresh($0.at, Self.slowFreshness) } ?? false
        let isLandingFresh = landing.map { now.isFresh($0.at, Self.slowFreshness) } ?? false
        return PositionSample(
            captureTime: captureTime, pose: pose,
            batteryPercent: battery.percent(at: now, noOlderThan: Self.slowFreshness),
            armed: isArmingFresh && arming?.isArmed ?? false,
            landed: isLandingFresh ? landing?.state ?? .unknown : .unknown,
            sourceTime: utc.time(at: now, noOlderThan: Self.slowFreshness))
    }
}

extension MAVLinkPacket {
    /// Of a HEARTBEAT (`custom_mode@0 type@4 autopilot@5 base_mode@6`): a ground station, gimbal or camera says
    /// autopilot 8, "invalid".
    var isAutopilotHeartbeat: Bool { messageID == 0 && uint8(at: 5) != 8 && uint8(at: 4) != 6 }
}
