import Glibc

/// The right bank: a ragged shoreline, groynes of stones with single ones lying before them, people ashore.
struct RiverBank: Sendable {
    /// Metres from one groyne to the next.
    private static let groyneSpacing = 80.0
    /// Single stones before a groyne.
    private static let boulders = 8
    private let seed: UInt64
    /// Of stones, °C.
    let stoneCelsius: Float
    private let groyneOffset: Double

    init(seed: UInt64) {
        self.seed = seed ^ 0xBA2C
        stoneCelsius = Float(10 + 14 * SeededNoise.unit(seed ^ 0xBA2C, 0))
        groyneOffset = Self.groyneSpacing * SeededNoise.unit(seed ^ 0xBA2C, 1)
    }

    /// Smooth noise between −1 and 1 with a knot at each whole number.
    private func wave(_ x: Double, _ which: UInt64) -> Double {
        let knot = x.rounded(.down)
        func value(_ knot: Double) -> Double {
            2 * SeededNoise.unit(seed ^ which, UInt64(bitPattern: Int64(knot))) - 1
        }
        let part = x - knot, soft = part * part * (3 - 2 * part)
        return value(knot) * (1 - soft) + value(knot + 1) * soft
    }
    /// Where land begins.
    func shoreline(_ x: Double) -> Double { 1.6 * wave(x / 14, 0xA) + 0.5 * wave(x / 3, 0xB) }

    /// The groyne nearest to a place: its middle, and how far it reaches into the river.
    private func groyne(near x: Double) -> (number: UInt64, middle: Double, length: Double) {
        let number = ((x - groyneOffset) / Self.groyneSpacing).rounded()
        let key = UInt64(bitPattern: Int64(number))
        return (key, groyneOffset + number * Self.groyneSpacing, 25 + 15 * SeededNoise.unit(seed ^ 0xC, key))
    }

    /// What lies at a place.
    enum Ground { case water, stones, meadow }
    func ground(at point: RiverPoint) -> Ground {
        // Most of what is looked at lies far out.
        guard point.y > -42 else { return .water }
        let shore = shoreline(point.x)
        if point.y > shore { return point.y > shore + 12 ? .meadow : .stones }
        let groyne = groyne(near: point.x)
        let out = -point.y
        let halfBreadth = 4 - 1.5 * out / groyne.length + 0.4 * wave(out / 1.5, 0xD ^ groyne.number)
        return out < groyne.length && abs(point.x - groyne.middle) < halfBreadth ? .stones : .water
    }

    /// Of the water over ground, metres a second downstream: slower near the bank, back behind groynes.
    func current(at y: Double) -> Double {
        if y > -30 { return -0.15 }
        return WaterHover.currentMetresPerSecond * (1 - 0.4 * exp((y + 30) / 25))
    }

    /// Stones that stick out of the water before the groynes near a place.
    func boulders(near x: Double) -> [RiverThing] {
        [-1, 0, 1].flatMap { neighbour in
            let groyne = groyne(near: x + neighbour * Self.groyneSpacing)
            return (0..<UInt64(Self.boulders)).map { number in
                func own(_ index: UInt64) -> Double {
                    SeededNoise.unit(seed ^ 0xE ^ groyne.number &* 64, number * 4 + index)
                }
                let size = 0.3 + 0.4 * own(2)
                return RiverThing(
                    kind: .boulder,
                    place: RiverPoint(
                        x: groyne.middle + 12 * (own(0) - 0.5), y: -groyne.length - 6 * own(1)), length: size,
                    breadth: size, kelvin: Double(stoneCelsius) - 16)
            }
        }
    }

    /// People on the shore near a place: two who stand and one who walks.
    func people(near x: Double, _ seconds: Double) -> [RiverThing] {
        (0..<3 as Range<UInt64>).map { number in
            func own(_ index: UInt64) -> Double { SeededNoise.unit(seed ^ 0xF, number * 4 + index) }
            let start = x + 30 * (own(0) - 0.5)
            let along = number == 2 ? start + 1.2 * (seconds - 20) * (own(3) < 0.5 ? 1 : -1) : start
            return RiverThing(
                kind: .person, place: RiverPoint(x: along, y: shoreline(along) + 1 + 7 * own(1)), length: 0.5,
                breadth: 0.4, kelvin: 27 - Double(stoneCelsius))
        }
    }
}
