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
        if bytes.starts(with: [0x89, 0x50]) {
            let image = try PNG.decodeGray16(bytes)
            return try body(
                try Self.image(image.width, image.height, image.samples), image.maximum > 255 ? unit : .none)
        }
        if bytes.starts(with: [0xFF, 0xD8]) {
            let image = try JPEGDecoder.decodeLuma(bytes)
            if image.isDamaged { complain("\(file): damaged or cut off; only what could be read of it is looked at") }
            return try body(try Self.image(image.width, image.height, image.pixels.map(UInt16.init)), .none)
        }
        if bytes.starts(with: Array("P5".utf8)) {
            let image = try PGM.decode(bytes)
            return try body(
                try Self.image(image.width, image.height, image.samples), image.maximum > 255 ? unit : .none)
        }
        if bytes.starts(with: [0x49, 0x49, 42, 0]) || bytes.starts(with: [0x4D, 0x4D, 0, 42]) {
            let image = try TIFF.decode(bytes)
            switch image.samples {
            case .whole(let values, let bits):
                return try body(try Self.image(image.width, image.height, values), bits > 8 ? unit : .none)
            case .float(let celsius):
                let values = Self.centikelvin(celsius)
                return try body(try Self.image(image.width, image.height, values), .centikelvin)
            }
        }
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

    /// Degrees Celsius as hundredths of a kelvin, cut to what 16 bits hold. Where a pixel has no number it takes the middle
    /// one of those that have, which stands out from nothing.
    static func centikelvin(_ celsius: [Float]) -> [UInt16] {
        func value(_ degrees: Float) -> UInt16 { UInt16(min(max((degrees + 273.15) * 100, 0), 65_535)) }
        let known = celsius.filter { !$0.isNaN }.sorted()
        let middle = known.isEmpty ? 0 : value(known[known.count / 2])
        return celsius.map { $0.isNaN ? middle : value($0) }
    }

    private static func image(_ width: Int, _ height: Int, _ values: [UInt16]) throws -> ThermalImage {
        guard let image = ThermalImage(width: width, height: height, values: values) else {
            throw CommandFailure("\(width)×\(height) pixels with \(values.count) values: a size that cannot be")
        }
        return image
    }
}
