/// The learned second stage: a gate chooses among the strongest candidates, a small network looks at a chip around each of those and
/// says which pixels belong to a target.
///
/// Where chips overlap, their logits are averaged with weights that fall toward a chip's edge. Pixels above the network's pixel
/// threshold make regions; a region counts if it belongs to a candidate that got a chip.
struct ChipStage: Sendable {
    /// Candidates that get a chip, and how far from a stronger one they must be (in the larger of both directions).
    private static let chipsLimit = 8, apart = 6
    /// A region at most so far from a candidate belongs to it.
    private static let beside = 2
    /// The peak that a chip is scaled by lies at most so far from its middle.
    private static let centre = 4
    private static let leastContrast = 8
    private var network: LayerNetwork
    private let edge: Int
    private var chip: [Int32] = [], sorted: [Int32] = [], channels: [Int16] = []
    /// Of each pixel of the picture: logits times weights, and weights, summed over chips. Zero outside chips and between calls.
    private(set) var sums: [Int32] = [], weights: [Int32] = []
    private var stack: [Int] = [], region: [Int] = [], dismissed: [Int] = []
    /// Candidates apart from each other, and those of them that got a chip.
    private var candidates: [Seed] = [], chips: [(seed: Seed, background: Int32)] = []

    init(_ file: NetworkFile) {
        network = LayerNetwork(file)
        edge = file.edge
        chip = [Int32](repeating: 0, count: edge * edge)
        sorted = chip
        channels = [Int16](repeating: 0, count: file.inputs * edge * edge)
    }

    /// Appends what the network takes for targets, and marks their pixels in `mask` (of the picture's size) with 255.
    mutating func refine(
        _ image: ThermalImage, seeds: [Seed], mask: inout [UInt8], into found: inout [Hotspot]
    ) {
        chips.removeAll(keepingCapacity: true)
        candidates.removeAll(keepingCapacity: true)
        for seed in seeds where candidates.count < Self.chipsLimit {
            let isNear = candidates.contains { max(abs($0.x - seed.x), abs($0.y - seed.y)) <= Self.apart }
            if !isNear { candidates.append(seed) }
        }
        let (highest, largest) = (candidates.first?.score ?? 0, candidates.lazy.map(\.excess).max() ?? 0)
        for seed in candidates {
            guard network.file.gate?.opens(seed, highestScore: highest, largestExcess: largest) ?? true else {
                continue
            }
            look(at: seed, image)
        }
        for (seed, _) in chips { gather(around: seed, image, &mask, &found) }
        for place in dismissed { mask[place] = 0 }
        dismissed.removeAll(keepingCapacity: true)
        for (seed, _) in chips { clear(around: seed, image) }
    }

    private mutating func clear(around seed: Seed, _ image: ThermalImage) {
        let (left, top) = (seed.x - edge / 2, seed.y - edge / 2)
        for y in max(0, top)..<min(image.height, top + edge) {
            for x in max(0, left)..<min(image.width, left + edge) {
                sums[y * image.width + x] = 0
                weights[y * image.width + x] = 0
            }
        }
    }

    /// Adds a candidate's chip to the sums.
    mutating func look(at seed: Seed, _ image: ThermalImage) {
        if sums.count != image.values.count {
            sums = [Int32](repeating: 0, count: image.values.count)
            weights = sums
        }
        let background = cut(seed, image)
        chips.append((seed, background))
        for pass in 0..<network.file.passes {
            // Identity, half turn, mirrored left to right, mirrored top to bottom: each undoes itself.
            let (isMirroredAcross, isMirroredDown) = (pass == 1 || pass == 2, pass == 1 || pass == 3)
            network.run(width: edge, height: edge) { input, first, stride in
                for y in 0..<edge {
                    let row = input * edge * edge + (isMirroredDown ? edge - 1 - y : y) * edge
                    for x in 0..<edge {
                        first[y * stride + x] = channels[row + (isMirroredAcross ? edge - 1 - x : x)]
                    }
                }
            }
            let (left, top, last) = (seed.x - edge / 2, seed.y - edge / 2, edge - 1)
            network.withOutput { logits, stride in
                for y in max(0, -top)..<min(edge, image.height - top) {
                    let row = (isMirroredDown ? last - y : y) * stride
                    for x in max(0, -left)..<min(edge, image.width - left) {
                        let logit = Int32(logits[row + (isMirroredAcross ? last - x : x)])
                        let weight = Int32(min(x + 1, edge - x, y + 1, edge - y, 8))
                        let place = (top + y) * image.width + left + x
                        sums[place] += weight * logit
                        if pass == 0 { weights[place] += weight }
                    }
                }
            }
        }
    }

