/// Pixels without a value, which pictures for the detector cannot have: they take the middle one of those that have one, which
/// stands out from nothing.
public enum MissingValues {
    /// `values` with the middle one of those known where `known` says no. An empty `known` means all; where none is known the
    /// values stay.
    public static func filled(_ values: [UInt16], known: [Bool]) -> [UInt16] {
        guard known.count == values.count else { return values }
        let sorted = zip(values, known).filter(\.1).map(\.0).sorted()
        guard !sorted.isEmpty, sorted.count < values.count else { return values }
        let middle = sorted[sorted.count / 2]
        return zip(values, known).map { $1 ? $0 : middle }
    }

    /// Degrees Celsius as hundredths of a kelvin, to the nearest and cut to what 16 bits hold; NaN takes the middle.
    public static func centikelvin(_ celsius: [Float]) -> [UInt16] {
        let values = celsius.map { degrees -> UInt16 in
            degrees.isNaN ? 0 : UInt16(min(max(((Double(degrees) + 273.15) * 100).rounded(), 0), 65_535))
        }
        return filled(values, known: celsius.map { !$0.isNaN })
    }
}
