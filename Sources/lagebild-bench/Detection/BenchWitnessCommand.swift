import ArgumentParser
import FlightTypes
import Foundation
import ImageCoding
import NetworkImpairment
import Scenario
import Synchronization
import VisibleWitness

struct BenchWitnessCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "witness",
        abstract: "Measure what the visible camera says about places on made-up water, and how long it takes.",
        discussion: """
            Each scene has one of each kind; three seconds are looked at, twelve looks. The table says what was said at the end, \
            whether plain water was said at any time, and with --raise what the camera tells of unasked. The water is made up (Sources/Scenario/VisibleWater.swift says what it assumes); \
            it is no evidence about real water.

            Example: lagebild-bench witness --scenes 500
            """)
    @Option(help: "Scenes, each with a seed of its own.") var scenes = 500
    @Option(help: "The first seed; thresholds were chosen on the seeds from 0 on.") var first: UInt64 = 3_000_000
    @Option(help: "Height above the water, metres.") var height = 40.0
    @Option(help: "JPEG quality.") var quality = 80
    @Flag(help: "Measure instead which things the visible camera raises by itself, by their colour.") var raise = false

    func validate() throws {
        guard (1...1_000_000).contains(scenes), (10...200).contains(height), (1...100).contains(quality) else {
            throw ValidationError("scenes up to 1,000,000, height 10 to 200, quality 1 to 100")
        }
    }

    func run() throws {
        if raise { return try runRaise() }
        let (first, height, quality) = (first, height, quality)
        let counts = Mutex([VisibleWater.Kind: WitnessScene.Count]())
        try inParallel { number in
            let scene = WitnessScene(seed: first &+ UInt64(number), heightMetres: height, quality: quality)
            let said = try scene.run()
            counts.withLock { counts in
                for (kind, count) in said { counts[kind, default: .init()].add(count) }
            }
        }
        print("\(scenes) scenes from seed \(first), \(Int(height)) m, JPEG quality \(quality); percent of places")
        print("kind            supports  ordinary  glint  unable   ordinary at any look")
        let all = counts.withLock { $0 }
        for kind in VisibleWater.Kind.allCases {
            guard let count = all[kind] else { continue }
            func share(_ part: Int) -> Double { 100 * Double(part) / Double(max(1, count.places)) }
            let said = [TrackReport.Witness.supports, .ordinary, .glint, .unable].map { share(count.said[$0] ?? 0) }
            print(
                kind.rawValue.padding(toLength: 15, withPad: " ", startingAt: 0)
                    + String(
                        format: "%9.1f %9.1f %6.1f %7.1f %11.1f", said[0], said[1], said[2], said[3],
                        share(count.everOrdinary)))
        }
        try WitnessScene.measureTime(quality: quality)
    }

    /// Every scene on all cores; throws the last error of any.
    private func inParallel(_ body: @escaping @Sendable (Int) throws -> Void) throws {
        let failure = Mutex<(any Error)?>(nil)
        DispatchQueue.concurrentPerform(iterations: scenes) { number in
            do { try body(number) } catch { failure.withLock { $0 = error } }
        }
        if let failure = failure.withLock({ $0 }) { throw failure }
    }

    private func runRaise() throws {
        let (first, height, quality) = (first, height, quality)
        let counts = Mutex([VisibleWater.Kind?: ColourTrial.Count]())
        try inParallel { number in
            let scene = WitnessScene(seed: first &+ UInt64(number), heightMetres: height, quality: quality)
            let found = try ColourTrial(scene: scene).run()
            counts.withLock { counts in
                for (kind, count) in found { counts[kind, default: .init()].add(count) }
            }
        }
        let all = counts.withLock { $0 }
        print(
            "\(scenes) scenes from seed \(first), \(Int(height)) m, JPEG quality \(quality); raised within three seconds"
        )
        for kind in VisibleWater.Kind.allCases where kind != .water {
            let count = all[kind] ?? .init()
            print(
                kind.rawValue.padding(toLength: 15, withPad: " ", startingAt: 0)
                    + String(format: "%6.1f %%", 100 * Double(count.raised) / Double(max(1, count.places))))
        }
        let nowhere = all[nil]?.raised ?? 0
        let minutes = Double(scenes) * 3 / 60
        print("where nothing is: \(nowhere) in \(String(format: "%.0f", minutes)) minutes of water")
    }
}