    /// Fills the network's inputs with a chip; returns its background, the lower median.
    private mutating func cut(_ seed: Seed, _ image: ThermalImage) -> Int32 {
        for y in 0..<edge {
            let row = min(max(seed.y - edge / 2 + y, 0), image.height - 1) * image.width
            for x in 0..<edge {
                chip[y * edge + x] = Int32(image.values[row + min(max(seed.x - edge / 2 + x, 0), image.width - 1)])
            }
        }
        for index in chip.indices { sorted[index] = chip[index] }
        sorted.sort()
        let background = sorted[edge * edge / 2 - 1]
        var peak = Int32.min
        for y in edge / 2 - Self.centre...edge / 2 + Self.centre {
            for x in edge / 2 - Self.centre...edge / 2 + Self.centre { peak = max(peak, chip[y * edge + x]) }
        }
        let scale = 64 * 256 / max(peak - background, Int32(Self.leastContrast))
        for index in chip.indices {
            let excess = chip[index] - background
            channels[index] = Int16(min(max((excess * scale + 128) >> 8, -128), 127))
            if network.file.inputs > 1 { channels[edge * edge + index] = Int16(min(max(excess, -128), 127)) }
        }
        return background
    }

    private func isAbove(_ place: Int, _ threshold: Int) -> Bool {
        weights[place] > 0 && Int(sums[place]) > threshold * Int(weights[place])
    }

    /// Regions that begin in a chip.
    private mutating func gather(
        around seed: Seed, _ image: ThermalImage, _ mask: inout [UInt8], _ found: inout [Hotspot]
    ) {
        let (left, top) = (seed.x - edge / 2, seed.y - edge / 2)
        for y in max(0, top)..<min(image.height, top + edge) {
            for x in max(0, left)..<min(image.width, left + edge) {
                let place = y * image.width + x
                guard mask[place] == 0, isAbove(place, network.file.pixelThreshold) else { continue }
                grow(from: place, image, &mask)
                if belongsToChip(image.width) {
                    found.append(spot(image))
                    for place in region { mask[place] = 255 }
                } else {
                    dismissed.append(contentsOf: region)
                }
            }
        }
    }

    /// Whether no candidate without a chip is nearer to the region than one with, or one with is beside it.
    private func belongsToChip(_ width: Int) -> Bool {
        guard chips.count < candidates.count else { return true }
        func away(_ seed: Seed) -> Int {
            region.reduce(.max) { min($0, max(abs($1 % width - seed.x), abs($1 / width - seed.y))) }
        }
        let nearest = candidates.reduce(Int.max) { min($0, away($1)) }
        return chips.reduce(Int.max) { min($0, away($1.seed)) } <= max(Self.beside, nearest)
    }

    /// The 8-connected region of `place`; its pixels are marked as visited.
    private mutating func grow(from place: Int, _ image: ThermalImage, _ mask: inout [UInt8]) {
        region.removeAll(keepingCapacity: true)
        stack.removeAll(keepingCapacity: true)
        stack.append(place)
        mask[place] = 1
        while let place = stack.popLast() {
            region.append(place)
            let (x, y) = (place % image.width, place / image.width)
            for nearY in max(0, y - 1)...min(image.height - 1, y + 1) {
                for nearX in max(0, x - 1)...min(image.width - 1, x + 1) {
                    let near = nearY * image.width + nearX
                    guard mask[near] == 0, isAbove(near, network.file.pixelThreshold) else { continue }
                    mask[near] = 1
                    stack.append(near)
                }
            }
        }
    }

    private func spot(_ image: ThermalImage) -> Hotspot {
        var (left, top, right, bottom) = (Int.max, Int.max, 0, 0)
        var (peak, weight, across, down): (UInt16, Float, Float, Float) = (0, 0, 0, 0)
        let lowest = region.reduce(UInt16.max) { min($0, image.values[$1]) }
        for place in region {
            let (x, y) = (place % image.width, place / image.width)
            (left, top, right, bottom) = (min(left, x), min(top, y), max(right, x), max(bottom, y))
            peak = max(peak, image.values[place])
            let share = Float(image.values[place] - lowest) + 1
            (weight, across, down) = (weight + share, across + share * Float(x), down + share * Float(y))
        }
        let (x, y) = (across / weight, down / weight)
        // The candidate that it belongs to tells score and background.
        let nearest = chips.min {
            max(abs(Float($0.seed.x) - x), abs(Float($0.seed.y) - y))
                < max(abs(Float($1.seed.x) - x), abs(Float($1.seed.y) - y))
        }
        return Hotspot(
            x: left, y: top, width: right - left + 1, height: bottom - top + 1, centroidX: x, centroidY: y, peak: peak,
            contrast: Int32(peak) - (nearest?.background ?? 0), score: nearest?.seed.score ?? 0, area: region.count,
            isCold: false)
    }
}
