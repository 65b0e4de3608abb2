// What the page is told about the Lage twice a second: docs/guides/viewer-protocol.md.

/// The Lage as JSON.
public struct StateMessage: Encodable, Sendable {
    /// The open incident.
    public struct Incident: Encodable, Sendable {
        /// What people call it.
        public var name: String
        /// Unix milliseconds.
        public var openedAt: Double
        /// The file's name.
        public var file: String
        /// An incident of its parts; `openedAt` in Unix milliseconds.
        public init(name: String, openedAt: Double, file: String) {
            self.name = name
            self.openedAt = openedAt
            self.file = file
        }
    }
    /// How recording does.
    public struct Recorder: Encodable, Sendable {
        /// Whether everything is being kept.
        public var ok: Bool
        /// Bytes that wait for the disk.
        public var queuedBytes: Int
        /// How many were lost.
        public var lost: UInt64
        /// Objects stored since the start.
        public var recorded: UInt64
        /// A recorder of its parts.
        public init(ok: Bool, queuedBytes: Int, lost: UInt64, recorded: UInt64) {
            self.ok = ok
            self.queuedBytes = queuedBytes
            self.lost = lost
            self.recorded = recorded
        }
    }
    /// How the link to a drone does; milliseconds.
    public struct Link: Encodable, Sendable {
        /// Newest round trip, milliseconds.
        public var rttMs: Double?
        /// The clock offset is true to within this, milliseconds.
        public var clockErrorMs: Double?
        /// Objects given up in this flight.
        public var lostObjects: UInt64
        /// Rung of the degradation ladder as the drone says: 0 everything, 1 video reduced, 2 thermal stills, 3 detections only.
        public var rung: UInt8?
        /// What the drone believes the path to carry, kilobits a second.
        public var kilobitsPerSecond: UInt32?
        /// Objects on board that are still to follow.
        public var missing: UInt32?
        /// A link of its parts; what is not a number is left out, because JSON has none for it.
        public init(rttMs: Double?, clockErrorMs: Double?, lostObjects: UInt64) {
            self.rttMs = rttMs.flatMap { $0.isFinite ? $0 : nil }
            self.clockErrorMs = clockErrorMs.flatMap { $0.isFinite ? $0 : nil }
            self.lostObjects = lostObjects
        }
    }
    /// A sensor of a drone.
    public struct Sensor: Encodable, Sendable {
        /// Its stream, such as `visible0`.
        public var stream: String
        /// How it does.
        public var state: String
        /// Frames or samples taken.
        public var taken: UInt64
        /// How many were lost.
        public var lost: UInt64
        /// Why it is so; left out where there is nothing to say.
        public var note: Note?
    }
    /// What a drone says of a sensor: the kind, for the page's own words, and a sentence in English.
    public struct Note: Encodable, Sendable {
        /// As `SensorNote.Kind` names them.
        public var kind: String
        /// One sentence.
        public var text: String
    }
    /// A drone.
    public struct Drone: Encodable, Sendable {
        /// The drone's name.
        public var id: String
        /// Whether its link is up.
        public var connected: Bool
        /// When its last object came, on the station's clock.
        public var lastSeenMs: Double?
        /// Streams that gave frames.
        public var streams: [String]
        /// How its link does.
        public var link: Link?
        /// What it says of its sensors.
        public var sensors: [Sensor]
        /// Whether it records on board.
        public var onboardRecording: Bool?
        /// Why it does not; left out where it does, or does not say.
        public var onboardNote: Note?
        /// Its newest position.
        public var telemetry: PoseMessage?
    }
    /// Where a replay stands; milliseconds.
    public struct Replay: Encodable, Sendable {
        /// Where it stands.
        public var positionMs: Double
        /// How long it is.
        public var durationMs: Double
        /// Seconds of recording per second.
        public var rate: Double
        /// Whether it stands still.
        public var paused: Bool
        /// When the first object was received, Unix milliseconds.
        public var startWallMs: Double
        /// A replay of its parts.
        public init(positionMs: Double, durationMs: Double, rate: Double, paused: Bool, startWallMs: Double) {
            self.positionMs = positionMs
            self.durationMs = durationMs
            self.rate = rate
            self.paused = paused
            self.startWallMs = startWallMs
        }
    }
    /// Tells the page what this message is.
    public let type = "state"
    /// Now, on the station's monotonic clock.
    public var stationMs: Double
    /// The open incident.
    public var incident: Incident?
    /// How recording does; nil in a replay.
    public var recorder: Recorder?
    /// All drones.
    public var drones: [Drone]
    /// Where the replay stands; nil when live.
    public var replay: Replay?

    /// A state of its parts; `stationMs` on the station's monotonic clock.
    public init(stationMs: Double, incident: Incident?, recorder: Recorder?, drones: [Drone], replay: Replay?) {
        self.stationMs = stationMs
        self.incident = incident
        self.recorder = recorder
        self.drones = drones
        self.replay = replay
    }
}
