import FlightTypes
import LinkProtocol

/// What of the small objects leaves where the link carries nothing else: the newest position and status now and then, what was found
/// once a second, and a crop of it every few seconds. The rest stays on board and follows.
struct LowRateThinning {
    private static let telemetryInterval: Duration = .seconds(1)
    private static let statusInterval: Duration = .seconds(5)
    private static let reportInterval: Duration = .seconds(1)
    private static let cropInterval: Duration = .seconds(4)
    private var sent: [Kind: MonotonicInstant] = [:]
    private enum Kind: Hashable { case telemetry, status, report, crop }

    /// Whether `object` goes over the link now.
    mutating func sends(_ object: FlightObject, rung: LinkRung, at now: MonotonicInstant) -> Bool {
        guard rung == .detectionsOnly else { return true }
        switch object {
        case .telemetry: return isDue(.telemetry, Self.telemetryInterval, now)
        case .status: return isDue(.status, Self.statusInterval, now)
        case .detections(let report) where !report.tellsOfSomething: return false
        case .detections(let report):
            return report.crop.isEmpty
                ? isDue(.report, Self.reportInterval, now) : isDue(.crop, Self.cropInterval, now)
        case .camera: return true
        case .frame, .unknown: return false
        }
    }

    private mutating func isDue(_ kind: Kind, _ interval: Duration, _ now: MonotonicInstant) -> Bool {
        if let last = sent[kind], now.since(last) < interval { return false }
        sent[kind] = now
        return true
    }
}

extension DetectionReport {
    /// Whether anything was found or is followed. What only the visible camera follows is in no detection.
    var tellsOfSomething: Bool { !detections.isEmpty || !tracks.isEmpty }
}
