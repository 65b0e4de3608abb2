import FlightTypes
import Foundation

/// Radians and quaternions into the degrees of `Pose`.
enum MAVLinkAngle {
    static func atan2(_ y: Double, _ x: Double) -> Double { Foundation.atan2(y, x) }
    static func degrees(_ radians: Double) -> Double { radians * 180 / .pi }
    static func compass(radians: Double) -> Float { PoseAngle.compass(Float(degrees(radians))) }
}

/// What ATTITUDE says: `roll@4 pitch@8 yaw@12` rad, `rollspeed@16 pitchspeed@20 yawspeed@24` rad/s about the body's
/// axes.
struct MAVLinkAttitude: Sendable {
    /// How far rates are believed to hold.
    static let carryLimit = Duration.milliseconds(200)

    private let roll: Double, pitch: Double, yaw: Double
    private let rates: (x: Double, y: Double, z: Double)

    /// Nil when the angles are none.
    init?(_ packet: MAVLinkPacket) {
        func value(_ offset: Int) -> Double { Double(packet.float(at: offset)) }
        (roll, pitch, yaw) = (value(4), value(8), value(12))
        guard roll.magnitude < 7, pitch.magnitude < 1.6, yaw.magnitude < 7 else { return nil }  // false for NaN
        let rates = (x: value(16), y: value(20), z: value(24))
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

/// Where the camera looks: GIMBAL_DEVICE_ATTITUDE_STATUS (`q[4]@4 flags@36`) or the older MOUNT_ORIENTATION
/// (`pitch@8 yaw@12` degrees, extension `yaw_absolute@16`).
struct MAVLinkGimbal: Sendable {
    /// Below the horizon negative; NaN unknown.
    let pitchDegrees: Float
    private let yawDegrees: Float
    private let isYawRelative: Bool

    /// Nil when the packet is no such report or holds no direction.
    init?(_ packet: MAVLinkPacket) {
        switch packet.messageID {
        case 265:
            pitchDegrees = PoseAngle.signed(packet.float(at: 8))
            let absolute = packet.float(at: 16)
            // An older sender leaves the extension out, which reads as zero; exactly north is not to be expected.
            isYawRelative = absolute == 0 || !absolute.isFinite
            yawDegrees = isYawRelative ? packet.float(at: 12) : absolute
            guard pitchDegrees.isFinite else { return nil }
        case 285:
            let parts = [4, 8, 12, 16].map { Double(packet.float(at: $0)) }
            guard let direction = Self.direction(w: parts[0], x: parts[1], y: parts[2], z: parts[3]) else { return nil }
            pitchDegrees = direction.pitch
            yawDegrees = direction.yaw
            // Flag 32 says vehicle frame, 64 earth frame; older senders set neither, then the yaw lock (16) decides.
            let flags = packet.uint16(at: 36)
            isYawRelative = flags & 32 != 0 || flags & (64 | 16) == 0
        default: return nil
        }
    }
    /// Clockwise from true north; NaN when it is given relative to a vehicle whose yaw is unknown.
    func yaw(vehicleYaw: Float) -> Float { PoseAngle.compass(isYawRelative ? vehicleYaw + yawDegrees : yawDegrees) }

    /// The direction of the camera axis (the rotated x axis). Looking straight down the axis has no compass direction,
    /// so within 10° of the vertical the picture's upper edge gives the yaw: the camera keeps its yaw while it tilts.
    private static func direction(w: Double, x: Double, y: Double, z: Double) -> (pitch: Float, yaw: Float)? {
        let norm = (w * w + x * x + y * y + z * z).squareRoot()
        guard norm > 0.5, norm < 2 else { return nil }  // false for NaN
        let (w, x, y, z) = (w / norm, x / norm, y / norm, z / norm)
        let rise = min(1, max(-1, 2 * (w * y - x * z)))
        let yaw: Double
        if rise.magnitude < 0.985 {
            yaw = atan2(2 * (w * z + x * y), 1 - 2 * (y * y + z * z))
        } else {
            let side = rise < 0 ? -1.0 : 1.0
            yaw = atan2(side * 2 * (y * z - w * x), side * 2 * (x * z + w * y))
        }
        return (Float(MAVLinkAngle.degrees(asin(rise))), MAVLinkAngle.compass(radians: yaw))
    }
}
