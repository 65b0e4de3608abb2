import FlightTypes
import Synchronization

/// Clocks that stand until they are moved.
public final class ScriptedClocks: Clocks {
    private let now: Mutex<(monotonic: MonotonicInstant, wall: WallTime)>

    /// Both clocks, standing there.
    public init(
        monotonic: MonotonicInstant = MonotonicInstant(nanoseconds: 0), wall: WallTime = WallTime(nanoseconds: 0)
    ) {
        now = Mutex((monotonic, wall))
    }

    /// Moves both.
    public func advance(by duration: Duration) {
        now.withLock { now in
            now.monotonic = now.monotonic.advanced(by: duration)
            now.wall.nanoseconds &+= duration.nanosecondsClamped
        }
    }

    /// Sets the wall clock alone, as an administrator or a time server does.
    public func stepWall(by duration: Duration) { now.withLock { $0.wall.nanoseconds &+= duration.nanosecondsClamped } }

    /// Where the monotonic clock stands.
    public func monotonicNow() -> MonotonicInstant { now.withLock { $0.monotonic } }
    /// Where the wall clock stands.
    public func wallNow() -> WallTime { now.withLock { $0.wall } }
}
