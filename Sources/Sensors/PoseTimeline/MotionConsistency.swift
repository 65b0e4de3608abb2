import FlightTypes
import Foundation
import Geodesy

/// Compares the way a source says it went (speed and course, added up) with the way its places went.
///
/// Adding up follows curves, so a turning drone is not mistaken. The comparison covers the last 3 to 6 s: shorter, and
/// the receiver's wander decides; longer, and the speeds in between are too few.
struct MotionConsistency: Sendable {
    /// The shortest way compared.
    static let span = Duration.seconds(3)
    /// Samples further apart are not connected: what happened in between is unknown.
    static let gap = Duration.seconds(2)
    /// What wander and coarse speeds explain, in metres, besides half of the way.
    static let slack = 20.0

    private struct Mark: Sendable {
        var place: GeodeticPosition
        var at: MonotonicInstant
        /// The way added up when it was passed.
        var north: Double
        var east: Double
    }
    private var older: Mark?
    private var newer: Mark?
    private var last: (at: MonotonicInstant, north: Double, east: Double)?
    private var north = 0.0
    private var east = 0.0

    /// Whether the sample's place is not where speed and course since some seconds lead.
    mutating func isContradicted(_ sample: PositionSample, place: GeodeticPosition, accuracy: Double) -> Bool {
        let now = sample.captureTime.monotonic
        guard let velocity = Self.velocity(sample.pose) else {
            self = MotionConsistency()
            return false
        }
        guard let last, case let step = now.since(last.at), step > .zero, step <= Self.gap else {
            self = MotionConsistency()
            self.last = (now, velocity.north, velocity.east)
            newer = Mark(place: place, at: now, north: 0, east: 0)
            return false
        }
        let seconds = Double(step.nanosecondsClamped) / 1e9
        north += (last.north + velocity.north) / 2 * seconds
        east += (last.east + velocity.east) / 2 * seconds
        self.last = (now, velocity.north, velocity.east)
        if let newer, now.since(newer.at) >= Self.span {
            older = newer
            self.newer = Mark(place: place, at: now, north: north, east: east)
        }
        guard let older else { return false }
        let stated = (north: north - older.north, east: east - older.east)
        let real = LocalPlane(origin: older.place).offset(to: place)
        let apart = Self.length(stated.north - real.north, stated.east - real.east)
        let way = max(Self.length(stated.north, stated.east), Self.length(real.north, real.east))
        return apart > Self.slack + accuracy + way / 2
    }

    /// North and east in m/s. Standing needs no course.
    private static func velocity(_ pose: Pose) -> (north: Double, east: Double)? {
        let speed = Double(pose.groundSpeed)
        guard speed >= 0, speed.isFinite else { return nil }
        if speed < 0.5 { return (0, 0) }
        let course = Double(pose.courseDegrees) * .pi / 180
        guard course.isFinite else { return nil }
        return (speed * cos(course), speed * sin(course))
    }
    private static func length(_ north: Double, _ east: Double) -> Double { (north * north + east * east).squareRoot() }
}
