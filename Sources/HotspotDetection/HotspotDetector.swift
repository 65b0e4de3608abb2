/// Finds what is warmer (or colder) than its surroundings in one picture, without memory of earlier ones.
///
/// 1. Ring top-hat at each ring and level of resolution: what a pixel has more than its surroundings.
/// 2. Constant false alarm rate: it must exceed `noiseFactor` sigmas of the local noise plus a floor.
/// 3. The strongest of each 7×7 neighbourhood stay, at most `limit`.
/// 4. Each grows into a region down to a quarter of its contrast; a seed inside an earlier region is dropped.
///
/// The same picture always gives the same result; the buffers are kept only to not allocate them anew.
public struct HotspotDetector: Sendable {
    /// As given, brought into range.
    public let configuration: Configuration
    private var candidates = CandidateSearch()
    private var growing = RegionGrowing()
    private var occupied: [UInt8] = []

    /// A detector; values out of range are brought into it.
    public init(configuration: Configuration = Configuration()) {
        self.configuration = configuration.clamped
    }

    /// What stands out, strongest first, at most `configuration.limit`.
    public mutating func detect(_ image: ThermalImage) -> [Hotspot] {
        occupied = [UInt8](repeating: 0, count: image.width * image.height)
        var found: [Hotspot] = []
        if configuration.polarity != .cold { found = search(image.values, image, isCold: false) }
        if configuration.polarity != .warm {
            found += search(image.values.map { UInt16.max - $0 }, image, isCold: true)
        }
        found.sort { ($0.score, -$0.y, -$0.x) > ($1.score, -$1.y, -$1.x) }
        return Array(found.prefix(configuration.limit))
    }

    /// 255 where a pixel belongs to something that stands out, else 0; row by row.
    public mutating func mask(of image: ThermalImage) -> [UInt8] {
        _ = detect(image)
        return occupied
    }

    private mutating func search(_ values: [UInt16], _ image: ThermalImage, isCold: Bool) -> [Hotspot] {
        var levels = [Level(width: image.width, height: image.height, shift: 0, values: values)]
        while levels.count < configuration.levels, let last = levels.last, let half = last.halved() {
            levels.append(half)
        }
        // Fine levels first: they know the box best. What is left for the coarse ones is what the rings were too
        // small for. Each level gives at most `limit` seeds, so this ends soon.
        var found: [Hotspot] = []
        for level in levels {
            for seed in candidates.seeds(in: level, configuration: configuration) {
                if let spot = grow(seed, in: level, image: image, isCold: isCold) { found.append(spot) }
            }
        }
        return found
    }

    /// Nil if an earlier region already holds the seed, or on a coarse level a neighbour of it.
    private mutating func grow(_ seed: Seed, in level: Level, image: ThermalImage, isCold: Bool) -> Hotspot? {
        let size = 1 << level.shift
        let growth = configuration.growth
        return occupied.withUnsafeMutableBufferPointer { occupied in
            let margin = level.shift == 0 ? 0 : size
            for y in max(0, seed.y * size - margin)..<min((seed.y + 1) * size + margin, image.height) {
                for x in max(0, seed.x * size - margin)..<min((seed.x + 1) * size + margin, image.width)
                where occupied[y * image.width + x] != 0 { return nil }
            }
            let region = level.values.withUnsafeBufferPointer { values in
                growing.grow(
                    values, width: level.width, height: level.height, seedX: seed.x, seedY: seed.y, growth: growth
                ) { cellX, cellY in
                    for y in (cellY * size)..<min((cellY + 1) * size, image.height) {
                        for x in (cellX * size)..<min((cellX + 1) * size, image.width) {
                            occupied[y * image.width + x] = 255
                        }
                    }
                }
            }
            let left = region.left * size, top = region.top * size
            let centre = Float(size - 1) / 2
            let contrast = Int32(Float(region.peak) - region.background)
            return Hotspot(
                x: left, y: top, width: min((region.right + 1) * size, image.width) - left,
                height: min((region.bottom + 1) * size, image.height) - top,
                centroidX: (Float(seed.x) + region.weightedX / region.weight) * Float(size) + centre,
                centroidY: (Float(seed.y) + region.weightedY / region.weight) * Float(size) + centre,
                peak: isCold ? .max - region.peak : region.peak, contrast: isCold ? -contrast : contrast,
                score: seed.score, area: region.area * size * size, isCold: isCold)
        }
    }
}

/// A picture at full or halved resolution.
struct Level {
    var width: Int, height: Int
    /// Halvings.
    var shift: Int
    var values: [UInt16]

    /// Means of 2×2 pixels, or nil when an edge would fall below 8 pixels. An odd last row or column is left out.
    func halved() -> Level? {
        let halfWidth = width / 2, halfHeight = height / 2
        guard halfWidth >= 8, halfHeight >= 8 else { return nil }
        let means = [UInt16](unsafeUninitializedCapacity: halfWidth * halfHeight) { out, count in
            values.withUnsafeBufferPointer { values in
                for y in 0..<halfHeight {
                    let upper = 2 &* y &* width, lower = upper &+ width
                    for x in 0..<halfWidth {
                        let a = UInt32(values[upper &+ 2 &* x]), b = UInt32(values[upper &+ 2 &* x &+ 1])
                        let c = UInt32(values[lower &+ 2 &* x]), d = UInt32(values[lower &+ 2 &* x &+ 1])
                        let mean = UInt16(truncatingIfNeeded: (a &+ b &+ c &+ d &+ 2) >> 2)
                        out.initializeElement(at: y &* halfWidth &+ x, to: mean)
                    }
                }
            }
            count = halfWidth * halfHeight
        }
        return Level(width: halfWidth, height: halfHeight, shift: shift + 1, values: means)
    }
}
