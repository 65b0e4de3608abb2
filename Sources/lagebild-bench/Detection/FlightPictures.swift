import FlightTypes
import Geodesy
import HotspotDetection
import Lookout
import Scenario

/// Pictures of made-up flights with what the agent told of them, for people.
enum FlightPictures {
    /// Flights that are shown, and when in each: a second and a half after a head came up.
    private static let flights = 12, seconds = [19.5, 39.5]
    /// Grey levels a kelvin.
    private static let contrast = 60

    /// A page: green is a head that was found, or something told of with a doubt; red a head that was missed; yellow is told of without a
    /// doubt though it is no head.
    static func write(to folder: String, title: String, _ flight: (Int) -> RiverFlight) throws {
        let report = try DetectReport(folder: folder)
        for minute in 0..<flights {
            let flight = flight(minute)
            var look = ThermalLook.overWater(flight.sensor)
            let shown = seconds.map { Int($0 * flight.sensor.framesPerSecond) }
            for number in 0...(shown.max() ?? 0) {
                let told = look.report(on: FlightTrial.frame(number, of: flight))
                guard shown.contains(number),
                    let image = flight.picture(number).thermal.grey(middle: 110, perKelvin: contrast)
                else { continue }
                try report.add("flight \(minute), picture \(number)", image, marks(told, flight.seen(in: number)))
            }
        }
        try report.finish(
            title: title,
            summary: [
                "Green: a head that was found, or something told of with a doubt. Red: a head that was missed. "
                    + "Yellow: told of without a doubt though it is no head."
            ])
    }

    private static func marks(_ report: DetectionReport, _ seen: [RiverFlight.Seen]) -> [DetectReport.Mark] {
        let heads = seen.filter { $0.thing.kind == .head && $0.isInside }
        var found: Set<Int> = []
        var marks: [DetectReport.Mark] = []
        for track in report.tracks {
            guard let place = track.detection, Int(place) < report.detections.count else { continue }
            let detection = report.detections[Int(place)]
            let head = heads.first { FlightTrial.covers(detection, $0.pixel) }
            if let head { found.insert(head.thing.number) }
            marks.append(
                DetectReport.Mark(
                    left: Int(detection.x), top: Int(detection.y), right: Int(detection.x) + Int(detection.width) - 1,
                    bottom: Int(detection.y) + Int(detection.height) - 1,
                    verdict: head == nil && track.doubts.isEmpty ? .invented : .found))
        }
        for head in heads where !found.contains(head.thing.number) {
            let (x, y) = (Int(head.pixel.x), Int(head.pixel.y))
            marks.append(DetectReport.Mark(left: x, top: y, right: x, bottom: y, verdict: .missed))
        }
        return marks
    }
}
