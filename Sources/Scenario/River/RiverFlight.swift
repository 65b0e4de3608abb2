import FlightTypes
import Geodesy
import Glibc

/// A minute of a drone with a thermal camera over the Rhine by its right bank, with everything that may be mistaken for a head. The same for
/// the same seed.
///
/// It is **not** evidence about real water. What it assumes:
///
/// | What | Assumed |
/// |---|---|
/// | Ground | one plane; river flows east, current 1.5 m/s, 0.9 m/s before groynes and 0.15 m/s back between them |
/// | Water | 16 °C; two trains of waves of ±0.15 K together, of 4.3 and 2.9 m, with slopes of 0.06 and 0.05 |
/// | Angle | water mirrors the sky by Fresnel, each wave's slope counts (``WaterSurface``): a clear sky of −60 °C overhead and 10 °C at the horizon, clouds of 4 °C in patches of some 100 m; nothing of waves smaller than a pixel |
/// | Bank | ragged; stones of 10…24 °C with ±1.5 K in patches, groynes of 25…40 m every 80 m, eight single stones before each, meadow of 12 °C; two people stand there and one walks |
/// | Heads | 0.19 × 0.15 m, warmer by what is asked, 60…100 % show; drift with the current ± 0.2 m/s, go under for a second and a half after three and a half, for good after seven |
/// | Ducks | one in 1,500 m² on average, 0.35 × 0.2 m, +3 K, 0.2…0.6 m/s through the water |
/// | Boat, outfall | each in every fifth minute, as in ``WaterClutter`` |
/// | Sun | 10…60° high; its reflections where a wave may stand right, up to twelve a second, 0.2 m, +8 K, for 0.15…0.20 s |
/// | Smoke | of a fire ashore, wind 3 m/s; hides up to 60 %, itself as warm as the air and 3…28 K more |
/// | Sensor | as in ``WaterHover``; once in the minute it corrects itself: the picture stands still for half a second, then the fixed pattern is another and all is up to 0.3 K off |
/// | Camera | exact field of view, no distortion, no motion blur, no rolling shutter |
/// | Pose as told | off by one sigma of 1.5 m on each axis, 1 m of height, 1° of pitch, 3° of yaw and 50 ms for the whole minute; in each picture by 0.3° about each axis |
public struct RiverFlight: Sendable {
    /// How the drone flies and looks.
    public enum View: String, Hashable, Sendable, CaseIterable {
        /// It hovers and looks straight down.
        case hover
        /// The same, and smoke blows across.
        case smoke
        /// The same, half over the bank.
        case bank
        /// It flies upstream with 5 m/s and looks straight down.
        case search
        /// It hovers, looks 30° forward and pans by 25° to both sides in 20 s.
        case slant
    }
    /// One picture.
    public struct Picture: Sendable {
        /// What the sensor shows.
        public var thermal: ThermalPicture
        /// What the drone believes of itself.
        public var pose: Pose
        /// Whether the sensor says that it corrects itself.
        public var isFlatField: Bool
    }
    /// Of a flight.
    public static let seconds = 60.0
    /// Heads of a flight.
    static let heads = 5
    /// Where (0, 0) of the river is.
    static let origin = GeodeticPosition(latitude: 51.4565, longitude: 6.7330)

    /// As given.
    public let seed: UInt64, view: View, sensor: WaterHover.Sensor, heightMetres: Double, headKelvin: Double
    let bank: RiverBank
    let company: RiverCompany
    let smoke: RiverSmoke?
    let surface: WaterSurface
    let texture: Texture
    let plane = LocalPlane(origin: Self.origin)
    /// Share of clouds, −1 none…1 all.
    let cloudiness: Float
    /// The sun's direction: height above the horizon and azimuth, radians.
    let sun: (height: Double, azimuth: Double)
    private let believed: PoseError

    /// What is off in all poses of a flight.
    private struct PoseError {
        var x: Double, y: Double, height: Double, pitch: Double, yaw: Double, seconds: Double
    }

    /// A flight of `seed`.
    public init(seed: UInt64, view: View, sensor: WaterHover.Sensor, heightMetres: Double, headKelvin: Double) {
        (self.seed, self.view, self.sensor) = (seed, view, sensor)
        (self.heightMetres, self.headKelvin) = (heightMetres, headKelvin)
        bank = RiverBank(seed: seed)
        surface = WaterSurface(water: 16, air: 10, cloud: 4)
        texture = Texture(seed: seed)
        func own(_ index: UInt64) -> Double { SeededNoise.unit(seed ^ 0xF1167, index) }
        func normal(_ index: UInt64) -> Double { Double(SeededNoise.normal(seed ^ 0xE440, index)) }
        cloudiness = Float(2.4 * own(0) - 1.2)
        sun = ((10 + 50 * own(1)) * .pi / 180, 2 * .pi * own(2))
        believed = PoseError(
            x: 1.5 * normal(0), y: 1.5 * normal(1), height: normal(2), pitch: normal(3), yaw: 3 * normal(4),
            seconds: 0.05 * normal(5))
        let middle = Self.place(view, heightMetres, at: 30)
        let across = Double(sensor.width) * sensor.pixelRadians * heightMetres
        company = RiverCompany(
            seed: seed, middle: middle, length: view == .search ? 300 + across : across * 1.3, breadth: across * 1.3)
        smoke = view == .smoke ? RiverSmoke(seed: seed, over: middle) : nil
    }

