import ConfigurationFile
import FlightTypes
import Sensors

extension AgentConfiguration {
    /// Where a visible camera's pictures come from.
    public enum CameraSource: Sendable {
        case v4l2(V4L2CameraConfiguration)
        case mjpeg(path: String, framesPerSecond: Double, loop: Bool)
        case folder(path: String, framesPerSecond: Double, loop: Bool)
    }
}

// All that differs from kind to kind stands in this file: a new one is a case and what the compiler asks for then.
extension AgentConfiguration.CameraSource {
    private enum Kind: String, CaseIterable { case v4l2, mjpeg, folder }
    private enum PixelFormat: String, CaseIterable { case automatic, mjpg, yuyv, uyvy, nv12, grey }

    /// Reads a camera's section.
    static func read(_ section: ConfigurationSection) throws -> Self {
        let kind = try section.enumValue("source", of: Kind.self, default: nil)
        let path = try section.path("path")
        let rate = try section.double("rate", in: 0.1...240, default: 15)
        switch kind {
        case .mjpeg: return .mjpeg(path: path, framesPerSecond: rate, loop: try section.bool("loop", default: false))
        case .folder: return .folder(path: path, framesPerSecond: rate, loop: try section.bool("loop", default: false))
        case .v4l2:
            let format = try section.enumValue("format", of: PixelFormat.self, default: .automatic)
            return .v4l2(
                V4L2CameraConfiguration(
                    devicePath: path, width: try section.int("width", in: 16...8192, default: 1280),
                    height: try section.int("height", in: 16...8192, default: 720),
                    framesPerSecond: Int(rate.rounded()),
                    format: .init(rawValue: format.rawValue) ?? .automatic,
                    jpegQuality: try section.int("jpegQuality", in: 1...100, default: 80),
                    controls: try controls(try section.section("controls"))))
        }
    }

    /// What a camera takes for a control, the camera knows: here only that it is a number.
    private static func controls(_ section: ConfigurationSection) throws -> [CameraControl: Int] {
        var controls: [CameraControl: Int] = [:]
        for control in CameraControl.allCases {
            controls[control] = try section.optionalInt(control.rawValue, in: -1_000_000...1_000_000)
        }
        return controls
    }

    func sensor(clocks: any Clocks) -> any ImageSensor {
        switch self {
        case .v4l2(let camera): V4L2Camera(camera, clocks: clocks)
        case .mjpeg(let path, let rate, let loop):
            MJPEGFileCamera(path: path, framesPerSecond: rate, isLooping: loop, clocks: clocks)
        case .folder(let path, let rate, let loop):
            JPEGFolderCamera(path: path, framesPerSecond: rate, isLooping: loop, clocks: clocks)
        }
    }

    /// What the agent opens, for `lagebild doctor`.
    public var opening: SourceOpening {
        switch self {
        case .v4l2(let camera): SourceOpening(path: camera.devicePath, what: "camera", group: "video")
        case .mjpeg(let path, _, _), .folder(let path, _, _): SourceOpening(path: path, what: "camera")
        }
    }
}
