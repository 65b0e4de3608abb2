import FlightTypes

/// How errors grow with the age of what they rest on.
enum PoseAging {
    /// Up to this age the usual errors cover it: sources speak some times a second.
    static let usual = Duration.milliseconds(250)
    /// Drones and gimbals that are steered turn by some ten degrees a second.
    static let degreesPerSecond: Float = 10
    /// A drone that brakes or speeds up does so by some 3 m/s².
    static let metresPerSecondSquared: Float = 3

    /// One sigma of an angle that was measured so long ago, beside the usual error, degrees.
    static func angle(after age: Duration) -> Float { seconds(age) * degreesPerSecond }
    /// One sigma of a position carried on for so long, beside the usual error, metres.
    static func position(after age: Duration) -> Float {
        let seconds = seconds(age)
        return metresPerSecondSquared / 2 * seconds * seconds
    }
    private static func seconds(_ age: Duration) -> Float { Float(max(0, (age - usual).milliseconds / 1000)) }
}
