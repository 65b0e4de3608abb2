import FlightTypes
import Glibc

/// A drone with a thermal sensor of few pixels that hovers over the river and looks straight down: what the temporal detector is
/// measured with. The same for the same seed.
///
/// | What | Assumed |
/// |---|---|
/// | Sensor | 32 × 24 pixels of equal angle, 8 Hz, whole pictures (a real MLX90640 renews half of the pixels each time), 0.01 K steps |
/// | Noise | 0.28 K one sigma (0.1 K at 1 Hz, data sheet); fixed pattern of the same size, each pixel's offset wanders by another 0.05 K over 47 s |
/// | Offset | common drift of ±0.4 K over 70 s, and every 20 s, at a random moment, a common step of about 0.5 K |
/// | Subpages | chess pattern of 0.1 ± 0.1 K whose sign changes with each picture |
/// | Lens | blur 0.6 px; waves are weakened by it and by the pixel's size |
/// | Water | 16 °C, current 1.5 m/s; two trains of waves of ±0.15 K together, of 4.3 and 2.9 m (as ``WaterHover``) |
/// | Pose | each picture is off by 0.3° of tilt on each axis, one sigma, which nobody knows |
/// | Head | 0.19 × 0.15 m, warmer by what is asked, 60…100 % show; drifts with the current ± 0.2 m/s, or the drone follows it exactly |
/// | Ember | 10 cm, 284 K warmer (300 °C), stands still; the excess counts linearly, a real one shows more |
/// | Beginning | 18 to 20 s of empty water, then the thing comes up; it stays in the picture for 2 s at least |
public struct CoarseHover: Sendable {
    /// A sensor of few pixels.
    public struct Sensor: Hashable, Sendable {
        /// Pixels.
        public var width = 32, height = 24
        /// Of a pixel, radians.
        public var acrossRadians: Double, downRadians: Double
        /// Hertz.
        public var framesPerSecond = 8.0
        /// One sigma, kelvin.
        public var noise = 0.28
        /// MLX90640 with 110° × 75°.
        public static let wide = Sensor(acrossRadians: 0.060, downRadians: 0.055)
        /// MLX90640 with 55° × 35°.
        public static let narrow = Sensor(acrossRadians: 0.030, downRadians: 0.0255)
    }
    /// What comes up.
    public enum Thing: Hashable, Sendable {
        case head(kelvin: Double), ember
    }

    /// As given.
    public let seed: UInt64, sensor: Sensor, heightMetres: Double, thing: Thing?, isFollowing: Bool
    /// The first picture with the thing.
    public let firstNumber: Int
    private let pattern: [Float], wander: (sine: [Float], cosine: [Float])
    private let start: (x: Double, y: Double)
    private let speed: (x: Double, y: Double)

    /// A hover; `thing` nil leaves the water empty. With `isFollowing` the drone moves with the water, as it does above a head that it
    /// follows.
    public init(seed: UInt64, sensor: Sensor, heightMetres: Double, thing: Thing?, isFollowing: Bool = false) {
        (self.seed, self.sensor, self.heightMetres, self.thing) = (seed, sensor, heightMetres, thing)
        self.isFollowing = isFollowing
        func unit(_ index: UInt64) -> Double { SeededNoise.unit(seed ^ 0xC0A5, index) }
        func normals(_ key: UInt64, _ scale: Double) -> [Float] {
            (0..<sensor.width * sensor.height).map { Float(scale) * SeededNoise.normal(seed ^ key, UInt64($0)) }
        }
        pattern = normals(0xF1, sensor.noise * 100)
        wander = (normals(0xF2, 5), normals(0xF3, 5))
        firstNumber = Int(sensor.framesPerSecond * (18 + 2 * unit(0)))
        let metres = (x: sensor.acrossRadians * heightMetres, y: sensor.downRadians * heightMetres)
        switch thing {
        case .head where !isFollowing:
            speed = (
                (WaterHover.currentMetresPerSecond + 0.2 * (2 * unit(1) - 1)) / metres.x,
                0.2 * (2 * unit(2) - 1) / metres.y
            )
        default: speed = (0, 0)
        }
        // From the second column or row to the last but one, now and two seconds later.
        func place(_ edge: Int, _ travel: Double, _ part: Double) -> Double {
            let low = 1 - min(0, travel), high = Double(edge) - 2 - max(0, travel)
            return low + max(0, high - low) * part
        }
        start = (place(sensor.width, 2 * speed.x, unit(3)), place(sensor.height, 2 * speed.y, unit(4)))
    }

    /// When picture `number` is taken, from the start.
    public func seconds(of number: Int) -> Double { Double(number) / sensor.framesPerSecond }
    /// How far the water moves in the picture from one picture to the next, and what stands on the ground: pixels to the right.
    public var motion: (water: Double, ground: Double) {
        let step = pixels(ofMetres: WaterHover.currentMetresPerSecond / sensor.framesPerSecond)
        return isFollowing ? (0, -step) : (step, 0)
    }
    /// A length on the water in pixels across.
    public func pixels(ofMetres metres: Double) -> Double { metres / (sensor.acrossRadians * heightMetres) }

    /// Where the thing is in picture `number`, the middle of the first pixel being (0, 0); nil before it comes up, and without one.
    public func truth(in number: Int) -> (x: Double, y: Double)? {
        guard thing != nil, number >= firstNumber else { return nil }
        let since = seconds(of: number - firstNumber), shaken = shake(in: number)
        return (start.x + speed.x * since + shaken.x, start.y + speed.y * since + shaken.y)
    }

