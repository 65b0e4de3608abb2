/// A setting of a camera, by V4L2's number for it (linux/v4l2-controls.h).
///
/// The order is that of setting: an automatism has to be off before its value may be set.
public enum CameraControl: String, Hashable, Sendable, CaseIterable {
    /// 1 by hand, 3 automatic with fixed aperture (what cameras on the USB call automatic).
    case exposureMode
    /// Tenths of a millisecond; taken in mode 1 only.
    case exposure
    /// 0: the frame rate is kept in the dark, 1: the camera may take longer exposures.
    case exposureOverRate
    case gain
    case brightness
    /// 0 or 1.
    case whiteBalanceAutomatic
    /// 0 off, 1 for 50 Hz (Europe), 2 for 60 Hz, 3 automatic.
    case mainsFrequency
    /// 0 or 1.
    case focusAutomatic
    /// In the camera's own steps; 0 is far for most.
    case focus

    /// V4L2's number.
    var number: UInt32 {
        switch self {
        case .brightness: 0x0098_0900
        case .whiteBalanceAutomatic: 0x0098_090C
        case .gain: 0x0098_0913
        case .mainsFrequency: 0x0098_0918
        case .exposureMode: 0x009A_0901
        case .exposure: 0x009A_0902
        case .exposureOverRate: 0x009A_0903
        case .focus: 0x009A_090A
        case .focusAutomatic: 0x009A_090C
        }
    }
}

/// What became of a wish for a control.
public enum ControlOutcome: Hashable, Sendable, CustomStringConvertible {
    /// The camera has it now: the value read back, which may be another.
    case set(Int)
    /// The camera has no such control, or refused the value; what it said.
    case refused(String)

    /// For people.
    public var description: String {
        switch self {
        case .set(let value): "\(value)"
        case .refused(let reason): "refused (\(reason))"
        }
    }
}
