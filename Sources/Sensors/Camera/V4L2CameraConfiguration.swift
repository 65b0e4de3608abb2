/// Which camera, and how it is to run.
public struct V4L2CameraConfiguration: Hashable, Sendable {
    /// The pixels wanted of the camera; another format is taken where it does not offer these.
    public enum Format: String, Hashable, Sendable, CaseIterable {
        case automatic, mjpg, yuyv, uyvy, nv12, grey

        var fourCCs: [FourCC] {
            switch self {
            case .automatic: []
            case .mjpg: [.mjpg, .jpeg]
            case .yuyv: [.yuyv]
            case .uyvy: [.uyvy]
            case .nv12: [.nv12]
            case .grey: [.grey]
            }
        }
    }
    /// Such as `/dev/video0` or, better, a link under `/dev/v4l/by-id`.
    public var devicePath: String
    /// Pixels wanted, 1…8192; the camera may choose others.
    public var width: Int
    /// Pixels wanted, 1…8192.
    public var height: Int
    /// Frames a second wanted, 1…240.
    public var framesPerSecond: Int
    /// Pixels wanted.
    public var format: Format
    /// For raw formats, 1…100.
    public var jpegQuality: Int
    /// Mapped buffers, 2…32; more ride out longer pauses.
    public var bufferCount: Int
    /// Settings of the camera; what is not named stays as the camera has it.
    public var controls: [CameraControl: Int]

    /// A configuration; numbers are clamped to their ranges.
    public init(
        devicePath: String, width: Int = 1280, height: Int = 720, framesPerSecond: Int = 30,
        format: Format = .automatic, jpegQuality: Int = 80, bufferCount: Int = 4,
        controls: [CameraControl: Int] = [:]
    ) {
        self.devicePath = devicePath
        self.width = min(8192, max(1, width))
        self.height = min(8192, max(1, height))
        self.framesPerSecond = min(240, max(1, framesPerSecond))
        self.format = format
        self.jpegQuality = min(100, max(1, jpegQuality))
        self.bufferCount = min(32, max(2, bufferCount))
        self.controls = controls
    }
}
