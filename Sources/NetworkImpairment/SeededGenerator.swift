/// SplitMix64 (Steele, Lea and Flood, "Fast splittable pseudorandom number generators", 2014): 64 bits of state, the same
/// numbers on every machine. For simulation, never for secrets.
public struct SeededGenerator: RandomNumberGenerator, Sendable {
    private var state: UInt64

    /// The sequence of this seed; seeds that lie side by side give unrelated sequences.
    public init(seed: UInt64) {
        // The seed is mixed once, because seeds that differ by the increment would otherwise be one sequence, shifted.
        state = SeededGenerator.mixed(seed)
    }
    /// The next 64 bits.
    public mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        return SeededGenerator.mixed(state)
    }
    /// A number in 0..<1, a multiple of 2⁻⁵³.
    public mutating func unit() -> Double { SeededGenerator.unit(next()) }

    static func unit(_ bits: UInt64) -> Double { Double(bits >> 11) * 0x1p-53 }

    private static func mixed(_ value: UInt64) -> UInt64 {
        var z = value
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }
}
