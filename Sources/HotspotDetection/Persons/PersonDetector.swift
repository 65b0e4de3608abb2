/// The learned way for persons on land seen from above, in whole pictures of 8 bits: a network gives each 4×4 pixels a logit, and its
/// peaks are the middles of persons, warmer or colder than the ground.
///
/// Four planes go in, each with every second pixel of every second row, relative to the picture's median; with two passes the
/// mirror image too, and logits are added.
/// `scripts/train/persons.md` says what it was trained on. It knows the sizes that persons have in such pictures (8 to 35 pixels
/// high) and nothing else.
public struct PersonDetector: Sendable {
    /// Pixels to each edge of what one logit stands for.
    static let cell = 4
    /// Pictures of more pixels are not looked at: what the network needs grows with them.
    public static let pixelsLimit = 1280 * 1024
    /// At most this many come out, the surest first.
    public static let limit = 64
    /// Of the box that a detection gets, pixels: the middle of what the labels of the training have.
    private static let box = (width: 12, height: 20)
    private var network: LayerNetwork
    private var counts = [Int](repeating: 0, count: 256)
    /// Sums over the passes of the last picture's cells, row by row, 1/256.
    private var logits: [Int32] = []
    private var found: [(cell: Int, logit: Int32)] = []

    /// Nil unless the network takes whole pictures in four planes, once or twice, and gives logits for 4×4 pixels.
    public init?(network file: NetworkFile) {
        guard file.edge == 0, file.inputs == 4, file.levels.last == 1, file.passes <= 2 else { return nil }
        network = LayerNetwork(file)
    }

    /// Puts the persons of a picture into `spots`, the surest first; none for pictures beyond ``pixelsLimit``. A score is the logit
    /// above the network's threshold, plus 1.
    public mutating func detect(_ image: ThermalImage, into spots: inout [Hotspot]) {
        spots.removeAll(keepingCapacity: true)
        guard image.width * image.height <= Self.pixelsLimit else { return }
        let (columns, rows) = run(image)
        found.removeAll(keepingCapacity: true)
        let threshold = Int32(network.file.pixelThreshold)
        logits.withUnsafeBufferPointer { logits in
            for y in 0..<rows {
                for x in 0..<columns
                where logits[y * columns + x] > threshold && Self.isPeak(logits, x, y, columns, rows) {
                    found.append((y * columns + x, logits[y * columns + x]))
                }
            }
        }
        found.sort { ($0.logit, -$0.cell) > ($1.logit, -$1.cell) }
        for (place, logit) in found.prefix(Self.limit) {
            let score = 1 + Float(logit - threshold) / Float(256 * network.file.passes)
            spots.append(spot(image, x: place % columns, y: place / columns, score: score))
        }
    }

    /// The logits of all cells that hold a pixel of the picture, row by row.
    mutating func logits(of image: ThermalImage) -> (width: Int, height: Int, values: [Int32]) {
        let (columns, rows) = run(image)
        return (columns, rows, logits)
    }

    /// Fills ``logits``; says how many cells there are.
    private mutating func run(_ image: ThermalImage) -> (columns: Int, rows: Int) {
        let columns = (image.width + Self.cell - 1) / Self.cell, rows = (image.height + Self.cell - 1) / Self.cell
        if logits.count != columns * rows { logits = [Int32](repeating: 0, count: columns * rows) }
        let median = median(of: image)
        let edge = 2 * network.granule
        let width = (image.width + edge - 1) / edge * edge, height = (image.height + edge - 1) / edge * edge
        for pass in 0..<network.file.passes {
            network.run(width: width / 2, height: height / 2) { input, first, stride in
                Self.fill(
                    first, stride, image, width: width / 2, height: height / 2, input: input, median: median,
                    mirroredAt: pass == 0 ? nil : Self.cell * columns - 1)
            }
            network.withOutput { values, stride in
                for y in 0..<rows {
                    for x in 0..<columns {
                        let value = Int32(values[y * stride + (pass == 0 ? x : columns - 1 - x)])
                        logits[y * columns + x] = pass == 0 ? value : logits[y * columns + x] + value
                    }
                }
            }
        }
        return (columns, rows)
    }

