import FlightTypes
import Foundation
import HotspotDetection
import ImageCoding
import Scenario
import Testing
import VisibleWitness

/// What is said about places on made-up water, and what about pictures that are none.
@Suite struct VisibleWitnessTests {
    private static let radius = 1.94, search = 27.0

    /// Twelve looks at a scene through places that are right; `change` does something to each picture before it is coded.
    private static func watch(
        _ seed: UInt64, layout: PixelLayout = .rgb, off: Double = 0, rules: VisibleWitness.Rules = .init(),
        change: (inout VisiblePicture) -> Void = { _ in }
    ) throws -> (witness: VisibleWitness, said: [VisibleWater.Kind: [TrackReport.Witness]]) {
        let water = VisibleWater(seed: seed)
        let encoder = try JPEGEncoder(quality: 80)
        var witness = try VisibleWitness(rules: rules)
        var said: [VisibleWater.Kind: [TrackReport.Witness]] = [:]
        for look in 0..<12 {
            var picture = water.picture(look * 4)
            change(&picture)
            let pixels =
                layout == .rgb ? picture.rgb : stride(from: 1, to: picture.rgb.count, by: 3).map { picture.rgb[$0] }
            let jpeg = try encoder.encode(pixels, layout: layout, width: picture.width, height: picture.height)
            let things = water.things(in: look * 4)
            let places = things.enumerated().map { index, thing in
                WitnessPlace(
                    number: UInt32(index), x: thing.x / water.metresPerPixel + 640 + off,
                    y: thing.y / water.metresPerPixel + 360, thingRadius: radius, searchRadius: search)
            }
            witness.look(
                at: jpeg, taken: MonotonicInstant(nanoseconds: Int64(look) * 266_666_667), places: places)
            for (index, thing) in things.enumerated() {
                said[thing.kind, default: []].append(witness.testimony(of: UInt32(index)))
            }
        }
        return (witness, said)
    }

