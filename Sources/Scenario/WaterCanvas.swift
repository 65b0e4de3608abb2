import Glibc

/// Water, and things stamped onto it, in light that may be brighter than white.
struct WaterCanvas {
    typealias Colour = (red: Float, green: Float, blue: Float)
    /// An ellipse of one colour.
    struct Stamp {
        /// Metres right of and below the middle of the picture.
        var x: Double, y: Double
        /// Metres, and the direction of the length, radians.
        var length: Double, breadth: Double, angle: Double
        var colour: Colour
    }
    /// Points in a pixel's light, each way, and how far they lie apart in pixels: a lens's blur.
    private static let points = 5
    private static let pointStep = 0.55

    let metresPerPixel: Double
    let width: Int, height: Int
    /// Red, green, blue, row by row.
    private var light: [Float]

    init(metresPerPixel: Double, width: Int, height: Int) {
        (self.metresPerPixel, self.width, self.height) = (metresPerPixel, width, height)
        light = [Float](repeating: 0, count: width * height * 3)
    }

    /// A train of waves along the picture's rows and columns, as sines and cosines that are multiplied into it.
    private struct Train {
        var columns: [(sine: Float, cosine: Float)]
        /// With the train's height in it.
        var rows: [(sine: Float, cosine: Float)]
    }

    private func train(_ number: UInt64, of water: VisibleWater, seconds: Double, wind: Double, height rise: Double)
        -> Train
    {
        func own(_ index: UInt64) -> Double { water.unit(200 + number * 4 + index) }
        let length = 0.35 * pow(5 / 0.35, (Double(number) + own(0)) / 12)
        let wave = 2 * .pi / length, direction = wind + (own(1) * 2 - 1) * 1.2
        // Deep water with surface tension: ω² = g·k + (σ/ρ)·k³.
        let turning = (9.81 * wave + 7.4e-5 * wave * wave * wave).squareRoot()
        let along = wave * cos(direction), across = wave * sin(direction)
        // The water itself moves with the current.
        let turned = (turning + along * 1.5) * seconds - 6.28 * own(2)
        func pair(_ angle: Double, _ rise: Double) -> (sine: Float, cosine: Float) {
            (Float(rise * sin(angle)), Float(rise * cos(angle)))
        }
        return Train(
            columns: (0..<width).map { pair(along * Double($0) * metresPerPixel - turned, 1) },
            rows: (0..<height).map { pair(across * Double($0) * metresPerPixel, rise) })
    }

    mutating func paintWater(_ water: VisibleWater, seconds: Double) {
        let wind = 2 * .pi * water.unit(80), base = Float(60 + 50 * water.unit(81))
        // Twelve sines of one height h have a sigma of h·√6.
        let rise = (2.5 + 5.5 * water.unit(82)) / 6.0.squareRoot()
        let trains = (0..<12 as Range<UInt64>).map {
            train($0, of: water, seconds: seconds, wind: wind, height: rise * (0.7 + 0.6 * water.unit(300 + $0)))
        }
        var row = [Float](repeating: 0, count: width)
        light.withUnsafeMutableBufferPointer { light in
            for y in 0..<height {
                for x in 0..<width { row[x] = 0 }
                for train in trains {
                    let (sine, cosine) = train.rows[y]
                    train.columns.withUnsafeBufferPointer { columns in
                        row.withUnsafeMutableBufferPointer { row in
                            for x in 0..<row.count { row[x] += columns[x].sine * cosine + columns[x].cosine * sine }
                        }
                    }
                }
                var out = y &* width &* 3
                for x in 0..<width {
                    // Crests mirror more of the sky.
                    let wave = row[x] + 0.02 * max(row[x], 0) * max(row[x], 0)
                    light[out] = base * 0.94 + 0.92 * wave
                    light[out &+ 1] = base * 1.04 + wave
                    light[out &+ 2] = base * 0.96 + 1.08 * wave
                    out &+= 3
                }
            }
        }
    }

    mutating func stamp(_ stamp: Stamp) {
        let x = stamp.x / metresPerPixel + Double(width) / 2 - 0.5,
            y = stamp.y / metresPerPixel + Double(height) / 2 - 0.5
        let (long, broad) = (stamp.length / metresPerPixel / 2, stamp.breadth / metresPerPixel / 2)
        guard x.magnitude < 1e5, y.magnitude < 1e5, long > 0.01, broad > 0.01, max(long, broad) < 1e3 else { return }
        let reach = Int(max(long, broad).rounded(.up)) + 2
        let (middleX, middleY) = (Int(x.rounded()), Int(y.rounded()))
        let (sine, cosine) = (sin(stamp.angle), cos(stamp.angle))
        let half = Double(Self.points - 1) / 2
        for row in Self.inside(middleY, reach, height) {
            for column in Self.inside(middleX, reach, width) {
                var hits = 0
                for point in 0..<Self.points * Self.points {
                    let dx = Double(column) - x + (Double(point % Self.points) - half) * Self.pointStep
                    let dy = Double(row) - y + (Double(point / Self.points) - half) * Self.pointStep
                    let (u, v) = ((dx * cosine + dy * sine) / long, (dy * cosine - dx * sine) / broad)
                    if u * u + v * v <= 1 { hits += 1 }
                }
                guard hits > 0 else { continue }
                let part = Float(hits) / Float(Self.points * Self.points), place = (row * width + column) * 3
                light[place] += part * (stamp.colour.red - light[place])
                light[place + 1] += part * (stamp.colour.green - light[place + 1])
                light[place + 2] += part * (stamp.colour.blue - light[place + 2])
            }
        }
    }

    private static func inside(_ middle: Int, _ reach: Int, _ count: Int) -> Range<Int> {
        let low = min(max(0, middle - reach), count)
        return low..<max(low, min(count, middle + reach + 1))
    }

    /// What a sensor makes of it: noise of so many steps of brightness, half as much of colour, cut at black and white.
    func picture(noise: Float, key: UInt64) -> VisiblePicture {
        let rgb = [UInt8](unsafeUninitializedCapacity: light.count) { rgb, filled in
            light.withUnsafeBufferPointer { light in
                for place in 0..<width * height {
                    let bits = SeededNoise.word(key, UInt64(place))
                    let a = Float(bits & 0xFFFF), b = Float(bits >> 16 & 0xFFFF)
                    let c = Float(bits >> 32 & 0xFFFF), d = Float(bits >> 48)
                    // Sums and differences of four even numbers do not depend on each other; sigma of each is 37 837.
                    let bright = noise * (a + b + c + d - 131_070) / 37_837
                    let red = noise * 0.5 * (a - b) / 26_755, blue = noise * 0.5 * (c - d) / 26_755
                    func step(_ value: Float) -> UInt8 { UInt8(min(max(value + 0.5, 0), 255)) }
                    rgb[3 * place] = step(light[3 * place] + bright + red)
                    rgb[3 * place + 1] = step(light[3 * place + 1] + bright)
                    rgb[3 * place + 2] = step(light[3 * place + 2] + bright + blue)
                }
            }
            filled = light.count
        }
        return VisiblePicture(width: width, height: height, rgb: rgb)
    }
}
