import Terminal
import ConfigurationFile
import FlightTypes
import Foundation
import HotspotDetection
import ImageCoding
import Recording

/// Pictures of a file for the detector, whatever kind of file it is.
struct PictureReading {
    /// Size of raw frames (`.u16le`), pixels.
    var width: Int, height: Int
    /// Unit of 16-bit values that do not say it themselves.
    var unit: ThermalUnit
    private static let endings: Set<String> = ["png", "jpg", "jpeg", "pgm", "tif", "tiff", "u16le", "lagebild"]

    /// The file itself, or the files of a folder that could hold pictures, by name.
    static func files(_ path: String) throws -> [String] {
        var isFolder: ObjCBool = false
        guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder), isFolder.boolValue else {
            return [path]
        }
        let names = try FileManager.default.contentsOfDirectory(atPath: path).filter {
            endings.contains($0.split(separator: ".").dropFirst().last?.lowercased() ?? "")
        }
        guard !names.isEmpty else { throw CommandFailure("no picture in this folder") }
        return names.sorted().map { path + "/" + $0 }
    }

    /// Hands over each picture with its unit; `.none` stands for 8-bit grey.
    func each(of file: String, _ body: (ThermalImage, ThermalUnit) throws -> Void) throws {
        if file.hasSuffix(".lagebild") { return try eachRecorded(file, body) }
        let bytes = try readInput(file)
        // Raw values may begin like anything.
        if file.lowercased().hasSuffix(".u16le") { return try eachRaw(bytes, body) }
        if PNG.isPNG(bytes) { return try graymap(try PNG.decodeGray16(bytes), body) }
        if bytes.starts(with: [0xFF, 0xD8]) {
            // As a camera's picture would be: mended or refused for the same reasons, and the same way up.
            let picture = try JPEGIntake.take(bytes, limits: .standard)
            if !picture.mendings.isEmpty { complain("\(file): \(picture.mendings)") }
            let image = try JPEGDecoder.decodeLuma(picture.bytes)
            if image.isDamaged { complain("\(file): damaged or cut off; only what could be read of it is looked at") }
            return try body(try Self.image(image.width, image.height, image.pixels.map(UInt16.init)), .none)
        }
        if PGM.isPGM(bytes) { return try PGM.each(of: bytes) { try graymap($0, body) } }
        if TIFF.isTIFF(bytes) {
            return try TIFF.each(of: bytes) { image in
                switch image.samples {
                case .whole(let values, let bits, let known):
                    let unit = bits > 8 ? unit : .none
                    try body(try whole(values, known, unit, image.width, image.height), unit)
                case .celsius(let celsius):
                    let values = MissingValues.centikelvin(celsius)
                    try body(try Self.image(image.width, image.height, values), .centikelvin)
                }
            }
        }
        try eachRaw(bytes, body)
    }

    private func graymap(_ image: PGM.Image, _ body: (ThermalImage, ThermalUnit) throws -> Void) throws {
        if image.maximum > 255 {
            return try body(try whole(image.samples, [], unit, image.width, image.height), unit)
        }
        let white = Int(image.maximum)
        let values = white == 255 ? image.samples : image.samples.map { UInt16(Int($0) * 255 / white) }
        try body(try Self.image(image.width, image.height, values), .none)
    }

    /// Zero kelvin is no temperature: files have it where there is no picture.
    private func whole(
        _ values: [UInt16], _ known: [Bool], _ unit: ThermalUnit, _ width: Int, _ height: Int
    ) throws -> ThermalImage {
        var known = known
        if unit == .centikelvin || unit == .decikelvin, values.contains(0) {
            if known.isEmpty { known = [Bool](repeating: true, count: values.count) }
            for (place, value) in values.enumerated() where value == 0 { known[place] = false }
        }
        return try Self.image(width, height, MissingValues.filled(values, known: known))
    }

    private func eachRaw(_ bytes: [UInt8], _ body: (ThermalImage, ThermalUnit) throws -> Void) throws {
        let size = width * height * 2
        guard !bytes.isEmpty, bytes.count % size == 0 else {
            throw CommandFailure(
                "neither PNG, JPEG, PGM nor TIFF, and not a whole number of \(width)×\(height) 16-bit frames")
        }
        for start in stride(from: 0, to: bytes.count, by: size) {
            try body(try Self.image(width, height, Gray16.values(bytes[start..<start + size])), unit)
        }
    }

    /// Thermal frames of a record, in the order they were recorded.
    private func eachRecorded(_ file: String, _ body: (ThermalImage, ThermalUnit) throws -> Void) throws {
        let reader = try IncidentReader(path: PathForms.existing(file))
        var position: Int64 = -1
        while true {
            let page = try reader.objects(after: position, limit: 64)
            guard let last = page.last else { return }
            position = last.position
            for stored in page {
                guard case .frame(let frame)? = try? FlightObject(decoding: stored.bytes),
                    frame.id.stream.kind == .thermal
                else { continue }
                let values =
                    frame.encoding == .codedGray16
                    ? try ThermalCoder.decode(frame.payload).values : Gray16.values(frame.payload)
                try body(try Self.image(Int(frame.width), Int(frame.height), values), frame.unit)
            }
        }
    }

    private static func image(_ width: Int, _ height: Int, _ values: [UInt16]) throws -> ThermalImage {
        guard let image = ThermalImage(width: width, height: height, values: values) else {
            throw CommandFailure("\(width)×\(height) pixels with \(values.count) values: a size that cannot be")
        }
        return image
    }
}
