import Glibc

/// How the water moves, as somebody who knows the river has written it down.
public struct WaterCurrent: Hashable, Sendable {
    /// Over ground.
    public var metresPerSecond: Double
    /// Where it flows to, clockwise from true north.
    public var degrees: Double
    /// Metres a second to the east and north.
    var east: Double { metresPerSecond * sin(degrees * .pi / 180) }
    var north: Double { metresPerSecond * cos(degrees * .pi / 180) }
    /// A current of its parts.
    public init(metresPerSecond: Double, degrees: Double) {
        self.metresPerSecond = metresPerSecond
        self.degrees = degrees
    }
}
