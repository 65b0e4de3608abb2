import ArgumentParser
import FlightTypes
import HotspotDetection
import Terminal
import Testing

@testable import lagebild

@Suite struct DetectorThresholdsTests {
    @Test func withoutOptionsItIsTheOneDelivered() throws {
        let thresholds = try DetectorThresholds.parse([])
        for unit in [ThermalUnit.centikelvin, .decikelvin, .counts] {
            #expect(thresholds.configuration(unit: unit) == HotspotDetector.Configuration(unit: unit))
        }
    }

    @Test func eachOptionChangesItsThreshold() throws {
        let thresholds = try DetectorThresholds.parse([
            "--noise-factor", "7.5", "--floor", "120", "--growth", "0.4", "--rings", "21,13,7", "--levels", "3",
            "--polarity", "cold",
        ])
        let configuration = thresholds.configuration(unit: .centikelvin)
        #expect(configuration.noiseFactor == 7.5 && configuration.floor == 120 && configuration.growth == 0.4)
        #expect(configuration.rings == [21, 13, 7] && configuration.levels == 3 && configuration.polarity == .cold)
    }

    @Test(arguments: [
        ["--polarity", "hot"], ["--rings", "21,x"], ["--levels", "many"], ["--persons", "--classical"],
        ["--persons", "--floor", "3"],
    ])
    func whatDoesNotFitIsRefused(arguments: [String]) {
        #expect(throws: (any Error).self, "\(arguments)") { try DetectorThresholds.parse(arguments) }
    }

    @Test func personsAreFoundInPicturesOfEightBitsOnly() throws {
        let thresholds = try DetectorThresholds.parse(["--persons"])
        let error = #expect(throws: CommandFailure.self) { try thresholds.finder(unit: .centikelvin) }
        #expect(error?.description.contains("8 bits") == true)
        _ = try thresholds.finder(unit: .none)
    }
}
