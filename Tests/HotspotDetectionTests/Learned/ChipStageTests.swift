import TestSupport
import CHotspotKernels
import Testing

@testable import HotspotDetection

/// The learned stage beside its reference in Python (`scripts/train/golden.py`), and what it does with a clear target.
@Suite struct ChipStageTests {
    /// The picture of scripts/train/golden.py.
    private func picture() throws -> ThermalImage {
        let values = (0..<60 * 70).map { place -> UInt16 in
            let (x, y) = (place % 70, place / 70)
            var value = 40 + (x * 7 + y * 13 + (x * y) % 11) % 9
            for (centreX, centreY, height, width) in [(30, 28, 60, 3), (52, 40, 35, 8), (5, 3, 80, 5)] {
                let squared = (x - centreX) * (x - centreX) + (y - centreY) * (y - centreY)
                value += height * width * width / (width * width + squared)
            }
            return UInt16(value)
        }
        return try #require(ThermalImage(width: 70, height: 60, values: values))
    }

    @Test(arguments: [
        (30, 28, -74085346, -3543963212, 652653),
        (52, 40, -66228954, -3162921353, 585282),
        (5, 3, -25224279, -1195959998, 230303),
    ])
    func sumsAreThoseOfTheReference(x: Int, y: Int, sums: Int, marked: Int, weights: Int) throws {
        var stage = ChipStage(try #require(NetworkFile.smallTargets))
        stage.look(at: Seed(x: x, y: y, shift: 0, score: 1, excess: 1), try picture())
        #expect(stage.sums.reduce(0) { $0 + Int($1) } == sums)
        #expect(stage.sums.enumerated().reduce(0) { $0 + Int($1.element) * ($1.offset % 97) } == marked)
        #expect(stage.weights.enumerated().reduce(0) { $0 + Int($1.element) * ($1.offset % 97) } == weights)
    }

    /// The gate's odds beside the reference's.
    @Test(
        arguments: [(40, 120, 8.1067), (12.5, 90, 0.5658), (9, 25, -2.6451), (4.25, 6, -5.3206)]
            as [(Float, UInt16, Double)])
    func theGateIsThatOfTheReference(score: Float, excess: UInt16, margin: Double) throws {
        let gate = try #require(NetworkFile.smallTargets?.gate)
        let seed = Seed(x: 0, y: 0, shift: 0, score: score, excess: excess)
        #expect(abs(gate.margin(seed, highestScore: 40, largestExcess: 120) - margin) < 1e-3)
        #expect(gate.opens(seed, highestScore: 40, largestExcess: 120) == (margin > 0))
    }

    /// A gate that is never open finds nothing; one that is always open finds what the network finds without one.
    @Test func theGateDecidesWhoGetsAChip() throws {
        let bytes = Array(UnsafeBufferPointer(start: hotspot_small_targets(), count: hotspot_small_targets_size()))
        func mask(least: Float) throws -> [UInt8] {
            var changed = bytes
            for index in 14..<34 { changed[index] = 0 }
            for index in 0..<4 { changed[30 + index] = UInt8(truncatingIfNeeded: least.bitPattern >> (8 * index)) }
            var detector = HotspotDetector(configuration: .chips, network: try NetworkFile(changed))
            return detector.mask(of: try picture())
        }
        var plain = bytes
        plain[4] = 1
        plain.removeSubrange(14..<34)
        var detector = HotspotDetector(configuration: .chips, network: try NetworkFile(plain))
        #expect(try mask(least: -1) == detector.mask(of: picture()))
        #expect(try mask(least: -1).contains(255))
        #expect(try mask(least: 1).allSatisfy { $0 == 0 })
        #expect(throws: NetworkFile.Malformed.self) { try mask(least: .nan) }
    }

    /// Small bright targets on a smooth sky are found where they are, and the mask is about as large as they are.
    @Test(arguments: 0..<8 as Range<UInt64>)
    func clearTargetsAreFound(seed: UInt64) throws {
        var random = SplitMix(seed: seed)
        let (centreX, centreY) = (40 + random.below(160), 40 + random.below(120))
        let values = (0..<240 * 200).map { place -> UInt16 in
            let (x, y) = (place % 240 - centreX, place / 240 - centreY)
            let target = [0: 120, 1: 90, 2: 60, 4: 30, 5: 20][x * x + y * y] ?? 0
            return UInt16(60 + place / 240 / 8 + random.below(3) + target)
        }
        let image = try #require(ThermalImage(width: 240, height: 200, values: values))
        var detector = HotspotDetector(configuration: .chips, network: NetworkFile.smallTargets)
        let spots = detector.detect(image)
        let spot = try #require(spots.first)
        #expect(
            spots.count == 1 && abs(spot.centroidX - Float(centreX)) < 1 && abs(spot.centroidY - Float(centreY)) < 1)
        #expect((5...45).contains(spot.area) && spot.contrast > 60 && !spot.isCold)
        #expect(detector.mask(of: image).count { $0 != 0 } == spot.area)
    }
}
