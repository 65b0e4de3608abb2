import Geodesy
import Glibc

/// Sines and cosines from a table, for waves: a thousandth off.
private struct SineTable {
    private static let steps = 4096
    private let values = (0..<steps).map { Float(sin(2 * .pi * Double($0) / Double(steps))) }
    func both(_ turns: Double) -> (sine: Float, cosine: Float) {
        let step = Int((turns - turns.rounded(.down)) * Double(Self.steps))
        return (values[step & (Self.steps - 1)], values[(step + Self.steps / 4) & (Self.steps - 1)])
    }
    static let shared = SineTable()
}

/// A train of waves.
private struct WaveTrain {
    /// Turns a metre downstream and landward, and a second.
    let downstream: Double, landward: Double, turning: Double
    /// Kelvin, and slope along each axis.
    let kelvin: Float, slopeX: Float, slopeY: Float

    init(_ x: Double, _ y: Double, kelvin: Float, slope: Float) {
        let wave = hypot(x, y)
        (downstream, landward) = (x / (2 * .pi), y / (2 * .pi))
        // Deep water; it is carried along by the current.
        turning = (x * WaterHover.currentMetresPerSecond + (9.81 * wave).squareRoot()) / (2 * .pi)
        self.kelvin = kelvin
        (slopeX, slopeY) = (slope * Float(x / wave), slope * Float(y / wave))
    }
    static let all = [WaveTrain(1.3, 0.7, kelvin: 0.10, slope: 0.06), WaveTrain(0.4, -2.1, kelvin: 0.05, slope: 0.05)]
}

extension RiverFlight {
    /// What the sensor shows; after it has corrected itself its pattern is another.
    func render(_ number: Int, isAfter: Bool) -> ThermalPicture {
        let seconds = seconds(of: number), view = view(of: number)
        let (width, height) = (sensor.width, sensor.height)
        var celsius = [Float](repeating: 0, count: width * height)
        texture.values.withUnsafeBufferPointer { texture in
            celsius.withUnsafeMutableBufferPointer { paintGround($0, view, seconds, texture) }
            Self.blur(&celsius, width, height)
            celsius.withUnsafeMutableBufferPointer { pixels in
                for thing in things(at: seconds, view) { Self.add(thing, pixels, view) }
                if let smoke { paintSmoke(smoke, pixels, view, seconds, texture) }
            }
        }
        let sigma = Float(sensor.noise), key = SeededNoise.key(seed, picture: number)
        let pattern = seed ^ (isAfter ? 0xF2 : 0xF1)
        let offset = isAfter ? Float(0.6 * (SeededNoise.unit(seed ^ 0xFFC, 1) - 0.5)) : 0
        let values = celsius.indices.map { place in
            let noise = SeededNoise.normal(key, UInt64(place)) + SeededNoise.normal(pattern, UInt64(place))
            return UInt16(min(max((celsius[place] + offset + sigma * noise + 273.15) * 100, 0), 65_535).rounded())
        }
        return ThermalPicture(width: width, height: height, values: values)
    }

    private func paintGround(
        _ pixels: UnsafeMutableBufferPointer<Float>, _ view: RiverView, _ seconds: Double,
        _ texture: UnsafeBufferPointer<UInt8>
    ) {
        let step = view.step
        for row in 0..<view.height {
            var ray = view.ray(x: 0.5, y: Double(row) + 0.5)
            for column in 0..<view.width {
                pixels[row &* view.width &+ column] = groundCelsius(ray, view, seconds, texture)
                ray += step
            }
        }
    }

    private func groundCelsius(
        _ ray: RiverView.Vector, _ view: RiverView, _ seconds: Double, _ texture: UnsafeBufferPointer<UInt8>
    ) -> Float {
        guard let point = view.point(ray) else { return 0 }
        switch bank.ground(at: point) {
        case .water: return waterCelsius(point, ray, view, seconds, texture)
        case .stones:
            return bank.stoneCelsius + 1.5 * Texture.sample(texture, u: point.x * 2, v: point.y * 2)
        case .meadow: return 12 + 1.5 * Texture.sample(texture, u: point.x * 0.5, v: point.y * 0.5)
        }
    }

