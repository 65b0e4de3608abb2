/// A point on a monotonic clock, in nanoseconds since that machine's boot.
///
/// Our own type, because `ContinuousClock.Instant` cannot be made for a chosen value, and time is an argument here.
public struct MonotonicInstant: Hashable, Comparable, Sendable {
    /// Nanoseconds since boot.
    public var nanoseconds: Int64
    /// The instant that lies `nanoseconds` after boot.
    @inlinable public init(nanoseconds: Int64) { self.nanoseconds = nanoseconds }
    /// The instant later (or, if negative, earlier) by `duration`; saturates instead of trapping.
    @inlinable public func advanced(by duration: Duration) -> MonotonicInstant {
        let (sum, overflow) = nanoseconds.addingReportingOverflow(duration.nanosecondsClamped)
        return MonotonicInstant(nanoseconds: overflow ? (duration < .zero ? .min : .max) : sum)
    }
    /// How long after `earlier` this instant is; negative if it lies before. Saturates.
    @inlinable public func since(_ earlier: MonotonicInstant) -> Duration {
        let (difference, overflow) = nanoseconds.subtractingReportingOverflow(earlier.nanoseconds)
        return .nanoseconds(overflow ? (nanoseconds < 0 ? Int64.min : Int64.max) : difference)
    }
    /// Earlier on the same clock.
    @inlinable public static func < (a: MonotonicInstant, b: MonotonicInstant) -> Bool { a.nanoseconds < b.nanoseconds }
}

/// Wall-clock time in UTC, nanoseconds since 1970-01-01. For showing, never for ordering.
public struct WallTime: Hashable, Comparable, Sendable {
    /// Nanoseconds since the Unix epoch.
    public var nanoseconds: Int64
    /// The time `nanoseconds` after the Unix epoch.
    public init(nanoseconds: Int64) { self.nanoseconds = nanoseconds }
    /// The time `seconds` after the Unix epoch; values beyond ±292 years and NaN saturate to the epoch.
    public init(unixSeconds seconds: Double) {
        let scaled = seconds * 1e9
        nanoseconds = scaled.magnitude < 9.2e18 ? Int64(scaled) : 0
    }
    /// Seconds since the Unix epoch.
    public var unixSeconds: Double { Double(nanoseconds) / 1e9 }
    /// Earlier in wall time.
    public static func < (a: WallTime, b: WallTime) -> Bool { a.nanoseconds < b.nanoseconds }
}

/// When something was measured, by the clocks of the drone that measured it.
public struct CaptureTime: Hashable, Sendable {
    /// On the drone's monotonic clock: orders and interpolates.
    public var monotonic: MonotonicInstant
    /// On the drone's wall clock: for showing.
    public var wall: WallTime
    /// Both readings of one moment.
    public init(monotonic: MonotonicInstant, wall: WallTime) {
        self.monotonic = monotonic
        self.wall = wall
    }
}

extension Duration {
    /// Whole nanoseconds, saturated to what an `Int64` holds (±292 years).
    @inlinable public var nanosecondsClamped: Int64 {
        let (seconds, attoseconds) = components
        let (scaled, overflow) = seconds.multipliedReportingOverflow(by: 1_000_000_000)
        if overflow { return seconds < 0 ? .min : .max }
        let (sum, overflowed) = scaled.addingReportingOverflow(attoseconds / 1_000_000_000)
        return overflowed ? (seconds < 0 ? .min : .max) : sum
    }
    /// Milliseconds as a fraction.
    @inlinable public var milliseconds: Double { Double(nanosecondsClamped) / 1e6 }
}

/// Reads both clocks of a machine. Shells own one; machines are handed instants.
public protocol Clocks: Sendable {
    /// Now, on the monotonic clock.
    func monotonicNow() -> MonotonicInstant
    /// Now, in UTC.
    func wallNow() -> WallTime
}
