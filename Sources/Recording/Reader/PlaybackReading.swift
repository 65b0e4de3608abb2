import FlightTypes
import GRDB

// A reader may not write, and an order of all objects in memory would grow with the incident. So the order is merged while
// it is read: live objects by position, the backfill of each flight by capture time, both from an index. What is computed
// beforehand is one number a flight.

extension IncidentReader {
    /// How the file, as it is now, is to be played; nil when it holds nothing.
    public func playback() throws(RecordingError) -> Playback? {
        guard let last = try rows("SELECT max(position) AS p FROM object").first?.optionalInteger("p"),
            let timeline = try timeline(upTo: last)
        else { return nil }
        var ends: [Int64] = []
        if try !rows("SELECT 1 AS n FROM object WHERE \(try dialect().isLive) LIMIT 1").isEmpty {
            ends = [0, timeline.duration]
        }
        var flights: [Playback.Flight] = []
        for flight in try backfilledFlights() {
            guard let (flight, captures) = try place(flight, on: timeline) else { continue }
            flights.append(flight)
            ends += [flight.time(ofCapture: captures.lowerBound), flight.time(ofCapture: captures.upperBound)]
        }
        guard let first = ends.min(), let end = ends.max() else { return nil }
        return Playback(range: first...end, timeline: timeline, last: last, flights: flights)
    }

    /// What is played after `cursor`, at most `limit` objects (1…1,000), fewer where they are large, and moves the cursor behind
    /// it. None only at the end.
    public func objects(
        of playback: Playback, after cursor: inout PlaybackCursor, limit: Int
    ) throws(RecordingError) -> [PlayedObject] {
        var moved = cursor
        var objects: [PlayedObject] = []
        var bytes = 0
        while objects.count < max(1, min(limit, 1_000)), bytes < Self.playedBytes {
            guard let place = try next(playback, &moved) else { break }
            // One by one: what thirty of them are together, nobody knows before.
            guard let object = try stored(at: place, of: playback) else { continue }
            bytes += object.stored.bytes.count
            objects.append(object)
        }
        cursor = moved
        return objects
    }
    /// Bytes that are read ahead for a replay, and of what a jump shows at once.
    private static let playedBytes = 32 << 20

