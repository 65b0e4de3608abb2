import ConfigurationFile
import FlightTypes
import Geodesy
import Lookout
import Sensors

extension AgentConfiguration {
    /// Where thermal frames come from.
    public enum ThermalSource: Sendable {
        case serial(SerialThermalSource)
        case v4l2(V4L2ThermalConfiguration)
        case file(path: String, width: Int, height: Int, unit: ThermalUnit, framesPerSecond: Double, loop: Bool)
    }
}

// All that differs from kind to kind stands in this file: a new one is a case and what the compiler asks for then.
extension AgentConfiguration.ThermalSource {
    private enum Kind: String, CaseIterable {
        case gyMCU90640 = "gy-mcu90640"
        case teraRangerEvo = "teraranger-evo"
        case senXor = "senxor"
        case v4l2, file
    }
    private enum UnitName: String, CaseIterable { case centikelvin, decikelvin, counts }

    /// Reads a thermal sensor's section: the source, and the size of its pictures as they come out.
    static func read(_ section: ConfigurationSection) throws -> (source: Self, size: (width: Int, height: Int)) {
        let kind = try section.enumValue("source", of: Kind.self, default: nil)
        let path = try section.path("path")
        let source: Self
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
        return (source, size)
    }

    private static func unit(_ section: ConfigurationSection) throws -> ThermalUnit {
        switch try section.enumValue("unit", of: UnitName.self, default: .counts) {
        case .centikelvin: .centikelvin
        case .decikelvin: .decikelvin
        case .counts: .counts
        }
    }

    func sensor(clocks: any Clocks) -> any ImageSensor {
        switch self {
        case .serial(let serial): serial.sensor(clocks: clocks)
        case .v4l2(let camera): V4L2Camera(camera, clocks: clocks)
        case .file(let path, let width, let height, let unit, let rate, let loop):
            RawThermalFile(
                path: path, width: UInt16(clamping: width), height: UInt16(clamping: height), unit: unit,
                framesPerSecond: rate, isLooping: loop, clocks: clocks)
        }
    }

    /// What the agent opens, for `lagebild doctor`.
    public var opening: SourceOpening {
        switch self {
        case .serial(let serial):
            SourceOpening(path: serial.path, what: "thermal sensor", group: "dialout", fault: serial.fault)
        case .v4l2(let camera): SourceOpening(path: camera.devicePath, what: "thermal camera", group: "video")
        case .file(let path, _, _, _, _, _): SourceOpening(path: path, what: "thermal file")
        }
    }
}

extension AgentConfiguration.Thermal {
    /// Reads a thermal sensor's section.
    static func read(_ section: ConfigurationSection) throws -> Self {
        let (source, size) = try AgentConfiguration.ThermalSource.read(section)
        var calibration = try AgentConfiguration.calibration(section)
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
        return Self(
            source: source,
            look: LookSettings(
                horizontalFieldOfViewDegrees: view.isFinite ? view : 55, mountPitchDegrees: mount,
                calibration: calibration, sigmas: try section.double("sigmas", in: 0...1000, default: 0),
                contrastFloor: try section.int("contrastFloor", in: 0...60000, default: 0)))
    }
}