    @Test(arguments: [11, 12, 14] as [UInt64])
    func whatStandsOutIsSupportedAndWaterIsNot(seed: UInt64) throws {
        let said = try Self.watch(seed).said
        for kind in [VisibleWater.Kind.vest, .foam, .driftwood] { #expect(said[kind]?.last == .supports, "\(kind)") }
        #expect(said[.water]?.contains(.supports) == false)
        #expect(said[.glitter]?.last == .glint)
        for (kind, words) in said where kind != .water { #expect(!words.contains(.ordinary), "\(kind): \(words)") }
        #expect(said.values.allSatisfy { $0.prefix(3).allSatisfy { $0 == .silent } }, "said before the fourth look")
    }

    /// Unasked only the vest has a colour that water does not have.
    @Test(arguments: [11, 14] as [UInt64])
    func onlyTheVestHasAColourOfItsOwn(seed: UInt64) throws {
        let water = VisibleWater(seed: seed)
        let picture = water.picture(0)
        var witness = try VisibleWitness()
        let now = MonotonicInstant(nanoseconds: 1)
        witness.look(at: try Self.jpeg(picture.rgb, .rgb), taken: now, places: [])
        let spot = try #require(witness.spots.first)
        let vest = try #require(water.things(in: 0).first { $0.kind == .vest })
        let (x, y) = (witness.grain * (Double(spot.centroidX) + 0.5), witness.grain * (Double(spot.centroidY) + 0.5))
        #expect(hypot(x - 640 - vest.x / water.metresPerPixel, y - 360 - vest.y / water.metresPerPixel) < 12)
        #expect(witness.spots.count == 1 && witness.grain == 4)
    }

    /// A grey picture has no colours, one that is red all over has none of its own, and what cannot be read leaves none behind.
    @Test func picturesWithoutColoursOfTheirOwn() throws {
        let water = VisibleWater(seed: 11).picture(0).rgb
        let grey = stride(from: 1, to: water.count, by: 3).map { water[$0] }
        let red = water.indices.map { [220, 60, 40][$0 % 3] as UInt8 }
        var witness = try VisibleWitness()
        let pictures = [
            try Self.jpeg(water, .rgb), try Self.jpeg(grey, .grey), try Self.jpeg(water, .rgb),
            try Self.jpeg(red, .rgb), try Self.jpeg(water, .rgb), [1, 2, 3],
        ]
        for (number, jpeg) in pictures.enumerated() {
            witness.look(at: jpeg, taken: MonotonicInstant(nanoseconds: Int64(number) * 1_000_000_000), places: [])
            #expect(witness.spots.isEmpty == (number % 2 == 1))
        }
    }
    private static func jpeg(_ pixels: [UInt8], _ layout: PixelLayout) throws -> [UInt8] {
        try JPEGEncoder(quality: 80).encode(
            pixels, layout: layout, width: VisibleWater.width, height: VisibleWater.height)
    }

    /// Of quiet water something has to be said in the end; where only rough water lies nothing is.
    @Test func quietWaterIsOrdinaryAndRoughWaterIsNot() throws {
        var rules = VisibleWitness.Rules()
        (rules.ordinary, rules.ordinaryRoughness) = (3, 100)
        #expect(try Self.watch(11, rules: rules).said[.water]?.last == .ordinary)
        rules.ordinaryRoughness = 0.5
        #expect(try Self.watch(11, rules: rules).said[.water]?.contains(.ordinary) == false)
    }

    @Test func poorPicturesAreNeverOrdinary() throws {
        var rules = VisibleWitness.Rules()
        (rules.ordinary, rules.ordinaryRoughness) = (100, 100)
        let dark = try Self.watch(14, rules: rules) { picture in
            for place in picture.rgb.indices { picture.rgb[place] /= 8 }
        }
        #expect(dark.said.values.allSatisfy { $0.last == .unable })
        // The camera moved by sixteen pixels while the shutter was open.
        let blurred = try Self.watch(14, rules: rules) { picture in
            var sums = [Int](repeating: 0, count: 3)
            let sharp = picture.rgb
            for place in 0..<sharp.count {
                sums[place % 3] += Int(sharp[place]) - (place >= 48 ? Int(sharp[place - 48]) : 0)
                picture.rgb[place] = UInt8(clamping: sums[place % 3] / 16)
            }
        }
        #expect(blurred.said.values.allSatisfy { !$0.contains(.ordinary) })
        let grey = try Self.watch(14, layout: .grey, rules: rules)
        #expect(grey.said.values.allSatisfy { !$0.contains(.ordinary) } && grey.said[.foam]?.last == .supports)
        let outside = try Self.watch(14, off: 5000, rules: rules)
        #expect(outside.said.values.allSatisfy { $0.last == .unable })
    }

    @Test func aPlaceTooCoarseForAHeadIsNeverOrdinary() throws {
        let water = VisibleWater(seed: 15), encoder = try JPEGEncoder(quality: 80)
        var rules = VisibleWitness.Rules()
        (rules.ordinary, rules.ordinaryRoughness) = (100, 100)
        var witness = try VisibleWitness(rules: rules)
        for look in 0..<12 {
            let picture = water.picture(look * 4)
            let jpeg = try encoder.encode(picture.rgb, layout: .rgb, width: picture.width, height: picture.height)
            let places = [(1, 0.9, 27.0), (2, Self.radius, 200)].map { number, radius, search in
                WitnessPlace(number: UInt32(number), x: 640, y: 360, thingRadius: radius, searchRadius: search)
            }
            witness.look(at: jpeg, taken: MonotonicInstant(nanoseconds: Int64(look) * 266_666_667), places: places)
        }
        #expect(witness.evidence(of: 1)?.looks == 12 && witness.testimony(of: 1) != .ordinary)
        #expect(witness.evidence(of: 2)?.isWhole == false && witness.testimony(of: 2) != .ordinary)
    }

    // MARK: - Limits and bad input

    private func moment(_ milliseconds: Int) -> MonotonicInstant {
        MonotonicInstant(nanoseconds: Int64(milliseconds) * 1_000_000)
    }
    private func place(_ number: UInt32, x: Double = 300, y: Double = 200) -> WitnessPlace {
        WitnessPlace(number: number, x: x, y: y, thingRadius: 1.9, searchRadius: 10)
    }
    private func plain(width: Int, height: Int, layout: PixelLayout = .rgb) throws -> [UInt8] {
        let pixels = (0..<width * height * (layout == .rgb ? 3 : 1)).map { UInt8(80 + $0 * 7919 % 23) }
        return try JPEGEncoder(quality: 70).encode(pixels, layout: layout, width: width, height: height)
    }

    @Test func picturesTooSoonAreNotLookedAt() throws {
        var witness = try VisibleWitness()
        let jpeg = try plain(width: 640, height: 400)
        for milliseconds in [0, 100, 249, 250, 499, 500, 400] {
            witness.look(at: jpeg, taken: moment(milliseconds), places: [place(7)])
        }
        #expect(witness.evidence(of: 7)?.looks == 3)
        #expect(witness.counters.pictures == 3 && witness.counters.tooSoon == 4)
    }

    @Test func theMemoryIsBounded() throws {
        var witness = try VisibleWitness()
        let jpeg = try plain(width: 640, height: 400)
        for round in 0..<5 {
            let places = (0..<20).map { place(UInt32(round * 100 + $0)) }
            witness.look(at: jpeg, taken: moment(round * 1000), places: places)
        }
        #expect(witness.counters.placesBeyond == 20 && witness.counters.forgotten == 48)
        let known = (0..<500 as Range<UInt32>).filter { witness.evidence(of: $0) != nil }
        #expect(known.count == VisibleWitness.memoryLimit && known.allSatisfy { $0 >= 300 }, "\(known)")
    }

    @Test func oldLooksDoNotCount() throws {
        var witness = try VisibleWitness()
        let jpeg = try plain(width: 640, height: 400)
        for look in 0..<4 { witness.look(at: jpeg, taken: moment(look * 300), places: [place(1)]) }
        witness.look(at: jpeg, taken: moment(5000), places: [place(1)])
        #expect(witness.evidence(of: 1)?.looks == 1 && witness.testimony(of: 1) == .silent)
    }

    /// A camera that fell silent says nothing any more.
    @Test func testimonyEndsWithTheLooks() throws {
        var witness = try VisibleWitness()
        let jpeg = try plain(width: 640, height: 400)
        for look in 0..<4 { witness.look(at: jpeg, taken: moment(look * 300), places: [place(1)]) }
        #expect(witness.testimony(of: 1, at: moment(3900)) != .silent)
        #expect(witness.testimony(of: 1, at: moment(3901)) == .silent)
    }

    @Test func whatIsNoPictureIsRefused() throws {
        var witness = try VisibleWitness()
        let whole = try plain(width: 640, height: 400)
        var foreign = whole
        foreign[200] ^= 0xFF
        let bad: [[UInt8]] = [
            [], [0xFF], [0xFF, 0xD8, 0xFF, 0xD9], [UInt8](repeating: 0x41, count: 5000), Array(whole.dropLast(2000)),
            Array(whole.prefix(400)),
        ]
        for (number, bytes) in bad.enumerated() {
            witness.look(at: bytes, taken: moment(number * 300), places: [place(1)])
        }
        #expect(witness.counters.refused == UInt64(bad.count) && witness.evidence(of: 1) == nil)
        // One byte changed is refused or not, but does no harm; the next whole picture is looked at.
        for offset in stride(from: 2, to: whole.count, by: max(1, whole.count / 50)) {
            foreign = whole
            foreign[offset] ^= 0x55
            witness.look(at: foreign, taken: moment(10_000 + offset * 300), places: [place(1)])
        }
        let before = witness.counters.pictures
        witness.look(at: whole, taken: moment(1_000_000_000), places: [place(1)])
        #expect(witness.counters.pictures == before + 1 && witness.evidence(of: 1)?.looks == 1)
    }

    @Test(arguments: [(1, 1), (1, 300), (300, 1), (17, 5), (3000, 2000)])
    func anySizeHasAnAnswer(width: Int, height: Int) throws {
        for layout in [PixelLayout.grey, .rgb] {
            var witness = try VisibleWitness()
            let jpeg = try plain(width: width, height: height, layout: layout)
            for look in 0..<5 {
                witness.look(
                    at: jpeg, taken: moment(look * 300),
                    places: [place(1, x: Double(width) / 2, y: Double(height) / 2), place(2, x: -50, y: 1e5)])
            }
            #expect(witness.counters.pictures == 5)
            #expect(witness.testimony(of: 2) == .unable)
            if width < 100 || height < 100 { #expect(witness.testimony(of: 1) == .unable) }
        }
        var witness = try VisibleWitness()
        witness.look(at: try plain(width: 5000, height: 3000), taken: moment(0), places: [place(1)])
        #expect(witness.counters.refused == 1, "fifteen megapixels would hold up the detector")
    }

    @Test func placesWithoutUsableNumbersAreCounted() throws {
        var witness = try VisibleWitness()
        let jpeg = try plain(width: 640, height: 400)
        let hostile = [Double.nan, .infinity, -.infinity, 1e300]
        var places = hostile.flatMap { [place(1, x: $0), place(1, y: $0)] }
        for radius in hostile + [0, -1] {
            places.append(WitnessPlace(number: 1, x: 300, y: 200, thingRadius: radius, searchRadius: 10))
        }
        witness.look(at: jpeg, taken: moment(0), places: places)
        #expect(witness.counters.placesUnusable == 14 && witness.evidence(of: 1) == nil)
        let extreme = [(1e-9, 1e-9), (9e5, 9e5), (1e-9, 9e5), (9e5, 1e-9)].enumerated().map { index, radii in
            WitnessPlace(number: UInt32(index), x: 300, y: 200, thingRadius: radii.0, searchRadius: radii.1)
        }
        for look in 1..<6 { witness.look(at: jpeg, taken: moment(look * 300), places: extreme) }
        for number in 0..<4 as Range<UInt32> { #expect(witness.testimony(of: number) != .ordinary) }
    }

    /// A progressive file of 32 × 24 pixels.
    @Test func progressiveFilesAreRead() throws {
        let file = try #require(
            Data(
                base64Encoded: """
                    /9j/4AAQSkZJRgABAQAAAQABAAD/2wBDABsSFBcUERsXFhceHBsgKEIrKCUlKFE6PTBCYFVlZF9VXVtqeJmBanGQc1tdhbWGkJ6jq62rZ4C8yb\
                    qmx5moq6T/2wBDARweHigjKE4rK06kbl1upKSkpKSkpKSkpKSkpKSkpKSkpKSkpKSkpKSkpKSkpKSkpKSkpKSkpKSkpKSkpKSkpKT/wgARCAAY\
                    ACADASIAAhEBAxEB/8QAFQABAQAAAAAAAAAAAAAAAAAAAAP/xAAVAQEBAAAAAAAAAAAAAAAAAAAAAf/aAAwDAQACEAMQAAABiJAAAP/EABQQAQ\
                    AAAAAAAAAAAAAAAAAAADD/2gAIAQEAAQUCT//EABQRAQAAAAAAAAAAAAAAAAAAACD/2gAIAQMBAT8BH//EABQRAQAAAAAAAAAAAAAAAAAAACD/\
                    2gAIAQIBAT8BH//EABQQAQAAAAAAAAAAAAAAAAAAADD/2gAIAQEABj8CT//EABQQAQAAAAAAAAAAAAAAAAAAADD/2gAIAQEAAT8hT//aAAwDAQ\
                    ACAAMAAAAQ++++/8QAFBEBAAAAAAAAAAAAAAAAAAAAIP/aAAgBAwEBPxAf/8QAFBEBAAAAAAAAAAAAAAAAAAAAIP/aAAgBAgEBPxAf/8QAFBAB\
                    AAAAAAAAAAAAAAAAAAAAMP/aAAgBAQABPxBP/9k=
                    """))
        var witness = try VisibleWitness()
        for look in 0..<4 {
            witness.look(at: [UInt8](file), taken: moment(look * 300), places: [place(1, x: 16, y: 12)])
        }
        #expect(witness.counters.pictures == 4 && witness.testimony(of: 1) == .unable)
    }
}
