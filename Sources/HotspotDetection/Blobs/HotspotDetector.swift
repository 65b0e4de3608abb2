import CHotspotKernels
import FlightTypes

/// Finds what is warmer (or colder) than its surroundings in one picture, without memory of earlier ones.
///
/// 1. Ring top-hat at each ring and level of resolution: what a pixel has more than its surroundings (Bai and Zhou 2010).
/// 2. Constant false alarm rate: it must exceed `noiseFactor` sigmas of the local noise plus a floor.
/// 3. The strongest of each 7×7 neighbourhood stay, at most `limit`.
/// 4. Each grows into a region down to a part of its contrast; a seed inside an earlier region is dropped.
///
/// The same picture always gives the same result. Buffers grow to the largest picture seen and stay; with pictures of one
/// size nothing is allocated any more.
public struct HotspotDetector: Sendable {
    /// As given, brought into range.
    public let configuration: Configuration
    private var levels: [Level] = []
    private var smoothed: [UInt16] = []
    private var smoothing: [UInt32] = []
    private var tiles: [TileStatistics]
    private var candidates: [CandidateSearch]
    private var growing = RegionGrowing()
    /// 255 where a pixel belongs to a region, and the boxes in which that is so: the next picture clears no more than those.
    private var occupied: [UInt8] = []
    private var boxes: [(columns: Range<Int>, rows: Range<Int>)] = []
    private var occupiedSize = (width: 0, height: 0)
    private var found: [Hotspot] = []
    private var stage: ChipStage?
    private var sectors = Sectors()

    /// A detector; values out of range are brought into it. With a network (for chips, else it is left out) the thresholds of the
    /// configuration only choose candidates, and the network says what is a target and what belongs to it; it knows warm ones only.
    public init(configuration: Configuration = Configuration(), network: NetworkFile? = nil) {
        self.configuration = configuration.clamped
        if let network, network.edge > 0 { stage = ChipStage(network) }
        tiles = (0..<self.configuration.levels).map { _ in TileStatistics() }
        candidates = (0..<self.configuration.levels).map { _ in CandidateSearch() }
        found.reserveCapacity(2 * self.configuration.levels * self.configuration.limit)
    }

    /// What stands out, strongest first, at most `configuration.limit`.
    public mutating func detect(_ image: ThermalImage) -> [Hotspot] {
        var spots: [Hotspot] = []
        detect(image, into: &spots)
        return spots
    }

    /// The same into an array that is used again.
    public mutating func detect(_ image: ThermalImage, into spots: inout [Hotspot]) {
        prepare(image)
        found.removeAll(keepingCapacity: true)
        if stage != nil {
            refine(image)
            spots.removeAll(keepingCapacity: true)
            spots.append(contentsOf: found.prefix(configuration.limit))
            return
        }
        for number in levels.indices {
            candidates[number].search(levels[number], tiles[number], configuration: configuration)
        }
        if configuration.polarity != .cold { grow(image, isCold: false) }
        if configuration.polarity != .warm { grow(image, isCold: true) }
        sortFound()
        if configuration.background == .mean, configuration.polarity == .both { dropShadows() }
        if configuration.background == .mean {
            sectors.thin(&found, to: configuration.limit) { spot in
                Sectors.sector(x: Int(spot.centroidX), y: Int(spot.centroidY), width: image.width, height: image.height)
            }
        }
        spots.removeAll(keepingCapacity: true)
        spots.append(contentsOf: found.prefix(configuration.limit))
    }

    /// 255 where a pixel belongs to something that stands out, else 0; row by row.
    public mutating func mask(of image: ThermalImage) -> [UInt8] {
        _ = detect(image)
        return occupied
    }

    private mutating func refine(_ image: ThermalImage) {
        candidates[0].search(levels[0], tiles[0], configuration: configuration)
        stage?.refine(image, seeds: candidates[0].warm, mask: &occupied, into: &found)
        for spot in found {
            boxes.append((spot.x..<spot.x + spot.width, spot.y..<spot.y + spot.height))
        }
        sortFound()
    }

    /// Makes the levels and what each tile of them holds.
    private mutating func prepare(_ image: ThermalImage) {
        if occupiedSize == (image.width, image.height) {
            occupied.withUnsafeMutableBufferPointer { occupied in
                for box in boxes {
                    for row in box.rows {
                        for place in row * image.width + box.columns.lowerBound..<row * image.width
                            + box.columns.upperBound
                        {
                            occupied[place] = 0
                        }
                    }
                }
            }
        } else {
            occupied = [UInt8](repeating: 0, count: image.width * image.height)
            occupiedSize = (image.width, image.height)
        }
        boxes.removeAll(keepingCapacity: true)
        let full = Level(
            width: image.width, height: image.height, shift: 0,
            values: configuration.isSmoothed ? smooth(image) : image.values)
        var last = full
        var number = 0
        while true {
            if number < levels.count { levels[number] = last } else { levels.append(last) }
            number += 1
            guard number < configuration.levels else { break }
            // The buffer of the frame before is taken out, so that it is filled in place.
            var next = Level(width: 0, height: 0, shift: 0, values: [])
            if number < levels.count { swap(&next, &levels[number]) }
            guard next.halve(last) else { break }
            last = next
        }
        levels.removeLast(levels.count - number)
        for level in levels.indices {
            tiles[level].measure(
                levels[level], reach: configuration.noiseReach, isCurved: configuration.background == .mean)
        }
    }

