import ConfigurationFile
import FlightTypes
import Geodesy
import LinkProtocol
import Lookout
import Sensors

/// All that `agent.yaml` says, checked.
public struct AgentConfiguration: Sendable {
    /// Where a visible camera's pictures come from.
    public enum CameraSource: Sendable {
        case v4l2(V4L2CameraConfiguration)
        case mjpeg(path: String, framesPerSecond: Double, loop: Bool)
        case folder(path: String, framesPerSecond: Double, loop: Bool)
    }
    /// Where thermal frames come from.
    public enum ThermalSource: Sendable {
        case serial(SerialThermalSource)
        case v4l2(V4L2ThermalConfiguration)
        case file(path: String, width: Int, height: Int, unit: ThermalUnit, framesPerSecond: Double, loop: Bool)
    }
    /// Where the position comes from.
    public enum PositionSource: Sendable {
        case none
        case mavlinkUDP(host: String, port: Int)
        case mavlinkSerial(path: String, baud: UInt32)
        case nmeaSerial(path: String, baud: UInt32)
        case gpsd(host: String, port: Int)
        case tlog(path: String, loop: Bool)
    }
    /// What is particular to a live MAVLink source.
    public struct MAVLinkOptions: Sendable {
        /// File with the key that packets have to be signed with; nil takes them unsigned.
        public var signingKeyFile: String?
        /// Whether the autopilot is asked for messages that come too seldom.
        public var requestsIntervals = false
        /// Which vehicle and gimbal are listened to.
        public var choice = MAVLinkTelemetry.Choice()
    }
    /// A thermal sensor.
    public struct Thermal: Sendable {
        /// Where its frames come from.
        public var source: ThermalSource
        /// How it looks at the water.
        public var look: LookSettings
    }
    /// Folder for the flight counter and the onboard record.
    public var dataFolder: String
    /// The drone's private key.
    public var keyFile: String
    /// The station's address, port and public key (file or line).
    public var stationHost: String, stationPort: Int, stationKey: String
    /// The most that may leave, megabits a second.
    public var megabitsPerSecond: Double
    /// Which originals follow where a reduced copy arrived live.
    public var originals: OriginalsPolicy
    /// How old a visible frame may be when it arrives.
    public var visibleDeadline: Duration
    /// Visible cameras, in order of their stream index.
    public var cameras: [CameraSource]
    /// Lens and mounting of each of `cameras`; nil where no file says them.
    public var cameraCalibrations: [CameraCalibration?]
    /// Thermal sensors, in order of their stream index.
    public var thermal: [Thermal]
    /// How the water below flows; nil where nobody said.
    public var current: WaterCurrent?
    /// Where the position comes from.
    public var position: PositionSource
    /// How a MAVLink source is listened to.
    public var mavlink: MAVLinkOptions
    /// Onboard record: whether, how large it may get, how much disk stays free.
    public var records: Bool, recordMaximumMegabytes: Int, recordReserveMegabytes: Int

    /// Reads and checks `path`; every error names file, line and key.
    public static func load(path: String) throws -> AgentConfiguration {
        let root = try ConfigurationSection.load(path: path)
        let drone = try root.section("drone")
        let station = try root.section("station")
        let recording = try root.section("recording")
        let cameras = try root.sections("cameras").map { (try camera($0), try calibration($0)) }
        let position = try root.section("position")
        let configuration = AgentConfiguration(
            dataFolder: try drone.path("dataFolder"), keyFile: try drone.path("keyFile"),
            stationHost: try station.host("host", default: nil),
            stationPort: try station.int("port", in: 1...65535, default: 4790),
            stationKey: try stationKey(station),
            megabitsPerSecond: try station.double("megabitsPerSecond", in: 0.05...1000, default: 50),
            originals: try station.enumValue("originals", of: OriginalsPolicy.self, default: .detections),
            visibleDeadline: .milliseconds(try station.int("deadlineMilliseconds", in: 50...5000, default: 200)),
            cameras: cameras.map(\.0), cameraCalibrations: cameras.map(\.1),
            thermal: try root.sections("thermal").map(thermal), current: try current(try root.section("water")),
            position: try positionSource(position), mavlink: try mavlink(position),
            records: try recording.bool("enabled", default: true),
            recordMaximumMegabytes: try recording.int("maximumMegabytes", in: 10...10_000_000, default: 32_000),
            recordReserveMegabytes: try recording.int("reserveMegabytes", in: 0...10_000_000, default: 500))
        try root.finish()
        return configuration
    }

