import Terminal
import ArgumentParser
import FlightTypes
import Foundation
import HotspotDetection
import ImageCoding

struct DetectCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "detect", abstract: "Run the detector on pictures: a JSON line a frame.",
        discussion: """
            Pictures of 8 bits get a learned second stage (--classical leaves it out); --persons looks for persons on land instead.

            Example: lagebild detect thermal/*.png --json --mask masks
            """)
    @Argument(
        help:
            "PNG or PGM (8 or 16 bits), JPEG, TIFF (8, 16 or 32 bits, or floating point in °C), .u16le (raw 16-bit frames; give --width and --height), incident files, or folders of these."
    ) var files: [String]
    @Flag(help: "As JSON (the only form).") var json = false
    @Option(help: "Also write an 8-bit PNG mask (0/255) for each picture into this folder.") var mask: String?
    @Option(help: "Width of .u16le frames.") var width = 160
    @Option(help: "Height of .u16le frames.") var height = 120
    @Option(help: "Unit of 16-bit values: counts, centikelvin or decikelvin.") var unit = "counts"
    @OptionGroup(title: "Thresholds other than delivered") var thresholds: DetectorThresholds

    func run() throws {
        guard (1...8192).contains(width), (1...8192).contains(height) else {
            throw ValidationError("--width and --height: 1 to 8192")
        }
        if let mask { try FileManager.default.createDirectory(atPath: mask, withIntermediateDirectories: true) }
        let output = LineOutput()
        defer { output.flush() }
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        let reading = PictureReading(width: width, height: height, unit: try thermalUnit())
        var failures = 0, count = 0
        for path in files {
            do {
                for file in try PictureReading.files(path) {
                    count += 1
                    do { try look(at: file, reading, output, encoder) } catch {
                        complain("\(file): \(error)")
                        failures += 1
                    }
                }
            } catch {
                complain("\(path): \(error)")
                count += 1
                failures += 1
            }
        }
        output.flush()
        if failures > 0 { throw CommandFailure("\(failures) of \(count) files could not be looked at") }
    }

    private func thermalUnit() throws -> ThermalUnit {
        switch unit {
        case "counts": .counts
        case "centikelvin": .centikelvin
        case "decikelvin": .decikelvin
        default: throw ValidationError("--unit must be counts, centikelvin or decikelvin")
        }
    }

    private func look(
        at file: String, _ reading: PictureReading, _ output: LineOutput, _ encoder: JSONEncoder
    ) throws {
        var finder: PictureFinder?, finderUnit: ThermalUnit?
        var number = 0
        try reading.each(of: file) { image, unit in
            if finderUnit != unit { (finder, finderUnit) = (try thresholds.finder(unit: unit), unit) }
            let line = Line(file: file, frame: number, image: image, hotspots: finder?.detect(image) ?? [])
            output.write(String(decoding: try encoder.encode(line), as: UTF8.self))
            if let mask, let pixels = finder?.mask(of: image) { try writeMask(pixels, image, file, number, mask) }
            number += 1
        }
    }

    private func writeMask(
        _ pixels: [UInt8], _ image: ThermalImage, _ file: String, _ number: Int, _ folder: String
    ) throws {
        let name =
            URL(fileURLWithPath: file).deletingPathExtension().lastPathComponent + (number > 0 ? "-\(number)" : "")
            + ".png"
        let png = try PNG.encodeGray(width: image.width, height: image.height, pixels: pixels)
        try Data(png).write(to: URL(fileURLWithPath: folder + "/" + name))
    }

    private struct Line: Encodable {
        struct Item: Encodable {
            var box: [Int]
            var centroid: [Float]
            var peak: UInt16
            var score: Float
        }
        var file: String
        var frame: Int
        var width: Int
        var height: Int
        var detections: [Item]
        init(file: String, frame: Int, image: ThermalImage, hotspots: [Hotspot]) {
            self.file = file
            self.frame = frame
            width = image.width
            height = image.height
            detections = hotspots.map {
                Item(
                    box: [$0.x, $0.y, $0.width, $0.height], centroid: [$0.centroidX, $0.centroidY], peak: $0.peak,
                    score: $0.score)
            }
        }
    }
}
