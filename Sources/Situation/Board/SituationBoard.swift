import FlightTypes

/// The Lage as it is now: which drones there are, how they do, where they are. A value; time and objects are arguments.
public struct SituationBoard: Sendable {
    /// Drones remembered; beyond it the longest silent one is forgotten.
    public static let dronesLimit = 64

    /// One drone as it is now.
    public struct Drone: Sendable {
        /// Its name.
        public let id: DroneID
        /// Whether its link is up.
        public var isConnected = false
        /// When its last object came.
        public var lastSeen: MonotonicInstant?
        /// Streams that gave frames, each with the capture time of its newest.
        public var streams: [StreamID: MonotonicInstant] = [:]
        /// Its newest sample, and when that was captured on the station's clock.
        public var telemetry: (sample: TelemetrySample, at: MonotonicInstant)?
        /// What it last said of itself.
        public var status: StatusReport?
    }
    private var drones: [DroneID: Drone] = [:]

    /// An empty board.
    public init() {}

    /// All drones, by name.
    public var all: [Drone] { drones.values.sorted { $0.id < $1.id } }

    /// Takes an object into account.
    public mutating func handle(_ arrival: HubObject) {
        update(arrival.drone) { drone in
            drone.lastSeen = arrival.receiveTime
            drone.isConnected = true
            switch arrival.object {
            case .frame(let frame):
                if drone.streams.count < 16 || drone.streams[frame.id.stream] != nil {
                    drone.streams[frame.id.stream] = arrival.shownTime
                }
            case .telemetry(let sample): drone.telemetry = (sample, arrival.shownTime)
            case .status(let report): drone.status = report
            case .detections, .camera, .unknown: break
            }
        }
    }

    /// Notes that a drone's link came up or went silent.
    public mutating func setConnected(_ isConnected: Bool, drone: DroneID) {
        update(drone) { $0.isConnected = isConnected }
    }

    private mutating func update(_ id: DroneID, _ change: (inout Drone) -> Void) {
        var drone = drones[id] ?? Drone(id: id)
        change(&drone)
        drones[id] = drone
        guard drones.count > Self.dronesLimit else { return }
        let silent = drones.values.filter { $0.id != id }.min {
            ($0.lastSeen?.nanoseconds ?? .min) < ($1.lastSeen?.nanoseconds ?? .min)
        }
        if let silent { drones[silent.id] = nil }
    }
}
