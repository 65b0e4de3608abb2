import ConfigurationFile
import FlightTypes
import Sensors

/// A thermal sensor on a serial line: which one, where, and how its picture is put upright.
public struct SerialThermalSource: Sendable {
    /// The sensors there are drivers for, each with what only it knows.
    public enum Kind: Sendable {
        case gyMCU90640(GYMCU90640Command.Rate)
        case teraRangerEvo
        /// Every so manieth frame is sent; 0 is each.
        case senXor(divider: Int)
    }
    /// The line, best a link under `/dev/serial/by-id`.
    public var path: String
    /// Bits a second.
    public var baud: UInt32
    /// Which sensor.
    public var kind: Kind
    /// Of the surface looked at, 1…100.
    public var emissivityPercent: Int
    /// Broken pixels, sides swapped, turned.
    public var correction: ThermalCorrection

    /// A line too slow for the frames asked for.
    var fault: SourceOpening.Fault? {
        guard case .gyMCU90640(let rate) = kind, baud < rate.leastBaud.rawValue else { return nil }
        return .init(
            text: "\(rate.hertz) frames a second do not fit through \(baud) baud",
            mend: "baud: \(rate.leastBaud.rawValue)")
    }

    func sensor(clocks: any Clocks) -> any ImageSensor {
        switch kind {
        case .gyMCU90640(let rate):
            make(GYMCU90640Driver(rate: rate, emissivityPercent: emissivityPercent), clocks)
        case .teraRangerEvo: make(TeraRangerEvoDriver(emissivityPercent: emissivityPercent), clocks)
        case .senXor(let divider):
            make(SenXorDriver(emissivityPercent: emissivityPercent, divider: UInt8(clamping: divider)), clocks)
        }
    }
    private func make(_ driver: some ThermalSerialDriver, _ clocks: any Clocks) -> any ImageSensor {
        SerialThermalSensor(path: path, baud: baud, driver: driver, correction: correction, clocks: clocks)
    }
}

extension SerialThermalSource {
    /// Reads `kind`'s section.
    static func read(
        _ section: ConfigurationSection, kind: Kind, baud: Int, mirror: ThermalCorrection.Mirror
    ) throws -> SerialThermalSource {
        let bad = try section.strings("badPixels", default: [])
        guard bad.count <= ThermalCorrection.badPixelsLimit else {
            throw section.error("badPixels", "has more than \(ThermalCorrection.badPixelsLimit) entries")
        }
        let places = bad.compactMap { ThermalCorrection.Place($0) }
        guard places.count == bad.count else {
            throw section.error("badPixels", "must be a list of places such as \"12,7\" (column, row)")
        }
        let degrees = try section.int("rotate", in: 0...270, default: 0)
        guard let rotation = ThermalCorrection.Rotation(rawValue: degrees) else {
            throw section.error("rotate", "must be one of 0, 90, 180, 270")
        }
        return SerialThermalSource(
            path: try section.path("path"),
            baud: UInt32(try section.int("baud", in: 9600...4_000_000, default: baud)), kind: kind,
            emissivityPercent: try section.int("emissivityPercent", in: 1...100, default: 97),
            correction: ThermalCorrection(
                mirror: try section.enumValue("mirror", of: ThermalCorrection.Mirror.self, default: mirror),
                rotation: rotation, badPixels: places))
    }
}

extension ThermalCorrection {
    /// Size of a picture of this size, put upright.
    func turned(_ size: (width: Int, height: Int)) -> (width: Int, height: Int) {
        rotation.swapsSides ? (size.height, size.width) : size
    }
}
