import CDevices
import FlightTypes
import Glibc
import Synchronization

/// One image as a sensor gave it, before it is numbered and given a pose.
public struct CapturedImage: Sendable {
    /// What the sensor saw.
    public enum Picture: Hashable, Sendable {
        /// A JPEG file.
        case jpeg([UInt8])
        /// `width × height` values row by row, and what they mean.
        case thermal([UInt16], ThermalUnit)
    }
    /// When it was exposed.
    public var captureTime: CaptureTime
    /// What the sensor saw.
    public var picture: Picture
    /// Pixels, 1…65,535.
    public var width: UInt16
    /// Pixels, 1…65,535.
    public var height: UInt16
    /// Frames lost or refused since the image before this one.
    public var lostBefore: Int
    /// Remarks of the sensor itself; who stamps the frame adds its own.
    public var flags: Frame.Flags
    /// An image of its parts.
    public init(
        captureTime: CaptureTime, picture: Picture, width: UInt16, height: UInt16, lostBefore: Int = 0,
        flags: Frame.Flags = []
    ) {
        self.captureTime = captureTime
        self.picture = picture
        self.width = width
        self.height = height
        self.lostBefore = lostBefore
        self.flags = flags
    }
    /// The JPEG file; nil for a thermal picture.
    public var file: [UInt8]? { if case .jpeg(let file) = picture { file } else { nil } }
    /// The values of a thermal picture; nil for a file.
    public var values: [UInt16]? { if case .thermal(let values, _) = picture { values } else { nil } }
    /// What the values mean.
    public var unit: ThermalUnit { if case .thermal(_, let unit) = picture { unit } else { .none } }
}

/// What a sensor reports while it runs.
public enum SensorEvent: Sendable {
    /// The next image.
    case image(CapturedImage)
    /// Frames lost that no image follows: every lost frame is told once, here or as `lostBefore`.
    case lost(Int)
    /// How the sensor does now, and why; told when it changes. `running` says that it was opened or speaks: whether pictures come is
    /// for who takes them to say.
    case state(StatusReport.SensorState, String)
    /// Something worth knowing that does not change how the sensor does.
    case remark(String)
}

/// A source of images.
public protocol ImageSensor: Sendable {
    /// Captures until ``stop()``, or until a source that ends has ended. Blocks: give it a thread of its own.
    ///
    /// A device that goes away is waited for; only what waiting cannot mend is thrown. `sink` is called on this thread.
    func run(_ sink: @escaping @Sendable (SensorEvent) -> Void) throws
    /// Makes ``run(_:)`` return soon (a quarter of a second at most), also when it has not begun. For good.
    func stop()
}

/// Why a sensor cannot run at all.
public struct SensorError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The fact and what it affects.
    public let description: String
    /// An error that says `description`.
    public init(_ description: String) { self.description = description }
    /// An error of a system call on `path`.
    init(_ path: String, _ call: String, errno code: Int32) {
        description = "\(path): \(call): \(String(cString: strerror(code))); no data from it"
    }
}

/// This machine's clocks.
public struct SystemClocks: Clocks {
    /// This machine's clocks.
    public init() {}
    /// `CLOCK_MONOTONIC`.
    public func monotonicNow() -> MonotonicInstant { MonotonicInstant(nanoseconds: lb_clock_nanoseconds(0)) }
    /// `CLOCK_REALTIME`.
    public func wallNow() -> WallTime { WallTime(nanoseconds: lb_clock_nanoseconds(1)) }
}

extension Clocks {
    /// Both clocks, now.
    func captureTimeNow() -> CaptureTime { CaptureTime(monotonic: monotonicNow(), wall: wallNow()) }
    /// Both clocks at a moment that was read from the monotonic clock.
    func captureTime(at instant: MonotonicInstant) -> CaptureTime {
        let age = monotonicNow().nanoseconds &- instant.nanoseconds
        return CaptureTime(monotonic: instant, wall: WallTime(nanoseconds: wallNow().nanoseconds &- age))
    }
}

/// A request to stop that also ends a wait: a pipe that is readable from the request on.
public final class StopSignal: Sendable {
    private let requested = Atomic<Bool>(false)
    /// For `poll`; −1 if the system gave none, in which case waits look at the request every 200 ms.
    private let readEnd: Int32
    private let writeEnd: Int32

    /// A signal not yet given.
    public init() {
        var ends: [Int32] = [-1, -1]
        if pipe(&ends) != 0 { ends = [-1, -1] }
        for end in ends where end >= 0 {
            _ = fcntl(end, F_SETFD, FD_CLOEXEC)
            _ = fcntl(end, F_SETFL, O_NONBLOCK)
        }
        (readEnd, writeEnd) = (ends[0], ends[1])
    }
    deinit {
        if readEnd >= 0 { close(readEnd) }
        if writeEnd >= 0 { close(writeEnd) }
    }

    /// Gives the signal, from any thread, for good.
    public func request() {
        guard !requested.exchange(true, ordering: .acquiringAndReleasing), writeEnd >= 0 else { return }
        var one: UInt8 = 1
        _ = write(writeEnd, &one, 1)
    }
    /// Whether the signal was given.
    public var isRequested: Bool { requested.load(ordering: .acquiring) }

    /// Waits for `duration`, or until the signal. Returns whether the whole time passed.
    @discardableResult
    public func wait(_ duration: Duration, clocks: any Clocks = SystemClocks()) -> Bool {
        let end = clocks.monotonicNow().advanced(by: duration)
        while !isRequested {
            let remaining = end.since(clocks.monotonicNow())
            guard remaining > .zero else { return true }
            _ = poll(-1, for: 0, timeout: remaining)
        }
        return false
    }
    /// Waits for `events` on `other` (−1: none), the signal or `timeout`. Returns `other`'s events, 0 for neither.
    func poll(_ other: Int32, for events: Int16, timeout: Duration) -> Int16 {
        var entries = [
            pollfd(fd: readEnd, events: Int16(POLLIN), revents: 0), pollfd(fd: other, events: events, revents: 0),
        ]
        let limit: Int64 = readEnd >= 0 ? 60_000 : 200
        // Rounded up, so that a wait does not spin through its last millisecond.
        let milliseconds = min(limit, max(0, (timeout.nanosecondsClamped / 1_000 &+ 999) / 1_000))
        let count = Glibc.poll(&entries, 2, Int32(milliseconds))
        return count > 0 ? entries[1].revents : 0
    }
}

/// How long to wait before the next try: 0.2 s, doubling to 2 s.
struct BackOff: Sendable {
    static let standard = BackOff(first: .milliseconds(200), longest: .seconds(2))
    let first: Duration
    let longest: Duration
    private var upcoming: Duration
    init(first: Duration, longest: Duration) {
        (self.first, self.longest, upcoming) = (first, longest, first)
    }
    /// The pause before the next try; each one longer.
    mutating func next() -> Duration {
        defer { upcoming = min(longest, upcoming * 2) }
        return upcoming
    }
    /// It works again: the next pause is a short one.
    mutating func reset() { upcoming = first }
}
