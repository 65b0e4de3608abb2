import Glibc

/// The river from straight above through a visible camera, with things on it: what the visible witness is measured with. The same
/// for the same seed. Nobody has measured these on the Rhine: sizes are common, contrasts and numbers are chosen.
///
/// | What | Assumed |
/// |---|---|
/// | Camera | 1280 × 720, 70° across, looks straight down; a lens's blur of about 2 px, noise of 1.2…3 steps, no automatic gain |
/// | Water | brightness 60…110, greenish; twelve trains of waves of 0.35…5 m with the speed that deep water and its surface tension give them, together 2.5…8 steps one sigma, crests brighter than troughs are dark |
/// | Current | 1.5 m/s to the right; everything drifts with it, off by up to 0.2 m/s |
/// | Bare head | 0.19 × 0.15 m, of which 35…100 % show, in and out of the water within a second; hair of brightness 30…140, so that many are as bright as the water; up to half of it skin |
/// | Vest | the same head with 0.45 × 0.35 m of orange behind it, 40…100 % above the water |
/// | Duck | 0.35 × 0.2 m, brown, grey or white; swims at up to 0.5 m/s |
/// | Driftwood | 0.9 × 0.12 m, dark brown, turns slowly |
/// | Foam | ten flecks of 0.1…0.3 m within 0.5 m, of which each lives 2…6 s |
/// | Glitter | the sun's reflection within 4 m of its place: 0.5…4 glints a second and square metre, 0.04…0.16 m, 0.1…0.3 s, as bright as 1 to 6 times white; a head in it is a bare head |
///
/// Sky reflection at slanting views, banks, shadows, rain and a camera's own sharpening are not in it.
public struct VisibleWater: Sendable {
    /// What is at a place.
    public enum Kind: String, Hashable, Sendable, CaseIterable {
        case vest, bareHead, water, glitter, headInGlitter, duck, foam, driftwood
    }
    /// One of them, at one moment.
    public struct Thing: Hashable, Sendable {
        /// What it is; `water` is a place without anything, and drifts like the rest.
        public var kind: Kind
        /// Metres right of and below the middle of the picture.
        public var x: Double, y: Double
    }
    /// Pixels.
    public static let width = 1280, height = 720
    /// Pictures a second.
    public static let framesPerSecond = 15.0
    /// As given.
    public let seed: UInt64, heightMetres: Double
    /// Metres a pixel covers.
    public var metresPerPixel: Double { 2 * heightMetres * tan(35 * .pi / 180) / Double(Self.width) }

    /// One of each kind, in an order that the seed gives; height above the water 5…200 m.
    public init(seed: UInt64, heightMetres: Double = 40) {
        self.seed = seed
        self.heightMetres = min(max(heightMetres, 5), 200)
    }

    func unit(_ index: UInt64) -> Double { SeededNoise.unit(seed ^ 0x715B1E, index) }
    func unit(_ kind: Kind, _ index: UInt64) -> Double {
        unit(1000 + 100 * UInt64(Kind.allCases.firstIndex(of: kind) ?? 0) + index)
    }

    /// Where everything is when picture `number` is taken.
    public func things(in number: Int) -> [Thing] {
        let seconds = Double(number) / Self.framesPerSecond
        // Two rows of four fields; the kinds go into them in an order of their own.
        let order = Kind.allCases.indices.sorted { unit(UInt64($0)) < unit(UInt64($1)) }
        let (across, down) = (
            Double(Self.width) * metresPerPixel / 4, Double(Self.height) * metresPerPixel / 2
        )
        return zip(Kind.allCases, order).map { kind, field in
            func spread(_ index: UInt64) -> Double { unit(kind, index) * 2 - 1 }
            var thing = Thing(
                kind: kind,
                x: (Double(field % 4) - 1.5) * across + 0.1 * across * spread(0) + 1.5 * (seconds - 1.5),
                y: (Double(field / 4) - 0.5) * down + 0.15 * down * spread(1))
            let speed = kind == .duck ? 0.5 : kind == .glitter || kind == .headInGlitter ? 0.05 : 0.2
            thing.x += speed * spread(2) * seconds
            thing.y += speed * spread(3) * seconds
            return thing
        }
    }

    /// Picture `number`.
    public func picture(_ number: Int) -> VisiblePicture {
        let seconds = Double(number) / Self.framesPerSecond
        var canvas = WaterCanvas(metresPerPixel: metresPerPixel, width: Self.width, height: Self.height)
        canvas.paintWater(self, seconds: seconds)
        for thing in things(in: number) { paint(thing, seconds, &canvas) }
        return canvas.picture(
            noise: Float(1.2 + 1.8 * unit(90)), key: SeededNoise.key(seed, picture: number)
        )
    }

