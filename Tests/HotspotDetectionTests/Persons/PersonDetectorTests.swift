import TestSupport
import CHotspotKernels
import Testing

@testable import HotspotDetection

/// Persons in whole pictures: the network beside its reference in Python, peaks beside the plainest code, and pictures of every kind.
@Suite struct PersonDetectorTests {
    /// What `scripts/train/golden.py scripts/train/networks/persons-all.lbcn` prints.
    private enum Golden {
        static let sum = -1960754, marked = -93262382
    }

    /// The picture of `scripts/train/golden.py`.
    private func picture() throws -> ThermalImage {
        let values = (0..<96 * 128).map { place -> UInt16 in
            let (x, y) = (place % 128, place / 128)
            let ground = 90 + (x * 7 + y * 13 + (x * y) % 11) % 9 + (x > 80 ? 25 : 0)
            for (centreX, centreY, across, down, excess) in [
                (30, 28, 5, 9, 60), (52, 40, 4, 7, 45), (100, 60, 6, 10, -55), (20, 80, 3, 5, 70),
            ] {
                let (offX, offY) = ((x - centreX) * down, (y - centreY) * across)
                if offX * offX + offY * offY <= across * across * down * down { return UInt16(ground + excess) }
            }
            return UInt16(ground)
        }
        return try #require(ThermalImage(width: 128, height: 96, values: values))
    }

    private func network() throws -> PersonDetector {
        let file = try #require(NetworkFile.persons)
        return try #require(PersonDetector(network: file))
    }

    @Test func logitsAreThoseOfTheReference() throws {
        var detector = try network()
        let logits = detector.logits(of: try picture())
        #expect(logits.width == 32 && logits.height == 24)
        #expect(logits.values.reduce(0) { $0 + Int($1) } == Golden.sum)
        #expect(logits.values.enumerated().reduce(0) { $0 + Int($1.element) * ($1.offset % 97) } == Golden.marked)
    }

    /// Each detection is a cell above the threshold and above all its neighbours, and no such cell is left out.
    @Test(arguments: 0..<8 as Range<UInt64>)
    func detectionsAreTheHighestCells(seed: UInt64) throws {
        var random = SplitMix(seed: seed)
        let (width, height) = (20 + random.below(200), 20 + random.below(150))
        var values = (0..<width * height).map { _ in UInt16(80 + random.below(40)) }
        for _ in 0..<12 {
            let (x, y, excess) = (random.below(width), random.below(height), 40 + random.below(80))
            for row in max(0, y - 9)..<min(height, y + 9) {
                for column in max(0, x - 5)..<min(width, x + 5) { values[row * width + column] += UInt16(excess) }
            }
        }
        let image = try #require(ThermalImage(width: width, height: height, values: values))
        var detector = try network()
        let logits = detector.logits(of: image)
        let threshold = try #require(NetworkFile.persons).pixelThreshold
        var wanted: [[Float]] = []
        for y in 0..<logits.height {
            for x in 0..<logits.width {
                func value(_ x: Int, _ y: Int) -> Int {
                    guard (0..<logits.width).contains(x), (0..<logits.height).contains(y) else { return .min }
                    return Int(logits.values[y * logits.width + x])
                }
                let own = value(x, y)
                let earlier = [value(x - 1, y - 1), value(x, y - 1), value(x + 1, y - 1), value(x - 1, y)]
                let later = [value(x + 1, y), value(x - 1, y + 1), value(x, y + 1), value(x + 1, y + 1)]
                guard own > threshold, earlier.allSatisfy({ $0 < own }), later.allSatisfy({ $0 <= own }) else {
                    continue
                }
                let (middleX, middleY) = (Float(4 * x) + 1.5, Float(4 * y) + 1.5)
                wanted.append([min(middleX, Float(width - 1)), min(middleY, Float(height - 1))])
            }
        }
        var spots: [Hotspot] = []
        detector.detect(image, into: &spots)
        #expect(spots.count == min(wanted.count, PersonDetector.limit))
        #expect(spots.allSatisfy { wanted.contains([$0.centroidX, $0.centroidY]) && $0.score >= 1 })
        #expect(spots.map(\.score) == spots.map(\.score).sorted(by: >))
        #expect(spots.allSatisfy { $0.x >= 0 && $0.y >= 0 && $0.x + $0.width <= width && $0.y + $0.height <= height })
    }

    /// A warm and a cold body on even ground are found where they are; the ground alone is quiet.
    @Test func bodiesOnEvenGroundAreFound() throws {
        func image(_ bodies: [(x: Int, y: Int, excess: Int)]) throws -> ThermalImage {
            var random = SplitMix(seed: 4)
            let values = (0..<512 * 640).map { place -> UInt16 in
                let (x, y) = (place % 640, place / 640)
                var value = 110 + random.below(5) - random.below(5)
                for body in bodies {
                    let (offX, offY) = ((x - body.x) * 9, (y - body.y) * 5)
                    if offX * offX + offY * offY <= 45 * 45 { value += body.excess }
                }
                return UInt16(value)
            }
            return try #require(ThermalImage(width: 640, height: 512, values: values))
        }
        var detector = try network()
        var spots: [Hotspot] = []
        detector.detect(try image([]), into: &spots)
        #expect(spots.isEmpty)
        detector.detect(try image([(200, 150, 70), (410, 333, 90)]), into: &spots)
        #expect(spots.count == 2)
        for (x, y) in [(200, 150), (410, 333)] {
            #expect(
                spots.contains { abs($0.centroidX - Float(x)) < 6 && abs($0.centroidY - Float(y)) < 9 && !$0.isCold })
        }
    }

    @Test(arguments: [(1, 1), (1, 700), (700, 1), (33, 31), (640, 512), (1281, 1024)])
    func everySizeAndValue(width: Int, height: Int) throws {
        var detector = try network()
        var spots: [Hotspot] = []
        for values in extremes(width * height) {
            detector.detect(try #require(ThermalImage(width: width, height: height, values: values)), into: &spots)
            #expect(spots.count <= PersonDetector.limit)
            if width * height > PersonDetector.pixelsLimit { #expect(spots.isEmpty) }
        }
    }

    @Test func otherNetworksAreRefused() throws {
        let small = try #require(NetworkFile.smallTargets)
        #expect(PersonDetector(network: small) == nil)
        let persons = Array(UnsafeBufferPointer(start: hotspot_persons(), count: hotspot_persons_size()))
        #expect(PersonDetector(network: try NetworkFile(persons)) != nil)
        // A chip network may have no more than 10,000 parameters: the same layers with an edge are refused.
        var chips = persons
        chips[6] = 48
        #expect(throws: NetworkFile.Malformed.self) { try NetworkFile(chips) }
        #expect(throws: NetworkFile.Malformed.self) { try NetworkFile(persons.dropLast()) }
    }
}
