import Terminal
import ArgumentParser
import FlightTypes
import Foundation
import HotspotDetection

struct BenchDetectCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "detect", abstract: "Measure the detector: what it finds, what it invents, how long it takes.",
        discussion: """
            Thresholds are chosen on one half of a set and measured on the other, both ways; the figures are those of both other \
            halves together. scripts/bench detect runs OpenCV on the same frames beside it.

            Example: lagebild-bench detect --small-targets infrared-small-target --speed
            """)
    @Option(help: "Folder with images/ and masks/ of small targets.") var smallTargets: String?
    @Option(
        help:
            "Folder with even.lbcn and odd.lbcn (persons-even.lbcn and persons-odd.lbcn), networks trained on either half: also measure those."
    )
    var networks: String?
    @Option(help: "Folder with images/ and labels.json of persons on land.") var persons: String?
    @Option(
        help:
            "With --networks: write a page into this folder that shows what was missed and invented beside what was found."
    )
    var report: String?
    @Flag(help: "Measure the time of made-up frames of 160×120 and 640×512.") var speed = false
    @Option(help: "With --speed: write those frames into this folder, for other programs.") var framesTo: String?

    func validate() throws {
        guard smallTargets != nil || persons != nil || speed else {
            throw ValidationError("nothing to measure: --small-targets, --persons or --speed")
        }
    }

    func run() throws {
        if let smallTargets {
            let bench = SmallTargetBench(set: try SmallTargetSet(folder: smallTargets))
            bench.run()
            if let networks {
                try bench.runNetworks(
                    folder: networks, report: try report.map { try DetectReport(folder: $0 + "/small-targets") })
            }
        }
        if let persons {
            let bench = try PersonBench(folder: persons)
            bench.run()
            if let networks {
                try bench.runNetworks(
                    folder: networks, report: try report.map { try DetectReport(folder: $0 + "/persons") })
            }
        }
        if speed { try DetectSpeed.run(writingTo: framesTo) }
    }
}

/// A network's file; the error names it.
func readNetwork(_ path: String) throws -> NetworkFile {
    do { return try NetworkFile(try readInput(path)) } catch let malformed as NetworkFile.Malformed {
        throw CommandFailure("\(path): \(malformed)")
    }
}
