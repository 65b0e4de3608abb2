import FlightTypes
import LinkProtocol
import NetworkImpairment

/// What the drone's cameras and sensors hand to the link.
public struct FlightLoad: Sendable {
    /// Visible frames a second and their size in bytes, uniform.
    public var visibleRate: Double
    /// Bytes of a visible frame as the camera gives it.
    public var visibleBytes: ClosedRange<Int>
    /// Whether frames that do not fit the link's budget are made smaller (as the agent re-encodes them) or skipped.
    public var isAdaptive: Bool
    /// Thermal frames a second and their bytes.
    public var thermalRate: Double
    /// Bytes of a thermal frame.
    public var thermalBytes: Int
    /// Telemetry samples a second, 127 bytes each.
    public var telemetryRate: Double
    /// Detections a second, `detectionBytes` each.
    public var detectionRate: Double
    /// Bytes of a detection report with its crop.
    public var detectionBytes: Int

    /// The camera of the benchmark: 30 frames a second of 40…120 KB and nothing else.
    public static let camera = FlightLoad(
        visibleRate: 30, visibleBytes: 40_000...120_000, isAdaptive: false, thermalRate: 0, thermalBytes: 0,
        telemetryRate: 0, detectionRate: 0, detectionBytes: 0)
    /// Everything a drone sends.
    public static let full = FlightLoad(
        visibleRate: 30, visibleBytes: 40_000...120_000, isAdaptive: true, thermalRate: 8.7, thermalBytes: 38_500,
        telemetryRate: 10, detectionRate: 1, detectionBytes: 3_000)
    /// Telemetry, detections, two small frames a second: for long and many flights.
    public static let thin = FlightLoad(
        visibleRate: 2, visibleBytes: 10_000...10_000, isAdaptive: true, thermalRate: 0, thermalBytes: 0,
        telemetryRate: 10, detectionRate: 1, detectionBytes: 3_000)
}

/// Something that happens during a flight.
public enum FlightIncident: Sendable {
    /// The drone's datagrams come from another address from now on.
    case addressChange
    /// The station's process dies and starts again; what was not durable is gone.
    case stationCrash
    /// The agent starts again: a new flight, the onboard record of the old one stays.
    case droneRestart
    /// The path changes.
    case path(forward: LinkConditions, back: LinkConditions)
    /// Somebody without a key sends forged, replayed, truncated and bit-flipped datagrams to both ends.
    case attack(datagrams: Int)
}

/// A mistake built in on purpose, to see that the simulation finds it.
public enum Sabotage: Sendable {
    /// The station acknowledges objects when they arrive, not when they are durable.
    case acknowledgeEarly
    /// One byte of a delivered object is changed.
    case alter
    /// An object is delivered twice.
    case deliverTwice
}

/// Everything that decides a simulated flight, besides its seed.
public struct FlightPlan: Sendable {
    /// How long the drone produces.
    public var duration: Duration = .seconds(60)
    /// Frames before this are sent but not counted.
    public var warmUp: Duration = .zero
    /// After the flight the link has this long to bring what is missing.
    public var landing: Duration = .zero
    /// What is sent.
    public var load = FlightLoad.camera
    /// Drone to station, and back.
    public var forward = LinkConditions()
    /// Station to drone.
    public var back = LinkConditions()
    /// How datagrams are sealed.
    public var cipher = CipherChoice.chaChaPoly
    /// How long each class is worth sending.
    public var deadlines = LinkDeadlines()
    /// The most the agent may send, bytes a second.
    public var bytesPerSecond = 25_000_000.0
    /// Whether missing objects are fetched from the onboard record.
    public var isBackfilling = true
    /// Which originals follow reduced copies.
    public var originals = OriginalsPolicy.detections
    /// What happens, by time since the start.
    public var incidents: [(at: Duration, what: FlightIncident)] = []
    /// A mistake built in.
    public var sabotage: Sabotage?
    /// A flight of one minute over a perfect path.
    public init() {}

    /// The same conditions both ways.
    public mutating func setBothWays(_ conditions: LinkConditions) {
        forward = conditions
        back = conditions
    }
}
