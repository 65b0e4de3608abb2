import FlightTypes

/// When a replay shows what a file held at one moment: what came live when it was received, in the order of receipt; what
/// came later from the onboard record at its place in the flight. Of a frame the original alone, if it is there.
///
/// Times are counted by the monotonic clock of the machine that recorded, see `Timeline`.
public struct Playback: Sendable {
    /// Time of the first and the last object, nanoseconds from the first that came live.
    let range: ClosedRange<Int64>
    let timeline: Timeline
    /// The last position at the moment it was made: what is recorded later is not played.
    let last: Int64
    /// The flights of which something came by backfill.
    let flights: [Flight]

    /// A flight of which something came by backfill.
    struct Flight: Sendable {
        var drone: String
        var flight: UInt32
        /// From the drone's monotonic clock to the time of the playback, in nanoseconds.
        var offset: Int64

        /// When an object captured at `capture` is played; saturates.
        func time(ofCapture capture: Int64) -> Int64 {
            let (sum, overflow) = capture.addingReportingOverflow(offset)
            return overflow ? (offset < 0 ? .min : .max) : sum
        }
        /// What is captured at this moment is played at `time`; saturates.
        func capture(at time: Int64) -> Int64 {
            let (difference, overflow) = time.subtractingReportingOverflow(offset)
            return overflow ? (offset < 0 ? .max : .min) : difference
        }
    }

    /// From the first object to the last.
    public var duration: Duration { .nanoseconds(range.upperBound.minus(range.lowerBound)) }
    /// What a right wall clock showed at `position` of it.
    public func wall(at position: Duration) -> WallTime {
        timeline.wall(at: range.lowerBound.adding(position.nanosecondsClamped))
    }
    /// Sentences about clocks that were set and pauses that are assumed.
    public var remarks: [String] { timeline.remarks.map(\.description) }

    /// Where it begins.
    public var start: PlaybackCursor {
        PlaybackCursor(
            live: PlaybackCursor.Source(order: .min, position: .min),
            flights: flights.map { _ in PlaybackCursor.Source(order: .min, position: .min) })
    }
}

/// Where a playback stands: a merge of what came live with the backfill of each flight. Holds at most 32 places of each,
/// and no object.
public struct PlaybackCursor: Sendable {
    /// An object's place.
    struct Place: Sendable {
        /// When it is played.
        var time: Int64
        /// By what its source is ordered.
        var order: Int64
        var position: Int64
    }
    /// What comes next of one source.
    struct Source: Sendable {
        static let pageSize = 32
        var places: ArraySlice<Place> = []
        /// The last place that was read ahead.
        var order: Int64, position: Int64
        var isAtEnd = false

        init(order: Int64, position: Int64) {
            self.order = order
            self.position = position
        }
        mutating func refill(_ page: [Place]) {
            places = page[...]
            isAtEnd = page.count < Self.pageSize
            if let last = page.last { (order, position) = (last.order, last.position) }
        }
    }
    var live: Source
    var flights: [Source]
}

/// An object and when it is played.
public struct PlayedObject: Sendable {
    /// The object.
    public var stored: IncidentReader.Stored
    /// From the beginning of the playback.
    public var time: Duration
}
