import FlightTypes

/// Places where something stood while the water flowed: outfalls, buoys, stones, moored boats. What is found there again, after the
/// drone has looked elsewhere or the thing was lost, is known from its first picture on.
struct FixedPlaces: Hashable, Sendable {
    /// Places at once; the one not seen for longest goes.
    static let limit = 64
    /// A place is this large, metres: room for a receiver's error to wander in the time that it is remembered.
    static let radius = 2.0
    /// It is forgotten after so long.
    static let rememberFor: Duration = .seconds(600)
    private struct Place: Hashable {
        var point: PlanePoint
        var seen: MonotonicInstant
    }
    private var places: [Place] = []

    /// Something stands there.
    mutating func note(_ point: PlanePoint, at now: MonotonicInstant) {
        if let known = places.firstIndex(where: { ($0.point - point).length < Self.radius }) {
            places[known].point = places[known].point + 0.1 * (point - places[known].point)
            places[known].seen = now
            return
        }
        places.removeAll { now.since($0.seen) > Self.rememberFor }
        if places.count >= Self.limit, let oldest = places.indices.min(by: { places[$0].seen < places[$1].seen }) {
            places.remove(at: oldest)
        }
        places.append(Place(point: point, seen: now))
    }

    /// Whether something stood there before, and not longer ago than is remembered.
    func holds(_ point: PlanePoint, at now: MonotonicInstant) -> Bool {
        places.contains { ($0.point - point).length < Self.radius && now.since($0.seen) <= Self.rememberFor }
    }

    mutating func forget() { places.removeAll() }
}
