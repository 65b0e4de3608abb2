import FlightTypes
import Foundation

/// Radians and quaternions into the degrees of `Pose`.
enum MAVLinkAngle {
    static func atan2(_ y: Double, _ x: Double) -> Double { Foundation.atan2(y, x) }
    static func degrees(_ radians: Double) -> Double { radians * 180 / .pi }
    static func compass(radians: Double) -> Float { PoseAngle.compass(Float(degrees(radians))) }

    /// Roll, pitch and yaw in radians of a rotation; nil when the quaternion is none.
    static func euler(w: Double, x: Double, y: Double, z: Double) -> (roll: Double, pitch: Double, yaw: Double)? {
        let norm = (w * w + x * x + y * y + z * z).squareRoot()
        guard norm > 0.5, norm < 2 else { return nil }  // false for NaN
        let (w, x, y, z) = (w / norm, x / norm, y / norm, z / norm)
        return (
            atan2(2 * (w * x + y * z), 1 - 2 * (x * x + y * y)), asin(min(1, max(-1, 2 * (w * y - x * z)))),
            atan2(2 * (w * z + x * y), 1 - 2 * (y * y + z * z))
        )
    }
}

/// What ATTITUDE says: `roll@4 pitch@8 yaw@12` rad, `rollspeed@16 pitchspeed@20 yawspeed@24` rad/s about the body's
/// axes. ATTITUDE_QUATERNION says the same as `q1@4 q2@8 q3@12 q4@16` (w, x, y, z) and rates from 20 on.
struct MAVLinkAttitude: Sendable {
    /// How far rates are believed to hold.
    static let carryLimit = Duration.milliseconds(200)

    private let roll: Double, pitch: Double, yaw: Double
    private let rates: (x: Double, y: Double, z: Double)

    /// Nil when the angles are none.
    init?(_ packet: MAVLinkPacket) {
        func value(_ offset: Int) -> Double { Double(packet.float(at: offset)) }
        var rateOffset = 16
        if packet.messageID == 31 {
            rateOffset = 20
            guard let angles = MAVLinkAngle.euler(w: value(4), x: value(8), y: value(12), z: value(16)) else {
                return nil
            }
            (roll, pitch, yaw) = angles
        } else {
            (roll, pitch, yaw) = (value(4), value(8), value(12))
        }
        guard roll.magnitude < 7, pitch.magnitude < 1.6, yaw.magnitude < 7 else { return nil }  // false for NaN
        let rates = (x: value(rateOffset), y: value(rateOffset + 4), z: value(rateOffset + 8))
        // Beyond 20 rad/s (three turns a second) a rate is nonsense or the drone is lost.
        let isUsable = rates.x.magnitude < 20 && rates.y.magnitude < 20 && rates.z.magnitude < 20
        self.rates = isUsable ? rates : (0, 0, 0)
    }
    var rollDegrees: Float { PoseAngle.signed(Float(MAVLinkAngle.degrees(roll))) }
    var pitchDegrees: Float { Float(min(90, max(-90, MAVLinkAngle.degrees(pitch)))) }
    var yawDegrees: Float { MAVLinkAngle.compass(radians: yaw) }

    /// The attitude `age` later by its own turn rates, carried no further than `carryLimit`.
    func carried(by age: Duration) -> MAVLinkAttitude {
        let seconds = Double(min(max(age, .zero), Self.carryLimit).nanosecondsClamped) / 1e9
        let tilt = cos(pitch)
        guard tilt > 0.2 else { return self }  // near the vertical, Euler angles turn without bounds
        let turn = rates.y * sin(roll) + rates.z * cos(roll)
        return MAVLinkAttitude(
            roll: roll + (rates.x + turn * sin(pitch) / tilt) * seconds,
            pitch: pitch + (rates.y * cos(roll) - rates.z * sin(roll)) * seconds, yaw: yaw + turn / tilt * seconds,
            rates: rates)
    }
    private init(roll: Double, pitch: Double, yaw: Double, rates: (x: Double, y: Double, z: Double)) {
        self.roll = roll
        self.pitch = pitch
        self.yaw = yaw
        self.rates = rates
    }
}

/// Where the camera looks: GIMBAL_DEVICE_ATTITUDE_STATUS (`q[4]@4 failure_flags@32 flags@36`, extension `gimbal_device_id@48`),
/// MOUNT_ORIENTATION (`roll@4 pitch@8 yaw@12` degrees, extension `yaw_absolute@16`) or the oldest, MOUNT_STATUS
/// (`pitch@0 roll@4 yaw@8`, hundredths of a degree).
struct MAVLinkGimbal: Sendable {
    /// GIMBAL_DEVICE_FLAGS_RETRACT, _YAW_LOCK, _YAW_IN_VEHICLE_FRAME, _YAW_IN_EARTH_FRAME.
    private static let retracted: UInt16 = 1, yawLock: UInt16 = 16, vehicleFrame: UInt16 = 32, earthFrame: UInt16 = 64

