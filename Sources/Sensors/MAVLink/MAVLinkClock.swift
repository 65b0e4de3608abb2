import FlightTypes

/// Puts the autopilot's `time_boot_ms` on the agent's clock.
///
/// Radios and serial buffers hand packets on in bursts: two positions a quarter of a second apart may arrive 3 ms
/// apart, which at 25 m/s is 6 m. The packet that was delayed least shows the offset between the clocks, so the offset
/// is the least difference of arrival and boot time in the last `period` to twice that, which also follows the clocks'
/// drift. What delay even the fastest packet has cannot be known and stays in.
struct MAVLinkClock: Sendable {
    /// How long a smallest difference is held at least.
    static let period = Duration.seconds(20)
    /// A packet later than this by its own clock means that the clock jumped or the autopilot began anew.
    static let delayLimit = Duration.seconds(5)

    private var current: (least: Duration, since: MonotonicInstant)?
    private var previous: Duration?

    /// When a packet was made that says `bootMilliseconds` and arrived at `arrival`. Never later than its arrival; on
    /// the wall clock moved by as much.
    mutating func measured(bootMilliseconds: UInt32, arrival: CaptureTime) -> CaptureTime {
        guard bootMilliseconds != 0 else { return arrival }
        let now = arrival.monotonic
        let difference = Duration.nanoseconds(now.nanoseconds) - .milliseconds(Int64(bootMilliseconds))
        guard let held = current, held.since.since(now) <= Self.delayLimit else { return begin(difference, arrival) }
        var least = min(held.least, previous ?? held.least, difference)
        let delay = difference - least
        // Much earlier than ever is a jump as well: then all before was measured by another zero.
        if delay > Self.delayLimit || min(held.least, previous ?? held.least) - difference > Self.delayLimit {
            return begin(difference, arrival)
        }
        if now.since(held.since) > Self.period {
            previous = held.least
            current = (difference, now)
            least = min(held.least, difference)
        } else {
            current = (min(held.least, difference), held.since)
        }
        let early = .zero - min(Self.delayLimit, difference - least)
        return CaptureTime(
            monotonic: now.advanced(by: early),
            wall: WallTime(nanoseconds: arrival.wall.nanoseconds.addingClamped(early.nanosecondsClamped)))
    }

    private mutating func begin(_ difference: Duration, _ arrival: CaptureTime) -> CaptureTime {
        current = (difference, arrival.monotonic)
        previous = nil
        return arrival
    }
}

extension Int64 {
    fileprivate func addingClamped(_ other: Int64) -> Int64 {
        let (sum, overflow) = addingReportingOverflow(other)
        return overflow ? (other < 0 ? .min : .max) : sum
    }
}
