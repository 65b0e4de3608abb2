import FlightTypes

/// Something that stands out from its surroundings in one picture. What it is, a person decides.
public struct Hotspot: Hashable, Sendable {
    /// Bounding box in pixels.
    public var x: Int, y: Int, width: Int, height: Int
    /// Contrast-weighted centre; the middle of the first pixel is (0, 0).
    public var centroidX: Float, centroidY: Float
    /// Highest value inside (lowest where `isCold`), in the picture's unit.
    public var peak: UInt16
    /// Peak minus the mean of the surrounding ring, in the picture's unit; negative where `isCold`.
    public var contrast: Int32
    /// Excess over the local background in sigmas of the local noise, damped by the floor; above the noise factor. Of a
    /// ``PersonDetector`` something else, see there.
    public var score: Float
    /// Pixels that belong to it.
    public var area: Int
    /// Colder than its surroundings instead of warmer.
    public var isCold: Bool

    /// The same as the value that travels, without a place.
    public var detection: Detection {
        Detection(
            x: UInt16(clamping: x), y: UInt16(clamping: y), width: UInt16(clamping: width),
            height: UInt16(clamping: height), centroidX: centroidX, centroidY: centroidY, peak: peak,
            contrast: contrast, score: score)
    }

    /// Whether the box of another lies no more than so many pixels away.
    func lies(within gap: Int, of other: Hotspot) -> Bool {
        x < other.x + other.width + gap && other.x < x + width + gap && y < other.y + other.height + gap
            && other.y < y + height + gap
    }
}
