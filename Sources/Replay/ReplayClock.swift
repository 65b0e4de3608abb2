import FlightTypes

/// Where a replay stands: pause, seek and speed as arithmetic on the caller's clock.
public struct ReplayClock: Sendable {
    /// Slowest and fastest speed.
    public static let rates: ClosedRange<Double> = 0.25...16
    /// Length of the recording.
    public let duration: Duration
    /// Seconds of recording per second.
    public private(set) var rate: Double = 1
    /// Whether it stands still.
    public private(set) var isPaused = false
    private var anchor: MonotonicInstant
    private var anchorPosition: Duration = .zero

    /// A clock at the start of `duration`, running.
    public init(duration: Duration, at now: MonotonicInstant) {
        self.duration = max(duration, .zero)
        anchor = now
    }

    /// The position now, 0…duration.
    public func position(at now: MonotonicInstant) -> Duration {
        guard !isPaused else { return anchorPosition }
        let moved = max(0, now.since(anchor).milliseconds) * 1e6 * rate
        guard moved < 9.2e18 else { return duration }  // More than an Int64 holds.
        return min(anchorPosition + .nanoseconds(Int64(moved)), duration)
    }
    /// Whether the end is reached.
    public func isAtEnd(at now: MonotonicInstant) -> Bool { position(at: now) >= duration }

    /// Stands still.
    public mutating func pause(at now: MonotonicInstant) {
        reanchor(at: now)
        isPaused = true
    }
    /// Runs on.
    public mutating func play(at now: MonotonicInstant) {
        reanchor(at: now)
        isPaused = false
    }
    /// Jumps; clamped to the recording.
    public mutating func seek(to position: Duration, at now: MonotonicInstant) {
        anchor = now
        anchorPosition = min(max(position, .zero), duration)
    }
    /// Changes the speed; clamped to `rates`, NaN ignored.
    public mutating func setRate(_ newRate: Double, at now: MonotonicInstant) {
        guard !newRate.isNaN else { return }
        reanchor(at: now)
        rate = min(max(newRate, Self.rates.lowerBound), Self.rates.upperBound)
    }
    private mutating func reanchor(at now: MonotonicInstant) {
        anchorPosition = position(at: now)
        anchor = now
    }
}
