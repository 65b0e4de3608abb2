import ConfigurationFile
import FlightTypes
import Geodesy
import LinkProtocol
import Lookout
import Sensors

/// All that `agent.yaml` says, checked.
public struct AgentConfiguration: Sendable {
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
        let cameras = try root.sections("cameras").map { (try CameraSource.read($0), try calibration($0)) }
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
            thermal: try root.sections("thermal").map(Thermal.read), current: try current(try root.section("water")),
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

    static func calibration(_ section: ConfigurationSection) throws -> CameraCalibration? {
        try section.string("calibration", default: "").isEmpty ? nil : .load(path: section.path("calibration"))
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
