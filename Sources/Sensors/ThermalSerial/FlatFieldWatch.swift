import FlightTypes

/// Notices what a sensor that corrects itself does to its pictures, where it does not say so: it holds the last one,
/// or all values jump by the same amount. Pure.
struct FlatFieldWatch: Sendable {
    /// A jump of less may be the scene.
    static let leastStepKelvin = 2
    /// Values compared, evenly spread over the picture.
    static let samplesLimit = 256
    private var last: [UInt16] = []

    /// Whether this picture stood still or jumped as a whole against the one before. The first never did.
    mutating func look(_ frame: ThermalSerialFrame) -> Bool {
        defer { last = frame.values }
        guard last.count == frame.values.count, !last.isEmpty else { return false }
        return last == frame.values || hasJumped(frame)
    }

    /// A jump of the whole picture: the middle four fifths of the differences lie close together, far from nothing.
    private func hasJumped(_ frame: ThermalSerialFrame) -> Bool {
        let step = max(1, last.count / Self.samplesLimit)
        var differences = stride(from: 0, to: last.count, by: step).map { Int(frame.values[$0]) - Int(last[$0]) }
        differences.sort()
        let count = differences.count
        let middle = differences[count / 2]
        let spread = differences[count - 1 - count / 10] - differences[count / 10]
        return abs(middle) >= Self.leastStep(frame.unit) && spread * 2 <= abs(middle)
    }

    private static func leastStep(_ unit: ThermalUnit) -> Int {
        switch unit {
        case .centikelvin: leastStepKelvin * 100
        case .decikelvin: leastStepKelvin * 10
        // Some 25 to 40 counts are a kelvin on the microbolometers we know.
        case .counts, .none: leastStepKelvin * 40
        }
    }
}