    /// Below the horizon negative; NaN unknown.
    let pitchDegrees: Float
    /// About the line of sight; NaN where it is not stated.
    let rollDegrees: Float
    /// Which of a component's gimbals; 0 where it does not say.
    let device: UInt8
    /// It says that it is broken or folded away.
    let isFaulty: Bool
    private let yawDegrees: Float
    private let isYawRelative: Bool

    /// Nil when the packet is no such report or holds no direction.
    init?(_ packet: MAVLinkPacket) {
        switch packet.messageID {
        case 158:
            func angle(_ offset: Int) -> Float { PoseAngle.signed(Float(packet.int32(at: offset)) / 100) }
            (pitchDegrees, rollDegrees, yawDegrees) = (angle(0), angle(4), angle(8))
            (isYawRelative, device, isFaulty) = (true, 0, false)
        case 265:
            pitchDegrees = PoseAngle.signed(packet.float(at: 8))
            rollDegrees = PoseAngle.signed(packet.float(at: 4))
            let absolute = packet.float(at: 16)
            // An older sender leaves the extension out, which reads as zero; exactly north is not to be expected.
            isYawRelative = absolute == 0 || !absolute.isFinite
            yawDegrees = isYawRelative ? packet.float(at: 12) : absolute
            (device, isFaulty) = (0, false)
            guard pitchDegrees.isFinite else { return nil }
        case 285:
            let parts = [4, 8, 12, 16].map { Double(packet.float(at: $0)) }
            guard let direction = Self.direction(w: parts[0], x: parts[1], y: parts[2], z: parts[3]) else { return nil }
            pitchDegrees = direction.pitch
            yawDegrees = direction.yaw
            rollDegrees = direction.roll
            // Older senders set neither frame, then the yaw lock decides.
            let flags = packet.uint16(at: 36)
            isYawRelative = flags & Self.vehicleFrame != 0 || flags & (Self.earthFrame | Self.yawLock) == 0
            device = packet.uint8(at: 48)
            isFaulty = flags & Self.retracted != 0 || packet.uint32(at: 32) & MAVLinkGimbals.failures != 0
        default: return nil
        }
    }
    /// Clockwise from true north; NaN when it is given relative to a vehicle whose yaw is unknown.
    func yaw(vehicleYaw: Float) -> Float { PoseAngle.compass(isYawRelative ? vehicleYaw + yawDegrees : yawDegrees) }

    /// Whether two look the same way within `limit` degrees, as far as can be told.
    func agrees(with other: MAVLinkGimbal, vehicleYaw: Float, limit: Float) -> Bool {
        guard (pitchDegrees - other.pitchDegrees).magnitude <= limit else { return false }
        // Straight down the yaw only turns the picture; a difference there is still one.
        let turn = PoseAngle.signed(yaw(vehicleYaw: vehicleYaw) - other.yaw(vehicleYaw: vehicleYaw))
        return !turn.isFinite || turn.magnitude <= limit
    }

    /// The direction of the camera axis (the rotated x axis). Looking straight down the axis has no compass direction,
    /// so within 10° of the vertical the picture's upper edge gives the yaw: the camera keeps its yaw while it tilts.
    private static func direction(
        w: Double, x: Double, y: Double, z: Double
    ) -> (pitch: Float, yaw: Float, roll: Float)? {
        let norm = (w * w + x * x + y * y + z * z).squareRoot()
        guard norm > 0.5, norm < 2 else { return nil }  // false for NaN
        let (w, x, y, z) = (w / norm, x / norm, y / norm, z / norm)
        let rise = min(1, max(-1, 2 * (w * y - x * z)))
        var (yaw, roll) = (0.0, 0.0)
        if rise.magnitude < 0.985 {
            yaw = atan2(2 * (w * z + x * y), 1 - 2 * (y * y + z * z))
            roll = atan2(2 * (w * x + y * z), 1 - 2 * (x * x + y * y))
        } else {
            let side = rise < 0 ? -1.0 : 1.0
            yaw = atan2(side * 2 * (y * z - w * x), side * 2 * (x * z + w * y))
        }
        return (
            Float(MAVLinkAngle.degrees(asin(rise))), MAVLinkAngle.compass(radians: yaw),
            Float(MAVLinkAngle.degrees(roll))
        )
    }
}
