import FlightTypes

/// Whether an object is one that its drone may send now. What is live is of the flight that the drone's handshake
/// named, and what comes from the record on board of that one or an earlier; a drone has only so many flights an hour;
/// and an identity stands for the bytes that came first under it, so that what is shown is what is recorded.
///
/// A value without clock. Limits for each drone: `flightsLimit` flights, `identitiesLimit` identities remembered, the
/// oldest goes; and as many drones as are enrolled.
public struct ObjectAdmission: Sendable {
    /// Flights of one drone beside that of its session, within an hour: an agent names 64 earlier ones of its card each
    /// time that it starts, mostly the same.
    public static let flightsLimit = 128
    /// Flights of one drone's sessions within an hour, the others counted too. More than the limit above, because live
    /// goes on where an agent starts anew every ten seconds.
    public static let sessionsLimit = 512
    /// Identities remembered of one drone: two minutes of everything that one sends. One that comes after that the
    /// record refuses, if its bytes are others.
    public static let identitiesLimit = 8_192
    private static let hour: Duration = .seconds(3600)
    /// From here on an agent chose its flight by chance, because its card could not be written: later ones may be smaller.
    private static let firstByChance: UInt32 = 1 << 31

    private struct Identity: Hashable {
        var id: ObjectID
        var isReduced: Bool
    }
    private struct Drone {
        /// That of its newest handshake; without one that of the first live object.
        var session: UInt32?
        /// When something of each was last let in.
        var flights: [UInt32: MonotonicInstant] = [:]
        /// A hash of the bytes that came first.
        var digests: [Identity: Int] = [:]
        /// The keys of `digests` in the order they came; once it is full, from `oldest` on around.
        var order: [Identity] = []
        var oldest = 0
    }
    private let flightsLimit: Int, sessionsLimit: Int, identitiesLimit: Int
    private var drones: [DroneID: Drone] = [:]

    /// Nobody has come yet.
    public init() {
        self.init(
            flightsLimit: Self.flightsLimit, sessionsLimit: Self.sessionsLimit, identitiesLimit: Self.identitiesLimit)
    }
    init(flightsLimit: Int, sessionsLimit: Int, identitiesLimit: Int) {
        self.flightsLimit = flightsLimit
        self.sessionsLimit = sessionsLimit
        self.identitiesLimit = max(1, identitiesLimit)
    }

    /// A drone's handshake has named its flight.
    public mutating func established(_ drone: DroneID, flight: UInt32) {
        drones[drone, default: Drone()].session = flight
    }

    /// Why an object is neither shown nor recorded; nil where it may pass. Remembers what passes.
    public mutating func refusal(
        of object: FlightObject, bytes: [UInt8], from drone: DroneID, isBackfill: Bool, at now: MonotonicInstant
    ) -> String? {
        var state = drones.removeValue(forKey: drone) ?? Drone()
        defer { drones[drone] = state }
        let flight = object.id.flight
        if let session = state.session {
            if !isBackfill, flight != session { return "it came live, and is of another flight than its session" }
            if flight > session, flight < Self.firstByChance { return "it is of a later flight than its session" }
        }
        guard mayUse(flight, in: &state, at: now) else {
            return "its drone names more than \(flightsLimit) flights within an hour"
        }
        guard isFirst(Identity(id: object.id, isReduced: object.isReduced), bytes, in: &state) else {
            return "another object came before under its identity, and that one counts"
        }
        if !isBackfill { state.session = flight }
        state.flights[flight] = now
        return nil
    }

    private func mayUse(_ flight: UInt32, in state: inout Drone, at now: MonotonicInstant) -> Bool {
        guard state.flights[flight] == nil else { return true }
        let limit = flight == state.session ? sessionsLimit : flightsLimit
        if state.flights.count >= limit { state.flights = state.flights.filter { now.since($0.value) < Self.hour } }
        return state.flights.count < limit
    }

    /// Whether nothing else came under the identity, as far back as is remembered.
    private func isFirst(_ identity: Identity, _ bytes: [UInt8], in state: inout Drone) -> Bool {
        // Seeded anew with each start of the program: nobody outside can make two objects that it takes for one.
        var hasher = Hasher()
        bytes.withUnsafeBytes { hasher.combine(bytes: $0) }
        let digest = hasher.finalize()
        if let first = state.digests[identity] { return first == digest }
        if state.order.count < identitiesLimit {
            state.order.append(identity)
        } else {
            state.digests[state.order[state.oldest]] = nil
            state.order[state.oldest] = identity
            state.oldest = (state.oldest + 1) % identitiesLimit
        }
        state.digests[identity] = digest
        return true
    }
}