    private func waterCelsius(
        _ point: RiverPoint, _ ray: RiverView.Vector, _ view: RiverView, _ seconds: Double,
        _ texture: UnsafeBufferPointer<UInt8>
    ) -> Float {
        let length = (ray * ray).sum().squareRoot()
        // Toward the camera, over the water.
        let (towardX, towardY) = (Float(-ray.x / length), Float(ray.y / length))
        var celsius: Float = 16
        var cosine = Float(-ray.z / length)
        for train in WaveTrain.all {
            let (sine, turned) = SineTable.shared.both(
                train.downstream * point.x + train.landward * point.y - train.turning * seconds)
            celsius += train.kelvin * sine
            cosine -= turned * (train.slopeX * towardX + train.slopeY * towardY)
        }
        let step = WaterSurface.step(cosine)
        // Clouds 1,000 m up that the water mirrors: they go along with the camera.
        let far = 1000 / view.pose.height
        let cloud = Texture.sample(
            texture, u: ((point.x - view.pose.place.x) * far + view.pose.place.x) / 60,
            v: ((point.y - view.pose.place.y) * far + view.pose.place.y) / 60 + 4 * seconds / 60)
        let share = min(max(0.5 + 1.5 * (cloud + cloudiness), 0), 1)
        return celsius - (surface.clear[step] * (1 - share) + surface.clouded[step] * share)
    }

    /// The lens: a bell of 0.6 pixels.
    private static func blur(_ pixels: inout [Float], _ width: Int, _ height: Int) {
        let side = Float(exp(-1 / (2 * 0.36))), middle = 1 / (1 + 2 * side)
        for isAcross in [true, false] {
            let source = pixels
            let step = isAcross ? 1 : width
            for row in 0..<height {
                for column in 0..<width {
                    let place = row &* width &+ column
                    let (low, high) = isAcross ? (column > 0, column < width - 1) : (row > 0, row < height - 1)
                    let around = source[low ? place - step : place] + source[high ? place + step : place]
                    pixels[place] = middle * (source[place] + side * around)
                }
            }
        }
    }

    /// Lens and thing make a bell; what it holds is the thing's excess times its area in the picture.
    private static func add(_ thing: RiverThing, _ pixels: UnsafeMutableBufferPointer<Float>, _ view: RiverView) {
        guard let middle = view.pixel(of: thing.place), let slope = view.slope(at: thing.place) else { return }
        guard middle.x > -200, middle.y > -200, middle.x < Double(view.width) + 200,
            middle.y < Double(view.height) + 200
        else { return }
        // A head's middle is the warmest; of the rest √8 keeps the stated excess in the middle.
        let bell = thing.kind == .head ? 4 : 8.0.squareRoot()
        let (a, b) = (thing.length / bell * slope.downstream, thing.breadth / bell * slope.landward)
        // Variances in pixels, those of lens and pixel added.
        let own = 0.36 + 1.0 / 12
        let xx = a.x * a.x + b.x * b.x + own, yy = a.y * a.y + b.y * b.y + own, xy = a.x * a.y + b.x * b.y
        let determinant = xx * yy - xy * xy
        let area =
            .pi / 4 * thing.length * thing.breadth
            * abs(slope.downstream.x * slope.landward.y - slope.downstream.y * slope.landward.x)
        let peak = thing.kelvin * area / (2 * .pi * determinant.squareRoot())
        let reachX = 4 * xx.squareRoot(), reachY = 4 * yy.squareRoot()
        func inside(_ middle: Double, _ reach: Double, _ count: Int) -> Range<Int> {
            let low = max(0, Int(middle - reach)), high = min(count, Int(middle + reach) + 1)
            return low..<max(low, high)
        }
        for row in inside(middle.y, reachY, view.height) {
            for column in inside(middle.x, reachX, view.width) {
                let (dx, dy) = (Double(column) + 0.5 - middle.x, Double(row) + 0.5 - middle.y)
                let square = (dx * dx * yy - 2 * dx * dy * xy + dy * dy * xx) / determinant
                pixels[row * view.width + column] += Float(peak * exp(-square / 2))
            }
        }
    }

    private func paintSmoke(
        _ smoke: RiverSmoke, _ pixels: UnsafeMutableBufferPointer<Float>, _ view: RiverView, _ seconds: Double,
        _ texture: UnsafeBufferPointer<UInt8>
    ) {
        let step = view.step
        for row in 0..<view.height {
            var ray = view.ray(x: 0.5, y: Double(row) + 0.5)
            for column in 0..<view.width {
                if let point = view.point(ray) {
                    let (share, kelvin) = smoke.cover(at: point, seconds: seconds, texture)
                    let place = row &* view.width &+ column
                    pixels[place] += share * (RiverSmoke.airCelsius + kelvin - pixels[place])
                }
                ray += step
            }
        }
    }
}
