import FlightTypes

/// Compares the source's UTC with the drone's clocks.
///
/// Neither is right by itself: a small computer without a battery clock starts in the past, a receiver whose week
/// counter wrapped is 1,024 weeks (19.6 years) behind. So the remark says only that they disagree.
struct SourceClockCheck: Sendable {
    /// 2020-01-01: no software that speaks to this agent was made before.
    static let earliest = WallTime(nanoseconds: 1_577_836_800_000_000_000)
    /// 2100-01-01.
    static let latest = WallTime(nanoseconds: 4_102_444_800_000_000_000)
    /// Time zones and slow clocks stay below this.
    static let disagreement = Duration.seconds(86_400)
    /// Leap seconds learned late step by 18 s; more is a broken or a deceived receiver.
    static let step = Duration.seconds(60)

    private var last: (source: WallTime, at: MonotonicInstant)?

    mutating func isDoubtful(_ sample: PositionSample) -> Bool {
        guard let source = sample.sourceTime else { return false }
        let now = sample.captureTime.monotonic
        let isStep = last.map { Self.apart(now.since($0.at), Self.between($0.source, source)) > Self.step } ?? false
        last = (source, now)
        let isPossible = source.nanoseconds >= Self.earliest.nanoseconds && source.nanoseconds < Self.latest.nanoseconds
        let difference = Self.apart(.zero, Self.between(source, sample.captureTime.wall))
        return isStep || !isPossible || difference > Self.disagreement
    }
    private static func between(_ a: WallTime, _ b: WallTime) -> Duration {
        .nanoseconds(b.nanoseconds) - .nanoseconds(a.nanoseconds)
    }
    private static func apart(_ a: Duration, _ b: Duration) -> Duration { a > b ? a - b : b - a }
}
