import FlightTypes
import Glibc

/// A drone that hovers over the river and looks straight down, with or without a head in the water: what persistence in time is
/// measured with. The same for the same seed.
///
/// | What | Assumed |
/// |---|---|
/// | Water | 16 °C, current 1.5 m/s; two trains of waves of ±0.15 K together, of 4.3 and 2.9 m, each with the speed that deep water gives it (ω² = g·k) |
/// | Head | 0.19 × 0.15 m, warmer by what is asked; drifts with the current ± 0.2 m/s; dips so that 60…100 % show |
/// | Sensor | blur 0.6 px, noise as stated, fixed pattern of the same size, 0.01 K steps |
/// | Placing | each picture is off by its own error, one sigma of 0.3° of tilt on each axis, and a pixel's third |
public struct WaterHover: Sendable {
    /// A thermal camera.
    public struct Sensor: Hashable, Sendable {
        /// Pixels.
        public var width: Int, height: Int
        /// Of a pixel, radians.
        public var pixelRadians: Double
        /// Hertz.
        public var framesPerSecond: Double
        /// One sigma, kelvin.
        public var noise: Double
        /// Lepton 3.5 (data sheet: 57°, 8.7 Hz, 50 mK).
        public static let lepton = Sensor(
            width: 160, height: 120, pixelRadians: 0.0062, framesPerSecond: 8.7, noise: 0.05)
        /// Boson 640 with 13.6 mm (data sheet: 12 µm pixels; taken with 50 mK at 30 Hz).
        public static let boson = Sensor(
            width: 640, height: 512, pixelRadians: 0.000_88, framesPerSecond: 30, noise: 0.05)
    }

    /// As given.
    public let seed: UInt64, sensor: Sensor, heightMetres: Double, headKelvin: Double?
    /// When the head comes up, seconds from the start.
    public let headAppears: Double
    /// What else is on the water; nothing by default.
    public let clutter: WaterClutter?
    /// Metres a pixel covers.
    public var metresPerPixel: Double { sensor.pixelRadians * heightMetres }
    /// Metres a second, to the right in the picture.
    public static let currentMetresPerSecond = 1.5
    private let fixedPattern: [Float]
    private let start: (x: Double, y: Double)
    private let drift: (x: Double, y: Double)

    /// A hover; `headKelvin` nil leaves the water without a head.
    public init(
        seed: UInt64, sensor: Sensor, heightMetres: Double, headKelvin: Double?, headAppears: Double = 0,
        hasClutter: Bool = false
    ) {
        self.headAppears = headAppears
        clutter =
            hasClutter
            ? WaterClutter(
                seed: seed, width: Double(sensor.width) * sensor.pixelRadians * heightMetres,
                height: Double(sensor.height) * sensor.pixelRadians * heightMetres) : nil
        self.seed = seed
        self.sensor = sensor
        self.heightMetres = heightMetres
        self.headKelvin = headKelvin
        let noise = Float(sensor.noise * 100)
        fixedPattern = (0..<sensor.width * sensor.height).map { noise * SeededNoise.normal(seed ^ 0xF1, UInt64($0)) }
        func spread(_ index: UInt64) -> Double { SeededNoise.unit(seed ^ 0x57A7, index) * 2 - 1 }
        let metres = sensor.pixelRadians * heightMetres
        start = (
            spread(0) * 0.3 * Double(sensor.width) * metres, spread(1) * 0.4 * Double(sensor.height) * metres
        )
        drift = (Self.currentMetresPerSecond + 0.2 * spread(2), 0.2 * spread(3))
    }

    /// When picture `number` is taken, from the start.
    public func seconds(of number: Int) -> Double { Double(number) / sensor.framesPerSecond }

    /// Where the head is, metres right of and below the middle of the picture.
    public func head(at seconds: Double) -> (x: Double, y: Double) {
        (start.x + drift.x * (seconds - headAppears), start.y + drift.y * (seconds - headAppears))
    }

    /// Where a pixel of picture `number` seems to be on the water, metres right and below; with the picture's own error.
    public func place(x: Double, y: Double, in number: Int) -> (x: Double, y: Double) {
        let tilt = 0.3 * .pi / 180 * heightMetres
        let index = UInt64(number) &* 2
        return (
            (x - Double(sensor.width - 1) / 2) * metresPerPixel
                + tilt * Double(SeededNoise.normal(seed ^ 0x717, index)),
            (y - Double(sensor.height - 1) / 2) * metresPerPixel
                + tilt * Double(SeededNoise.normal(seed ^ 0x717, index &+ 1))
        )
    }
    /// One sigma on each axis of ``place(x:y:in:)``, metres.
    public var placeSigmaMetres: Double { hypot(0.3 * .pi / 180 * heightMetres, metresPerPixel / 3) }

