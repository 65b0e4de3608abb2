import FlightTypes
import Foundation
import HotspotDetection
import ImageCoding
import Synchronization

/// Persons on land from above: `images/` and `labels.json` (for each file a list of `bbox` x, y, width, height and `category`,
/// 0 a person). Thresholds are chosen on one half and measured on the other. A person is found when a detection's centre lies
/// in its box; a detection in no box of any category is a false blob. Pictures are seen at half size too.
struct PersonBench {
    private struct Label: Decodable {
        var bbox: [Double]
        var category: Int
    }
    private struct Item: Sendable {
        var image: ThermalImage
        var boxes: [(x: Double, y: Double, width: Double, height: Double, isPerson: Bool)]
    }
    private struct Score {
        var persons = 0, found = 0, falseBlobs = 0, frames = 0
        var detected: Double { 100 * Double(found) / Double(max(1, persons)) }
        var falseRate: Double { Double(falseBlobs) / Double(max(1, frames)) }
        mutating func add(_ other: Score) {
            persons += other.persons
            found += other.found
            falseBlobs += other.falseBlobs
            frames += other.frames
        }
    }
    private let items: [Item]

    init(folder: String) throws {
        let labels = try JSONDecoder().decode(
            [String: [Label]].self, from: Data(try readInput(folder + "/labels.json")))
        items = try labels.keys.sorted().map { name in
            let picture = try JPEGDecoder.decodeLuma(try readInput(folder + "/images/" + name))
            guard let image = ThermalImage(width: picture.width, height: picture.height, gray8: picture.pixels) else {
                throw CommandFailure("\(name): a size that cannot be")
            }
            let boxes = (labels[name] ?? []).filter { $0.bbox.count == 4 }.map {
                (x: $0.bbox[0], y: $0.bbox[1], width: $0.bbox[2], height: $0.bbox[3], isPerson: $0.category == 0)
            }
            return Item(image: image, boxes: boxes)
        }
    }

    func run() {
        var all = Score()
        for half in 0...1 {
            let parts = [0, 1].map { part in items.enumerated().filter { $0.offset % 2 == part }.map(\.element) }
            let best = Self.best(on: parts[half])
            let score = Self.score(best, on: parts[1 - half])
            all.add(score)
            print(
                Self.line("persons, half \(1 - half)", score)
                    + "  \(SmallTargetBench.text(best)), rings \(best.rings), \(best.polarity.rawValue)")
        }
        print(Self.line("persons, both halves", all))
    }

    private static func line(_ title: String, _ score: Score) -> String {
        title.padding(toLength: 36, withPad: " ", startingAt: 0)
            + String(
                format: "Pd %5.1f (%d of %d)  false blobs a frame %.2f", score.detected, score.found, score.persons,
                score.falseRate)
    }

    private static func score(_ configuration: HotspotDetector.Configuration, on items: [Item]) -> Score {
        var detector = HotspotDetector(configuration: configuration)
        var score = Score()
        for item in items {
            let spots = detector.detect(item.image)
            score.frames += 1
            for box in item.boxes where box.isPerson {
                score.persons += 1
                if spots.contains(where: { contains(box, $0) }) { score.found += 1 }
            }
            score.falseBlobs += spots.count { spot in !item.boxes.contains { contains($0, spot) } }
        }
        return score
    }
    private static func contains(
        _ box: (x: Double, y: Double, width: Double, height: Double, isPerson: Bool), _ spot: Hotspot
    ) -> Bool {
        let (x, y) = (Double(spot.centroidX), Double(spot.centroidY))
        return x >= box.x - 2 && x <= box.x + box.width + 2 && y >= box.y - 2 && y <= box.y + box.height + 2
    }

    /// The most persons at half a false blob a frame at most.
    private static func best(on items: [Item]) -> HotspotDetector.Configuration {
        var grid: [HotspotDetector.Configuration] = []
        for rings in [[21, 13], [33, 21], [25]] {
            for polarity in [HotspotDetector.Polarity.warm, .both] {
                for levels in [1, 2] {
                    for noiseFactor in [4, 6, 8, 12, 16, 24] as [Float] {
                        for floor in [4, 8, 14, 22, 32, 45] as [Float] {
                            var one = HotspotDetector.Configuration(unit: .none)
                            (one.noiseFactor, one.floor, one.growth) = (noiseFactor, floor, 0.4)
                            (one.rings, one.polarity, one.levels) = (rings, polarity, levels)
                            grid.append(one)
                        }
                    }
                }
            }
        }
        let all = grid
        let scores = Mutex([(Int, Score)]())
        DispatchQueue.concurrentPerform(iterations: all.count) { number in
            let score = score(all[number], on: items)
            scores.withLock { $0.append((number, score)) }
        }
        let best = scores.withLock { scores in
            let quiet = scores.filter { $0.1.falseRate <= 0.5 }
            return quiet.max { ($0.1.detected, $1.0) < ($1.1.detected, $0.0) }
                ?? scores.min { ($0.1.falseRate, $0.0) < ($1.1.falseRate, $1.0) }
        }
        return best.map { all[$0.0] } ?? all[0]
    }
}
