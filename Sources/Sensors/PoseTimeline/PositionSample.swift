import FlightTypes

/// Position and attitude as a source gave them, with the moment they hold for.
public struct PositionSample: Hashable, Sendable {
    /// When it was measured, where the source says, or else when the agent received it; by the agent's clocks.
    public var captureTime: CaptureTime
    /// The position and attitude.
    public var pose: Pose
    /// Battery, 0…100 %; 255 unknown.
    public var batteryPercent: UInt8
    /// Whether the motors are armed, where the source says; false where it does not.
    public var armed: Bool
    /// A sample of its parts.
    public init(captureTime: CaptureTime, pose: Pose, batteryPercent: UInt8 = 255, armed: Bool = false) {
        self.captureTime = captureTime
        self.pose = pose
        self.batteryPercent = batteryPercent
        self.armed = armed
    }
}
