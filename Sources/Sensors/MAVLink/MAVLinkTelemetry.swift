import FlightTypes

/// Makes position samples of the packets of one autopilot.
///
/// A sample comes with each GLOBAL_POSITION_INT; where a vehicle sends none (for `globalTimeout`), with each
/// GPS_RAW_INT that has a fix. Attitude, gimbal, fix, battery and arming are those last received, while they are fresh;
/// `Pose.basis` says what each part rests on and how much larger than usual its error is.
/// The attitude is carried on by its own turn rates to the sample's moment. That moment is when the autopilot measured,
/// brought onto the agent's clock by `MAVLinkClock`; for GPS_RAW_INT, which does not say, when it arrived.
///
/// `MAVLinkVehicle` decides which vehicle; until it is known there are no samples.
public struct MAVLinkTelemetry: Sendable {
    /// How old an attitude may be to go into a sample.
    public static let freshness = Duration.seconds(2)
    /// How old battery and arming may be, which are sent less often.
    public static let slowFreshness = Duration.seconds(10)
    /// For how long after the last GLOBAL_POSITION_INT a GPS_RAW_INT makes no sample. Long, because a link that stalls
    /// for seconds delivers the GPS_RAW_INT of the stall first, and that one does not say how old it is.
    public static let globalTimeout = Duration.seconds(10)

    /// What a configuration may say about who is listened to.
    public struct Choice: Hashable, Sendable {
        /// The vehicle's MAVLink system, 1…255; nil for the first autopilot heard.
        public var system: UInt8?
        /// The gimbal's MAVLink component, 1…255; nil for any.
        public var gimbalComponent: UInt8?
        /// Whether there is a gimbal: nil where nobody has said.
        public var hasGimbal: Bool?
        /// Nothing said, unless given.
        public init(system: UInt8? = nil, gimbalComponent: UInt8? = nil, hasGimbal: Bool? = nil) {
            self.system = system
            self.gimbalComponent = gimbalComponent
            self.hasGimbal = hasGimbal
        }
    }

    /// MAV_COMP_ID_BATTERY and MAV_COMP_ID_BATTERY2.
    private static let batteryComponents: Set<UInt8> = [180, 181]

    /// Packets of other systems or, for position and attitude, of other components; all while the vehicle is unknown.
    public private(set) var foreign: UInt64 = 0
    /// Position messages that held no position: 0/0, no fix, out of range.
    public private(set) var withoutPosition: UInt64 = 0
    /// Samples made.
    public private(set) var samples: UInt64 = 0

    private(set) var vehicle: MAVLinkVehicle
    private(set) var navigation = MAVLinkNavigation()
    private var gimbals: MAVLinkGimbals
    private var clock = MAVLinkClock()
    private var attitude: (state: MAVLinkAttitude, at: MonotonicInstant)?
    private var wasAttitudeHeard = false
    private var battery = MAVLinkBattery()
    private var utc = MAVLinkUTC()
    private var arming: (isArmed: Bool, at: MonotonicInstant)?
    private var landing: (state: PositionSample.Landed, at: MonotonicInstant)?
    private var lastGlobal: MonotonicInstant?

    /// - Parameter system: the vehicle's MAVLink system, 1…255; nil for the first autopilot heard.
    public init(system: UInt8? = nil) { self.init(Choice(system: system)) }
    /// Listens to whom `choice` says.
    public init(_ choice: Choice) {
        vehicle = MAVLinkVehicle(system: choice.system)
        let expectation: MAVLinkGimbals.Expectation =
            switch choice.hasGimbal {
            case nil: .automatic
            case true?: .expected
            case false?: .none
            }
        gimbals = MAVLinkGimbals(expectation, component: choice.gimbalComponent)
    }

    /// The vehicle listened to; nil until it is known.
    public var system: UInt8? { vehicle.system }
    /// Its autopilot's component, usually 1.
    public var autopilot: UInt8 { vehicle.autopilot }

    /// Takes a packet received at `captureTime`; the sample, if it completes one.
    public mutating func handle(_ packet: MAVLinkPacket, at captureTime: CaptureTime) -> PositionSample? {
        let now = captureTime.monotonic
        let before = vehicle.system
        vehicle.note(packet, at: now)
        if vehicle.system != before, before != nil { forget() }
        guard let system = vehicle.system, packet.system == system else {
            foreign &+= 1
            return nil
        }
        switch packet.messageID {
        case 158, 265, 280, 281, 283, 285:  // They come from whichever component steers the gimbal.
            gimbals.note(packet, vehicleYaw: attitude?.state.yawDegrees ?? .nan, at: now)
            return nil
        case 147 where Self.batteryComponents.contains(packet.component):  // BATTERY_STATUS of a battery that speaks
            battery.note(packet, at: now)
            return nil
        case 0 where packet.component != vehicle.autopilot:
            gimbals.note(packet, at: now)
            return nil
        case 0, 1, 2, 24, 30, 31, 33, 124, 147, 193, 230, 245:
            guard packet.component == vehicle.autopilot else {
                foreign &+= 1
                return nil
            }
            return handleAutopilot(packet, captureTime)
        default: return nil
        }
    }