    private static func current(_ water: ConfigurationSection) throws -> WaterCurrent? {
        let speed = try water.double("currentMetresPerSecond", in: 0...10, default: .nan)
        let direction = try water.double("currentDegrees", in: 0...360, default: .nan)
        switch (speed.isNaN, direction.isNaN) {
        case (true, true): return nil
        case (false, false): return WaterCurrent(metresPerSecond: speed, degrees: direction)
        default:
            throw water.error(
                speed.isNaN ? "currentMetresPerSecond" : "currentDegrees",
                "is missing: speed and direction of the water belong together")
        }
    }

    private static func stationKey(_ station: ConfigurationSection) throws -> String {
        let text = try station.requiredString("publicKey")
        return text.hasPrefix("lagebild-x25519 ") ? text : try station.path("publicKey")
    }

    private static func calibration(_ section: ConfigurationSection) throws -> CameraCalibration? {
        try section.string("calibration", default: "").isEmpty ? nil : .load(path: section.path("calibration"))
    }

    private enum CameraKind: String, CaseIterable { case v4l2, mjpeg, folder }
    private enum PixelFormat: String, CaseIterable { case automatic, mjpg, yuyv, uyvy, nv12, grey }

    private static func camera(_ section: ConfigurationSection) throws -> CameraSource {
        let kind = try section.enumValue("source", of: CameraKind.self, default: nil)
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

    private enum ThermalKind: String, CaseIterable {
        case gyMCU90640 = "gy-mcu90640"
        case teraRangerEvo = "teraranger-evo"
        case senXor = "senxor"
        case v4l2, file
    }
    private enum UnitName: String, CaseIterable { case centikelvin, decikelvin, counts }

    private static func thermal(_ section: ConfigurationSection) throws -> Thermal {
        let kind = try section.enumValue("source", of: ThermalKind.self, default: nil)
        let path = try section.path("path")
        let source: ThermalSource
        var size = (width: 32, height: 24)
        switch kind {
        case .gyMCU90640:
            let rate = try section.double("rate", in: 0.5...8, default: 8)
            guard let command = GYMCU90640Command.Rate.allCases.first(where: { $0.hertz == rate }) else {
                throw section.error("rate", "must be 0.5, 1, 2, 4 or 8 (Hz): the sensor knows no other")
            }
            // The sensor sends its picture with left and right swapped.
            let serial = try SerialThermalSource.read(
                section, kind: .gyMCU90640(command), baud: 460_800, mirror: .horizontal)
            source = .serial(serial)
            size = serial.correction.turned(size)
        case .teraRangerEvo:
            let serial = try SerialThermalSource.read(section, kind: .teraRangerEvo, baud: 460_800, mirror: .none)
            source = .serial(serial)
            size = (32, 32)
        case .senXor:
            let kind = SerialThermalSource.Kind.senXor(divider: try section.int("divider", in: 0...255, default: 0))
            let serial = try SerialThermalSource.read(section, kind: kind, baud: 115_200, mirror: .none)
            source = .serial(serial)
            size = serial.correction.turned(
                (
                    try section.int("width", in: 1...2048, default: 80),
                    try section.int("height", in: 1...2048, default: 62)
                ))
        case .v4l2:
            let kind = try section.enumValue("kind", of: V4L2ThermalConfiguration.Kind.self, default: .y16)
            let camera = V4L2ThermalConfiguration(
                devicePath: path, kind: kind,
                width: try section.int("width", in: 1...2048, default: kind == .y16 ? 160 : 256),
                height: try section.int("height", in: 1...2048, default: kind == .y16 ? 122 : 192),
                framesPerSecond: Int(try section.double("rate", in: 1...240, default: 9).rounded()),
                unit: try unit(section))
            source = .v4l2(camera)
            size = camera.pictureSize
        case .file:
            size.width = try section.int("width", in: 1...2048, default: 160)
            size.height = try section.int("height", in: 1...2048, default: 120)
            source = .file(
                path: path, width: size.width, height: size.height, unit: try unit(section),
                framesPerSecond: try section.double("rate", in: 0.1...240, default: 8.7),
                loop: try section.bool("loop", default: false))
        }
        var calibration = try calibration(section)
        let view = try section.double("horizontalFieldOfView", in: 1...170, default: .nan)
        if calibration != nil, view.isFinite {
            throw section.error("horizontalFieldOfView", "stands in the calibration; take one of the two out")
        }
        let mount = try section.double(
            "mountPitch", in: -90...0, default: calibration?.camera.mountPitchDegrees ?? -90)
        calibration?.camera.mountPitchDegrees = mount
        if let camera = calibration?.camera, camera.resized(width: size.width, height: size.height) == nil {
            throw section.error(
                "calibration",
                "is for \(camera.width) × \(camera.height) pixels, not for \(size.width) × \(size.height)")
        }
        return Thermal(
            source: source,
            look: LookSettings(
                horizontalFieldOfViewDegrees: view.isFinite ? view : 55, mountPitchDegrees: mount,
                calibration: calibration, sigmas: try section.double("sigmas", in: 0...1000, default: 0),
                contrastFloor: try section.int("contrastFloor", in: 0...60000, default: 0)))
    }

    private static func unit(_ section: ConfigurationSection) throws -> ThermalUnit {
        switch try section.enumValue("unit", of: UnitName.self, default: .counts) {
        case .centikelvin: .centikelvin
        case .decikelvin: .decikelvin
        case .counts: .counts
        }
    }

    private enum PositionKind: String, CaseIterable {
        case none
        case mavlinkUDP = "mavlink-udp"
        case mavlinkSerial = "mavlink-serial"
        case nmea
        case ubx
        case gpsd
        case tlog
    }

    private static func positionSource(_ section: ConfigurationSection) throws -> PositionSource {
        let kind = try section.enumValue("source", of: PositionKind.self, default: nil)
        func baud(_ standard: Int) throws -> UInt32 {
            UInt32(try section.int("baud", in: 300...4_000_000, default: standard))
        }
        switch kind {
        case .none: return .none
        case .mavlinkUDP:
            return .mavlinkUDP(
                host: try section.host("host", default: "0.0.0.0"),
                port: try section.int("port", in: 1...65535, default: 14550))
        case .mavlinkSerial: return .mavlinkSerial(path: try section.path("path"), baud: try baud(57600))
        // One stream may carry both; the two names are for those who look for theirs.
        case .nmea, .ubx: return .nmeaSerial(path: try section.path("path"), baud: try baud(9600))
        case .gpsd:
            return .gpsd(
                host: try section.host("host", default: "127.0.0.1"),
                port: try section.int("port", in: 1...65535, default: 2947))
        case .tlog: return .tlog(path: try section.path("path"), loop: try section.bool("loop", default: false))
        }
    }

    /// Keys for MAVLink count beside a MAVLink source only; beside another they are unknown.
    private static func mavlink(_ section: ConfigurationSection) throws -> MAVLinkOptions {
        switch try section.enumValue("source", of: PositionKind.self, default: nil) {
        case .mavlinkUDP, .mavlinkSerial:
            let isKeyGiven = try !section.string("signingKey", default: "").isEmpty
            return MAVLinkOptions(
                signingKeyFile: isKeyGiven ? try section.path("signingKey") : nil,
                requestsIntervals: try section.bool("requestIntervals", default: false), choice: try choice(section))
        case .tlog: return MAVLinkOptions(choice: try choice(section))
        default: return MAVLinkOptions()
        }
    }
    private enum GimbalWord: String, CaseIterable { case automatic, expected, none }
    private static func choice(_ section: ConfigurationSection) throws -> MAVLinkTelemetry.Choice {
        let gimbal = try section.enumValue("gimbal", of: GimbalWord.self, default: .automatic)
        let component = try section.optionalInt("gimbalComponent", in: 1...255)
        guard gimbal != .none || component == nil else {
            throw section.error("gimbalComponent", "names a gimbal, and 'gimbal' says that there is none")
        }
        return MAVLinkTelemetry.Choice(
            system: try section.optionalInt("system", in: 1...255).map { UInt8(clamping: $0) },
            gimbalComponent: component.map { UInt8(clamping: $0) },
            hasGimbal: gimbal == .automatic ? nil : gimbal == .expected)
    }
}
