/// How a frame's payload is coded.
public enum FrameEncoding: UInt8, Sendable {
    /// A JPEG file, byte for byte as the camera gave it.
    case jpeg = 1
    /// Rows of 16-bit little-endian values, `width × height × 2` bytes.
    case gray16 = 2
    /// The same values as a stream of `ThermalCoder` (docs/wire-format.md §5.2), which also says how far a value may be off.
    case codedGray16 = 3
}

/// What a thermal value means.
public enum ThermalUnit: UInt8, Sendable {
    /// Not thermal.
    case none = 0
    /// Hundredths of a kelvin: 29 315 is 20.00 °C.
    case centikelvin = 1
    /// Tenths of a kelvin.
    case decikelvin = 2
    /// Uncalibrated counts: differences mean something, absolute values do not.
    case counts = 3
}

/// One image with the moment and the pose it was taken at.
public struct Frame: Hashable, Sendable {
    /// Remarks about a frame that a viewer must show.
    public struct Flags: OptionSet, Hashable, Sendable {
        /// The bits.
        public let rawValue: UInt8
        /// From its raw form.
        public init(rawValue: UInt8) { self.rawValue = rawValue }
        /// The sensor has repeated the same picture for at least a second.
        public static let frozen = Flags(rawValue: 1)
        /// The sensor skipped frames right before this one.
        public static let afterGap = Flags(rawValue: 2)
        /// This is a smaller copy made for the link; the camera's own picture stays on board and may follow.
        public static let reduced = Flags(rawValue: 4)
        /// The sensor corrected itself (flat field), or its picture stood still or jumped as a whole as it does then:
        /// a difference to the frame before means nothing.
        public static let flatField = Flags(rawValue: 8)
        /// Values that the sensor cannot measure, all the same, or at their end: to be looked at with distrust.
        public static let implausible = Flags(rawValue: 16)
        /// The picture is black, white or of one colour throughout: the lens is covered, or there is no light.
        public static let blind = Flags(rawValue: 32)
    }
    /// Who this frame is.
    public var id: ObjectID
    /// When it was exposed, on the drone.
    public var captureTime: CaptureTime
    /// The pose interpolated to `captureTime`.
    public var pose: Pose
    /// How `payload` is coded.
    public var encoding: FrameEncoding
    /// Meaning of the values of a `gray16` payload.
    public var unit: ThermalUnit
    /// Remarks.
    public var flags: Flags
    /// Pixels, 1…65,535.
    public var width: UInt16
    /// Pixels, 1…65,535.
    public var height: UInt16
    /// The coded image.
    public var payload: [UInt8]

    /// A frame of its parts.
    public init(
        id: ObjectID, captureTime: CaptureTime, pose: Pose, encoding: FrameEncoding, unit: ThermalUnit = .none,
        flags: Flags = [], width: UInt16, height: UInt16, payload: [UInt8]
    ) {
        self.id = id
        self.captureTime = captureTime
        self.pose = pose
        self.encoding = encoding
        self.unit = unit
        self.flags = flags
        self.width = width
        self.height = height
        self.payload = payload
    }
}