    /// Above its eight neighbours; of equal neighbours the first.
    private static func isPeak(
        _ logits: UnsafeBufferPointer<Int32>, _ x: Int, _ y: Int, _ columns: Int, _ rows: Int
    ) -> Bool {
        let own = logits[y * columns + x]
        for nearY in max(0, y - 1)...min(rows - 1, y + 1) {
            for nearX in max(0, x - 1)...min(columns - 1, x + 1) {
                let near = logits[nearY * columns + nearX]
                if near > own || near == own && (nearY, nearX) < (y, x) { return false }
            }
        }
        return true
    }

    /// The lower median of values, of which all beyond 255 count as 255.
    private mutating func median(of image: ThermalImage) -> Int32 {
        for value in counts.indices { counts[value] = 0 }
        for value in image.values { counts[Int(min(value, 255))] += 1 }
        var seen = 0
        for (value, count) in counts.enumerated() {
            seen += count
            if seen > (image.values.count - 1) / 2 { return Int32(value) }
        }
        return 255
    }

    private static func fill(
        _ first: UnsafeMutablePointer<Int16>, _ stride: Int, _ image: ThermalImage, width: Int, height: Int, input: Int,
        median: Int32, mirroredAt last: Int?
    ) {
        image.values.withUnsafeBufferPointer { values in
            for row in 0..<height {
                let y = 2 * row + input / 2, target = first + row * stride
                guard y < image.height else {
                    for column in 0..<width { target[column] = 0 }
                    continue
                }
                let start = y * image.width
                for column in 0..<width {
                    let across = 2 * column + input % 2
                    let x = last.map { $0 - across } ?? across
                    // Beyond the picture's edge there is nothing that differs from its middle.
                    let excess = x >= 0 && x < image.width ? Int32(values[start + x]) - median : 0
                    target[column] = Int16(truncatingIfNeeded: min(max(excess, -128), 127))
                }
            }
        }
    }

    /// A box around the middle of a cell, and what differs most from the surroundings close to it.
    private func spot(_ image: ThermalImage, x cellX: Int, y cellY: Int, score: Float) -> Hotspot {
        let x = min(cellX * Self.cell + 1, image.width - 1), y = min(cellY * Self.cell + 1, image.height - 1)
        let left = max(0, x - Self.box.width / 2 + 1), top = max(0, y - Self.box.height / 2 + 1)
        let right = min(image.width, x + Self.box.width / 2 + 1),
            bottom = min(image.height, y + Self.box.height / 2 + 1)
        let background = Self.ringMean(image, x: x, y: y)
        var peak = image.values[y * image.width + x]
        for row in max(top, y - 4)..<min(bottom, y + 6) {
            for column in max(left, x - 3)..<min(right, x + 5) {
                let value = image.values[row * image.width + column]
                if abs(Int(value) - background) > abs(Int(peak) - background) { peak = value }
            }
        }
        return Hotspot(
            x: left, y: top, width: right - left, height: bottom - top,
            centroidX: min(Float(cellX * Self.cell) + 1.5, Float(image.width - 1)),
            centroidY: min(Float(cellY * Self.cell) + 1.5, Float(image.height - 1)), peak: peak,
            contrast: Int32(clamping: Int(peak) - background), score: score,
            area: (right - left) * (bottom - top), isCold: Int(peak) < background)
    }

    /// Mean of what lies 12 to 16 pixels away (in the larger of both directions).
    private static func ringMean(_ image: ThermalImage, x: Int, y: Int) -> Int {
        var sum = 0, count = 0
        for row in max(0, y - 16)...min(image.height - 1, y + 16) {
            for column in max(0, x - 16)...min(image.width - 1, x + 16)
            where max(abs(row - y), abs(column - x)) >= 12 {
                sum += Int(image.values[row * image.width + column])
                count += 1
            }
        }
        return count == 0 ? Int(image.values[y * image.width + x]) : sum / count
    }
}
