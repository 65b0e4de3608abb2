import FlightTypes
import NetworkImpairment

/// One sensor's rhythm.
struct LoadSource: Sendable {
    let kind: StreamKind
    let interval: Duration
    let bytes: ClosedRange<Int>
    private(set) var next: MonotonicInstant

    /// The size of the object that is due, and on to the next.
    mutating func take(_ random: inout SeededGenerator) -> Int {
        next = next.advanced(by: interval)
        guard bytes.lowerBound < bytes.upperBound else { return bytes.lowerBound }
        return bytes.lowerBound + Int(random.unit() * Double(bytes.upperBound - bytes.lowerBound))
    }

    static func all(_ load: FlightLoad, start: MonotonicInstant) -> [LoadSource] {
        func source(_ kind: StreamKind, _ rate: Double, _ bytes: ClosedRange<Int>, _ phase: Int) -> LoadSource? {
            guard rate > 0 else { return nil }
            return LoadSource(
                kind: kind, interval: .nanoseconds(Int64(1e9 / rate)), bytes: bytes,
                next: start.advanced(by: .milliseconds(200 + phase)))
        }
        return [
            source(.visible, load.visibleRate, load.visibleBytes, 0),
            source(.thermal, load.thermalRate, load.thermalBytes...load.thermalBytes, 7),
            source(.telemetry, load.telemetryRate, 127...127, 3),
            source(.detections, load.detectionRate, load.detectionBytes...load.detectionBytes, 11),
        ].compactMap { $0 }
    }
}
