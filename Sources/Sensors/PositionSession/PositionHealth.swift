import FlightTypes

/// How a position source does, and why.
public struct PositionVerdict: Hashable, Sendable {
    /// For the sensor's state.
    public var state: StatusReport.SensorState
    /// The reason with a way to mend it; who is followed where there is no trouble.
    public var note: SensorNote
    /// A verdict of its parts.
    public init(_ state: StatusReport.SensorState, _ note: SensorNote) {
        self.state = state
        self.note = note
    }
}

/// Decides from what was *understood* whether a position source runs: bytes alone are nothing.
struct PositionHealth: Sendable {
    /// How long bytes may come without a position before that is a fault.
    static let grace = Duration.seconds(3)
    /// A source that gave positions may pause so long, or three of its own intervals.
    static let patience = Duration.seconds(5)
    static let longestPatience = Duration.seconds(30)
    /// Between two looks.
    static let interval = Duration.milliseconds(500)

    private var began: MonotonicInstant?
    private var lastSample: MonotonicInstant?
    private var pace = Duration.zero
    private var lookDue: MonotonicInstant?

    /// A sample with a position came.
    mutating func noteSample(at now: MonotonicInstant) {
        if let lastSample { pace = now.since(lastSample) }
        lastSample = now
    }
    /// Whether positions come.
    func isHealthy(at now: MonotonicInstant) -> Bool {
        guard let lastSample else { return false }
        return now.since(lastSample) <= min(Self.longestPatience, max(Self.patience, pace * 3))
    }
    /// Whether a look is due, now that bytes came; the first sample is looked at at once.
    mutating func isDue(at now: MonotonicInstant) -> Bool {
        if began == nil { began = now }
        if let lookDue, now < lookDue, lastSample != nil || now >= lookDue { return false }
        lookDue = now.advanced(by: Self.interval)
        return true
    }
    /// Whether bytes have come for long enough that positions should have been among them.
    func isOverdue(at now: MonotonicInstant) -> Bool {
        !isHealthy(at: now) && (began.map { now.since($0) > Self.grace } ?? false)
    }
    /// What comes is that of a new connection.
    mutating func restart() { (began, lookDue) = (nil, nil) }
}

/// Which protocol bytes are that another parser does not understand.
struct ProtocolSniffer: Sendable {
    private var nmea = NMEAParser()
    private var mavlink = MAVLinkParser()

    mutating func take(_ bytes: ArraySlice<UInt8>) {
        nmea.read(bytes) { _ in }
        mavlink.read(bytes) { _ in }
    }
    /// Two in a row are no accident.
    var isMAVLink: Bool {
        mavlink.counters.packets >= 2 && mavlink.counters.packets > mavlink.counters.bytesSkipped / 64
    }
    var isNMEA: Bool { nmea.counters.understood &+ nmea.counters.ignored >= 2 }
    var isUBX: Bool { nmea.counters.ubxFrames >= 2 }
}

/// Reads the bytes of one kind of position source: samples out, and a verdict where there is a new one.
public protocol PositionSession {
    /// A connection begins anew: what had only begun to arrive is forgotten.
    mutating func restart()
    /// Takes what was received at `time`.
    mutating func take(_ bytes: ArraySlice<UInt8>, at time: CaptureTime, _ onSample: (PositionSample) -> Void)
    /// How the source does, where a look is due; call after `take`.
    mutating func verdict(at now: MonotonicInstant) -> PositionVerdict?
}
