import Glibc

/// Something on the water that is warmer than it, at one moment.
public struct WaterThing: Hashable, Sendable {
    /// What it is.
    public enum Kind: String, Hashable, Sendable, CaseIterable {
        case head, duck, boat, engine, outfall, glint
    }
    /// What it is.
    public var kind: Kind
    /// Metres right of and below the middle of the picture.
    public var x: Double, y: Double
    /// Metres, along the picture's rows and columns.
    public var length: Double, breadth: Double
    /// Warmer than the water, kelvin.
    public var kelvin: Double
    /// Length over the bell's sigma: 4 for a head, whose middle is the warmest; √8 keeps the stated excess in the middle.
    var bell: Double { kind == .head ? 4 : 8.0.squareRoot() }
}

/// A minute's company of a swimmer, from a seed. Nobody has counted these on the Rhine: kinds and sizes are common, numbers are chosen.
///
/// | What | Assumed |
/// |---|---|
/// | Ducks | in every other minute one to three, 0.35 × 0.2 m, +3 K through their feathers; swim at 0.2…0.6 m/s through the water and turn |
/// | Boat | in every fifth minute one, 6 × 2.2 m, +4 K, with an engine of 0.6 m at +30 K; upstream at 0.8 m/s over ground |
/// | Outfall | in every fifth minute one that stays, 1.5 m, +2 K |
/// | Glints | three a second, 0.2 m, +8 K, for 0.15…0.20 s |
public struct WaterClutter: Sendable {
    private let seed: UInt64
    private let width: Double, height: Double

    init(seed: UInt64, width: Double, height: Double) {
        (self.seed, self.width, self.height) = (seed ^ 0xC1077E4, width, height)
    }

    private func unit(_ index: UInt64) -> Double { SeededNoise.unit(seed, index) }

    /// What is there after so many seconds.
    public func things(at seconds: Double) -> [WaterThing] {
        ducks(seconds) + boat(seconds) + outfall() + glints(seconds)
    }

    private func ducks(_ seconds: Double) -> [WaterThing] {
        guard unit(0) < 0.5 else { return [] }
        return (0..<1 + UInt64(unit(1) * 2.999)).map { number in
            func own(_ index: UInt64) -> Double { unit(100 + number * 16 + index) }
            let speed = 0.2 + 0.4 * own(0)
            // A slow circle through water that drifts.
            let turning = 0.3 * (own(1) - 0.5), heading = 6.28 * own(2)
            let turned = heading + turning * seconds
            let across: Double, along: Double
            if abs(turning) < 1e-3 {
                (across, along) = (speed * cos(heading) * seconds, speed * sin(heading) * seconds)
            } else {
                across = speed / turning * (sin(turned) - sin(heading))
                along = -speed / turning * (cos(turned) - cos(heading))
            }
            // It comes into the picture some time in the minute.
            let enters = 60 * own(3)
            return WaterThing(
                kind: .duck,
                x: -width / 2 + WaterHover.currentMetresPerSecond * (seconds - enters) + across,
                y: (own(4) - 0.5) * 0.9 * height + along, length: 0.35, breadth: 0.2, kelvin: 3)
        }
    }

    private func boat(_ seconds: Double) -> [WaterThing] {
        guard unit(2) < 0.2 else { return [] }
        let x = width / 2 + 3 - 0.8 * (seconds - 30 * unit(3)), y = (unit(4) - 0.5) * 0.8 * height
        return [
            WaterThing(kind: .boat, x: x, y: y, length: 6, breadth: 2.2, kelvin: 4),
            WaterThing(kind: .engine, x: x + 2.6, y: y, length: 0.6, breadth: 0.6, kelvin: 30),
        ]
    }

    private func outfall() -> [WaterThing] {
        guard unit(5) < 0.2 else { return [] }
        return [
            WaterThing(
                kind: .outfall, x: (unit(6) - 0.5) * 0.9 * width, y: (unit(7) - 0.5) * 0.9 * height, length: 1.5,
                breadth: 1.5, kelvin: 2)
        ]
    }

    private func glints(_ seconds: Double) -> [WaterThing] {
        // One in each third of a second.
        let slot = (seconds * 3).rounded(.down)
        return [slot - 1, slot].compactMap { slot in
            guard slot >= 0 else { return nil }
            func own(_ index: UInt64) -> Double { unit(10_000 + UInt64(slot) * 8 + index) }
            let age = seconds - slot / 3 - own(0) / 3
            guard age >= 0, age < 0.15 + 0.05 * own(1) else { return nil }
            return WaterThing(
                kind: .glint, x: (own(2) - 0.5) * width, y: (own(3) - 0.5) * height, length: 0.2, breadth: 0.2,
                kelvin: 8)
        }
    }
}
