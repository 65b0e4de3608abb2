import FlightTypes
import Foundation
import Geodesy

/// A track of a detection report as JSON.
struct TrackMessage: Encodable {
    struct Place: Encodable {
        var latitude: Double, longitude: Double
        /// Half axes of the ellipse that holds nine in ten true places, metres; direction of the longer, degrees from north.
        var major: Double, minor: Double, direction: Double
        /// No more digits than the error allows.
        var utmref: String?
    }
    var number: UInt32
    /// `thermal` or `visible`: the camera that follows it.
    var sense: String
    var seen: Bool
    var pictured: Bool
    /// The box of this number in the report's detections.
    var detection: UInt8?
    /// First and last sighting before the frame.
    var ageMs: Double, unseenMs: Double
    var hits: UInt32, looks: UInt32
    var score: Float
    /// Square metres on the water.
    var area: Float
    /// Difference to the surroundings, only where values are temperatures.
    var contrastKelvin: Double?
    /// `large`, `fast`, `fixed`, `hot`.
    var doubts: [String]
    /// What the visible camera says: `silent`, `supports`, `ordinary`, `glint`, `unable`.
    var witness: String
    var place: Place
    /// Metres a second over ground, and where to (degrees); absent where it is smaller than its error.
    var speed: Double?
    var course: Double?

    /// Nil where a value is no number: such a track cannot be shown.
    init?(_ track: TrackReport, unit: ThermalUnit) {
        let ellipse = track.ellipse
        let numbers = [
            track.bestScore, track.areaSquareMetres, track.contrast, ellipse.semiMajorMetres, ellipse.semiMinorMetres,
            ellipse.directionDegrees, track.velocityEast, track.velocityNorth, track.velocitySigma,
        ]
        guard numbers.allSatisfy(\.isFinite), track.latitude.isFinite, track.longitude.isFinite else { return nil }
        number = track.number
        sense = "\(track.sense)"
        seen = track.isSeen
        pictured = track.isPictured
        detection = track.detection
        ageMs = Double(track.ageMilliseconds)
        unseenMs = Double(track.unseenMilliseconds)
        hits = track.hits
        looks = track.looks
        score = track.bestScore
        area = track.areaSquareMetres
        switch track.sense == .thermal ? unit : .none {
        case .centikelvin: contrastKelvin = Double(track.contrast) / 100
        case .decikelvin: contrastKelvin = Double(track.contrast) / 10
        case .counts, .none: contrastKelvin = nil
        }
        let names: [(TrackReport.Doubts, String)] = [
            (.large, "large"), (.fast, "fast"), (.fixed, "fixed"), (.hot, "hot"),
        ]
        doubts = names.filter { track.doubts.contains($0.0) }.map(\.1)
        witness = "\(track.witness)"
        let major = Double(ellipse.semiMajorMetres)
        place = Place(
            latitude: track.latitude, longitude: track.longitude, major: major,
            minor: Double(ellipse.semiMinorMetres), direction: Double(ellipse.directionDegrees),
            utmref: utmrefText(latitude: track.latitude, longitude: track.longitude, errorMetres: major))
        let velocity = (east: Double(track.velocityEast), north: Double(track.velocityNorth))
        let metresPerSecond = (velocity.east * velocity.east + velocity.north * velocity.north).squareRoot()
        guard metresPerSecond > Double(track.velocitySigma) else { return }
        speed = metresPerSecond
        let angle = atan2(velocity.east, velocity.north) * 180 / .pi
        course = angle < 0 ? angle + 360 : angle
    }
}
