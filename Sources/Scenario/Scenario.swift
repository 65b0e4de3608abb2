import FlightTypes
import Geodesy
import Glibc

/// A made-up flight over the Rhine at Duisburg with known truth, the same for the same seed.
///
/// It is what a drone without sensors shows, what the tests measure with, and the only source of people in the water
/// this project has. It is **not** evidence about real water. What it assumes:
///
/// | What | Assumed |
/// |---|---|
/// | Place | between Neuenkamp and the Friedrich-Ebert-Brücke, river straight, flowing toward 19.4° |
/// | Ground | one plane: water and banks lie at the height of the take-off point, 20 m above sea level |
/// | River | 300 m wide, current 1.5 m/s everywhere |
/// | Water | 16 °C, waves of ±0.15 K that run with the current |
/// | Banks | left meadow 12 °C, right stones 19 °C, patches of ±1.5 K |
/// | Swimmer | head +12 K over 8 cm sigma, shoulders +5 K; drifts with the current; orange vest |
/// | Boat | 6 × 2.2 m, +4 K, engine +30 K; goes upstream at 0.8 m/s over ground |
/// | Fire | on the left bank, several flames of up to +600 K that flicker at 8 Hz |
/// | Thermal sensor | clips at −40 and 300 °C, blur 0.6 px, noise 0.05 K, fixed pattern 0.05 K, 0.01 K steps |
/// | Camera | straight down, top of the image toward yaw, no distortion, no motion blur, no rolling shutter |
/// | Pose | exact: no error of position, height, direction or time |
/// | Course | 180 s: bank, fire, boat, low pass of 9–12 m over the swimmer, shore; then from the start again |
///
/// Seeds move the targets by some metres and change every noise and texture.
public struct Scenario: Sendable {
    /// After this the flight begins anew, and so do the targets: the swimmer is put back upstream.
    public static let period: Duration = .seconds(180)
    /// Horizontal field of view of the visible camera in degrees.
    public static let visibleFieldOfViewDegrees = 70.0
    /// Where along and across are zero: in the middle of the river.
    static let origin = GeodeticPosition(latitude: 51.44658, longitude: 6.71823)
    /// Direction of flow, degrees clockwise from north.
    public static let flowDegrees = 19.4
    static let halfRiverMetres = 150.0
    /// Of the water over ground, everywhere.
    public static let currentMetresPerSecond = 1.5

    /// Decides everything.
    public let seed: UInt64
    let layout: Layout
    let path: FlightPath
    let texture: Texture
    private let plane = LocalPlane(origin: Self.origin)

    /// The flight of `seed`.
    public init(seed: UInt64) {
        self.seed = seed
        layout = Layout(seed: seed)
        path = FlightPath(layout: layout)
        texture = Texture(seed: seed)
    }

    /// Where the drone is and where it looks at `time` after take-off; the same again after `period`.
    public func pose(at time: Duration) -> Pose {
        let seconds = Self.seconds(of: time)
        let state = path.state(at: seconds)
        let (before, after) = (path.state(at: seconds - 0.05), path.state(at: seconds + 0.05))
        let (from, to) = (Self.ground(before.place), Self.ground(after.place))
        let east = (to.east - from.east) / 0.1, north = (to.north - from.north) / 0.1
        let position = self.position(of: state.place)
        let yaw = Self.wrapped(state.yawDegrees)
        var pose = Pose(latitude: position.latitude, longitude: position.longitude)
        pose.altitudeMSLMetres = Float(20 + state.height)
        pose.heightMetres = Float(state.height)
        // The gimbal holds the camera level; the airframe itself leans a little.
        pose.rollDegrees = Float(2 * sin(seconds * 0.9))
        pose.pitchDegrees = Float(2 * sin(seconds * 0.7))
        pose.yawDegrees = Float(yaw)
        pose.gimbalPitchDegrees = -90
        pose.gimbalYawDegrees = Float(yaw)
        pose.groundSpeed = Float(hypot(east, north))
        pose.courseDegrees = Float(Self.wrapped(atan2(east, north) * 180 / .pi))
        pose.horizontalAccuracyMetres = 1
        pose.fix = 3
        pose.satellites = 14
        return pose
    }

    /// Seconds into the current round, 0..<180.
    static func seconds(of time: Duration) -> Double {
        let period = Self.period.nanosecondsClamped
        let rest = time.nanosecondsClamped % period
        return Double(rest < 0 ? rest + period : rest) / 1e9
    }
    static func wrapped(_ degrees: Double) -> Double {
        let rest = fmod(degrees, 360)
        // Adding 360 to a tiny negative number gives 360 itself, which is 0; so it does once more as a Float.
        let positive = rest < 0 ? rest + 360 : rest
        return positive >= 359.999_99 ? 0 : positive
    }
    static func ground(_ place: RiverPlace) -> (east: Double, north: Double) {
        let flow = flowDegrees * .pi / 180
        return (
            place.along * sin(flow) + place.across * cos(flow), place.along * cos(flow) - place.across * sin(flow)
        )
    }
    func position(of place: RiverPlace) -> GeodeticPosition {
        let ground = Self.ground(place)
        return plane.position(east: ground.east, north: ground.north)
    }
}

/// Metres downstream of the origin and metres toward the right bank.
struct RiverPlace: Hashable, Sendable {
    var along: Double
    var across: Double
}
