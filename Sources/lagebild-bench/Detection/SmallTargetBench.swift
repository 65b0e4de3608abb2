import FlightTypes
import Foundation
import HotspotDetection
import Synchronization

/// The detector's own thresholds on small targets, chosen on one half of the set and measured on the other.
struct SmallTargetBench {
    let set: SmallTargetSet

    func run() {
        let defaults = HotspotDetector.Configuration(unit: .none)
        var standard = MaskScore(), chosen = MaskScore()
        for half in 0...1 {
            let (training, test) = (set.half(half), set.half(1 - half))
            standard.add(defaults.score(on: test))
            let best = Self.best(on: training)
            let score = best.score(on: test)
            chosen.add(score)
            print(Self.line("half \(1 - half), chosen on the other", score) + "  " + Self.text(best))
        }
        print(Self.line("both halves, chosen on the other", chosen))
        print(Self.line("both halves, as delivered", standard))
    }

    /// The learned second stage: each half with the network that was trained on the other, and the thresholds in its file.
    /// With a report, pictures of all that go into it too.
    func runNetworks(folder: String, report: DetectReport?) throws {
        var both = MaskScore()
        for half in 0...1 {
            let path = folder + (half == 0 ? "/even.lbcn" : "/odd.lbcn")
            let network = try readNetwork(path)
            var detector = HotspotDetector(configuration: .chips, network: network)
            var score = MaskScore()
            for item in set.half(1 - half) {
                let mask = detector.mask(of: item.image)
                score.add(predicted: mask, truth: item.mask, width: item.image.width)
                try report?.add(item.name, item.image, Self.marks(mask, item))
            }
            both.add(score)
            print(
                Self.line("network of the other half, half \(1 - half)", score) + "  (\(network.parameters) parameters)"
            )
        }
        let line = Self.line("both halves, networks of the other", both)
        print(line)
        try report?.finish(title: "Small targets, networks of the other half", summary: [line])
    }

    private static func marks(_ mask: [UInt8], _ item: SmallTargetSet.Item) -> [DetectReport.Mark] {
        let matched = MaskScore.match(predicted: mask, truth: item.mask, width: item.image.width)
        func marks(_ some: [MaskScore.Component], _ verdict: DetectReport.Verdict) -> [DetectReport.Mark] {
            some.map {
                DetectReport.Mark(left: $0.left, top: $0.top, right: $0.right, bottom: $0.bottom, verdict: verdict)
            }
        }
        return marks(matched.found, .found) + marks(matched.missed, .missed) + marks(matched.invented, .invented)
    }

    /// The best of a grid by intersection over union, among those that find as much as the best but one in a hundred.
    private static func best(on items: [SmallTargetSet.Item]) -> HotspotDetector.Configuration {
        var grid: [HotspotDetector.Configuration] = []
        for noiseFactor in [8, 10, 12, 14, 17] as [Float] {
            for floor in [5, 7, 9, 12, 15] as [Float] {
                for growth in [0.25, 0.3, 0.35, 0.4, 0.45] as [Float] {
                    var one = HotspotDetector.Configuration(unit: .none)
                    (one.noiseFactor, one.floor, one.growth) = (noiseFactor, floor, growth)
                    grid.append(one)
                }
            }
        }
        let all = grid
        let scores = Mutex([(Int, Double)]())
        DispatchQueue.concurrentPerform(iterations: all.count) { number in
            let score = all[number].score(on: items)
            // A target is worth as much as a point of overlap; a false alarm in a picture costs ten.
            let value =
                score.overlap + score.detected - 10 * Double(score.falseComponents) / Double(max(1, items.count))
            scores.withLock { $0.append((number, value)) }
        }
        let best = scores.withLock { $0.max { ($0.1, $1.0) < ($1.1, $0.0) } }
        return best.map { all[$0.0] } ?? all[0]
    }

    static func text(_ configuration: HotspotDetector.Configuration) -> String {
        "(\(configuration.noiseFactor) σ + \(configuration.floor), growth \(configuration.growth))"
    }
    static func line(_ title: String, _ score: MaskScore) -> String {
        title.padding(toLength: 36, withPad: " ", startingAt: 0)
            + String(
                format: "IoU %5.1f  nIoU %5.1f  Pd %5.1f (%d of %d)  Fa %5.1f  false blobs %d", score.overlap,
                score.meanOverlap, score.detected, score.found, score.targets, score.falseRate, score.falseComponents)
    }
}
