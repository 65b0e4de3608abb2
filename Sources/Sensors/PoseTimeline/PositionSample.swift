import FlightTypes

/// Position and attitude as a source gave them, with the moment they hold for.
public struct PositionSample: Hashable, Sendable {
    /// Where the vehicle is, as MAVLink's MAV_LANDED_STATE counts.
    public enum Landed: UInt8, Sendable {
        case unknown = 0, onGround = 1, inAir = 2, takingOff = 3, landing = 4
    }
    /// When it was measured, where the source says, or else when the agent received it; by the agent's clocks.
    public var captureTime: CaptureTime
    /// The position and attitude.
    public var pose: Pose
    /// Battery, 0…100 %; 255 unknown.
    public var batteryPercent: UInt8
    /// Whether the motors are armed, where the source says; false where it does not.
    public var armed: Bool
    /// Whether it flies, where the source says.
    public var landed: Landed
    /// UTC as the source itself has it at `captureTime`; nil where it does not say. Only to compare the clocks: nothing
    /// is dated by it.
    public var sourceTime: WallTime?
    /// What is doubtful about it; `PositionPlausibility` decides.
    public var remarks: Pose.Remarks {
        get { pose.remarks }
        set { pose.remarks = newValue }
    }
    /// A sample of its parts.
    public init(
        captureTime: CaptureTime, pose: Pose, batteryPercent: UInt8 = 255, armed: Bool = false,
        landed: Landed = .unknown, sourceTime: WallTime? = nil
    ) {
        self.captureTime = captureTime
        self.pose = pose
        self.batteryPercent = batteryPercent
        self.armed = armed
        self.landed = landed
        self.sourceTime = sourceTime
    }
}
