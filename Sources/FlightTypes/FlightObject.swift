/// A sample of position and attitude as a source gave it.
public struct TelemetrySample: Hashable, Sendable {
    /// Who this sample is.
    public var id: ObjectID
    /// When it was received by the agent (or measured, where the source says).
    public var captureTime: CaptureTime
    /// The position and attitude.
    public var pose: Pose
    /// Battery, 0–100 %; 255 unknown.
    public var batteryPercent: UInt8
    /// Whether the motors are armed, where the source says.
    public var armed: Bool
    /// A sample of its parts.
    public init(id: ObjectID, captureTime: CaptureTime, pose: Pose, batteryPercent: UInt8 = 255, armed: Bool = false) {
        self.id = id
        self.captureTime = captureTime
        self.pose = pose
        self.batteryPercent = batteryPercent
        self.armed = armed
    }
}

/// What the agent says of itself, about once a second.
public struct StatusReport: Hashable, Sendable {
    /// A sensor's state.
    public enum SensorState: UInt8, Sendable {
        case running = 0, missing = 1, failing = 2, frozen = 3, blind = 4
    }
    /// One sensor as it is now.
    public struct Sensor: Hashable, Sendable {
        /// Its stream.
        public var stream: StreamID
        /// How it does.
        public var state: SensorState
        /// Frames or samples taken so far.
        public var taken: UInt64
        /// Frames or bytes lost or refused so far.
        public var lost: UInt64
        /// Why it is so, and how to mend it; nil where there is nothing to say.
        public var note: SensorNote?
        /// A sensor of its parts.
        public init(stream: StreamID, state: SensorState, taken: UInt64, lost: UInt64, note: SensorNote? = nil) {
            self.stream = stream
            self.state = state
            self.taken = taken
            self.lost = lost
            self.note = note
        }
    }
    /// Who this report is.
    public var id: ObjectID
    /// When it was made.
    public var captureTime: CaptureTime
    /// At most 16.
    public var sensors: [Sensor]
    /// Whether everything is being written to the onboard record.
    public var isRecording: Bool
    /// Objects handed to the link so far.
    public var objectsSent: UInt64
    /// Objects dropped before the link because its queue was full.
    public var objectsDropped: UInt64
    /// How the link does, as the drone sees it; nil in records from before there was one.
    public var link: LinkReport?
    /// Why nothing is recorded on board; nil where it is recorded, or the agent does not say.
    public var recordNote: SensorNote?

    /// The drone's view of its link.
    public struct LinkReport: Hashable, Sendable {
        /// Rung of the degradation ladder: 0 everything, 1 video reduced, 2 thermal stills, 3 detections only.
        public var rung: UInt8
        /// What the path is believed to carry, kilobits a second.
        public var kilobitsPerSecond: UInt32
        /// Objects on board that the station does not hold durably yet.
        public var missing: UInt32
        /// A report of its parts.
        public init(rung: UInt8, kilobitsPerSecond: UInt32, missing: UInt32) {
            self.rung = rung
            self.kilobitsPerSecond = kilobitsPerSecond
            self.missing = missing
        }
    }
    /// A report of its parts; sensors beyond 16, or 15 with a note of the record, are cut off.
    public init(
        id: ObjectID, captureTime: CaptureTime, sensors: [Sensor], isRecording: Bool, objectsSent: UInt64,
        objectsDropped: UInt64, link: LinkReport? = nil, recordNote: SensorNote? = nil
    ) {
        self.link = link
        self.recordNote = recordNote
        self.id = id
        self.captureTime = captureTime
        self.sensors = Array(sensors.prefix(recordNote == nil ? 16 : 15))
        self.isRecording = isRecording
        self.objectsSent = objectsSent
        self.objectsDropped = objectsDropped
    }
}

/// What the link carries whole and the record keeps.
public enum FlightObject: Hashable, Sendable {
    case frame(Frame)
    case telemetry(TelemetrySample)
    case detections(DetectionReport)
    case status(StatusReport)
    case camera(CameraDescription)
    case unknown(UnknownObject)

    /// Who it is.
    public var id: ObjectID {
        switch self {
        case .frame(let frame): frame.id
        case .telemetry(let sample): sample.id
        case .detections(let report): report.id
        case .status(let report): report.id
        case .camera(let camera): camera.id
        case .unknown(let object): object.head.id
        }
    }
    /// When it was captured.
    public var captureTime: CaptureTime {
        switch self {
        case .frame(let frame): frame.captureTime
        case .telemetry(let sample): sample.captureTime
        case .detections(let report): report.captureTime
        case .status(let report): report.captureTime
        case .camera(let camera): camera.captureTime
        case .unknown(let object): object.head.captureTime
        }
    }
    /// Whether it is a smaller copy made for the link; the original has the same identity.
    public var isReduced: Bool {
        switch self {
        case .frame(let frame): frame.flags.contains(.reduced)
        case .unknown(let object): object.head.isReduced
        case .telemetry, .detections, .status, .camera: false
        }
    }
    /// Whether nobody is to be shown it, because this program does not know what it is.
    public var isUnknown: Bool {
        if case .unknown = self { true } else { false }
    }
}
