// What the page is told about the Lage twice a second: docs/guides/viewer-protocol.md.

/// The Lage as JSON.
public struct StateMessage: Encodable, Sendable {
    /// The open incident.
    public struct Incident: Encodable, Sendable {
        public var name: String
        public var openedAt: Double
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
        public var ok: Bool
        public var queuedBytes: Int
        public var lost: UInt64
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
        public var rttMs: Double?
        public var clockErrorMs: Double?
        public var lostObjects: UInt64
        /// A link of its parts.
        public init(rttMs: Double?, clockErrorMs: Double?, lostObjects: UInt64) {
            self.rttMs = rttMs
            self.clockErrorMs = clockErrorMs
            self.lostObjects = lostObjects
        }
    }
    /// A sensor of a drone.
    public struct Sensor: Encodable, Sendable {
        public var stream: String
        public var state: String
        public var taken: UInt64
        public var lost: UInt64
    }
    /// A drone.
    public struct Drone: Encodable, Sendable {
        public var id: String
        public var connected: Bool
        public var lastSeenMs: Double?
        public var streams: [String]
        public var link: Link?
        public var sensors: [Sensor]
        public var onboardRecording: Bool?
        public var telemetry: PoseMessage?
    }
    /// Where a replay stands; milliseconds.
    public struct Replay: Encodable, Sendable {
        public var positionMs: Double
        public var durationMs: Double
        public var rate: Double
        public var paused: Bool
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
    public let type = "state"
    public var stationMs: Double
    public var incident: Incident?
    public var recorder: Recorder?
    public var drones: [Drone]
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
