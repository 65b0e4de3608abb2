import FlightTypes
import HotspotDetection
import Scenario

/// The temporal detector over the pictures of a hover, for `bench coarse`.
struct CoarseTrial {
    /// One row of the table.
    struct Row: Sendable {
        var name: String
        var sensor: CoarseHover.Sensor
        var heightMetres: Double
        var thing: CoarseHover.Thing
        var isCurrentKnown = true, isFollowed = false

        static let all = [
            Row(name: "55° at 5 m", sensor: .narrow, heightMetres: 5, thing: .head(kelvin: 6)),
            Row(name: "55° at 10 m", sensor: .narrow, heightMetres: 10, thing: .head(kelvin: 6)),
            Row(name: "110° at 3 m", sensor: .wide, heightMetres: 3, thing: .head(kelvin: 6)),
            Row(name: "110° at 5 m", sensor: .wide, heightMetres: 5, thing: .head(kelvin: 6)),
            Row(
                name: "55° at 10 m, followed", sensor: .narrow, heightMetres: 10, thing: .head(kelvin: 6),
                isFollowed: true),
            Row(
                name: "55° at 5 m, current unknown", sensor: .narrow, heightMetres: 5, thing: .head(kelvin: 6),
                isCurrentKnown: false),
            Row(
                name: "55° at 10 m, current unknown", sensor: .narrow, heightMetres: 10, thing: .head(kelvin: 6),
                isCurrentKnown: false),
            Row(name: "ember, 55° at 40 m", sensor: .narrow, heightMetres: 40, thing: .ember),
        ]
    }

    let hover: CoarseHover
    private let motion: ImageMotion
    private var detector: TemporalDetector
    private var spots: [Hotspot] = []

    init(_ row: Row, seed: UInt64, isEmpty: Bool, configuration: TemporalDetector.Configuration = .init()) {
        hover = CoarseHover(
            seed: seed, sensor: row.sensor, heightMetres: row.heightMetres, thing: isEmpty ? nil : row.thing,
            isFollowing: row.isFollowed)
        let reach = row.isCurrentKnown ? ImageMotion.swimmerSpeed : ImageMotion.fastestCurrent
        motion = ImageMotion(
            groundX: Float(hover.motion.ground),
            waterX: row.isCurrentKnown ? Float(hover.motion.water) : Float(hover.motion.ground), waterY: 0,
            reach: Float(hover.pixels(ofMetres: reach / row.sensor.framesPerSecond)))
        detector = TemporalDetector(configuration: configuration)
    }

    /// What is told of picture `number`; pictures come in their order.
    mutating func look(_ number: Int) -> [Hotspot] {
        look(hover.picture(number), number)
    }

    /// The same for a picture that is there already.
    mutating func look(_ picture: ThermalPicture, _ number: Int) -> [Hotspot] {
        guard let image = ThermalImage(width: picture.width, height: picture.height, values: picture.values) else {
            return []
        }
        let now = MonotonicInstant(nanoseconds: Int64(hover.seconds(of: number) * 1e9) + 1)
        detector.detect(image, at: now, motion: motion, into: &spots)
        return spots
    }

    /// Seconds from when the thing came up to the first spot within two pixels of it; nil beyond two seconds.
    mutating func secondsToFind() -> Double? {
        let first = hover.firstNumber
        for number in 0...first + Int(2 * hover.sensor.framesPerSecond) {
            let spots = look(number)
            guard let truth = hover.truth(in: number) else { continue }
            let isThere = spots.contains {
                abs(Double($0.centroidX) - truth.x) <= 2 && abs(Double($0.centroidY) - truth.y) <= 2
            }
            if isThere { return hover.seconds(of: number - first) }
        }
        return nil
    }

    /// Spots in so many seconds of empty water: each that lies within three pixels of none told in the second before.
    mutating func invented(seconds: Double) -> Int {
        var (told, count) = ([(x: Float, y: Float, number: Int)](), 0)
        let second = Int(hover.sensor.framesPerSecond)
        for number in 0..<Int(seconds * hover.sensor.framesPerSecond) {
            told.removeAll { number - $0.number > second }
            for spot in look(number) {
                let isNew = !told.contains { abs($0.x - spot.centroidX) <= 3 && abs($0.y - spot.centroidY) <= 3 }
                if isNew { count += 1 }
                told.append((spot.centroidX, spot.centroidY, number))
            }
        }
        return count
    }

    /// What the detector takes for a picture of empty water, the best of twenty times a hundred.
    static func microseconds(_ row: Row, seed: UInt64) -> Double {
        var trial = CoarseTrial(row, seed: seed, isEmpty: true)
        let pictures = (0..<300).map { trial.hover.picture($0) }
        for (number, picture) in pictures.enumerated() { _ = trial.look(picture, number) }
        let clock = ContinuousClock()
        let times = (0..<20).map { _ in
            clock.measure { for number in 200..<300 { _ = trial.look(pictures[number], number) } }
        }
        return (times.min() ?? .zero).milliseconds * 10
    }
}
