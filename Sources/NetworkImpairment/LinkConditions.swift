import FlightTypes

/// A time in which nothing gets through.
public struct Outage: Hashable, Sendable {
    /// When it begins, since the path's start.
    public var start: Duration
    /// How long it lasts. A datagram handed in at exactly `start + length` passes again.
    public var length: Duration
    /// An outage from `start` to `start + length`.
    public init(start: Duration, length: Duration) {
        self.start = start
        self.length = length
    }
}

/// What one direction of a network path does to datagrams. A new value is a perfect path.
///
/// Fractions and probabilities are 0...1, and what lies outside counts as the nearest of these; durations count as zero if
/// negative and as 100 days if longer.
public struct LinkConditions: Sendable {
    /// Probability that a datagram is lost, independent of all others.
    public var loss: Double
    /// Losses in bursts (Gilbert–Elliott): the path changes between good and bad from datagram to datagram and loses all
    /// while bad. `fraction` is the share of datagrams lost, `meanDatagrams` (at least 1) the mean length of a burst. The
    /// path starts good. Where a burst is too short for the fraction (1 with 0.9, say), bursts are longer.
    public var burst: (fraction: Double, meanDatagrams: Double)?
    /// Losses in time: fades of exponential length with the mean `meanDuration` (at least 1 µs) take `fraction` of the time
    /// and swallow all. When they happen does not depend on the traffic. The path starts clear.
    public var fade: (fraction: Double, meanDuration: Duration)?
    /// What each datagram takes one way.
    public var delay: Duration
    /// Mean of an exponential delay that is added to `delay`. Where order is kept, a datagram with a long one holds up
    /// those behind it, so that the mean over a dense stream is higher.
    public var jitter: Duration
    /// Whether jitter may let datagrams overtake each other.
    public var jitterReorders: Bool
    /// This fraction of datagrams is held for the duration `by` while others overtake.
    public var reorder: (fraction: Double, by: Duration)?
    /// Probability that a datagram arrives twice.
    public var duplication: Double
    /// Probability that one random bit of a datagram is flipped unnoticed, as if the UDP checksum had matched.
    public var corruption: Double
    /// Bottleneck rate, bits a second; each datagram also takes 28 bytes for its IP and UDP headers. At least 1.
    public var bitsPerSecond: Double?
    /// A datagram that would wait longer than this for those before it is dropped. Does nothing without a bottleneck.
    public var queueLimit: Duration
    /// A bottleneck whose capacity changes with time since the path's start; instead of `bitsPerSecond`.
    public var trace: DeliveryTrace?
    /// When nothing gets through, by the time at which a datagram is handed in.
    public var outages: [Outage]
    /// Bytes of UDP payload above which datagrams vanish: a black hole for path MTU discovery.
    public var largestDatagram: Int?

    /// A perfect path. `queueLimit` is 100 ms, for whoever sets a bottleneck.
    public init() {
        loss = 0
        delay = .zero
        jitter = .zero
        jitterReorders = false
        duplication = 0
        corruption = 0
        queueLimit = .milliseconds(100)
        outages = []
    }
}

extension Duration {
    /// Nanoseconds from zero to 100 days, so that sums of a few stay within an `Int64`.
    var boundedNanoseconds: Int64 { min(max(nanosecondsClamped, 0), 8_640_000_000_000_000) }
}

/// A probability within 0...1; not a number is 0.
func boundedProbability(_ value: Double) -> Double { value > 0 ? min(value, 1) : 0 }
