import FlightTypes
import GRDB

// A reader may not write, and an order of all objects in memory would grow with the incident. So the order is merged while
// it is read: live objects by position, the backfill of each flight by capture time, both from an index. What is computed
// beforehand is one number a flight.

extension IncidentReader {
    /// How the file, as it is now, is to be played; nil when it holds nothing.
    public func playback() throws(RecordingError) -> Playback? {
        guard let last = try rows("SELECT max(position) AS p FROM object").first?.optionalInteger("p") else {
            return nil
        }
        let isLive = try dialect().isLive
        var ends: [Int64] = []
        for end in ["min", "max"] {
            let row = try rows("SELECT \(end)(receiveWall) AS t FROM object WHERE \(isLive)").first
            if let time = try row?.optionalInteger("t") { ends.append(time) }
        }
        var flights: [Playback.Flight] = []
        for flight in try backfilledFlights() {
            guard let (flight, captures) = try place(flight) else { continue }
            flights.append(flight)
            ends += [flight.time(ofCapture: captures.lowerBound), flight.time(ofCapture: captures.upperBound)]
        }
        guard let first = ends.min(), let end = ends.max() else { return nil }
        return Playback(
            range: WallTime(nanoseconds: first)...WallTime(nanoseconds: end), last: last, flights: flights)
    }

    /// What is played after `cursor`, at most `limit` objects (1…1,000), and moves the cursor behind it. Fewer only at the
    /// end.
    public func objects(
        of playback: Playback, after cursor: inout PlaybackCursor, limit: Int
    ) throws(RecordingError) -> [PlayedObject] {
        var moved = cursor
        var places: [PlaybackCursor.Place] = []
        while places.count < max(1, min(limit, 1_000)) {
            guard let place = try next(playback, &moved) else { break }
            places.append(place)
        }
        let objects = try stored(at: places)
        cursor = moved
        return objects
    }

    /// Where the playback stands at `time`, all that is played at it included, and the newest object of each drone's
    /// stream by then: what a jump shows at once. At most 256.
    public func seek(
        in playback: Playback, to time: WallTime
    ) throws(RecordingError) -> (cursor: PlaybackCursor, shown: [PlayedObject]) {
        let isLive = try dialect().isLive
        // The plus keeps SQLite to the index over times of receipt, in which the position stands, too.
        let received = try rows(
            "SELECT max(position) AS p FROM object WHERE \(isLive) AND receiveWall <= ? AND +position <= ?",
            [time.nanoseconds, playback.last]
        ).first?.optionalInteger("p")
        var cursor = playback.start
        cursor.live.position = received ?? .min
        for (number, flight) in playback.flights.enumerated() {
            cursor.flights[number] = .init(order: flight.capture(at: time.nanoseconds), position: .max)
        }
        var newest: [PlaybackCursor.Place] = []
        var streams: [Set<StreamID>] = []
        var drones: [String] = []
        for stream in try flightStreams() {
            if drones.last != stream.drone {
                drones.append(stream.drone)
                streams.append([])
            }
            streams[streams.count - 1].insert(stream.stream)
        }
        for (drone, streams) in zip(drones, streams) {
            for stream in streams where newest.count < 256 {
                var place: PlaybackCursor.Place?
                for (flight, source) in zip(playback.flights, cursor.flights) where flight.drone == drone {
                    let found = try newestBackfilled(playback, flight, stream, upTo: source.order)
                    if let found, found.time >= place?.time ?? .min { place = found }
                }
                let live = try newestLive(playback, drone, stream, upTo: cursor.live.position, after: place?.time)
                if let place = live ?? place { newest.append(place) }
            }
        }
        newest.sort { ($0.time, $0.position) < ($1.time, $1.position) }
        return (cursor, try stored(at: newest))
    }

    // MARK: - Merging

    private func next(_ playback: Playback, _ cursor: inout PlaybackCursor) throws(RecordingError)
        -> PlaybackCursor.Place?
    {
        if cursor.live.places.isEmpty, !cursor.live.isAtEnd {
            cursor.live.refill(try livePlaces(playback, after: cursor.live.position))
        }
        var best = cursor.live.places.first
        var source: Int?
        for (number, flight) in playback.flights.enumerated() where number < cursor.flights.count {
            if cursor.flights[number].places.isEmpty, !cursor.flights[number].isAtEnd {
                cursor.flights[number].refill(
                    try backfilledPlaces(playback, flight, after: cursor.flights[number]))
            }
            guard let place = cursor.flights[number].places.first else { continue }
            // At the same moment what came live goes first.
            if let best, place.time >= best.time { continue }
            best = place
            source = number
        }
        if let source {
            cursor.flights[source].places.removeFirst()
        } else if best != nil {
            cursor.live.places.removeFirst()
        }
        return best
    }

