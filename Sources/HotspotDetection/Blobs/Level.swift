import CHotspotKernels

/// A picture at full or halved resolution.
struct Level: Sendable {
    /// Neither edge of a level falls below this.
    private static let leastEdge = 8
    var width: Int, height: Int
    /// Halvings.
    var shift: Int
    var values: [UInt16]

    /// Becomes the means of 2×2 pixels of `other`; false when an edge would become too short. An odd last row or column is
    /// left out.
    mutating func halve(_ other: Level) -> Bool {
        let (halfWidth, halfHeight) = (other.width / 2, other.height / 2)
        guard halfWidth >= Self.leastEdge, halfHeight >= Self.leastEdge else { return false }
        (width, height, shift) = (halfWidth, halfHeight, other.shift + 1)
        if values.count != halfWidth * halfHeight { values = [UInt16](repeating: 0, count: halfWidth * halfHeight) }
        hotspot_halve(other.values, Int32(other.width), Int32(other.height), &values)
        return true
    }
}
