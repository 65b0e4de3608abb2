import FlightTypes

/// What the link does with an object when it cannot do everything: lower goes first.
public enum ObjectClass: Int, CaseIterable, Sendable {
    case telemetry, detections, thermal, visible, backfill

    /// The class of a stream's live objects.
    public init(_ kind: StreamKind) {
        switch kind {
        case .status, .telemetry, .camera: self = .telemetry
        case .detections: self = .detections
        case .thermal: self = .thermal
        case .visible: self = .visible
        // An agent sends nothing live that it does not know.
        default: self = .backfill
        }
    }
    /// Objects of the class that may wait; beyond it the oldest that has not begun to leave goes.
    var waitingLimit: Int {
        switch self {
        case .telemetry: 64
        case .detections: 32
        case .thermal: 4
        case .visible: 3
        case .backfill: 4
        }
    }
    /// Small and urgent: leaves past the pacer and the window, and in several copies where the path loses.
    var isUrgent: Bool { self == .telemetry }
}

/// How long each class is worth sending. What has not arrived by then comes later, from the onboard record.
public struct LinkDeadlines: Sendable, Hashable {
    /// Telemetry and status.
    public var telemetry: Duration = .seconds(1)
    /// Detections with their crop: there within ten seconds. What leaves last is still on its way when this is over, in a slow radio's queue
    /// for half a second and more.
    public var detections: Duration = .seconds(9)
    /// Thermal frames.
    public var thermal: Duration = .milliseconds(400)
    /// Visible frames.
    public var visible: Duration = .milliseconds(200)
    /// The standard deadlines.
    public init() {}

    subscript(objectClass: ObjectClass) -> Duration {
        switch objectClass {
        case .telemetry: telemetry
        case .detections: detections
        case .thermal: thermal
        case .visible: visible
        case .backfill: .seconds(120)
        }
    }
}
