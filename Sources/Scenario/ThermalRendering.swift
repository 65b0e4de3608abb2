import FlightTypes
import Glibc

/// A made-up picture of a radiometric sensor.
public struct ThermalPicture: Hashable, Sendable {
    /// Pixels.
    public var width: Int, height: Int
    /// Hundredths of a kelvin, row by row from the upper left.
    public var values: [UInt16]
}

/// A patch of heat with bell-shaped flanks.
private struct Heat {
    var place: RiverPlace
    /// Kelvin above the surroundings in its middle.
    var excess: Double
    /// Sigmas in metres along and across the river.
    var along: Double, across: Double
}

extension Scenario {
    /// What the thermal sensor shows at `time`. Sizes are brought into 1…4096 pixels, the field into 1…160 degrees.
    public func thermal(
        at time: Duration, width: Int, height: Int, horizontalFieldOfViewDegrees: Double
    ) -> ThermalPicture {
        let seconds = Self.seconds(of: time)
        let view = NadirView(
            state: path.state(at: seconds), width: width, height: height,
            fieldOfViewDegrees: horizontalFieldOfViewDegrees)
        var celsius = [Float](repeating: 0, count: view.width * view.height)
        celsius.withUnsafeMutableBufferPointer { pixels in
            paintGround(pixels, view, seconds)
            paintHull(pixels, view, layout.boat(seconds))
            for heat in heats(at: seconds) { paint(heat, pixels, view) }
        }
        return ThermalPicture(width: view.width, height: view.height, values: measured(celsius, view, time))
    }

    private func heats(at seconds: Double) -> [Heat] {
        let (boat, swimmer) = (layout.boat(seconds), layout.swimmer(seconds))
        var heats = [
            // The boat goes upstream: its engine is at the downstream end.
            Heat(place: RiverPlace(along: boat.along + 2.4, across: boat.across), excess: 30, along: 0.3, across: 0.3),
            Heat(place: swimmer, excess: 12, along: 0.08, across: 0.08),
            Heat(
                place: RiverPlace(along: swimmer.along - 0.18, across: swimmer.across), excess: 5, along: 0.10,
                across: 0.20),
        ]
        // Below 2³² because a round has 180 s.
        let tick = UInt64(seconds * 8)
        for flame in 0..<5 {
            let word = UInt64(flame)
            let flicker = 0.5 + 0.5 * SeededNoise.unit(seed ^ 0xF1A3, tick &* 8 &+ word)
            let place = RiverPlace(
                along: layout.fire.along + (SeededNoise.unit(seed ^ 0xF1, word) - 0.5) * 2.4,
                across: layout.fire.across + (SeededNoise.unit(seed ^ 0xF2, word) - 0.5) * 2.4)
            heats.append(
                Heat(
                    place: flame == 0 ? layout.fire : place, excess: (flame == 0 ? 600 : 300) * flicker,
                    along: 0.5, across: 0.5))
        }
        return heats
    }

    private func paintGround(_ pixels: UnsafeMutableBufferPointer<Float>, _ view: NadirView, _ seconds: Double) {
        let step = view.step.right
        let drift = Self.currentMetresPerSecond * seconds
        texture.values.withUnsafeBufferPointer { texture in
            for y in 0..<view.height {
                var place = view.place(x: 0.5, y: Double(y) + 0.5)
                for x in 0..<view.width {
                    pixels[y &* view.width &+ x] = Self.groundCelsius(place, drift: drift, texture)
                    place.along += step.along
                    place.across += step.across
                }
            }
        }
    }
    private static func groundCelsius(
        _ place: RiverPlace, drift: Double, _ texture: UnsafeBufferPointer<UInt8>
    ) -> Float {
        if place.across.magnitude <= halfRiverMetres {
            let moving = place.along - drift
            return 16
                + Float(0.10 * sin(moving * 1.3 + place.across * 0.7) + 0.05 * sin(moving * 0.4 - place.across * 2.1))
        }
        // Patches of two metres.
        let patch = Texture.sample(texture, u: place.along * 0.5, v: place.across * 0.5)
        return (place.across < 0 ? 12 : 19) + patch
    }

    /// A rectangle of 6 × 2.2 m, its edges as soft as the sensor's blur.
    private func paintHull(_ pixels: UnsafeMutableBufferPointer<Float>, _ view: NadirView, _ boat: RiverPlace) {
        guard let bounds = view.bounds(of: boat, radius: 4) else { return }
        for y in bounds.rows {
            for x in bounds.columns {
                let place = view.place(x: Double(x) + 0.5, y: Double(y) + 0.5)
                let inside = min(3 - (place.along - boat.along).magnitude, 1.1 - (place.across - boat.across).magnitude)
                let cover = min(max(inside / view.metresPerPixel + 0.5, 0), 1)
                pixels[y &* view.width &+ x] += Float(4 * cover)
            }
        }
    }

    /// Lens blur widens a patch and lowers its middle, so that the heat it sends stays the same.
    private func paint(_ heat: Heat, _ pixels: UnsafeMutableBufferPointer<Float>, _ view: NadirView) {
        let blur = 0.6 * view.metresPerPixel
        let along = hypot(heat.along, blur), across = hypot(heat.across, blur)
        let excess = heat.excess * heat.along * heat.across / (along * across)
        guard let bounds = view.bounds(of: heat.place, radius: 4 * max(along, across)) else { return }
        for y in bounds.rows {
            for x in bounds.columns {
                let place = view.place(x: Double(x) + 0.5, y: Double(y) + 0.5)
                let a = (place.along - heat.place.along) / along, b = (place.across - heat.place.across) / across
                pixels[y &* view.width &+ x] += Float(excess * exp(-(a * a + b * b) / 2))
            }
        }
    }

    /// Adds what the sensor itself adds, clips and counts.
    private func measured(_ celsius: [Float], _ view: NadirView, _ time: Duration) -> [UInt16] {
        let frame = SeededNoise.word(seed ^ 0x5E, UInt64(bitPattern: time.nanosecondsClamped))
        let columns = (0..<view.width).map { SeededNoise.normal(seed ^ 0xC0, UInt64($0)) * 0.03 }
        return celsius.indices.map { index in
            let noise = SeededNoise.normal(frame, UInt64(index)) * 0.05
            let pattern = SeededNoise.normal(seed ^ 0xF9, UInt64(index)) * 0.04 + columns[index % view.width]
            let value = min(max(celsius[index] + noise + pattern, -40), 300)
            return UInt16(((value + 273.15) * 100).rounded())
        }
    }
}