    private func livePlaces(
        _ playback: Playback, after position: Int64
    ) throws(RecordingError) -> [PlaybackCursor.Place] {
        let dialect = try dialect()
        return try places(
            """
            SELECT o.position, o.receiveWall AS time FROM object AS o
            WHERE \(dialect.isLive) AND o.position > :position AND o.position <= :last AND NOT \(dialect.isSuperseded)
            ORDER BY o.position LIMIT \(PlaybackCursor.Source.pageSize)
            """, ["position": position, "last": playback.last]
        ) { time, _ in (time, 0) }
    }

    private func backfilledPlaces(
        _ playback: Playback, _ flight: Playback.Flight, after source: PlaybackCursor.Source
    ) throws(RecordingError) -> [PlaybackCursor.Place] {
        try places(
            """
            SELECT o.position, o.captureMonotonic AS time FROM object AS o
            WHERE o.backfilled = 1 AND o.drone = :drone AND o.flight = :flight
                AND (o.captureMonotonic, o.position) > (:order, :position)
                AND o.position <= :last AND NOT \(try dialect().isSuperseded)
            ORDER BY o.captureMonotonic, o.position LIMIT \(PlaybackCursor.Source.pageSize)
            """,
            [
                "drone": flight.drone, "flight": Int64(flight.flight), "order": source.order,
                "position": source.position, "last": playback.last,
            ]
        ) { capture, _ in (flight.time(ofCapture: capture), capture) }
    }

    // MARK: - The newest of a stream

    private func newestBackfilled(
        _ playback: Playback, _ flight: Playback.Flight, _ stream: StreamID, upTo capture: Int64
    ) throws(RecordingError) -> PlaybackCursor.Place? {
        try places(
            """
            SELECT o.position, o.captureMonotonic AS time FROM object AS o
            WHERE o.backfilled = 1 AND o.drone = :drone AND o.flight = :flight AND o.captureMonotonic <= :capture
                AND o.stream = :stream AND o.position <= :last AND NOT \(try dialect().isSuperseded)
            ORDER BY o.captureMonotonic DESC, o.position DESC LIMIT 1
            """,
            [
                "drone": flight.drone, "flight": Int64(flight.flight), "capture": capture,
                "stream": Int64(stream.code), "last": playback.last,
            ]
        ) { capture, _ in (flight.time(ofCapture: capture), capture) }.first
    }

    /// The newest live object of a stream up to `position`, unless it was played before `earliest`.
    private func newestLive(
        _ playback: Playback, _ drone: String, _ stream: StreamID, upTo position: Int64, after earliest: Int64?
    ) throws(RecordingError) -> PlaybackCursor.Place? {
        let dialect = try dialect()
        var bound = position
        var size = 1
        while true {
            // Copies whose original came later lie between; they are passed in Swift, because only what was played
            // after `earliest` matters, and a flight may consist of nothing but copies.
            let page = try places(
                """
                SELECT o.position, o.receiveWall AS time, \(dialect.isSuperseded) AS superseded FROM object AS o
                WHERE \(dialect.isLive) AND o.drone = :drone AND o.stream = :stream AND o.position <= :position
                ORDER BY o.position DESC LIMIT \(size)
                """, ["drone": drone, "stream": Int64(stream.code), "position": bound, "last": playback.last]
            ) { ($0, $1) }
            for place in page {
                if let earliest, place.time <= earliest { return nil }
                if place.order == 0 { return place }
            }
            guard page.count == size, let last = page.last, last.position > .min else { return nil }
            bound = last.position - 1
            size = PlaybackCursor.Source.pageSize
        }
    }

    // MARK: - Rows

    /// Rows with `position`, `time` and, where asked for, `superseded`; `order` makes a place's time and order of the latter two.
    private func places(
        _ sql: String, _ arguments: [String: any DatabaseValueConvertible],
        _ order: (_ time: Int64, _ superseded: Int64) -> (time: Int64, order: Int64)
    ) throws(RecordingError) -> [PlaybackCursor.Place] {
        var places: [PlaybackCursor.Place] = []
        for row in try rows(sql, StatementArguments(arguments)) {
            let (time, order) = order(try row.integer("time"), try row.optionalInteger("superseded") ?? 0)
            places.append(PlaybackCursor.Place(time: time, order: order, position: try row.integer("position")))
        }
        return places
    }

    /// The objects themselves, in the order given.
    private func stored(at places: [PlaybackCursor.Place]) throws(RecordingError) -> [PlayedObject] {
        guard !places.isEmpty else { return [] }
        let marks = Array(repeating: "?", count: places.count).joined(separator: ", ")
        var found: [Int64: Stored] = [:]
        for object in try stored(
            "SELECT \(Self.storedColumns) FROM object WHERE position IN (\(marks))",
            StatementArguments(places.map(\.position)))
        {
            found[object.position] = object
        }
        return places.compactMap { place in
            found[place.position].map { PlayedObject(stored: $0, time: WallTime(nanoseconds: place.time)) }
        }
    }
}
