import Terminal
import FlightTypes
import Foundation
import HotspotDetection
import ImageCoding
import Synchronization

/// Persons on land from above: `images/` and `labels.json` (for each file a list of `bbox` x, y, width, height and `category`,
/// 0 a person). Thresholds are chosen on one half and measured on the other. A person is found when a detection's centre lies
/// in its box; a detection in no box of any category is a false blob, and one in the box of something else (cars, bicycles) is
/// counted apart.
struct PersonBench {
    private struct Label: Decodable {
        var bbox: [Double]
        var category: Int
    }
    private struct Item: Sendable {
        var name: String
        var image: ThermalImage
        var boxes: [Box]
    }
    private struct Box {
        var x: Double, y: Double, width: Double, height: Double
        var isPerson: Bool
        func contains(_ spot: Hotspot) -> Bool {
            let (middleX, middleY) = (Double(spot.centroidX), Double(spot.centroidY))
            return middleX >= x - 2 && middleX <= x + width + 2 && middleY >= y - 2 && middleY <= y + height + 2
        }
    }
    private struct Score {
        var persons = 0, found = 0, falseBlobs = 0, others = 0, frames = 0
        var detected: Double { 100 * Double(found) / Double(max(1, persons)) }
        var falseRate: Double { Double(falseBlobs) / Double(max(1, frames)) }
        mutating func add(_ other: Score) {
            persons += other.persons
            found += other.found
            falseBlobs += other.falseBlobs
            others += other.others
            frames += other.frames
        }
    }
    private let items: [Item]

    init(folder: String) throws {
        let labels = try JSONDecoder().decode(
            [String: [Label]].self, from: Data(try readInput(folder + "/labels.json")))
        items = try labels.keys.sorted().map { name in
            let picture = try JPEGDecoder.decodeLuma(try readInput(folder + "/images/" + name))
            guard !picture.isDamaged else { throw CommandFailure("\(name): damaged or cut off") }
            guard let image = ThermalImage(width: picture.width, height: picture.height, gray8: picture.pixels) else {
                throw CommandFailure("\(name): a size that cannot be")
            }
            // Boxes of somewhere else altogether, or of no number, would be no boxes of this picture.
            let boxes = (labels[name] ?? []).filter { $0.bbox.count == 4 && $0.bbox.allSatisfy { $0.magnitude < 1e5 } }
                .map {
                    Box(x: $0.bbox[0], y: $0.bbox[1], width: $0.bbox[2], height: $0.bbox[3], isPerson: $0.category == 0)
                }
            return Item(name: name, image: image, boxes: boxes)
        }
    }

    private func half(_ number: Int) -> [Item] {
        items.enumerated().filter { $0.offset % 2 == number }.map(\.element)
    }

    func run() {
        var all = Score()
        for half in 0...1 {
            let parts = [0, 1].map { self.half($0) }
            let best = Self.best(on: parts[half])
            let score = Self.score(on: parts[1 - half], by: Self.finder(best))
            all.add(score)
            print(
                Self.line("persons, half \(1 - half)", score)
                    + "  \(SmallTargetBench.text(best)), rings \(best.rings), \(best.polarity.rawValue)")
        }
        print(Self.line("persons, both halves", all))
        if let detector = NetworkFile.persons.flatMap({ PersonDetector(network: $0) }) {
            print(Self.line("the program's own (saw them all)", Self.score(on: items, by: Self.finder(detector))))
        }
    }

    /// Each half with the network that was trained on the other, and the threshold in its file.
    /// With a report, pictures of all that go into it too.
    func runNetworks(folder: String, report: DetectReport?) throws {
        var both = Score()
        for half in 0...1 {
            let path = folder + (half == 0 ? "/persons-even.lbcn" : "/persons-odd.lbcn")
            let file = try readNetwork(path)
            guard let detector = PersonDetector(network: file) else {
                throw CommandFailure("\(path): no network for persons in whole pictures")
            }
            let find = Self.finder(detector)
            let score = Self.score(on: self.half(1 - half), by: find)
            both.add(score)
            if let report {
                for item in self.half(1 - half) {
                    try report.add(item.name, item.image, Self.marks(find(item.image), item))
                }
            }
            print(Self.line("network of the other half, half \(1 - half)", score) + "  (\(file.parameters) parameters)")
        }
        let line = Self.line("both halves, networks of the other", both)
        print(line)
        try report?.finish(title: "Persons on land, networks of the other half", summary: [line])
    }

    private static func marks(_ spots: [Hotspot], _ item: Item) -> [DetectReport.Mark] {
        let persons = item.boxes.filter(\.isPerson).map { box in
            DetectReport.Mark(
                left: Int(box.x), top: Int(box.y), right: Int(box.x + box.width), bottom: Int(box.y + box.height),
                verdict: spots.contains(where: box.contains) ? .found : .missed)
        }
        let invented = spots.filter { spot in !item.boxes.contains { $0.contains(spot) } }.map {
            DetectReport.Mark(
                left: $0.x, top: $0.y, right: $0.x + $0.width, bottom: $0.y + $0.height, verdict: .invented)
        }
        return persons + invented
    }

    private static func line(_ title: String, _ score: Score) -> String {
        title.padding(toLength: 36, withPad: " ", startingAt: 0)
            + String(
                format: "Pd %5.1f (%d of %d)  false blobs a frame %.2f, on other things %.2f", score.detected,
                score.found,
                score.persons, score.falseRate, Double(score.others) / Double(max(1, score.frames)))
    }

    private static func finder(_ configuration: HotspotDetector.Configuration) -> (ThermalImage) -> [Hotspot] {
        var detector = HotspotDetector(configuration: configuration)
        return { detector.detect($0) }
    }
    private static func finder(_ detector: PersonDetector) -> (ThermalImage) -> [Hotspot] {
        var detector = detector
        return { image in
            var spots: [Hotspot] = []
            detector.detect(image, into: &spots)
            return spots
        }
    }

    private static func score(on items: [Item], by find: (ThermalImage) -> [Hotspot]) -> Score {
        var score = Score()
        for item in items {
            let spots = find(item.image)
            score.frames += 1
            for box in item.boxes where box.isPerson {
                score.persons += 1
                if spots.contains(where: box.contains) { score.found += 1 }
            }
            for spot in spots where !item.boxes.contains(where: { $0.isPerson && $0.contains(spot) }) {
                if item.boxes.contains(where: { $0.contains(spot) }) {
                    score.others += 1
                } else {
                    score.falseBlobs += 1
                }
            }
        }
        return score
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
            let score = score(on: items, by: finder(all[number]))
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
