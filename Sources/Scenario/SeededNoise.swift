/// Numbers that depend on nothing but their arguments: a finaliser in the manner of SplitMix64 (Steele 2014).
enum SeededNoise {
    /// A well mixed word.
    static func word(_ seed: UInt64, _ index: UInt64) -> UInt64 {
        var z = seed &+ (index &+ 1) &* 0x9E37_79B9_7F4A_7C15
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }
    /// The seed of one picture of many. Mixed, not added: a picture's noise must not be that of the picture before, a pixel further.
    static func key(_ seed: UInt64, picture: Int) -> UInt64 { word(seed ^ 0x901E, UInt64(truncatingIfNeeded: picture)) }
    /// 0..<1.
    static func unit(_ seed: UInt64, _ index: UInt64) -> Double { Double(word(seed, index) >> 11) * 0x1p-53 }
    /// About normal with sigma 1 and no value beyond 3.5: four uniform 16-bit numbers added.
    static func normal(_ seed: UInt64, _ index: UInt64) -> Float {
        let bits = word(seed, index)
        let sum = Int32(bits & 0xFFFF) &+ Int32(bits >> 16 & 0xFFFF) &+ Int32(bits >> 32 & 0xFFFF) &+ Int32(bits >> 48)
        // The sum has mean 131 070 and sigma 65 536 / √3.
        return Float(sum &- 131_070) * (1.732_051 / 65_536)
    }
}

/// A 256×256 grey texture that repeats without a seam, to be looked up by world coordinates.
struct Texture: Sendable {
    static let edge = 256
    /// Row by row, mean about 128.
    let values: [UInt8]

    init(seed: UInt64) {
        let edge = Self.edge
        let white = (0..<(edge * edge)).map { Int(SeededNoise.word(seed ^ 0x7E47, UInt64($0)) >> 56) }
        var smooth = [UInt8](repeating: 0, count: edge * edge)
        for y in 0..<edge {
            for x in 0..<edge {
                var sum = 0
                for dy in 0..<3 {
                    for dx in 0..<3 { sum += white[(y + dy) % edge * edge + (x + dx) % edge] }
                }
                // The mean of nine has a third of the spread; give it back about double that.
                smooth[y * edge + x] = UInt8(min(max(128 + (sum / 9 - 127) * 2, 0), 255))
            }
        }
        values = smooth
    }

    /// About −1…1, blended between the four nearest so that a close look shows no steps. `u` and `v` in texels, within some millions.
    static func sample(_ texture: UnsafeBufferPointer<UInt8>, u: Double, v: Double) -> Float {
        let (floorU, floorV) = (u.rounded(.down), v.rounded(.down))
        let (column, row) = (Int(floorU), Int(floorV))
        func texel(_ dx: Int, _ dy: Int) -> Float {
            Float(texture[((row &+ dy) & 255) &* 256 &+ ((column &+ dx) & 255)])
        }
        let (a, b) = (Float(u - floorU), Float(v - floorV))
        let upper = texel(0, 0) * (1 - a) + texel(1, 0) * a, lower = texel(0, 1) * (1 - a) + texel(1, 1) * a
        return (upper * (1 - b) + lower * b - 128) / 85
    }
}
