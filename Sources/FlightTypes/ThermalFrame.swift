/// A thermal picture on board with the moment and the pose it was taken at: values, not yet the bytes that travel. Detector and coder take
/// the values from here.
public struct ThermalFrame: Hashable, Sendable {
    /// Who this frame is.
    public var id: ObjectID
    /// When it was exposed, on the drone.
    public var captureTime: CaptureTime
    /// The pose interpolated to `captureTime`.
    public var pose: Pose
    /// Meaning of the values.
    public var unit: ThermalUnit
    /// Remarks.
    public var flags: Frame.Flags
    /// Pixels, 1…65,535.
    public var width: UInt16
    /// Pixels, 1…65,535.
    public var height: UInt16
    /// `width × height` values, row by row from the upper left.
    public var values: [UInt16]

    /// A frame of its parts.
    public init(
        id: ObjectID, captureTime: CaptureTime, pose: Pose, unit: ThermalUnit, flags: Frame.Flags = [], width: UInt16,
        height: UInt16, values: [UInt16]
    ) {
        self.id = id
        self.captureTime = captureTime
        self.pose = pose
        self.unit = unit
        self.flags = flags
        self.width = width
        self.height = height
        self.values = values
    }

    /// The frame as it travels, with its values coded as `payload`.
    public func frame(_ encoding: FrameEncoding, payload: [UInt8]) -> Frame {
        Frame(
            id: id, captureTime: captureTime, pose: pose, encoding: encoding, unit: unit, flags: flags, width: width,
            height: height, payload: payload)
    }
}
