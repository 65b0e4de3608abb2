import Glibc

/// Something warmer or colder than what is around it, at one moment of a flight over the river.
public struct RiverThing: Hashable, Sendable {
    /// What it is.
    public enum Kind: String, Hashable, Sendable, CaseIterable {
        case head, duck, boat, engine, outfall, glint, boulder, person
    }
    /// What it is.
    public var kind: Kind
    /// Its middle.
    public var place: RiverPoint
    /// Metres along and across the river.
    public var length: Double, breadth: Double
    /// Warmer than what is around it, kelvin.
    public var kelvin: Double
    /// Of heads, which one.
    public var number = 0
}

/// Ducks, boats and outfalls of a minute, from a seed; as common as in ``WaterClutter``, over a larger stretch.
struct RiverCompany: Sendable {
    /// Square metres of water for a duck.
    private static let duckArea = 1500.0
    private let seed: UInt64
    /// Where the minute takes place.
    private let middle: RiverPoint
    private let length: Double, breadth: Double

    init(seed: UInt64, middle: RiverPoint, length: Double, breadth: Double) {
        self.seed = seed ^ 0xC0947A
        (self.middle, self.length, self.breadth) = (middle, length, breadth)
    }
    private func unit(_ index: UInt64) -> Double { SeededNoise.unit(seed, index) }

    func things(at seconds: Double, on bank: RiverBank) -> [RiverThing] {
        (ducks(seconds, bank) + boat(seconds) + outfalls()).filter { bank.ground(at: $0.place) == .water }
    }

    private func ducks(_ seconds: Double, _ bank: RiverBank) -> [RiverThing] {
        // The stretch that drifts through in the minute has its ducks too.
        let stretch = length + 60 * WaterHover.currentMetresPerSecond
        let count = min(64, stretch * breadth / Self.duckArea * 2 * unit(0))
        return (0..<UInt64(count.rounded())).map { number in
            func own(_ index: UInt64) -> Double { unit(100 + number * 16 + index) }
            let speed = 0.2 + 0.4 * own(0), turning = 0.3 * (own(1) - 0.5), heading = 6.28 * own(2)
            let turned = heading + turning * seconds
            let swum =
                abs(turning) < 1e-3
                ? (speed * cos(heading) * seconds, speed * sin(heading) * seconds)
                : (speed / turning * (sin(turned) - sin(heading)), -speed / turning * (cos(turned) - cos(heading)))
            let y = middle.y + (own(4) - 0.5) * breadth + swum.1
            let x = middle.x + length / 2 - stretch * own(3) + swum.0
            return RiverThing(
                kind: .duck, place: RiverPoint(x: x + bank.current(at: y) * seconds, y: y), length: 0.35, breadth: 0.2,
                kelvin: 3)
        }
    }

    /// Upstream at 0.8 m/s over ground, through the middle at some moment, in every fifth minute.
    private func boat(_ seconds: Double) -> [RiverThing] {
        guard unit(2) < 0.2 else { return [] }
        let x = middle.x - 0.8 * (seconds - 60 * unit(3)), y = middle.y + (unit(4) - 0.5) * 0.8 * breadth
        return [
            RiverThing(kind: .boat, place: RiverPoint(x: x, y: y), length: 6, breadth: 2.2, kelvin: 4),
            RiverThing(kind: .engine, place: RiverPoint(x: x + 2.6, y: y), length: 0.6, breadth: 0.6, kelvin: 30),
        ]
    }

    private func outfalls() -> [RiverThing] {
        guard unit(5) < 0.2 else { return [] }
        return [
            RiverThing(
                kind: .outfall,
                place: RiverPoint(
                    x: middle.x + (unit(6) - 0.5) * 0.9 * length, y: middle.y + (unit(7) - 0.5) * 0.9 * breadth),
                length: 1.5, breadth: 1.5, kelvin: 2)
        ]
    }
}
