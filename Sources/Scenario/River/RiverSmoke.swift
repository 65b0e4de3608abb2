import Glibc

/// Smoke of a fire on the bank that the wind blows across the river: it hides a part of what is below and is warm itself near the fire.
struct RiverSmoke: Sendable {
    /// Metres a second.
    private static let wind = 3.0
    /// Of the air, °C.
    static let airCelsius: Float = 12
    private let source: RiverPoint
    private let sine: Double, cosine: Double

    /// A plume over a place in the river.
    init(seed: UInt64, over place: RiverPoint) {
        func own(_ index: UInt64) -> Double { SeededNoise.unit(seed ^ 0x530CE, index) }
        let angle = (own(0) - 0.5) * 1.2
        // Out over the river, which is toward negative y.
        (sine, cosine) = (-cos(angle), sin(angle))
        let far = 15 - place.y
        source = RiverPoint(
            x: place.x + 8 * (own(1) - 0.5) - far * cosine / -sine, y: 15)
    }

    /// Share that is hidden, 0…0.6, and kelvin above the air.
    func cover(
        at point: RiverPoint, seconds: Double, _ texture: UnsafeBufferPointer<UInt8>
    ) -> (share: Float, kelvin: Float) {
        let (dx, dy) = (point.x - source.x, point.y - source.y)
        let along = dx * cosine + dy * sine, across = dy * cosine - dx * sine
        guard along > 0 else { return (0, 0) }
        let breadth = 3 + 0.12 * along
        let off = across / breadth
        guard off.magnitude < 3 else { return (0, 0) }
        // Puffs of some metres that go with the wind.
        let puffs = Texture.sample(texture, u: (along - Self.wind * seconds) / 1.5, v: across / 1.5 + 57)
        let thick = exp(-off * off / 2) * Double(min(max(0.6 + 0.5 * puffs, 0), 1))
        return (Float(0.6 * thick), Float(3 + 25 * exp(-along / 20)))
    }
}
