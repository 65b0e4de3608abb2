import FlightTypes
import Foundation
import HotspotDetection
import NetworkImpairment

/// What a frame costs on one core, beside a copy of its bytes: made-up water with noise; the same with single warm
/// pixels strewn over half of it, where nothing can be left out; and with them everywhere. Each figure is the best of many.
enum DetectSpeed {
    static func run(writingTo folder: String?) throws {
        for (width, height) in [(160, 120), (640, 512)] {
            let water = frame(width: width, height: height, strewn: 0)
            var copied = [UInt16](repeating: 0, count: width * height)
            let copy = best {
                copied.withUnsafeMutableBufferPointer { target in
                    water.values.withUnsafeBufferPointer { _ = target.update(fromContentsOf: $0) }
                }
            }
            let pictures = [
                ("water", water), ("half-strewn", frame(width: width, height: height, strewn: 0.5)),
                ("strewn", frame(width: width, height: height, strewn: 1)),
            ]
            for (name, image) in pictures {
                if let folder {
                    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
                    try Data(Gray16.payload(image.values)).write(
                        to: URL(fileURLWithPath: "\(folder)/\(name)-\(width)x\(height).u16le"))
                }
                var detector = HotspotDetector(configuration: .init(unit: .centikelvin))
                var spots: [Hotspot] = []
                let time = best { detector.detect(image, into: &spots) }
                tell("\(width)×\(height) \(name)", time, copy, spots.count)
            }
            learned(width: width, height: height, copy: copy)
        }
    }

    /// The learned second stage on the strewn picture as 8-bit grey: eight chips, the most there are.
    private static func learned(width: Int, height: Int, copy: Double) {
        let grey = frame(width: width, height: height, strewn: 1).values.map { UInt8(clamping: (Int($0) - 28_800) / 4) }
        guard let image = ThermalImage(width: width, height: height, gray8: grey) else { return }
        var detector = HotspotDetector(configuration: .chips, network: .smallTargets)
        var spots: [Hotspot] = []
        let time = best { detector.detect(image, into: &spots) }
        tell("\(width)×\(height) learned", time, copy, spots.count)
        guard var persons = NetworkFile.persons.flatMap({ PersonDetector(network: $0) }) else { return }
        let whole = best(of: 30) { persons.detect(image, into: &spots) }
        tell("\(width)×\(height) persons", whole, copy, spots.count)
    }

    private static func tell(_ title: String, _ time: Double, _ copy: Double, _ spots: Int) {
        print(
            title.padding(toLength: 20, withPad: " ", startingAt: 0)
                + String(
                    format: "%7.1f µs = %5.1f × a copy of the frame (%.1f µs), %d spots", time, time / copy, copy, spots
                ))
    }

    private static func best(of runs: Int = 300, _ body: () -> Void) -> Double {
        let clock = ContinuousClock()
        var least = Duration.seconds(1)
        for _ in 0..<runs { least = min(least, clock.measure(body)) }
        return Double(least.components.attoseconds) / 1e12
    }

    /// 16 °C water, 50 mK of noise, three heads of 3 K; in the share `strewn` of its columns, from the right, a pixel of 2 K in
    /// each square of 16.
    static func frame(width: Int, height: Int, strewn: Double) -> ThermalImage {
        var random = SeededGenerator(seed: 5)
        var values = (0..<width * height).map { place -> UInt16 in
            let noise = (0..<4).reduce(0.0) { sum, _ in sum + random.unit() - 0.5 } * 8.66
            let isStrewn = Double(place % width) >= Double(width) * (1 - strewn)
            let isPoint = isStrewn && place % width % 16 == 8 && place / width % 16 == 8
            return UInt16(28_915 + noise + (isPoint ? 200 : 0))
        }
        for (x, y) in [(width / 5, height / 4), (width / 3, height / 2), (width / 4, height * 3 / 4)] {
            for place in [y * width + x, y * width + x + 1, (y + 1) * width + x] { values[place] += 300 }
        }
        guard let image = ThermalImage(width: width, height: height, values: values) else {
            preconditionFailure("a size of the list above cannot be")
        }
        return image
    }
}
