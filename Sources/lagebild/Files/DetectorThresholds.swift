import ArgumentParser
import FlightTypes
import HotspotDetection

/// Options that let the detector run with other thresholds than those delivered: for measuring and for training on what is weak.
struct DetectorThresholds: ParsableArguments {
    @Option(help: "Sigmas of the local noise that a spot must exceed.") var noiseFactor: Float?
    @Option(help: "What it must exceed beside the noise, in the picture's unit.") var floor: Float?
    @Option(help: "Part of the contrast down to which a region grows, 0.05 to 1.") var growth: Float?
    @Option(help: "Outer edges of the rings in pixels, odd, with commas.") var rings: String?
    @Option(help: "Levels of halved resolution, 1 to 4.") var levels: Int?
    @Option(help: "warm, cold or both.") var polarity: String?
    @Flag(help: "Without the learned second stage that pictures of 8 bits get.") var classical = false

    func validate() throws {
        if let polarity, HotspotDetector.Polarity(rawValue: polarity) == nil {
            throw ValidationError("--polarity must be warm, cold or both")
        }
        if let rings, rings.split(separator: ",").contains(where: { Int($0) == nil }) {
            throw ValidationError("--rings must be numbers with commas, such as 21,13,7")
        }
    }

    /// The detector as delivered where no threshold is given: pictures of 8 bits get the learned second stage.
    func detector(unit: ThermalUnit) -> HotspotDetector {
        let hasOwn =
            noiseFactor != nil || floor != nil || growth != nil || rings != nil || levels != nil || polarity != nil
        guard unit == .none, !classical, !hasOwn, let network = NetworkFile.smallTargets else {
            return HotspotDetector(configuration: configuration(unit: unit))
        }
        return HotspotDetector(configuration: .chips, network: network)
    }

    func configuration(unit: ThermalUnit) -> HotspotDetector.Configuration {
        var configuration = HotspotDetector.Configuration(unit: unit)
        if let noiseFactor { configuration.noiseFactor = noiseFactor }
        if let floor { configuration.floor = floor }
        if let growth { configuration.growth = growth }
        if let rings { configuration.rings = rings.split(separator: ",").compactMap { Int($0) } }
        if let levels { configuration.levels = levels }
        if let polarity { configuration.polarity = HotspotDetector.Polarity(rawValue: polarity) ?? .both }
        return configuration
    }
}
