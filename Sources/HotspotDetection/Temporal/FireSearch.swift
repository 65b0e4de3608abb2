import CHotspotKernels
import FlightTypes

/// Fire in one picture: what is hotter than the middle of all its values by 60 kelvin. Needs no memory, so it works from the first
/// picture on; only where values are temperatures.
struct FireSearch: Sendable {
    /// Above the median of the picture, kelvin.
    static let leastKelvin = 60
    /// More fires of one picture are not told apart; the first in reading order are.
    static let limit = 16
    private var sorted: [UInt16] = []
    private var isTaken: [Bool] = []
    private var stack: [Int] = []

    /// What is so much hotter, in the unit; nil where values are no temperatures.
    static func threshold(_ unit: ThermalUnit) -> Int? {
        switch unit {
        case .centikelvin: leastKelvin * 100
        case .decikelvin: leastKelvin * 10
        case .counts, .none: nil
        }
    }

    /// Appends each connected region, with how many times the threshold its peak stands above the median as its score.
    mutating func search(_ image: ThermalImage, threshold: Int, into spots: inout [Hotspot]) {
        var (coldest, hottest) = (UInt16(0), UInt16(0))
        hotspot_extremes(image.values, Int32(image.values.count), &coldest, &hottest)
        guard Int(hottest) - Int(coldest) >= threshold else { return }
        sorted.removeAll(keepingCapacity: true)
        sorted.append(contentsOf: image.values)
        sorted.sort()
        let middle = Int(sorted[sorted.count / 2]), level = middle + threshold
        isTaken.removeAll(keepingCapacity: true)
        isTaken.append(contentsOf: repeatElement(false, count: image.values.count))
        var found = 0
        for place in image.values.indices where !isTaken[place] && Int(image.values[place]) >= level {
            guard found < Self.limit else { return }
            spots.append(region(around: place, image, middle: middle, level: level, threshold: threshold))
            found += 1
        }
    }

    private mutating func region(
        around seed: Int, _ image: ThermalImage, middle: Int, level: Int, threshold: Int
    ) -> Hotspot {
        var (left, top, right, bottom) = (Int.max, Int.max, Int.min, Int.min)
        var (area, peak) = (0, 0)
        var (weight, weightedX, weightedY) = (Float(0), Float(0), Float(0))
        isTaken[seed] = true
        stack.append(seed)
        while let place = stack.popLast() {
            let (x, y) = (place % image.width, place / image.width)
            let value = Int(image.values[place])
            (left, top, right, bottom) = (min(left, x), min(top, y), max(right, x), max(bottom, y))
            area += 1
            peak = max(peak, value)
            let excess = Float(value - middle)
            weight += excess
            weightedX += excess * Float(x)
            weightedY += excess * Float(y)
            for nearY in max(0, y - 1)...min(image.height - 1, y + 1) {
                for nearX in max(0, x - 1)...min(image.width - 1, x + 1) {
                    let near = nearY * image.width + nearX
                    guard !isTaken[near], Int(image.values[near]) >= level else { continue }
                    isTaken[near] = true
                    stack.append(near)
                }
            }
        }
        return Hotspot(
            x: left, y: top, width: right - left + 1, height: bottom - top + 1, centroidX: weightedX / weight,
            centroidY: weightedY / weight, peak: UInt16(clamping: peak), contrast: Int32(clamping: peak - middle),
            score: Float(peak - middle) / Float(threshold) * 10, area: area, isCold: false)
    }
}