    private func paint(_ thing: Thing, _ seconds: Double, _ canvas: inout WaterCanvas) {
        func own(_ index: UInt64) -> Double { unit(thing.kind, index) }
        let angle = own(10) * 2 * .pi
        switch thing.kind {
        case .water: break
        case .bareHead: head(thing, seconds, &canvas)
        case .vest:
            let shown = (0.4 + 0.6 * own(30)) * (0.85 + 0.15 * sin(5 * seconds + 6 * own(31)))
            canvas.stamp(
                WaterCanvas.Stamp(
                    x: thing.x - 0.2 * cos(angle), y: thing.y - 0.2 * sin(angle), length: 0.45,
                    breadth: 0.35 * shown, angle: angle, colour: (225, 95, 35)))
            head(thing, seconds, &canvas)
        case .duck:
            let colours: [WaterCanvas.Colour] = [(105, 86, 62), (128, 128, 126), (236, 236, 230)]
            let colour = colours[Int(own(11) * 2.999)]
            canvas.stamp(
                WaterCanvas.Stamp(x: thing.x, y: thing.y, length: 0.35, breadth: 0.2, angle: angle, colour: colour))
        case .driftwood:
            canvas.stamp(
                WaterCanvas.Stamp(
                    x: thing.x, y: thing.y, length: 0.9, breadth: 0.12, angle: angle + 0.2 * seconds,
                    colour: (62, 50, 38)))
        case .foam: foam(thing, seconds, &canvas)
        case .glitter: glitter(thing, seconds, &canvas)
        case .headInGlitter:
            head(thing, seconds, &canvas)
            glitter(thing, seconds, &canvas)
        }
    }

    private func head(_ thing: Thing, _ seconds: Double, _ canvas: inout WaterCanvas) {
        func own(_ index: UInt64) -> Double { unit(thing.kind, 20 + index) }
        let shown = (0.35 + 0.65 * own(0)) * (0.8 + 0.2 * sin(2 * .pi * seconds * (0.6 + 0.5 * own(1)) + 6.28 * own(2)))
        let edge = shown.squareRoot(), angle = own(3) * 2 * .pi
        let hair = Float(30 + 110 * own(4)), skin = 0.5 * own(5)
        canvas.stamp(
            WaterCanvas.Stamp(
                x: thing.x, y: thing.y, length: 0.19 * edge, breadth: 0.15 * edge, angle: angle,
                colour: (hair * 1.06, hair, hair * 0.92)))
        guard skin > 0.1 else { return }
        canvas.stamp(
            WaterCanvas.Stamp(
                x: thing.x + 0.05 * cos(angle), y: thing.y + 0.05 * sin(angle), length: 0.15 * edge * skin.squareRoot(),
                breadth: 0.15 * edge * skin.squareRoot(), angle: angle, colour: (150, 115, 98)))
    }

    private func foam(_ thing: Thing, _ seconds: Double, _ canvas: inout WaterCanvas) {
        for fleck in 0..<10 as Range<UInt64> {
            func own(_ index: UInt64) -> Double { unit(thing.kind, 20 + fleck * 8 + index) }
            let life = 2 + 4 * own(0)
            let age = ((seconds + life * own(1)) / life).truncatingRemainder(dividingBy: 1)
            let size = (0.1 + 0.2 * own(2)) * (1 - age * age)
            canvas.stamp(
                WaterCanvas.Stamp(
                    x: thing.x + own(3) - 0.5, y: thing.y + own(4) - 0.5, length: size, breadth: size * 0.7,
                    angle: own(5) * 6, colour: (205, 212, 210)))
        }
    }

    /// Each glint has a place and a beginning in slots of a third of a second.
    private func glitter(_ thing: Thing, _ seconds: Double, _ canvas: inout WaterCanvas) {
        let reach = 4.0, slot = 1.0 / 3
        let perSlot = UInt64((0.5 + 3.5 * unit(thing.kind, 12)) * .pi * reach * reach * slot)
        let now = Int((seconds / slot).rounded(.down))
        for past in max(0, now - 1)...max(0, now) {
            for glint in 0..<perSlot {
                let key = seed ^ 0x61177E6 ^ UInt64(thing.kind == .glitter ? 1 : 2) << 40
                func own(_ index: UInt64) -> Double {
                    SeededNoise.unit(key, UInt64(past) &* 100_000 &+ glint &* 8 &+ index)
                }
                let age = seconds - (Double(past) + own(0)) * slot
                guard age >= 0, age < 0.1 + 0.2 * own(1) else { continue }
                let angle = 2 * .pi * own(2), off = reach * own(3).squareRoot()
                let size = 0.04 + 0.12 * own(4), light = Float(255 * (1 + 5 * own(5)))
                canvas.stamp(
                    WaterCanvas.Stamp(
                        x: thing.x + off * cos(angle), y: thing.y + off * sin(angle), length: size,
                        breadth: size * 0.6, angle: 3 * own(6), colour: (light, light, light * 0.95)))
            }
        }
    }
}
