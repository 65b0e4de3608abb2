import ArgumentParser
import FlightTypes
import Foundation
import HotspotDetection
import ImageCoding

struct DetectCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "detect", abstract: "Run the detector on pictures: a JSON line a frame.",
        discussion: "Example: lagebild detect thermal/*.png --json --mask masks")
    @Argument(help: "PNG, JPEG, PGM, or .u16le (raw 16-bit frames; give --width and --height).") var files: [String]
    @Flag(help: "As JSON (the only form).") var json = false
    @Option(help: "Also write an 8-bit PNG mask (0/255) for each picture into this folder.") var mask: String?
    @Option(help: "Width of .u16le frames.") var width = 160
    @Option(help: "Height of .u16le frames.") var height = 120
    @Option(help: "Unit of 16-bit values: counts, centikelvin or decikelvin.") var unit = "counts"

    func run() throws {
        guard (1...8192).contains(width), (1...8192).contains(height) else {
            throw ValidationError("--width and --height: 1 to 8192")
        }
        if let mask { try FileManager.default.createDirectory(atPath: mask, withIntermediateDirectories: true) }
        let output = LineOutput()
        defer { output.flush() }
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        var failures = 0
        for file in files {
            do {
                let (images, unit) = try load(file)
                var detector = HotspotDetector(configuration: .init(unit: unit))
                for (number, image) in images.enumerated() {
                    let line = Line(file: file, frame: number, image: image, hotspots: detector.detect(image))
                    output.write(String(decoding: try encoder.encode(line), as: UTF8.self))
                    if let mask { try writeMask(detector.mask(of: image), image, file, number, images.count, mask) }
                }
            } catch {
                complain("\(file): \(error)")
                failures += 1
            }
        }
        output.flush()
        if failures > 0 { throw CommandFailure("\(failures) of \(files.count) files could not be looked at") }
    }

    private func load(_ file: String) throws -> ([ThermalImage], ThermalUnit) {
        let bytes = try readInput(file)
        let thermalUnit: ThermalUnit =
            switch unit {
            case "counts": .counts
            case "centikelvin": .centikelvin
            case "decikelvin": .decikelvin
            default: throw ValidationError("--unit must be counts, centikelvin or decikelvin")
            }
        if bytes.starts(with: [0x89, 0x50]) { return (try gray(try PNG.decodeGray(bytes)), .none) }
        if bytes.starts(with: [0xFF, 0xD8]) { return (try gray(try JPEGDecoder.decodeLuma(bytes)), .none) }
        if bytes.starts(with: Array("P5".utf8)) {
            let image = try PGM.decode(bytes)
            guard let picture = ThermalImage(width: image.width, height: image.height, values: image.samples) else {
                throw CommandFailure("a size that cannot be")
            }
            return ([picture], image.maximum > 255 ? thermalUnit : .none)
        }
        let size = width * height * 2
        guard !bytes.isEmpty, bytes.count % size == 0 else {
            throw CommandFailure(
                "neither PNG, JPEG nor PGM, and not a whole number of \(width)×\(height) 16-bit frames")
        }
        return (
            stride(from: 0, to: bytes.count, by: size).compactMap {
                ThermalImage(width: width, height: height, littleEndian: Array(bytes[$0..<$0 + size]))
            }, thermalUnit
        )
    }

    private func gray(_ image: GrayImage) throws -> [ThermalImage] {
        guard let picture = ThermalImage(width: image.width, height: image.height, gray8: image.pixels) else {
            throw CommandFailure("a size that cannot be")
        }
        return [picture]
    }

    private func writeMask(
        _ pixels: [UInt8], _ image: ThermalImage, _ file: String, _ number: Int, _ count: Int, _ folder: String
    ) throws {
        let name =
            URL(fileURLWithPath: file).deletingPathExtension().lastPathComponent + (count > 1 ? "-\(number)" : "")
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