    /// Where the playback stands at `time` from its beginning, all that is played at it included, and the newest object of each
    /// drone's stream by then: what a jump shows at once. At most 256, and 32 MiB: beyond it the older ones are left out.
    public func seek(
        in playback: Playback, to time: Duration
    ) throws(RecordingError) -> (cursor: PlaybackCursor, shown: [PlayedObject]) {
        let time = playback.range.lowerBound.adding(time.nanosecondsClamped)
        var cursor = playback.start
        cursor.live.position = try livePosition(playback, at: time)
        for (number, flight) in playback.flights.enumerated() {
            cursor.flights[number] = .init(order: flight.capture(at: time), position: .max)
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
        var shown: [PlayedObject] = []
        var bytes = 0
        for place in newest.reversed() where bytes < Self.playedBytes {
            guard let object = try stored(at: place, of: playback) else { continue }
            bytes += object.stored.bytes.count
            shown.append(object)
        }
        return (cursor, shown.reversed())
    }

    /// The last position of what came live that is played at `time` or before. There is no index over the monotonic clock, and
    /// none is needed: within a segment it grows with the position, so halving finds the place.
    private func livePosition(_ playback: Playback, at time: Int64) throws(RecordingError) -> Int64 {
        let timeline = playback.timeline
        guard let index = timeline.segment(playing: time) else { return .min }
        let segment = timeline.segments[index]
        let isLive = try dialect().isLive
        guard time < segment.end else {
            let next = index + 1 < timeline.segments.count ? timeline.segments[index + 1].run.first.position : .max
            return min(next.minus(1), playback.last)
        }
        let wanted = segment.run.first.monotonic.adding(time.minus(segment.start))
        var low = segment.run.first.position
        var high = segment.run.last.position
        while let middle = low.middle(to: high) {
            guard let found = try clockPoint(atOrBefore: middle, isLive), found.position > low else {
                low = middle
                continue
            }
            if found.monotonic <= wanted { low = middle } else { high = found.position }
        }
        return low
    }

    // MARK: - Merging

    private func next(_ playback: Playback, _ cursor: inout PlaybackCursor) throws(RecordingError)
        -> PlaybackCursor.Place?
    {
        if cursor.live.places.isEmpty, !cursor.live.isAtEnd {
            let page = try livePlaces(playback, after: cursor.live.position)
            try checkGrowing(page.map(\.position), from: cursor.live.position)
            cursor.live.refill(page)
        }
        var best = cursor.live.places.first
        var source: Int?
        for (number, flight) in playback.flights.enumerated() where number < cursor.flights.count {
            if cursor.flights[number].places.isEmpty, !cursor.flights[number].isAtEnd {
                let page = try backfilledPlaces(playback, flight, after: cursor.flights[number])
                try checkGrowing(page, from: cursor.flights[number])
                cursor.flights[number].refill(page)
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

    private func checkGrowing(
        _ places: [PlaybackCursor.Place], from source: PlaybackCursor.Source
    ) throws(RecordingError) {
        var last = (source.order, source.position)
        for place in places {
            guard (place.order, place.position) > last else {
                throw .damaged(path: path, reason: "an index is out of order")
            }
            last = (place.order, place.position)
        }
    }

    private func livePlaces(
        _ playback: Playback, after position: Int64
    ) throws(RecordingError) -> [PlaybackCursor.Place] {
        let dialect = try dialect()
        return try places(
            """
            SELECT o.position, o.receiveMonotonic AS time FROM object AS o
            WHERE \(dialect.isLive) AND o.position > :position AND o.position <= :last AND NOT \(dialect.isSuperseded)
            ORDER BY o.position LIMIT \(PlaybackCursor.Source.pageSize)
            """, ["position": position, "last": playback.last]
        ) { position, time, _ in (playback.timeline.time(position: position, monotonic: time), 0) }
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
        ) { _, capture, _ in (flight.time(ofCapture: capture), capture) }
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
        ) { _, capture, _ in (flight.time(ofCapture: capture), capture) }.first
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
                SELECT o.position, o.receiveMonotonic AS time, \(dialect.isSuperseded) AS superseded FROM object AS o
                WHERE \(dialect.isLive) AND o.drone = :drone AND o.stream = :stream AND o.position <= :position
                ORDER BY o.position DESC LIMIT \(size)
                """, ["drone": drone, "stream": Int64(stream.code), "position": bound, "last": playback.last]
            ) { (playback.timeline.time(position: $0, monotonic: $1), $2) }
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

    /// Rows with `position`, `time` and, where asked for, `superseded`; `order` makes a place's time and order of them.
    private func places(
        _ sql: String, _ arguments: [String: any DatabaseValueConvertible],
        _ order: (_ position: Int64, _ time: Int64, _ superseded: Int64) -> (time: Int64, order: Int64)
    ) throws(RecordingError) -> [PlaybackCursor.Place] {
        var places: [PlaybackCursor.Place] = []
        for row in try rows(sql, StatementArguments(arguments)) {
            let position = try row.integer("position")
            let (time, order) = order(position, try row.integer("time"), try row.optionalInteger("superseded") ?? 0)
            places.append(PlaybackCursor.Place(time: time, order: order, position: position))
        }
        return places
    }

    /// The object itself.
    private func stored(at place: PlaybackCursor.Place, of playback: Playback) throws(RecordingError) -> PlayedObject? {
        try stored("SELECT \(Self.storedColumns) FROM object WHERE position = ?", [place.position]).first.map {
            PlayedObject(stored: $0, time: .nanoseconds(place.time.minus(playback.range.lowerBound)))
        }
    }
}
