import FlightTypes
import HotspotDetection
import ImageCoding

/// Small things of a colour that the water around them does not have: vests, clothes, buoys. A bare head has nearly the water's own
/// colour and is not found.
///
/// Each pixel of the colour planes is compared with the picture's median colour; of that distance the ring top-hat's thresholds apply
/// (``HotspotDetector``), so that a bank or a shadow, which are large, stay out.
struct ColourSearch {
    /// Steps of distance are counted in so many parts, so that rounding does not pass for noise.
    private static let parts = 8
    /// Distances beyond this are no surer, steps.
    private static let most = 255
    private var detector: HotspotDetector
    private var distances: [UInt16] = []
    private var counts = [Int](repeating: 0, count: 256)

    /// `least`: steps of colour that a thing must differ by after smoothing over 3 × 3 pixels.
    init(least: Double) {
        var configuration = HotspotDetector.Configuration(unit: .none)
        configuration.background = .mean
        configuration.isSmoothed = true
        configuration.noiseFactor = 6
        configuration.floor = Float(least) * Float(Self.parts)
        configuration.growth = 0.5
        configuration.levels = 2
        configuration.limit = 32
        detector = HotspotDetector(configuration: configuration)
    }

    /// What stands out, strongest first, in pixels of the colour planes.
    mutating func look(_ blue: JPEGPlanes.Plane, _ red: JPEGPlanes.Plane, into spots: inout [Hotspot]) {
        spots.removeAll(keepingCapacity: true)
        let (width, height) = (min(blue.width, red.width), min(blue.height, red.height))
        guard width > 0, height > 0 else { return }
        let (usualBlue, usualRed) = (median(blue), median(red))
        if distances.count != width * height { distances = [UInt16](repeating: 0, count: width * height) }
        for y in 0..<height {
            for x in 0..<width {
                let p = abs(Int(blue.values[y * blue.stride + x]) - usualBlue)
                let q = abs(Int(red.values[y * red.stride + x]) - usualRed)
                // Within 7 % of the root of the squares.
                let length = (Self.parts * (8 * max(p, q) + 3 * min(p, q))) >> 3
                distances[y * width + x] = UInt16(min(length, Self.parts * Self.most))
            }
        }
        guard let image = ThermalImage(width: width, height: height, values: distances) else { return }
        detector.detect(image, into: &spots)
    }

    /// Of every eighth pixel of every eighth row.
    private mutating func median(_ plane: JPEGPlanes.Plane) -> Int {
        for value in counts.indices { counts[value] = 0 }
        var total = 0
        for y in stride(from: 0, to: plane.height, by: 8) {
            for x in stride(from: 0, to: plane.width, by: 8) {
                counts[Int(plane.values[y * plane.stride + x])] += 1
                total += 1
            }
        }
        var below = 0
        for value in counts.indices {
            below += counts[value]
            if 2 * below >= total { return value }
        }
        return 128
    }
}
