import FlightTypes
import HotspotDetection
import Scenario
import Tracking

/// Pictures of made-up water with what was made of it, for people.
struct TrackPictures {
    /// Heads that were found, of those that are shown; minutes with other things.
    private static let examples = 8, minutes = 24
    /// Grey levels a kelvin.
    private static let contrast = 80
    let folder: String
    let sensor: WaterHover.Sensor
    let heightMetres: Double

    /// Each head one second after it came up: all that were missed, some that were found.
    func writeHeads(_ found: [Bool], _ first: UInt64, _ kelvin: Double, after before: Double) throws {
        let report = try DetectReport(folder: folder + "/heads")
        var shown = 0
        for (number, isFound) in found.enumerated() where !isFound || shown < Self.examples {
            if isFound { shown += 1 }
            let hover = WaterHover(
                seed: first &+ UInt64(number), sensor: sensor, heightMetres: heightMetres, headKelvin: kelvin,
                headAppears: before)
            let picture = Int((before + 1) * sensor.framesPerSecond)
            let head = hover.head(at: hover.seconds(of: picture))
            guard let image = hover.picture(picture).grey(middle: 100, perKelvin: Self.contrast) else { continue }
            try report.add(
                "head \(first &+ UInt64(number))", image, [mark(head.x, head.y, 0.2, isFound ? .found : .missed, hover)]
            )
        }
        let count = found.count { $0 }
        try report.finish(
            title: "Heads in made-up water, one second after they came up",
            summary: ["\(count) of \(found.count) found within a second from \(Int(heightMetres)) m"])
    }

    /// Minutes with ducks, boats, outfalls and glints, after twenty seconds: yellow is told of without a doubt though it is no head, green
    /// with one.
    func writeClutter(_ first: UInt64, _ rules: WaterTracker.Rules) throws {
        let report = try DetectReport(folder: folder + "/clutter")
        for minute in 0..<Self.minutes {
            let hover = WaterHover(
                seed: first &+ UInt64(minute) &+ 1 << 41, sensor: sensor, heightMetres: heightMetres, headKelvin: nil,
                hasClutter: true)
            var watch = BenchTracksCommand.Watch(hover, rules)
            let last = Int(20 * sensor.framesPerSecond)
            for number in 0...last { watch.look(number) }
            let marks = watch.tracker.tracks.filter { $0.state == .confirmed }.map { track in
                mark(
                    track.place.east, track.place.north, max(track.areaSquareMetres, 0).squareRoot() / 2,
                    track.doubts.isEmpty ? .invented : .found, hover)
            }
            guard let image = hover.picture(last).grey(middle: 100, perKelvin: Self.contrast) else { continue }
            try report.add("minute \(minute)", image, marks)
        }
        try report.finish(
            title: "Ducks, boats, outfalls and glints in made-up water",
            summary: ["Yellow: told of without a doubt. Green: told of with one, or kept back because of it."])
    }

    private func mark(
        _ x: Double, _ y: Double, _ radius: Double, _ verdict: DetectReport.Verdict, _ hover: WaterHover
    ) -> DetectReport.Mark {
        let pixel = hover.metresPerPixel
        func place(_ metres: Double, _ size: Int) -> Int { Int((metres / pixel + Double(size) / 2).rounded(.down)) }
        return DetectReport.Mark(
            left: place(x - radius, sensor.width), top: place(y - radius, sensor.height),
            right: place(x + radius, sensor.width), bottom: place(y + radius, sensor.height), verdict: verdict)
    }
}