    /// Another vehicle from now on: nothing of the one before holds.
    private mutating func forget() {
        navigation = MAVLinkNavigation()
        (attitude, arming, landing, lastGlobal) = (nil, nil, nil, nil)
        (clock, utc, battery) = (MAVLinkClock(), MAVLinkUTC(), MAVLinkBattery())
        wasAttitudeHeard = false
    }

    private mutating func handleAutopilot(_ packet: MAVLinkPacket, _ captureTime: CaptureTime) -> PositionSample? {
        let now = captureTime.monotonic
        navigation.note(packet, at: now)
        switch packet.messageID {
        case 0:
            if packet.isAutopilotHeartbeat { arming = (packet.uint8(at: 6) & 128 != 0, now) }
        case 1, 147: battery.note(packet, at: now)
        case 2:
            let measured = clock.measured(bootMilliseconds: packet.uint32(at: 8), arrival: captureTime)
            utc.note(packet, measured: measured.monotonic)
        case 245:  // EXTENDED_SYS_STATE, landed_state@1
            landing = PositionSample.Landed(rawValue: packet.uint8(at: 1)).map { ($0, now) }
        case 30, 31:
            let measured = clock.measured(bootMilliseconds: packet.uint32(at: 0), arrival: captureTime)
            attitude = MAVLinkAttitude(packet).map { ($0, measured.monotonic) }
            wasAttitudeHeard = true
        case 24:
            if let lastGlobal, now.isFresh(lastGlobal, Self.globalTimeout) { return nil }
            return sample(MAVLinkSatelliteFix(packet).pose, captureTime)
        case 33:
            let measured = clock.measured(bootMilliseconds: packet.uint32(at: 0), arrival: captureTime)
            guard let pose = MAVLinkPosition.global(packet) else { return sample(nil, measured) }
            lastGlobal = now
            return sample(pose, measured)
        default: break
        }
        return nil
    }

    private mutating func sample(_ position: Pose?, _ captureTime: CaptureTime) -> PositionSample? {
        guard var pose = position else {
            withoutPosition &+= 1
            return nil
        }
        samples &+= 1
        vehicle.settle()
        let now = captureTime.monotonic
        navigation.apply(to: &pose, at: now)
        if vehicle.isAmbiguous { pose.basis.position = .ambiguous }
        applyAttitude(to: &pose, at: now)
        gimbals.apply(to: &pose, at: now)
        let isArmingFresh = arming.map { now.isFresh($0.at, Self.slowFreshness) } ?? false
        let isLandingFresh = landing.map { now.isFresh($0.at, Self.slowFreshness) } ?? false
        return PositionSample(
            captureTime: captureTime, pose: pose,
            batteryPercent: battery.percent(at: now, noOlderThan: Self.slowFreshness),
            armed: isArmingFresh && arming?.isArmed ?? false,
            landed: isLandingFresh ? landing?.state ?? .unknown : .unknown,
            sourceTime: utc.time(at: now, noOlderThan: Self.slowFreshness))
    }

    /// The heading that comes with the position is as old as the position; that of an attitude that lags is not believed
    /// before it.
    private func applyAttitude(to pose: inout Pose, at now: MonotonicInstant) {
        guard let attitude, now.isFresh(attitude.at, Self.freshness) else {
            if wasAttitudeHeard { pose.basis.attitude = max(pose.basis.attitude, .silent) }
            return
        }
        let age = now.since(attitude.at)
        let carried = attitude.state.carried(by: age)
        pose.rollDegrees = carried.rollDegrees
        pose.pitchDegrees = carried.pitchDegrees
        let margin = PoseAging.angle(after: age)
        guard margin > 0 else {
            pose.yawDegrees = carried.yawDegrees
            return
        }
        pose.basis.attitude = max(pose.basis.attitude, .carried)
        let isHeadingKnown = pose.yawDegrees.isFinite
        if !isHeadingKnown { pose.yawDegrees = carried.yawDegrees }
        pose.basis = pose.basis.widened(tiltDegrees: margin, yawDegrees: isHeadingKnown ? 0 : margin)
    }
}
