import FlightTypes

/// How far the peer's monotonic clock stands from ours: RFC 5905 §8, the sample with the least round trip of the last ten.
public struct ClockOffset: Sendable {
    private var samples: [(roundTrip: Duration, offset: Duration)] = []

    /// No sample yet.
    public init() {}

    /// Takes a ping's four times: sent and returned on our clock, received and answered on the peer's.
    public mutating func handle(
        sent: MonotonicInstant, received: MonotonicInstant, answered: MonotonicInstant, returned: MonotonicInstant
    ) {
        let roundTrip = returned.since(sent) - answered.since(received)
        guard roundTrip >= .zero, roundTrip < .seconds(30) else { return }
        let offset = (received.since(sent) + answered.since(returned)) / 2
        samples.append((roundTrip, offset))
        if samples.count > 10 { samples.removeFirst() }
    }

    private var best: (roundTrip: Duration, offset: Duration)? { samples.min { $0.roundTrip < $1.roundTrip } }
    /// Peer's clock minus ours; nil before the first answer.
    public var offset: Duration? { best?.offset }
    /// The offset is true to within this (half the least round trip: any asymmetry is inside it).
    public var bound: Duration? { best.map { $0.roundTrip / 2 } }
    /// The newest round trip.
    public var roundTrip: Duration? { samples.last?.roundTrip }
    /// An instant of the peer's clock on ours.
    public func local(_ peer: MonotonicInstant) -> MonotonicInstant? { offset.map { peer.advanced(by: .zero - $0) } }
}
