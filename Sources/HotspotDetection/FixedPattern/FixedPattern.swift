import CHotspotKernels
import FlightTypes

/// What a sensor adds to each pixel in every picture alike, learned in flight and taken out: half of an uncooled sensor's noise after its
/// shutter has closed may be such.
///
/// A pixel's excess over the mean of the 9×9 around it, averaged over pictures of moving water, is the pattern. What is taken out of a
/// picture is what the earlier ones say. The warmth of what stays in one pixel for long is learned too, so no more than a limit is
/// ever taken out: a head that the drone keeps still in the picture loses that much, and a ghost left behind is no warmer.
public struct FixedPattern: Sendable {
    /// Pictures that an old one is forgotten over.
    private static let memory = 64
    /// It begins as if so many pictures had shown that there is no pattern: the noise of the first ones must not pass for one.
    private static let doubt = 4
    private let limit: Int32
    private var width = 0, height = 0, looks = 0
    private var pattern: [Int32] = [], corrected: [UInt16] = []
    private var workspace: [UInt16] = [], sums: [UInt32] = []

    /// For pictures of a unit; nil where its values are no temperatures.
    public init?(unit: ThermalUnit) {
        switch unit {
        case .centikelvin: limit = 12
        case .counts: limit = 4
        // A tenth of a kelvin is coarser than any pattern.
        case .decikelvin, .none: return nil
        }
    }

    /// The picture without the pattern of the earlier ones; then learns from it. A picture of another size begins anew.
    public mutating func correct(_ image: ThermalImage) -> ThermalImage {
        if (width, height) != (image.width, image.height) {
            (width, height, looks) = (image.width, image.height, 0)
            pattern = [Int32](repeating: 0, count: width * height)
            corrected = [UInt16](repeating: 0, count: width * height)
            workspace = [UInt16](repeating: 0, count: hotspot_pattern_workspace(Int32(width)))
            sums = [UInt32](repeating: 0, count: hotspot_pattern_sums(Int32(width)))
        }
        let weight = Int32(256 / min(looks + Self.doubt, Self.memory))
        hotspot_pattern(
            image.values, Int32(width), Int32(height), limit, weight, &pattern, &corrected, &workspace, &sums)
        looks = min(looks + 1, Self.memory)
        return ThermalImage(width: width, height: height, values: corrected) ?? image
    }

    /// The sensor has measured its own shutter: whatever it adds from now on is another pattern.
    public mutating func forget() { width = 0 }
}
