import Glibc

/// Where the targets of a seed are, as functions of the seconds into the round.
struct Layout: Sendable {
    let fire: RiverPlace
    private let boatStart: RiverPlace
    private let swimmerStart: RiverPlace

    init(seed: UInt64) {
        func shift(_ index: UInt64, _ range: Double) -> Double { (SeededNoise.unit(seed, index) * 2 - 1) * range }
        fire = RiverPlace(along: 30 + shift(1, 12), across: -172 + shift(2, 6))
        boatStart = RiverPlace(along: 150 + shift(3, 10), across: 20 + shift(4, 12))
        swimmerStart = RiverPlace(along: -60 + shift(5, 10), across: -60 + shift(6, 12))
    }
    func boat(_ seconds: Double) -> RiverPlace {
        RiverPlace(along: boatStart.along - 0.8 * seconds, across: boatStart.across)
    }
    /// The head; it sways a little across.
    func swimmer(_ seconds: Double) -> RiverPlace {
        RiverPlace(
            along: swimmerStart.along + Scenario.currentMetresPerSecond * seconds,
            across: swimmerStart.across + 0.3 * sin(seconds * 0.8))
    }
}

/// The drone's course: waypoints joined by a cubic (Catmull–Rom with uneven spacing), closed to a loop.
struct FlightPath: Sendable {
    struct State {
        var place: RiverPlace
        var height: Double
        var yawDegrees: Double
    }
    private struct Waypoint {
        var seconds: Double
        var values: [Double]
    }
    private let waypoints: [Waypoint]
    private let period = Double(Scenario.period.components.seconds)

    init(layout: Layout) {
        func point(_ seconds: Double, _ place: RiverPlace, height: Double) -> Waypoint {
            Waypoint(seconds: seconds, values: [place.along, place.across, height])
        }
        func followed(_ seconds: Double, height: Double) -> Waypoint {
            point(seconds, layout.swimmer(seconds), height: height)
        }
        waypoints = [
            point(0, RiverPlace(along: 0, across: -190), height: 20),
            point(18, layout.fire, height: 32), point(25, layout.fire, height: 40), point(36, layout.fire, height: 58),
            point(68, layout.boat(68), height: 40), point(78, layout.boat(78), height: 28),
            followed(100, height: 25), followed(108, height: 16), followed(114, height: 11),
            followed(122, height: 9), followed(130, height: 9), followed(138, height: 12),
            point(160, RiverPlace(along: 80, across: -150), height: 30),
        ]
    }

    /// The state at `seconds`; values outside one round are taken around the loop.
    func state(at seconds: Double) -> State {
        let round = seconds - (seconds / period).rounded(.down) * period
        let index = (waypoints.lastIndex { $0.seconds <= round }) ?? 0
        let (start, end) = (waypoint(index), waypoint(index + 1))
        let span = end.seconds - start.seconds
        let x = (round - start.seconds) / span
        let values = (0..<3).map { axis in
            let leaving = slope(index, axis) * span, arriving = slope(index + 1, axis) * span
            let (from, to) = (start.values[axis], end.values[axis])
            let cubic = 2 * from - 2 * to + leaving + arriving
            let square = -3 * from + 3 * to - 2 * leaving - arriving
            return ((cubic * x + square) * x + leaving) * x + from
        }
        return State(
            place: RiverPlace(along: values[0], across: values[1]), height: min(max(values[2], 8), 60),
            yawDegrees: Scenario.flowDegrees + 30 * sin(2 * .pi * round / (period / 2)))
    }

    private func waypoint(_ index: Int) -> Waypoint {
        let turn = (Double(index) / Double(waypoints.count)).rounded(.down)
        var waypoint = waypoints[index - Int(turn) * waypoints.count]
        waypoint.seconds += turn * period
        return waypoint
    }
    private func slope(_ index: Int, _ axis: Int) -> Double {
        let (before, after) = (waypoint(index - 1), waypoint(index + 1))
        return (after.values[axis] - before.values[axis]) / (after.seconds - before.seconds)
    }
}