    /// When picture `number` is taken, from the start.
    public func seconds(of number: Int) -> Double { Double(number) / sensor.framesPerSecond }
    /// Pictures of a flight.
    public var pictures: Int { Int(Self.seconds * sensor.framesPerSecond) }

    // MARK: - The course

    private static func place(_ view: View, _ height: Double, at seconds: Double) -> RiverPoint {
        switch view {
        case .hover, .slant: RiverPoint(x: 0, y: -120)
        case .smoke: RiverPoint(x: 0, y: -60)
        case .bank: RiverPoint(x: 0, y: -0.2 * height)
        case .search: RiverPoint(x: 150 - 5 * seconds, y: -120)
        }
    }

    /// Where the drone truly is and looks, without what trembles from picture to picture.
    func pose(at seconds: Double) -> RiverPose {
        func own(_ index: UInt64) -> Double { SeededNoise.unit(seed ^ 0x9A7A, index) }
        var place = Self.place(view, heightMetres, at: seconds)
        place.x += 0.4 * sin(0.5 * seconds + 6.28 * own(0))
        place.y += 0.4 * sin(0.4 * seconds + 6.28 * own(1))
        let height = heightMetres + 0.5 * sin(0.3 * seconds + 6.28 * own(2))
        let wanted: Double =
            switch view {
            // Nose upstream, which is west.
            case .search: 270 + 20 * (own(3) - 0.5)
            // Its upper edge lies toward land or water.
            case .bank: own(3) < 0.5 ? 20 * (own(4) - 0.5) : 180 + 20 * (own(4) - 0.5)
            case .hover, .smoke, .slant: 360 * own(3)
            }
        let pan = view == .slant ? 25 * sin(2 * .pi * seconds / 20) : 2 * sin(0.2 * seconds + 6.28 * own(5))
        return RiverPose(
            place: place, height: height, yaw: Scenario.wrapped(wanted + pan), pitch: view == .slant ? -60 : -90,
            roll: 0)
    }

    /// As it truly is in picture `number`, trembling included.
    func view(of number: Int) -> RiverView {
        var pose = pose(at: seconds(of: number))
        func tremble(_ axis: UInt64) -> Double {
            0.3 * Double(SeededNoise.normal(seed ^ 0x717, UInt64(number) &* 4 &+ axis))
        }
        pose.pitch += tremble(0)
        pose.roll += tremble(1)
        pose.yaw += tremble(2)
        return RiverView(pose, width: sensor.width, height: sensor.height, pixelRadians: sensor.pixelRadians)
    }

    private func told(of number: Int) -> Pose {
        let pose = pose(at: seconds(of: number) + believed.seconds)
        let ground = plane.position(east: pose.place.x + believed.x, north: -(pose.place.y + believed.y))
        let yaw = Scenario.wrapped(pose.yaw + believed.yaw)
        var told = Pose(latitude: ground.latitude, longitude: ground.longitude)
        told.heightMetres = Float(pose.height + believed.height)
        told.altitudeMSLMetres = Float(20 + pose.height + believed.height)
        (told.rollDegrees, told.pitchDegrees, told.yawDegrees) = (0, 0, Float(yaw))
        told.gimbalPitchDegrees = Float(min(90, max(-90, pose.pitch + believed.pitch)))
        told.gimbalYawDegrees = Float(yaw)
        told.groundSpeed = view == .search ? 5 : 0
        told.courseDegrees = 270
        told.horizontalAccuracyMetres = 1.5
        (told.fix, told.satellites) = (3, 14)
        return told
    }

    // MARK: - The sensor

    /// When the sensor corrects itself.
    private var flatFieldAt: Double { 15 + 40 * SeededNoise.unit(seed ^ 0xFFC, 0) }
    /// Half a second.
    private static let flatFieldSeconds = 0.5

    /// Picture `number`.
    public func picture(_ number: Int) -> Picture {
        let now = seconds(of: number), begins = flatFieldAt
        let isFlatField = now >= begins && now < begins + Self.flatFieldSeconds
        // It shows the last picture before, again and again.
        let shown = isFlatField ? max(0, Int((begins * sensor.framesPerSecond).rounded(.up)) - 1) : number
        return Picture(
            thermal: render(shown, isAfter: now >= begins + Self.flatFieldSeconds), pose: told(of: number),
            isFlatField: isFlatField)
    }
}