    /// What the unknown tilt moves picture `number` by, pixels.
    private func shake(in number: Int) -> (x: Double, y: Double) {
        let tilt = 0.3 * .pi / 180, index = UInt64(number) &* 2
        return (
            tilt / sensor.acrossRadians * Double(SeededNoise.normal(seed ^ 0x717, index)),
            tilt / sensor.downRadians * Double(SeededNoise.normal(seed ^ 0x717, index &+ 1))
        )
    }

    /// Picture `number`.
    public func picture(_ number: Int) -> ThermalPicture {
        let (width, height) = (sensor.width, sensor.height)
        let seconds = seconds(of: number)
        let waves = [train(1.3, 0.7, 10, in: number), train(0.4, -2.1, 5, in: number)]
        let noise = Float(sensor.noise * 100)
        let key = SeededNoise.key(seed, picture: number)
        let common = 28_915 + Float(40 * sin(2 * .pi * seconds / 70)) + step(at: seconds)
        let chess = Float(10 + 10 * sin(seconds / 11)) * (number % 2 == 0 ? 1 : -1)
        let (sine, cosine) = (Float(sin(2 * .pi * seconds / 47)), Float(cos(2 * .pi * seconds / 47)))
        let thing = thingPart(in: number)
        var values = [UInt16](repeating: 0, count: width * height)
        values.withUnsafeMutableBufferPointer { values in
            for y in 0..<height {
                for x in 0..<width {
                    let place = y &* width &+ x
                    var value = common + ((x ^ y) & 1 == 0 ? chess : -chess) + pattern[place]
                    value += sine * wander.sine[place] + cosine * wander.cosine[place]
                    for wave in waves {
                        value += wave.columns[x].0 * wave.rows[y].1 + wave.columns[x].1 * wave.rows[y].0
                    }
                    value += noise * SeededNoise.normal(key, UInt64(place))
                    if let thing { value += thing.across[x] * thing.down[y] }
                    values[place] = UInt16(min(max(value.rounded(), 0), 65_535))
                }
            }
        }
        return ThermalPicture(width: width, height: height, values: values)
    }

    /// The common step of this moment, hundredths of a kelvin.
    private func step(at seconds: Double) -> Float {
        let slot = (seconds / 20).rounded(.down)
        let isBefore = seconds - slot * 20 < 20 * SeededNoise.unit(seed ^ 0x57E9, UInt64(slot))
        return 50 * SeededNoise.normal(seed ^ 0x57EA, UInt64(slot) &+ (isBefore ? 0 : 1))
    }

    /// Sines and cosines of columns and rows of one train of waves: two products a pixel.
    private func train(
        _ alongWave: Double, _ acrossWave: Double, _ size: Double, in number: Int
    ) -> (columns: [(Float, Float)], rows: [(Float, Float)]) {
        let pixel = (x: sensor.acrossRadians * heightMetres, y: sensor.downRadians * heightMetres)
        let along = alongWave * pixel.x, across = acrossWave * pixel.y, shaken = shake(in: number)
        let drift = isFollowing ? 0 : WaterHover.currentMetresPerSecond
        let turned = (alongWave * drift + (9.81 * hypot(alongWave, acrossWave)).squareRoot()) * seconds(of: number)
        func part(_ angle: Double) -> Double { angle == 0 ? 1 : sin(angle / 2) / (angle / 2) }
        // The lens's bell of 0.6 px, and the mean over a pixel.
        let left = size * exp(-0.18 * (along * along + across * across)) * part(along) * part(across)
        func pair(_ angle: Double, _ scale: Double) -> (Float, Float) {
            (Float(scale * sin(angle)), Float(scale * cos(angle)))
        }
        return (
            (0..<sensor.width).map { pair(along * (Double($0) - shaken.x) - turned, 1) },
            (0..<sensor.height).map { pair(across * (Double($0) - shaken.y), left) }
        )
    }

    /// What the thing's heat gives each column and row, whose products are hundredths of a kelvin; nil where there is none.
    private func thingPart(in number: Int) -> (across: [Float], down: [Float])? {
        guard let thing, let place = truth(in: number) else { return nil }
        let pixel = (x: sensor.acrossRadians * heightMetres, y: sensor.downRadians * heightMetres)
        let size: (length: Double, breadth: Double), kelvin: Double
        switch thing {
        case .head(let warmer):
            let dip = sin(2 * .pi * seconds(of: number) * 0.8 + 6.28 * SeededNoise.unit(seed ^ 0xD1, 0))
            (size, kelvin) = ((0.19, 0.15), warmer * (0.8 + 0.2 * dip))
        case .ember: (size, kelvin) = ((0.1, 0.1), 284)
        }
        let whole = kelvin * 100 * .pi / 4 * size.length * size.breadth / (pixel.x * pixel.y)
        // Lens and thing make a bell; part of it between the edges of a pixel.
        func parts(_ count: Int, _ middle: Double, _ extent: Double) -> [Float] {
            let scale = ((0.36 + extent * extent / 16) * 2).squareRoot()
            return (0..<count).map { (pixel: Int) -> Float in
                let low = (Double(pixel) - 0.5 - middle) / scale, high = (Double(pixel) + 0.5 - middle) / scale
                return Float((erf(high) - erf(low)) / 2)
            }
        }
        return (
            parts(sensor.width, place.x, size.length / pixel.x).map { $0 * Float(whole) },
            parts(sensor.height, place.y, size.breadth / pixel.y)
        )
    }
}
