import FlightTypes
import Recording
import Situation

/// Plays a recorded incident into a hub, as if it were arriving now; pause, seek and speed at any time.
///
/// A hub source like the live link: everything downstream works on it unchanged. Reads ahead at most `pageSize` objects.
/// Plays what the file held when it was opened; what came later from the onboard record at its place in the flight, and of
/// a frame the original alone, if it is there.
public actor ReplaySource {
    private static let pageSize = 32
    private let reader: IncidentReader
    private let hub: StreamHub
    private let clocks: any Clocks
    private let onObject: @Sendable (HubObject) -> Void
    private let playback: Playback
    private var clock: ReplayClock
    private var cursor: PlaybackCursor
    private var page: ArraySlice<PlayedObject> = []
    private let admits: @Sendable (FlightObject) -> Bool
    /// Objects in the file that could not be read or were not admitted; they are skipped. What is of a kind not known is no fault and
    /// is passed over.
    public private(set) var unreadable: UInt64 = 0

    /// Where a replay stands.
    public struct State: Sendable {
        /// Position and length.
        public var position: Duration, duration: Duration
        /// Seconds of recording per second.
        public var rate: Double
        /// Whether it stands still, by wish or at the end.
        public var isPaused: Bool
        /// What a right wall clock showed, were it counted back from here to the beginning: clocks are set, and pauses that nobody
        /// would wait for are shortened.
        public var start: WallTime
    }

    /// A replay of `reader` into `hub`; nil when the file holds nothing. `admits` looks at each object first: files come from
    /// elsewhere, too.
    public init?(
        reader: IncidentReader, hub: StreamHub, clocks: any Clocks,
        admits: @escaping @Sendable (FlightObject) -> Bool = { _ in true },
        onObject: @escaping @Sendable (HubObject) -> Void
    ) throws {
        guard let playback = try reader.playback() else { return nil }
        self.reader = reader
        self.hub = hub
        self.clocks = clocks
        self.admits = admits
        self.onObject = onObject
        self.playback = playback
        cursor = playback.start
        clock = ReplayClock(duration: playback.duration, at: clocks.monotonicNow())
    }

    /// Where it stands now.
    public var state: State {
        let now = clocks.monotonicNow()
        let position = clock.position(at: now)
        let (start, overflow) = playback.wall(at: position).nanoseconds.subtractingReportingOverflow(
            position.nanosecondsClamped)
        return State(
            position: position, duration: clock.duration, rate: clock.rate,
            isPaused: clock.isPaused || clock.isAtEnd(at: now), start: WallTime(nanoseconds: overflow ? .min : start))
    }

    /// Sentences about the recording's clocks: when they were set, and which pauses are assumed.
    public nonisolated var remarks: [String] { playback.remarks }

    /// Stands still.
    public func pause() { clock.pause(at: clocks.monotonicNow()) }
    /// Runs on; from the start when the end was reached.
    public func play() throws {
        let now = clocks.monotonicNow()
        if clock.isAtEnd(at: now) { try seek(to: .zero) }
        clock.play(at: now)
    }
    /// Changes the speed.
    public func setRate(_ rate: Double) { clock.setRate(rate, at: clocks.monotonicNow()) }
    /// Jumps, and shows at once what was to be seen at that moment.
    public func seek(to target: Duration) throws {
        clock.seek(to: target, at: clocks.monotonicNow())
        let shown: [PlayedObject]
        // What arrived at that very moment was to be seen then, too.
        (cursor, shown) = try reader.seek(in: playback, to: clock.position(at: clocks.monotonicNow()))
        page = []
        for object in shown { publish(object.stored) }
    }

    /// Plays until cancelled.
    public func run() async throws {
        while !Task.isCancelled {
            try step()
            try await Task.sleep(for: .milliseconds(10))
        }
    }

    /// Publishes all that is due now.
    public func step() throws {
        let now = clocks.monotonicNow()
        let due = clock.position(at: now)
        guard !clock.isPaused else { return }
        while true {
            if page.isEmpty { page = try reader.objects(of: playback, after: &cursor, limit: Self.pageSize)[...] }
            guard let next = page.first, next.time <= due else { return }
            page.removeFirst()
            publish(next.stored)
        }
    }

    private func publish(_ stored: IncidentReader.Stored) {
        guard let object = try? FlightObject(decoding: stored.bytes), let drone = DroneID(stored.drone), admits(object)
        else {
            unreadable += 1
            return
        }
        guard !object.isUnknown else { return }
        let arrival = HubObject(
            drone: drone, object: object, bytes: stored.bytes, receiveTime: stored.receiveMonotonic,
            receiveWall: stored.receiveTime, captureOnStation: stored.receiveMonotonic,
            shownTime: clocks.monotonicNow())
        onObject(arrival)
        hub.publish(.object(arrival))
    }
}
