import FlightTypes
import HotspotDetection
import Sensors
import Testing

@testable import DroneAgent

@Suite struct StandingPartsTests {
    private static let width = 160, height = 120
    private static func at(_ frame: Int) -> MonotonicInstant {
        MonotonicInstant(nanoseconds: Int64(frame) * 111_000_000)
    }

    /// Water with the noise of a sensor, colder to the right; `spots` are 5×5 pixels, 8 K warmer.
    private static func picture(_ random: inout SplitMix, spots: [(x: Int, y: Int)] = []) -> [UInt16] {
        var values = (0..<width * height).map { UInt16(28_900 - $0 % width / 4 + random.below(17)) }
        for spot in spots {
            for y in spot.y..<spot.y + 5 { for x in spot.x..<spot.x + 5 { values[y * width + x] += 800 } }
        }
        return values
    }
    private static func image(_ values: [UInt16], _ frame: Int) -> CapturedImage {
        CapturedImage(
            captureTime: CaptureTime(monotonic: at(frame), wall: WallTime(nanoseconds: 0)),
            picture: .thermal(values, .centikelvin), width: UInt16(width), height: UInt16(height))
    }
    /// Plays 20 frames of which `keep` replaces what stands, and gives the last with its evidence.
    private static func play(
        spots: [(x: Int, y: Int)] = [], _ keep: (_ live: [UInt16], _ first: [UInt16]) -> [UInt16]
    ) throws -> (frame: ThermalFrame, evidence: ThermalFrame?, stamper: FrameStamper) {
        var random = SplitMix(state: 11)
        let first = picture(&random, spots: spots)
        var stamper = FrameStamper(flight: 1, stream: StreamID(.thermal))
        var last: ThermalFrame?
        for frame in 0..<20 {
            let values = frame == 0 ? first : keep(picture(&random, spots: spots), first)
            last = stamper.stamp(image(values, frame), pose: .unknown).thermal
        }
        let frame = try #require(last)
        return (frame, stamper.evidence(of: frame), stamper)
    }
    private static func spots(_ frame: ThermalFrame) throws -> [Hotspot] {
        var detector = HotspotDetector(configuration: HotspotDetector.Configuration(unit: .centikelvin))
        var found: [Hotspot] = []
        let image = try #require(ThermalImage(width: width, height: height, values: frame.values))
        detector.detect(image, into: &found)
        return found
    }
    private static func isAt(_ spot: Hotspot, _ place: (x: Int, y: Int)) -> Bool {
        abs(spot.centroidX - Float(place.x + 2)) < 3 && abs(spot.centroidY - Float(place.y + 2)) < 3
    }

    @Test func aLiveSensorHasNoStandingPart() throws {
        let result = try Self.play(spots: [(40, 30)]) { live, _ in live }
        #expect(result.frame.flags == [] && result.evidence?.values == result.frame.values)
        #expect(try Self.spots(result.frame).contains { Self.isAt($0, (40, 30)) })
    }

    /// Half of the rows are not read out any more: the spot in them is old, the one in the living half is found.
    @Test func aFrozenHalfRaisesNothing() throws {
        let spots = [(x: 40, y: 30), (x: 100, y: 90)]
        let result = try Self.play(spots: spots) { live, first in
            Array(first[..<(Self.width * 60)] + live[(Self.width * 60)...])
        }
        #expect(result.frame.flags == .implausible && !result.stamper.isFrozen)
        #expect(try Self.spots(result.frame).contains { Self.isAt($0, spots[0]) })
        let found = try Self.spots(try #require(result.evidence))
        #expect(found.contains { Self.isAt($0, spots[1]) })
        #expect(found.allSatisfy { $0.centroidY >= 60 })
    }

    @Test func aFrozenQuarterAndHalfOfTheColumnsRaiseNothing() throws {
        for standing in [{ (x: Int, y: Int) in x < 80 && y < 60 }, { (x: Int, _: Int) in x < 80 }] {
            let result = try Self.play(spots: [(x: 40, y: 30), (x: 120, y: 90)]) { live, first in
                live.indices.map { standing($0 % Self.width, $0 / Self.width) ? first[$0] : live[$0] }
            }
            #expect(result.frame.flags == .implausible)
            let found = try Self.spots(try #require(result.evidence))
            #expect(found.count == 1 && found.allSatisfy { Self.isAt($0, (120, 90)) })
        }
    }

    /// Stuck lines are mended by what lives beside them; a warm spot that one runs through is found all the same.
    @Test func stuckLinesAreMarkedAndMended() throws {
        let result = try Self.play(spots: [(x: 60, y: 48)]) { live, _ in
            live.indices.map {
                $0 / Self.width == 50 || $0 / Self.width == 90 || $0 % Self.width == 20 ? 32_000 : live[$0]
            }
        }
        #expect(result.frame.flags == .implausible)
        let found = try Self.spots(try #require(result.evidence))
        #expect(found.count == 1 && found.allSatisfy { Self.isAt($0, (60, 48)) })
    }

    /// All but a counter in a corner: frozen, and nothing of it is evidence.
    @Test func aCounterInAFrozenPictureIsNoLife() throws {
        var count: UInt16 = 0
        let result = try Self.play(spots: [(40, 30)]) { _, first in
            count += 1
            return [count] + first.dropFirst()
        }
        #expect(result.stamper.isFrozen && result.frame.flags.contains(.frozen) && result.evidence == nil)
    }

    /// An even warm surface, and a fire at the end of what can be measured, are no standing parts.
    @Test func evenSurfacesLive() throws {
        let result = try Self.play { live, _ in
            live.indices.map { place in
                let (x, y) = (place % Self.width, place / Self.width)
                if (50..<62).contains(x), (40..<52).contains(y) { return 30_400 }
                return (70..<150).contains(x) && (60..<115).contains(y) ? .max : live[place]
            }
        }
        #expect(result.frame.flags == [] && result.evidence?.values == result.frame.values)
    }

    @Test func aPartThatLivesAgainIsEvidenceAtOnce() throws {
        var frames = 0
        let result = try Self.play { live, first in
            frames += 1
            return frames < 19 ? Array(first[..<(Self.width * 60)] + live[(Self.width * 60)...]) : live
        }
        #expect(result.frame.flags == [] && result.evidence?.values == result.frame.values)
    }

    @Test func picturesMayChangeTheirSizeOrBeEmpty() {
        var parts = StandingParts()
        for (width, height) in [(2, 1), (0, 0), (160, 120), (2, 1), (1, 500)] {
            for step in 0..<20 {
                parts.look(
                    [UInt16](repeating: 1, count: width * height), width: width, height: height, at: Self.at(step))
            }
        }
        #expect(parts.share == 1)
        parts.look([1], width: 160, height: 120, at: Self.at(30))
        #expect(parts.mask.isEmpty && parts.filled([1]) == [1])
    }
}

/// SplitMix64: the same numbers from the same seed, everywhere.
struct SplitMix {
    var state: UInt64
    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }
    mutating func below(_ limit: Int) -> Int { Int(next() % UInt64(max(1, limit))) }
}
