/// What a thermal picture cannot be. Pure.
enum ThermalPlausibility {
    /// Whether a picture is to be marked: a value that the sensor cannot measure, all values the same, or half of them
    /// at an end of what can be measured or written down.
    static func isDoubtful(_ frame: ThermalSerialFrame) -> Bool {
        guard let first = frame.values.first else { return true }
        var isUniform = true
        var atTheEnd = 0
        for value in frame.values {
            guard frame.possible.contains(value) else { return true }
            if value != first { isUniform = false }
            if value == frame.possible.lowerBound || value == frame.possible.upperBound { atTheEnd += 1 }
        }
        return isUniform || atTheEnd * 2 > frame.values.count
    }

    /// Whether values are random and no picture at all: a third is impossible **and** half of the neighbours in a row
    /// are more than 100 K apart. A broken sensor's picture is smooth or possible in most places; uniform noise has
    /// half of its values outside and seven neighbours of ten apart, for 768 values by more than eight standard
    /// deviations.
    /// - Parameters:
    ///   - width: values of a row.
    ///   - possible: what the sensor can measure, in the unit of `values`.
    ///   - farApart: 100 K in that unit.
    static func isNoise(_ values: [Int16], width: Int, possible: ClosedRange<Int16>, farApart: Int) -> Bool {
        var outside = 0
        var apart = 0
        var pairs = 0
        for (index, value) in values.enumerated() {
            if !possible.contains(value) { outside += 1 }
            guard width > 0, index % width > 0 else { continue }
            pairs += 1
            if abs(Int(value) - Int(values[index - 1])) > farApart { apart += 1 }
        }
        return outside * 3 > values.count && apart * 2 > pairs
    }
}
