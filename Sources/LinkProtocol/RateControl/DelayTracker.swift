import FlightTypes

/// How long datagrams stand in queues on the way: one-way delay over its floor of the last ten seconds.
///
/// The two clocks need not agree: a constant offset falls out. The *standing* delay is the least of a sliding window, so
/// that the burst of a frame, which drains by itself, is not mistaken for a queue that stays (as CoDel does, RFC 8289 §3.1).
struct DelayTracker: Sendable {
    private static let floorBucket: Duration = .seconds(1)
    private static let floorBuckets = 10
    private static let standingBucket: Duration = .milliseconds(20)
    private static let standingBuckets = 5

    private var floors: [Int64] = []
    private var floorStart: MonotonicInstant?
    private var standings: [Int64] = []
    private var standingStart: MonotonicInstant?
    /// Smoothed round trip; nil before the first feedback.
    private(set) var roundTrip: Duration?
    /// How much round trips differ from it.
    private(set) var roundTripVariation: Duration = .zero
    /// Least round trip seen since the floor was last reset.
    private(set) var leastRoundTrip: Duration?
    /// Queueing of the newest datagram.
    private(set) var newest: Duration = .zero

    /// Takes a sample: the one-way delay of the newest datagram (arrival by the peer's clock minus sending by ours) and the round
    /// trip less the time the peer held it back.
    mutating func note(oneWay: Duration, roundTrip sample: Duration, at now: MonotonicInstant) {
        let nanoseconds = oneWay.nanosecondsClamped
        Self.note(nanoseconds, &floors, &floorStart, Self.floorBucket, Self.floorBuckets, now)
        Self.note(nanoseconds, &standings, &standingStart, Self.standingBucket, Self.standingBuckets, now)
        newest = .nanoseconds(nanoseconds.subtractingReportingOverflow(floor).partialValue)
        guard sample > .zero else { return }
        leastRoundTrip = min(leastRoundTrip ?? sample, sample)
        guard let smooth = roundTrip else {
            roundTrip = sample
            roundTripVariation = sample / 4
            return
        }
        let difference = smooth > sample ? smooth - sample : sample - smooth
        roundTripVariation = (roundTripVariation * 3 + difference) / 4
        roundTrip = (smooth * 7 + sample) / 8
    }

    private static func note(
        _ value: Int64, _ buckets: inout [Int64], _ start: inout MonotonicInstant?, _ length: Duration, _ most: Int,
        _ now: MonotonicInstant
    ) {
        if let begun = start, now.since(begun) < length {
            buckets[buckets.count - 1] = min(buckets[buckets.count - 1], value)
            return
        }
        if let begun = start, now.since(begun) > length * (most + 1) { buckets.removeAll(keepingCapacity: true) }
        start = now
        buckets.append(value)
        if buckets.count > most { buckets.removeFirst() }
    }

    private var floor: Int64 { floors.min() ?? 0 }
    /// Queue that has not drained for a tenth of a second.
    var standing: Duration { .nanoseconds((standings.min() ?? 0).subtractingReportingOverflow(floor).partialValue) }

    /// Takes the present delay for the path's own: after a change of route nothing ever drains to the old floor.
    mutating func resetFloor() {
        floors = [standings.min() ?? 0]
        leastRoundTrip = roundTrip
    }
}
