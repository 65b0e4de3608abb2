import Glibc

/// Paints boat, swimmer, fire and smoke over a picture of the ground.
struct VisibleStamps {
    struct Colour {
        var red: Float, green: Float, blue: Float
    }
    let view: NadirView
    let pixels: UnsafeMutableBufferPointer<UInt8>

    func paint(layout: Layout, seconds: Double, seed: UInt64) {
        let (boat, swimmer) = (layout.boat(seconds), layout.swimmer(seconds))
        paintBoat(boat)
        // Churned water, then vest, arms' reach aside, then head.
        blob(swimmer, 0.75, 0.75, Colour(red: 150, green: 170, blue: 175), opacity: 0.35)
        blob(
            RiverPlace(along: swimmer.along - 0.16, across: swimmer.across), 0.17, 0.26,
            Colour(red: 245, green: 110, blue: 20), opacity: 1)
        blob(swimmer, 0.10, 0.09, Colour(red: 86, green: 62, blue: 48), opacity: 1)
        paintFire(layout.fire, seconds: seconds, seed: seed)
    }

    private func paintBoat(_ boat: RiverPlace) {
        // Bow wave and wake.
        blob(
            RiverPlace(along: boat.along + 6, across: boat.across), 5, 1.2, Colour(red: 190, green: 205, blue: 210),
            opacity: 0.5)
        box(boat, 3, 1.1, Colour(red: 235, green: 235, blue: 230))
        box(RiverPlace(along: boat.along + 0.4, across: boat.across), 1.9, 0.75, Colour(red: 120, green: 80, blue: 50))
        box(RiverPlace(along: boat.along + 2.4, across: boat.across), 0.35, 0.25, Colour(red: 30, green: 30, blue: 34))
    }

    private func paintFire(_ fire: RiverPlace, seconds: Double, seed: UInt64) {
        blob(fire, 2.6, 2.6, Colour(red: 30, green: 26, blue: 22), opacity: 0.9)
        let tick = UInt64(max(0, min(seconds, 1e6)) * 8)
        for flame in UInt64(0)..<5 {
            let flicker = 0.6 + 0.6 * SeededNoise.unit(seed ^ 0xF1A3, tick &* 8 &+ flame)
            let place = RiverPlace(
                along: fire.along + (SeededNoise.unit(seed ^ 0xF1, flame) - 0.5) * 2.4,
                across: fire.across + (SeededNoise.unit(seed ^ 0xF2, flame) - 0.5) * 2.4)
            blob(place, 0.9 * flicker, 0.9 * flicker, Colour(red: 255, green: 120, blue: 10), opacity: 0.9)
            blob(place, 0.45 * flicker, 0.45 * flicker, Colour(red: 255, green: 225, blue: 90), opacity: 0.9)
        }
        // Puffs rise and drift downwind (downstream and over the river); each lives nine seconds.
        for puff in UInt64(0)..<9 {
            let age = fmod(seconds + Double(puff), 9)
            let sway = (SeededNoise.unit(seed ^ 0x50, puff) - 0.5) * 0.4 * age
            let place = RiverPlace(along: fire.along + 1.6 + 2.2 * age, across: fire.across + 0.8 * age + sway)
            let radius = 0.8 + 0.35 * age
            blob(
                place, radius, radius, Colour(red: 140, green: 140, blue: 142), opacity: Float(0.65 * (1 - age / 9)))
        }
    }

    /// An ellipse with radii in metres along and across, soft at its rim.
    private func blob(
        _ centre: RiverPlace, _ along: Double, _ across: Double, _ colour: Colour, opacity: Float
    ) {
        guard let bounds = view.bounds(of: centre, radius: max(along, across)) else { return }
        let step = view.step.right
        for y in bounds.rows {
            let start = view.place(x: Double(bounds.columns.lowerBound) + 0.5, y: Double(y) + 0.5)
            var a = (start.along - centre.along) / along, b = (start.across - centre.across) / across
            for x in bounds.columns {
                let inside = Float(1 - (a * a + b * b))
                if inside > 0 { blend(x, y, colour, min(1, inside * 3) * opacity) }
                a += step.along / along
                b += step.across / across
            }
        }
    }

    /// A rectangle with half edges in metres along and across.
    private func box(_ centre: RiverPlace, _ along: Double, _ across: Double, _ colour: Colour) {
        guard let bounds = view.bounds(of: centre, radius: hypot(along, across)) else { return }
        for y in bounds.rows {
            for x in bounds.columns {
                let place = view.place(x: Double(x) + 0.5, y: Double(y) + 0.5)
                let inside = min(
                    along - (place.along - centre.along).magnitude, across - (place.across - centre.across).magnitude)
                let cover = Float(min(max(inside / view.metresPerPixel + 0.5, 0), 1))
                if cover > 0 { blend(x, y, colour, cover) }
            }
        }
    }

    /// `opacity` 0…1; colours are 0…255, so the mix is too.
    private func blend(_ x: Int, _ y: Int, _ colour: Colour, _ opacity: Float) {
        let index = (y &* view.width &+ x) &* 3
        func mixed(_ under: UInt8, _ over: Float) -> UInt8 { UInt8(Float(under) + (over - Float(under)) * opacity) }
        pixels[index] = mixed(pixels[index], colour.red)
        pixels[index &+ 1] = mixed(pixels[index &+ 1], colour.green)
        pixels[index &+ 2] = mixed(pixels[index &+ 2], colour.blue)
    }
}
