extension Level {
    /// Whether a seed may be a thing: what is weak must be a point, for the crests of waves are as warm; what is strong may be larger but no
    /// edge.
    func mayBeThing(_ seed: Seed, isCold: Bool) -> Bool {
        seed.score < Self.strongScore ? isPoint(seed) : isRound(seed, isCold: isCold)
    }
    private static let strongScore: Float = 16
    /// The least part of a seed's excess that it has over what is two pixels away, and over what lies to both sides of it along any line.
    private static let leastPoint: Float = 0.7, leastRound: Float = 0.25
    private static let near = [(2, 0), (2, 2), (0, 2), (2, -2)], far = [(4, 0), (3, 3), (0, 4), (3, -3)]

    /// Whether most of what it has more than the ring around it is gone two pixels away already, as it is with what is smaller than a
    /// pixel.
    private func isPoint(_ seed: Seed) -> Bool {
        values.withUnsafeBufferPointer { values in
            var sum: Float = 0
            for (dx, dy) in Self.near { sum += pair(values, seed, dx, dy) }
            let more = Float(values[seed.y &* width &+ seed.x]) - sum / Float(2 * Self.near.count)
            return more.magnitude >= Self.leastPoint * Float(seed.excess)
        }
    }

    /// Whether it stands out along every line through it: an edge goes on along one.
    private func isRound(_ seed: Seed, isCold: Bool) -> Bool {
        values.withUnsafeBufferPointer { values in
            let middle = Float(values[seed.y &* width &+ seed.x])
            return Self.far.allSatisfy { dx, dy in
                let more = middle - pair(values, seed, dx, dy) / 2
                return (isCold ? -more : more) >= Self.leastRound * Float(seed.excess)
            }
        }
    }

    /// Sum of the pixels to both sides of a seed; those outside are the nearest inside.
    private func pair(_ values: UnsafeBufferPointer<UInt16>, _ seed: Seed, _ dx: Int, _ dy: Int) -> Float {
        func value(_ x: Int, _ y: Int) -> Float {
            Float(values[min(max(y, 0), height &- 1) &* width &+ min(max(x, 0), width &- 1)])
        }
        return value(seed.x &+ dx, seed.y &+ dy) + value(seed.x &- dx, seed.y &- dy)
    }
}
