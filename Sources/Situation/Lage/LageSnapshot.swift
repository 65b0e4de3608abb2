import FlightTypes

/// How the link to a drone does.
public struct LinkHealth: Hashable, Sendable {
    /// Newest round trip.
    public var roundTrip: Duration?
    /// The clock offset is true to within this.
    public var clockBound: Duration?
    /// Objects given up in this flight.
    public var lostObjects: UInt64
    /// A link of its parts.
    public init(roundTrip: Duration?, clockBound: Duration?, lostObjects: UInt64) {
        self.roundTrip = roundTrip
        self.clockBound = clockBound
        self.lostObjects = lostObjects
    }
}

/// How recording does, as it can be read while the disk hangs.
public struct RecorderHealth: Hashable, Sendable {
    /// Whether all that arrives is being kept.
    public var isHealthy: Bool
    /// Bytes that wait for the disk.
    public var queuedBytes: Int
    /// Objects that were refused because too much waited.
    public var lost: UInt64
    /// Objects stored since the start.
    public var recorded: UInt64
    /// The name of the open incident's file; "" where there is none.
    public var file: String
    /// A recorder of its parts.
    public init(isHealthy: Bool, queuedBytes: Int, lost: UInt64, recorded: UInt64, file: String) {
        self.isHealthy = isHealthy
        self.queuedBytes = queuedBytes
        self.lost = lost
        self.recorded = recorded
        self.file = file
    }
}

/// Where a replay stands.
public struct ReplayPosition: Hashable, Sendable {
    /// Position and length.
    public var position: Duration, duration: Duration
    /// Seconds of recording per second.
    public var rate: Double
    /// Whether it stands still.
    public var isPaused: Bool
    /// What the wall clock showed at the beginning.
    public var start: WallTime
    /// A position of its parts.
    public init(position: Duration, duration: Duration, rate: Double, isPaused: Bool, start: WallTime) {
        self.position = position
        self.duration = duration
        self.rate = rate
        self.isPaused = isPaused
        self.start = start
    }
}

/// The Lage at one moment: what every screen shows, made once for all of them.
public struct LageSnapshot: Sendable {
    /// When, on the station's clock.
    public var at: MonotonicInstant
    /// What was decided.
    public var state: LageState
    /// All drones, by name.
    public var drones: [SituationBoard.Drone] = []
    /// Their links; none in a replay.
    public var links: [DroneID: LinkHealth] = [:]
    /// What stands out and is no alarm, in the newest report of each stream.
    public var anomalies: [AlarmBook.Anomalies] = []
    /// How recording does; nil in a replay.
    public var recorder: RecorderHealth?
    /// Where the replay stands; nil where all is live.
    public var replay: ReplayPosition?
    /// A snapshot of what was decided; the rest is set afterwards.
    public init(at: MonotonicInstant, state: LageState) {
        self.at = at
        self.state = state
    }
}
