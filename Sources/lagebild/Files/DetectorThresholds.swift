import Terminal
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
    @Flag(help: "Look for persons on land instead, seen from above in pictures of 8 bits; a mask holds their boxes.")
    var persons = false

    func validate() throws {
        if let polarity, HotspotDetector.Polarity(rawValue: polarity) == nil {
            throw ValidationError("--polarity must be warm, cold or both")
        }
        if persons, classical || hasOwn {
            throw ValidationError("--persons takes no thresholds, and there is no classical way for persons")
        }
        if let rings, rings.split(separator: ",").contains(where: { Int($0) == nil }) {
            throw ValidationError("--rings must be numbers with commas, such as 21,13,7")
        }
    }

    private var hasOwn: Bool {
        noiseFactor != nil || floor != nil || growth != nil || rings != nil || levels != nil || polarity != nil
    }

    /// What looks at pictures of a unit; an error where persons are asked for in pictures that the network was not made for.
    func finder(unit: ThermalUnit) throws -> PictureFinder {
        guard persons else { return PictureFinder(detector(unit: unit)) }
        guard unit == .none else {
            throw CommandFailure("persons on land are found in pictures of 8 bits only; this one has \(unit)")
        }
        guard let detector = NetworkFile.persons.flatMap({ PersonDetector(network: $0) }) else {
            throw CommandFailure("this program was built without the network for persons")
        }
        return PictureFinder(detector)
    }

    /// The detector as delivered where no threshold is given: pictures of 8 bits get the learned second stage.
    func detector(unit: ThermalUnit) -> HotspotDetector {
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
