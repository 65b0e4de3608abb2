import FlightTypes
import LinkProtocol

/// What must hold after each step, whatever the network does.
struct InvariantChecker: Sendable {
    private(set) var violations: [String] = []
    /// When an object last became durable.
    var lastDurable: MonotonicInstant?
    private static let travellingLimit = 200_000

    mutating func check(_ holds: Bool, _ what: @autoclosure () -> String, at now: MonotonicInstant) {
        guard !holds, violations.count < 5 else { return }
        violations.append("at \(now.since(FlightSimulation.start).milliseconds) ms: \(what())")
    }

    mutating func checkLimits(drone: DroneLink, travelling: Int, at now: MonotonicInstant) {
        if let what = drone.overfullQueue { check(false, "\(what) holds more than its limit", at: now) }
        check(travelling <= Self.travellingLimit, "\(travelling) datagrams on the way", at: now)
    }
}
