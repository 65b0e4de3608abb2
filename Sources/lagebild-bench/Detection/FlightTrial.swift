import FlightTypes
import Geodesy
import Glibc
import Lookout
import Scenario

/// What the agent tells of one made-up flight, beside what was there.
struct FlightTrial {
    /// A head's time in view, from when it came into view or up to when it left or went under.
    struct Episode: Hashable {
        var head: Int
        /// Seconds from the flight's start.
        var begin: Double, end: Double
        /// Seconds from its begin until a track lay on it.
        var foundAfter: Double?
        /// The last track on it.
        var track: UInt32?
    }
    /// A track that people were told of.
    struct Told: Hashable {
        /// What it lay on most often.
        var liesOn: [String: Int] = [:]
        var doubts: TrackReport.Doubts = []
    }
    /// Things lie within so many pixels of a track's box.
    private static let nearPixels = 2.0
    /// Shorter than this a head is not in view at all, seconds.
    private static let shortest = 1.0
    /// Nor is one that is looked at from further off straight down, degrees: nothing is placed there.
    static let steepest = 50.0

    /// Heads that were at least a second in view.
    private(set) var episodes: [Episode] = []
    private(set) var tracks: [UInt32: Told] = [:]
    /// The most of each kind that was in view.
    private(set) var most: [RiverThing.Kind: Int] = [:]
    private var open: [Int: Episode] = [:]
    private let flight: RiverFlight

    init(_ flight: RiverFlight) {
        self.flight = flight
        var look = ThermalLook.overWater(flight.sensor)
        for number in 0..<flight.pictures { note(look.report(on: Self.frame(number, of: flight)), number) }
        for head in open.keys { close(head) }
    }

    static func frame(_ number: Int, of flight: RiverFlight) -> ThermalFrame {
        let picture = flight.picture(number)
        return picture.thermal.frame(
            number, seconds: flight.seconds(of: number), pose: picture.pose,
            flags: picture.isFlatField ? .flatField : [])
    }

    // MARK: - One picture

    private mutating func note(_ report: DetectionReport, _ number: Int) {
        let seen = flight.seen(in: number)
        for kind in RiverThing.Kind.allCases {
            most[kind] = max(most[kind] ?? 0, seen.count { $0.thing.kind == kind && $0.isInside })
        }
        noteHeads(report, seen, at: flight.seconds(of: number))
        for track in report.tracks {
            tracks[track.number, default: Told()].doubts = track.doubts
            guard let place = track.detection, Int(place) < report.detections.count else { continue }
            let name = Self.name(of: report.detections[Int(place)], seen, flight, number)
            tracks[track.number]?.liesOn[name, default: 0] += 1
        }
    }

    private mutating func noteHeads(_ report: DetectionReport, _ seen: [RiverFlight.Seen], at now: Double) {
        var inView: Set<Int> = []
        for head in seen where head.thing.kind == .head && head.isInside && head.offNadir < Self.steepest {
            let number = head.thing.number
            inView.insert(number)
            var episode = open[number] ?? Episode(head: number, begin: now, end: now)
            episode.end = now
            if let track = report.tracks.first(where: { Self.lies($0, of: report, on: head.pixel) }) {
                episode.foundAfter = episode.foundAfter ?? now - episode.begin
                episode.track = track.number
            }
            open[number] = episode
        }
        for head in open.keys where !inView.contains(head) {
            open[head]?.end = now
            close(head)
        }
    }

    private mutating func close(_ head: Int) {
        guard let episode = open.removeValue(forKey: head), episode.end - episode.begin >= Self.shortest else { return }
        episodes.append(episode)
    }

    private static func lies(_ track: TrackReport, of report: DetectionReport, on pixel: ImagePoint) -> Bool {
        guard let place = track.detection, Int(place) < report.detections.count else { return false }
        return covers(report.detections[Int(place)], pixel)
    }
    /// Whether something lies in a detection's box, give or take two pixels.
    static func covers(_ detection: Detection, _ pixel: ImagePoint) -> Bool {
        let (left, top) = (Double(detection.x), Double(detection.y))
        return (left - nearPixels...left + Double(detection.width) + nearPixels).contains(pixel.x)
            && (top - nearPixels...top + Double(detection.height) + nearPixels).contains(pixel.y)
    }

    /// The nearest thing in a detection's box; else what the ground is.
    private static func name(
        of detection: Detection, _ seen: [RiverFlight.Seen], _ flight: RiverFlight, _ number: Int
    ) -> String {
        nearest(to: detection, seen)?.kind.rawValue ?? ground(of: detection, flight, number)
    }

    /// The same, with a head's number.
    static func thing(
        of detection: Detection, _ seen: [RiverFlight.Seen], _ flight: RiverFlight, _ number: Int
    ) -> String {
        guard let thing = nearest(to: detection, seen) else { return ground(of: detection, flight, number) }
        return thing.kind == .head ? "head \(thing.number)" : thing.kind.rawValue
    }

    private static func nearest(to detection: Detection, _ seen: [RiverFlight.Seen]) -> RiverThing? {
        let (x, y) = (Double(detection.centroidX) + 0.5, Double(detection.centroidY) + 0.5)
        return seen.filter { covers(detection, $0.pixel) }
            .min { hypot($0.pixel.x - x, $0.pixel.y - y) < hypot($1.pixel.x - x, $1.pixel.y - y) }?.thing
    }

    private static func ground(of detection: Detection, _ flight: RiverFlight, _ number: Int) -> String {
        let (x, y) = (Double(detection.centroidX) + 0.5, Double(detection.centroidY) + 0.5)
        return flight.isLand(x: x, y: y, in: number) ? "land" : "water"
    }
}
