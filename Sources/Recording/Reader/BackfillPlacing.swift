import FlightTypes
import GRDB

extension IncidentReader {
    /// A flight of one drone.
    struct FlightKey: Hashable, Sendable {
        var drone: String, flight: UInt32
        var arguments: StatementArguments { [drone, Int64(flight)] }
    }

    /// The flights of which something came by backfill.
    func backfilledFlights() throws(RecordingError) -> [FlightKey] {
        guard try dialect().isCurrent else { return [] }
        var flights: [FlightKey] = []
        for stream in try flightStreams() {
            let key = FlightKey(drone: stream.drone, flight: stream.flight)
            guard flights.last != key else { continue }
            let some = try rows(
                "SELECT 1 AS n FROM object WHERE backfilled = 1 AND drone = ? AND flight = ? LIMIT 1", key.arguments)
            if !some.isEmpty { flights.append(key) }
        }
        return flights
    }

    /// Where a flight's backfill belongs on the time of receipt, and the first and last capture time of it.
    ///
    /// The (lower) median of receipt minus capture over what came live: few late objects do not move it. Receipt is taken on the
    /// time of the playback, which no setting of a clock moves.
    func place(_ key: FlightKey, on timeline: Timeline) throws(RecordingError) -> (
        Playback.Flight, captures: ClosedRange<Int64>
    )? {
        let backfill = "FROM object WHERE backfilled = 1 AND drone = ? AND flight = ?"
        guard
            let first = try rows("SELECT min(captureMonotonic) AS t \(backfill)", key.arguments).first?
                .optionalInteger("t"),
            let last = try rows("SELECT max(captureMonotonic) AS t \(backfill)", key.arguments).first?
                .optionalInteger("t"), first <= last
        else { return nil }
        func flight(_ offset: Int64) -> (Playback.Flight, captures: ClosedRange<Int64>) {
            (Playback.Flight(drone: key.drone, flight: key.flight, offset: offset), first...last)
        }
        let delays = try liveDelays(key, on: timeline)
        if !delays.isEmpty { return flight(delays.sorted()[(delays.count - 1) / 2]) }
        // Nothing came live: the flight at its own pace from its first receipt on.
        let received = try rows(
            """
            SELECT position, receiveMonotonic FROM object WHERE position = (SELECT min(position) \(backfill))
            """, key.arguments
        ).first
        guard let received else { return nil }
        let time = timeline.time(
            position: try received.integer("position"), monotonic: try received.integer("receiveMonotonic"))
        return flight(time.minus(first))
    }

    /// Receipt minus capture of what came live of a flight; of a long one an even sample over the positions, because each
    /// costs a look into the table and some thousands tell the median as well as a million.
    private func liveDelays(_ key: FlightKey, on timeline: Timeline) throws(RecordingError) -> [Int64] {
        let count = try rows("SELECT count(*) AS n FROM object WHERE drone = ? AND flight = ?", key.arguments).first
        let objects = try count?.integer("n") ?? 0
        for step in [max(1, objects / 8_192), 1] {
            // The plus keeps SQLite from walking all flights by an index over what came live.
            var delays: [Int64] = []
            for row in try rows(
                """
                SELECT position, receiveMonotonic, captureMonotonic FROM object
                WHERE drone = ? AND flight = ? AND position % ? = 0 AND +backfilled = 0 LIMIT 100000
                """, key.arguments + [step])
            {
                let received = timeline.time(
                    position: try row.integer("position"), monotonic: try row.integer("receiveMonotonic"))
                delays.append(received.minus(try row.integer("captureMonotonic")))
            }
            if !delays.isEmpty { return delays }
        }
        return []
    }
}
