import ArgumentParser
import FlightTypes
import Foundation
import HotspotDetection
import Scenario
import Synchronization
import Tracking

struct BenchTracksCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "tracks",
        abstract: "Measure what is followed on made-up water: heads found, and tracks that are none.",
        discussion: """
            A head counts as found when a confirmed track lies within 2 m of it (3 m at 120 m) no later than one second after it came \
            into view. Empty water with noise and waves shows what is invented. The water is made up (Sources/Scenario/WaterHover.swift \
            says what it assumes); it is no evidence about real water.

            Example: lagebild-bench tracks --seeds 1000 --hours 1
            """)
    @Option(help: "Heads, each with a seed of its own.") var seeds = 1000
    @Option(help: "The first seed; thresholds were chosen on the seeds from 0 on.") var first: UInt64 = 1_000_000
    @Option(help: "Hours of empty water for each sensor.") var hours = 1.0
    @Option(help: "Hours of water with ducks, boats, outfalls and glints for each sensor.") var clutterHours = 0.0
    @Option(help: "Seconds of water before a head comes up.") var before = 10.0
    @Option(help: "How much warmer the head is, kelvin.") var kelvin = 6.0
    @Option(help: "Write pages into this folder that show heads that were missed and found, and what tracks lie on.")
    var report: String?
    @Option(help: "What the scores of eight looks must come to, other than delivered.") var confirmScore: Double?

    enum SensorName: String, ExpressibleByArgument, CaseIterable {
        case lepton, boson
        var title: String { self == .lepton ? "Lepton" : "640×512" }
        var sensor: WaterHover.Sensor { self == .lepton ? .lepton : .boson }
        var heightMetres: Double { self == .lepton ? 40 : 120 }
    }
    @Option(help: "Only this sensor.") var sensor: SensorName?

    func validate() throws {
        guard (1...1_000_000).contains(seeds), (0...1000).contains(hours), (0...1000).contains(clutterHours),
            (0...100).contains(kelvin), (0...600).contains(before)
        else {
            throw ValidationError("seeds up to 1,000,000, hours up to 1000, kelvin up to 100, 600 seconds before")
        }
    }

    func run() throws {
        var rules = WaterTracker.Rules()
        if let confirmScore { rules.confirmScore = confirmScore }
        for which in SensorName.allCases where self.sensor.map({ $0 == which }) ?? true {
            let (name, sensor, height) = (which.title, which.sensor, which.heightMetres)
            let found = Self.measureHeads(seeds, first, name, sensor, height, kelvin, after: before, rules)
            if let report {
                let pictures = TrackPictures(folder: "\(report)/\(which)", sensor: sensor, heightMetres: height)
                try pictures.writeHeads(found, first, kelvin, after: before)
                try pictures.writeClutter(first, rules)
            }
            if clutterHours > 0 { Self.measureClutter(clutterHours, name, sensor, height, first, rules) }
            guard hours > 0 else { continue }
            // In pieces of a minute, so that both cores have work.
            let minutes = Int((hours * 60).rounded(.up))
            let invented = Self.parallel(minutes) { [rules] in
                Self.invented(first &+ UInt64($0) &+ 1 << 40, sensor, height, rules)
            }
            print(
                String(
                    format: "%@ at %.0f m, empty water: %d confirmed tracks in %.2f h (%.2f an hour)", name as NSString,
                    height,
                    invented, Double(minutes) / 60, Double(invented) / Double(minutes) * 60))
        }
    }

    private static func parallel(_ count: Int, _ body: @escaping @Sendable (Int) -> Int) -> Int {
        let sum = Mutex(0)
        DispatchQueue.concurrentPerform(iterations: count) { number in
            let value = body(number)
            sum.withLock { $0 += value }
        }
        return sum.withLock { $0 }
    }

    /// Detector and tracker over the pictures of a hover.
    struct Watch {
        let hover: WaterHover
        var detector = HotspotDetector(configuration: .candidates(unit: .centikelvin))
        var pattern = FixedPattern(unit: .centikelvin)
        var tracker: WaterTracker

        init(_ hover: WaterHover, _ rules: WaterTracker.Rules) {
            self.hover = hover
            var rules = rules
            rules.current = PlanePoint(east: WaterHover.currentMetresPerSecond, north: 0)
            // Pictures of the hover are in hundredths of a kelvin.
            rules.personContrast = 100 * WaterTracker.Rules.personKelvin
            tracker = WaterTracker(rules: rules)
        }

        mutating func look(_ number: Int) {
            let picture = hover.picture(number)
            guard let image = ThermalImage(width: picture.width, height: picture.height, values: picture.values) else {
                return
            }
            let pixel = hover.metresPerPixel * hover.metresPerPixel
            let seen = detector.detect(pattern?.correct(image) ?? image).map { spot in
                let place = hover.place(x: Double(spot.centroidX), y: Double(spot.centroidY), in: number)
                return Observation(
                    place: PlanePoint(east: place.x, north: place.y), sigmaMetres: hover.placeSigmaMetres,
                    areaSquareMetres: Double(spot.area) * pixel,
                    pointSquareMetres: Observation.pointPixels * pixel, contrast: Double(spot.contrast),
                    score: Double(spot.score))
            }
            let now = MonotonicInstant(nanoseconds: Int64(hover.seconds(of: number) * 1e9) + 1)
            let halfWidth = Double(picture.width) / 2 * hover.metresPerPixel
            let halfHeight = Double(picture.height) / 2 * hover.metresPerPixel
            _ = tracker.update(seen, at: now) { $0.east.magnitude < halfWidth && $0.north.magnitude < halfHeight }
        }
    }

    /// What became of a head.
    private enum Fate: Int { case neverFound, lost, doubted, held }

    /// Heads found within a second, and what is said of them after `holdSeconds`. Returns which were found.
    private static func measureHeads(
        _ seeds: Int, _ first: UInt64, _ name: String, _ sensor: WaterHover.Sensor, _ height: Double, _ kelvin: Double,
        after before: Double, _ rules: WaterTracker.Rules
    ) -> [Bool] {
        let fates = Mutex([Int](repeating: 0, count: 4))
        let which = Mutex([Bool](repeating: false, count: seeds))
        let found = parallel(seeds) { number in
            let hover = WaterHover(
                seed: first &+ UInt64(number), sensor: sensor, heightMetres: height, headKelvin: kelvin,
                headAppears: before)
            let (isFound, fate) = follow(hover, height, rules)
            fates.withLock { $0[fate.rawValue] += 1 }
            which.withLock { $0[number] = isFound }
            return isFound ? 1 : 0
        }
        let fate = fates.withLock { $0 }
        print(
            String(
                format: "%@ at %.0f m, head %.0f K warmer: %d of %d found within a second (%.1f %%)",
                name as NSString, height, kelvin, found, seeds, 100 * Double(found) / Double(seeds)))
        print(
            String(
                format:
                    "%@ at %.0f m, after %.0f s: %d followed without a doubt, %d with, %d lost again, %d never found",
                name as NSString, height, holdSeconds, fate[Fate.held.rawValue], fate[Fate.doubted.rawValue],
                fate[Fate.lost.rawValue], fate[Fate.neverFound.rawValue]))
        return which.withLock { $0 }
    }
    /// So long each head stays in the picture.
    private static let holdSeconds = 4.0

    private static func follow(
        _ hover: WaterHover, _ height: Double, _ rules: WaterTracker.Rules
    ) -> (isFound: Bool, fate: Fate) {
        var watch = Watch(hover, rules)
        var (isFound, fate) = (false, Fate.neverFound)
        let appears = Int((hover.headAppears * hover.sensor.framesPerSecond).rounded(.up))
        for number in 0..<appears { watch.look(number) }
        for number in appears...appears + Int(holdSeconds * hover.sensor.framesPerSecond) {
            watch.look(number)
            let head = hover.head(at: hover.seconds(of: number))
            let there = watch.tracker.tracks.filter { track in
                track.state == .confirmed
                    && hypot(track.place.east - head.x, track.place.north - head.y) < max(2, height / 40)
            }
            if !there.isEmpty, hover.seconds(of: number) - hover.headAppears <= 1 { isFound = true }
            if there.isEmpty {
                fate = fate == .neverFound ? .neverFound : .lost
            } else {
                fate = there.contains { $0.doubts == [] } ? .held : .doubted
            }
        }
        return (isFound, fate)
    }

    /// Confirmed tracks of a minute with other things on the water, by the thing they lie on; those with a doubt apart.
    private static func measureClutter(
        _ hours: Double, _ name: String, _ sensor: WaterHover.Sensor, _ height: Double, _ first: UInt64,
        _ rules: WaterTracker.Rules
    ) {
        let minutes = Int((hours * 60).rounded(.up))
        let counts = Mutex([String: (there: Int, plain: Int, doubted: Int)]())
        DispatchQueue.concurrentPerform(iterations: minutes) { number in
            let hover = WaterHover(
                seed: first &+ UInt64(number) &+ 1 << 41, sensor: sensor, heightMetres: height, headKelvin: nil,
                hasClutter: true)
            for (kind, found) in cluttered(hover, rules) {
                counts.withLock {
                    let old = $0[kind] ?? (0, 0, 0)
                    $0[kind] = (old.there + found.there, old.plain + found.plain, old.doubted + found.doubted)
                }
            }
        }
        let all = counts.withLock { $0 }
        for (kind, count) in all.sorted(by: { $0.key < $1.key }) {
            print(
                String(
                    format: "%@ at %.0f m, %.2f h, %@: %d there, %d tracks without a doubt (%.1f an hour), %d with",
                    name as NSString, height, Double(minutes) / 60, kind as NSString, count.there, count.plain,
                    Double(count.plain) / Double(minutes) * 60, count.doubted))
        }
    }

    private static func cluttered(_ hover: WaterHover, _ rules: WaterTracker.Rules) -> [String: (
        there: Int, plain: Int, doubted: Int
    )] {
        var watch = Watch(hover, rules)
        var kinds: [UInt32: String] = [:], doubts: [UInt32: TrackReport.Doubts] = [:]
        var most: [String: Int] = [:]
        for number in 0..<Int(60 * hover.sensor.framesPerSecond) {
            watch.look(number)
            let things = hover.clutter?.things(at: hover.seconds(of: number)) ?? []
            for kind in WaterThing.Kind.allCases {
                let there = things.count { $0.kind == kind }
                most[kind.rawValue] = max(most[kind.rawValue] ?? 0, there)
            }
            for track in watch.tracker.tracks where track.state == .confirmed {
                let nearest = things.min { distance($0, track) < distance($1, track) }
                let kind = nearest.flatMap { distance($0, track) < 3 ? $0.kind.rawValue : nil }
                if kinds[track.number] == nil { kinds[track.number] = kind ?? "nothing" }
                doubts[track.number] = track.doubts
            }
        }
        var counts = most.mapValues { (there: $0, plain: 0, doubted: 0) }
        for (number, kind) in kinds {
            if doubts[number] == [] {
                counts[kind, default: (0, 0, 0)].plain += 1
            } else {
                counts[kind, default: (0, 0, 0)].doubted += 1
            }
        }
        return counts
    }
    private static func distance(_ thing: WaterThing, _ track: Track) -> Double {
        hypot(thing.x - track.place.east, thing.y - track.place.north)
    }

    /// Confirmed tracks in a minute of empty water.
    private static func invented(
        _ seed: UInt64, _ sensor: WaterHover.Sensor, _ height: Double, _ rules: WaterTracker.Rules
    ) -> Int {
        var watch = Watch(WaterHover(seed: seed, sensor: sensor, heightMetres: height, headKelvin: nil), rules)
        for number in 0..<Int(60 * sensor.framesPerSecond) { watch.look(number) }
        return Int(watch.tracker.counters.confirmed)
    }
}