    /// Picture `number`.
    public func picture(_ number: Int) -> ThermalPicture {
        let (width, height) = (sensor.width, sensor.height)
        let seconds = seconds(of: number)
        // sin(a + b) from sines and cosines of rows and columns: each train costs two products a pixel.
        func train(_ alongWave: Double, _ acrossWave: Double) -> (columns: [(Float, Float)], rows: [(Float, Float)]) {
            func pair(_ angle: Double) -> (Float, Float) { (Float(sin(angle)), Float(cos(angle))) }
            let wave = hypot(alongWave, acrossWave)
            let turned = (alongWave * Self.currentMetresPerSecond + (9.81 * wave).squareRoot()) * seconds
            return (
                (0..<width).map { pair(alongWave * Double($0) * metresPerPixel - turned) },
                (0..<height).map { pair(acrossWave * Double($0) * metresPerPixel) }
            )
        }
        let (first, second) = (train(1.3, 0.7), train(0.4, -2.1))
        let noise = Float(sensor.noise * 100)
        let key = SeededNoise.key(seed, picture: number)
        var values = [UInt16](repeating: 0, count: width * height)
        let things = headAsThing(at: seconds) + (clutter?.things(at: seconds) ?? [])
        values.withUnsafeMutableBufferPointer { values in
            fixedPattern.withUnsafeBufferPointer { fixedPattern in
                for y in 0..<height {
                    let (a, b) = (first.rows[y], second.rows[y])
                    for x in 0..<width {
                        let place = y &* width &+ x
                        let (c, d) = (first.columns[x], second.columns[x])
                        let waves = 10 * (c.0 * a.1 + c.1 * a.0) + 5 * (d.0 * b.1 + d.1 * b.0)
                        let value =
                            28_915 + waves + fixedPattern[place] + noise * SeededNoise.normal(key, UInt64(place))
                        values[place] = UInt16(min(max(value.rounded(), 0), 65_535))
                    }
                }
            }
            for thing in things { add(thing, to: values) }
        }
        return ThermalPicture(width: width, height: height, values: values)
    }

    private func headAsThing(at seconds: Double) -> [WaterThing] {
        guard let headKelvin, seconds >= headAppears else { return [] }
        let head = head(at: seconds)
        let shown = 0.8 + 0.2 * sin(2 * .pi * seconds * 0.8 + 6.28 * SeededNoise.unit(seed ^ 0xD1, 0))
        return [WaterThing(kind: .head, x: head.x, y: head.y, length: 0.19, breadth: 0.15, kelvin: headKelvin * shown)]
    }

    /// Adds what a thing's heat gives each pixel.
    private func add(_ thing: WaterThing, to values: UnsafeMutableBufferPointer<UInt16>) {
        let x = thing.x / metresPerPixel + Double(sensor.width - 1) / 2
        let y = thing.y / metresPerPixel + Double(sensor.height - 1) / 2
        // Lens and thing make a bell; what it holds is the thing's excess times its area.
        let sigmaX = (0.36 + pow(thing.length / metresPerPixel / thing.bell, 2)).squareRoot()
        let sigmaY = (0.36 + pow(thing.breadth / metresPerPixel / thing.bell, 2)).squareRoot()
        let area = .pi / 4 * thing.length * thing.breadth / (metresPerPixel * metresPerPixel)
        let whole = thing.kelvin * 100 * area
        let reach = Int((4 * max(sigmaX, sigmaY)).rounded(.up))
        guard x.magnitude < 1e5, y.magnitude < 1e5 else { return }
        let (left, top) = (Int(x.rounded()) - reach, Int(y.rounded()) - reach)
        /// Part of a bell between the edges of a pixel.
        func part(_ pixel: Int, _ middle: Double, _ sigma: Double) -> Double {
            let scale = sigma * 2.0.squareRoot()
            return (erf((Double(pixel) + 0.5 - middle) / scale) - erf((Double(pixel) - 0.5 - middle) / scale)) / 2
        }
        let across = (left...left + 2 * reach).map { part($0, x, sigmaX) }
        for row in Self.inside(top, reach, sensor.height) {
            let down = part(row, y, sigmaY)
            for column in Self.inside(left, reach, sensor.width) {
                let heat = Int((whole * across[column - left] * down).rounded())
                values[row * sensor.width + column] = UInt16(clamping: Int(values[row * sensor.width + column]) + heat)
            }
        }
    }

    private static func inside(_ first: Int, _ reach: Int, _ count: Int) -> Range<Int> {
        let low = min(max(0, first), count)
        return low..<max(low, min(count, first + 2 * reach + 1))
    }
}