/// One made-up scene, looked at for three seconds through places that are a little off.
struct WitnessScene {
    /// What was said about the places of one kind.
    struct Count {
        var places = 0, everOrdinary = 0
        var said: [TrackReport.Witness: Int] = [:]

        mutating func add(_ other: Count) {
            places += other.places
            everOrdinary += other.everOrdinary
            said.merge(other.said, uniquingKeysWith: +)
        }
    }
    /// Off by so much for good, metres on each axis; and from picture to picture, degrees of tilt.
    private static let placeSigma = 0.4
    static let jitterDegrees = 0.3
    private static let searchMetres = 1.2, headRadiusMetres = 0.085
    static let looks = 12, picturesApart = 4
    let seed: UInt64, heightMetres: Double, quality: Int

    /// A number about normal with sigma 1, of the scene.
    func normal(_ index: UInt64) -> Double {
        var random = SeededGenerator(seed: seed &* 4099 &+ index)
        return (0..<12).reduce(-6.0) { sum, _ in sum + random.unit() }
    }

    func run() throws -> [VisibleWater.Kind: Count] {
        let water = VisibleWater(seed: seed, heightMetres: heightMetres)
        let encoder = try JPEGEncoder(quality: quality)
        var witness = try VisibleWitness()
        var counts: [VisibleWater.Kind: Count] = [:]
        for look in 0..<Self.looks {
            let number = look * Self.picturesApart
            let jpeg = try Self.jpeg(water.picture(number), encoder)
            let things = water.things(in: number)
            let moment = Double(number) / VisibleWater.framesPerSecond
            witness.look(
                at: jpeg, taken: MonotonicInstant(nanoseconds: Int64(moment * 1e9)),
                places: places(of: things, in: water, look: UInt64(look)))
            for (index, thing) in things.enumerated() {
                let said = witness.testimony(of: UInt32(index))
                if said == .ordinary { counts[thing.kind, default: Count()].everOrdinary = 1 }
                guard look == Self.looks - 1 else { continue }
                counts[thing.kind, default: Count()].places = 1
                counts[thing.kind, default: Count()].said[said] = 1
            }
        }
        return counts
    }

    private func places(of things: [VisibleWater.Thing], in water: VisibleWater, look: UInt64) -> [WitnessPlace] {
        let metres = water.metresPerPixel
        let jitter = Self.jitterDegrees * .pi / 180 * heightMetres
        let (jitterX, jitterY) = (jitter * normal(look * 2), jitter * normal(look * 2 + 1))
        return things.enumerated().map { index, thing in
            let own = 1000 + UInt64(index) * 2
            return WitnessPlace(
                number: UInt32(index),
                x: (thing.x + Self.placeSigma * normal(own) + jitterX) / metres + Double(VisibleWater.width) / 2,
                y: (thing.y + Self.placeSigma * normal(own + 1) + jitterY) / metres + Double(VisibleWater.height) / 2,
                thingRadius: Self.headRadiusMetres / metres, searchRadius: Self.searchMetres / metres)
        }
    }

    static func jpeg(_ picture: VisiblePicture, _ encoder: JPEGEncoder) throws -> [UInt8] {
        try encoder.encode(picture.rgb, layout: .rgb, width: picture.width, height: picture.height)
    }

    /// What a picture of 1280×720 costs on one core with decoding, for one place and for as many as there may be.
    static func measureTime(quality: Int) throws {
        let water = VisibleWater(seed: 3_000_000)
        let jpeg = try jpeg(water.picture(0), JPEGEncoder(quality: quality))
        for count in [1, VisibleWitness.placesLimit] {
            var witness = try VisibleWitness()
            let places = (0..<count).map { index in
                WitnessPlace(
                    number: UInt32(index), x: 160 + 960 * Double(index) / Double(count), y: 360, thingRadius: 1.9,
                    searchRadius: 27)
            }
            let clock = ContinuousClock()
            var times: [Double] = []
            for picture in 0..<300 {
                let moment = MonotonicInstant(nanoseconds: Int64(picture) * 1_000_000_000)
                let time = clock.measure { witness.look(at: jpeg, taken: moment, places: places) }
                times.append(time / .milliseconds(1))
            }
            times.sort()
            print(
                String(
                    format: "1280×720 with decoding, %d places: %.2f ms best, %.2f ms median of %d (%d kB)", count,
                    times[0], times[times.count / 2], times.count, jpeg.count / 1000))
        }
    }
}