    /// The strongest first. A heap sort, because the library's sort asks for memory beyond sixty-four.
    private mutating func sortFound() {
        func isStronger(_ one: Hotspot, _ other: Hotspot) -> Bool {
            (one.score, -one.y, -one.x) > (other.score, -other.y, -other.x)
        }
        /// Lets the weakest of the first `count` come to the top of the heap again.
        func sink(_ place: Int, _ count: Int) {
            var place = place
            while 2 * place + 1 < count {
                var child = 2 * place + 1
                if child + 1 < count, isStronger(found[child], found[child + 1]) { child += 1 }
                guard isStronger(found[place], found[child]) else { return }
                found.swapAt(place, child)
                place = child
            }
        }
        for place in stride(from: found.count / 2 - 1, through: 0, by: -1) { sink(place, found.count) }
        for last in stride(from: found.count - 1, to: 0, by: -1) {
            found.swapAt(0, last)
            sink(0, last)
        }
    }

    /// Something strong raises the mean around it, so that its neighbours seem to be of the other kind.
    private mutating func dropShadows() {
        var kept = 0
        for index in found.indices {
            let spot = found[index]
            let isShadow = found[..<kept].contains { strong in
                strong.isCold != spot.isCold && strong.score > 2 * spot.score
                    && abs(strong.centroidX - spot.centroidX) < Self.shadow(of: strong.width)
                    && abs(strong.centroidY - spot.centroidY) < Self.shadow(of: strong.height)
                    && strong.lies(within: 4, of: spot)
            }
            guard !isShadow else { continue }
            found[kept] = spot
            kept += 1
        }
        found.removeLast(found.count - kept)
    }

    /// Pixels of a point in a smoothed picture.
    private static let pointPixels: Float = 9
    /// How far from the middle of something so long there may be such, pixels. Of a whole bank it is not, or it would hide all who swim
    /// before it.
    private static func shadow(of length: Int) -> Float { 6 + Float(min(length, 24)) / 2 }

    private mutating func smooth(_ image: ThermalImage) -> [UInt16] {
        // The level of the frame before still holds the buffer: without that it is filled in place.
        if !levels.isEmpty { levels[0].values = [] }
        if smoothed.count != image.values.count { smoothed = [UInt16](repeating: 0, count: image.values.count) }
        if smoothing.count < 3 * image.width { smoothing = [UInt32](repeating: 0, count: 3 * image.width) }
        hotspot_smooth(image.values, Int32(image.width), Int32(image.height), &smoothed, &smoothing)
        return smoothed
    }

    private mutating func grow(_ image: ThermalImage, isCold: Bool) {
        // Fine levels first: they know the box best. What is left for the coarse ones is what the rings were too
        // small for. Each level gives at most `limit` seeds, so this ends soon.
        for number in levels.indices {
            for seed in isCold ? candidates[number].cold : candidates[number].warm {
                // What is on land is not followed on water.
                if configuration.background == .mean,
                    tiles[0].isStrewn(x: seed.x << seed.shift, y: seed.y << seed.shift)
                {
                    continue
                }
                if let spot = grow(seed, in: levels[number], image: image, isCold: isCold) { found.append(spot) }
            }
        }
    }

    /// Nil if an earlier region already holds the seed, or on a coarse level a neighbour of it.
    private mutating func grow(_ seed: Seed, in level: Level, image: ThermalImage, isCold: Bool) -> Hotspot? {
        let size = 1 << level.shift
        let growth = configuration.growth
        return occupied.withUnsafeMutableBufferPointer { occupied in
            let margin = level.shift == 0 ? 0 : size
            let box = hotspot_area(
                left: Int32(max(0, seed.x * size - margin)), top: Int32(max(0, seed.y * size - margin)),
                right: Int32(min((seed.x + 1) * size + margin, image.width)),
                bottom: Int32(min((seed.y + 1) * size + margin, image.height)))
            if hotspot_is_occupied(occupied.baseAddress, Int32(image.width), box) != 0 { return nil }
            // The peak is that of the picture as it came, also where the level shows means.
            var peak: UInt16 = 0
            let invert: UInt16 = isCold ? .max : 0
            let region = level.values.withUnsafeBufferPointer { values in
                growing.grow(
                    values, width: level.width, height: level.height, seedX: seed.x, seedY: seed.y, growth: growth,
                    invert: invert
                ) { cellX, cellY in
                    for y in (cellY * size)..<min((cellY + 1) * size, image.height) {
                        for x in (cellX * size)..<min((cellX + 1) * size, image.width) {
                            occupied[y * image.width + x] = 255
                            peak = max(peak, image.values[y * image.width + x] ^ invert)
                        }
                    }
                }
            }
            let left = region.left * size, top = region.top * size
            boxes.append(
                (
                    left..<min((region.right + 1) * size, image.width),
                    top..<min((region.bottom + 1) * size, image.height)
                ))
            let centre = Float(size - 1) / 2
            let contrast = Int32(Float(peak) - region.background)
            let area = region.area * size * size
            // On even ground what is weak and wide is a wave: its strength counts as spread over its width.
            let discount =
                configuration.background == .mean ? min(1, (Self.pointPixels / Float(area)).squareRoot()) : 1
            return Hotspot(
                x: left, y: top, width: min((region.right + 1) * size, image.width) - left,
                height: min((region.bottom + 1) * size, image.height) - top,
                centroidX: (Float(seed.x) + region.weightedX / region.weight) * Float(size) + centre,
                centroidY: (Float(seed.y) + region.weightedY / region.weight) * Float(size) + centre,
                peak: peak ^ invert, contrast: isCold ? -contrast : contrast,
                score: seed.score * discount, area: area, isCold: isCold)
        }
    }
}
