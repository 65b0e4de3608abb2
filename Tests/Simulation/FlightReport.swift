import FlightTypes
import LinkProtocol
import NetworkImpairment

/// What a simulated flight came to.
public struct FlightReport: Sendable {
    /// Counts and times of one kind of object.
    public struct Tally: Sendable {
        /// Objects that the drone produced and counted.
        public var produced = 0
        /// Of these, handed to the link (not skipped by the ladder).
        public var offered = 0
        /// Of these, begun to leave.
        public var bytes = 0
        /// Milliseconds from `submit` to delivery of those delivered live.
        public var latencies: [Double] = []

        /// Share of `of` that arrived within `milliseconds`.
        public func within(_ milliseconds: Double, of count: Int) -> Double {
            count == 0 ? 1 : Double(latencies.count { $0 <= milliseconds }) / Double(count)
        }
        /// The latency that the fraction `p` stays within; nil when nothing arrived.
        public func percentile(_ p: Double) -> Double? {
            guard !latencies.isEmpty else { return nil }
            let sorted = latencies.sorted()
            return sorted[min(sorted.count - 1, Int(Double(sorted.count) * p))]
        }
    }
    /// Visible frames.
    public var visible = Tally()
    /// Thermal frames.
    public var thermal = Tally()
    /// Telemetry.
    public var telemetry = Tally()
    /// Detections.
    public var detections = Tally()
    /// What the drone put on the path, with network headers, after the warm-up.
    public var sentBytes = 0
    /// Milliseconds that each forward datagram stood in the path's queue.
    public var queueing: [Double] = []
    /// The path's counters.
    public var forward = ImpairedPath.Counters()
    /// The path back.
    public var back = ImpairedPath.Counters()
    /// Handshakes that ended in a session.
    public var sessions = 0
    /// Objects not durable at the station at the end, of those produced.
    public var missing: UInt64 = 0
    /// When the last missing object became durable, since the start; nil while some are missing.
    public var completedAt: Duration?
    /// First live visible frame after each outage's end.
    public var recoveries: [Double] = []
    /// Broken invariants, at most a few.
    public var violations: [String] = []
    /// Datagrams handled.
    public var steps: UInt64 = 0
    /// A hash of everything that happened and when.
    public var hash: UInt64 = 0
    /// The drone's counters.
    public var drone = DroneLink.Counters()
    /// The station's counters.
    public var station = StationLink.Counters()

    /// What was sent beyond the objects' own bytes, in parts of those.
    public var overhead: Double {
        let useful = visible.bytes + thermal.bytes + telemetry.bytes + detections.bytes
        return useful == 0 ? 0 : Double(sentBytes - useful) / Double(useful)
    }
}
