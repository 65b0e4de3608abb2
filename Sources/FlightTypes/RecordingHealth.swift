/// How a record does, judged by what waits for the disk and for how long. A value: what was handed over, what became durable,
/// what failed and the time come in; the state comes out. Whoever writes keeps it behind a lock of its own and never holds that
/// lock during a write, so that the state can be read while the disk hangs.
///
/// Objects become durable in the order in which they were handed over.
public struct RecordingHealth: Sendable {
    /// How the record does now.
    public enum State: Hashable, Sendable {
        /// What is handed over becomes durable soon.
        case working
        /// The oldest object that waits was handed over at `since`, longer ago than `slowAfter`.
        case slow(since: MonotonicInstant)
        /// The same, longer ago than `hangingAfter`, and no write has come back with an error meanwhile.
        case hanging(since: MonotonicInstant)
        /// Writes fail, or there is no room for what comes; `since` is the first failure without a success after it.
        case failing(reason: String, since: MonotonicInstant)

        /// Whether what is captured now is being recorded.
        public var isRecording: Bool {
            switch self {
            case .working, .slow: true
            case .hanging, .failing: false
            }
        }
    }

    /// A commit with its sync takes 5 to 200 ms on a sound card or disk and up to a second while one tidies up; what takes
    /// longer is worth knowing.
    public static let slowAfter: Duration = .seconds(1)
    /// Nobody may believe for longer that pictures are being kept which are not.
    public static let hangingAfter: Duration = .seconds(3)
    /// So long after the last object that found no room the record still counts as failing.
    public static let refusalHolds: Duration = .seconds(2)
    /// Moments of handing over that are remembered. Beyond it every second one of the older half is forgotten: what has waited
    /// for more than three seconds anyway may then seem older than it is.
    static let marksLimit = 64
    private static let markInterval: Duration = .milliseconds(100)
    static let noRoom = "more comes than is written"

    /// All objects from number `first` on, up to the next mark, were handed over at `at` or later.
    private struct Mark {
        var first: UInt64
        var at: MonotonicInstant
    }
    private struct Trouble {
        var reason: String
        var since: MonotonicInstant
        var newest: MonotonicInstant
    }
    private var marks: [Mark] = []
    private var submittedCount: UInt64 = 0
    private var settledCount: UInt64 = 0
    private var failure: Trouble?
    private var refusal: Trouble?

    /// Nothing has been handed over.
    public init() {}

    /// Objects that wait for the disk.
    public var waiting: UInt64 { submittedCount &- settledCount }
    var markCount: Int { marks.count }

    /// `count` objects were handed over to whoever writes.
    public mutating func submitted(_ count: Int = 1, at now: MonotonicInstant) {
        guard let count = UInt64(exactly: count), count > 0 else { return }
        if let last = marks.last, now.since(last.at) < Self.markInterval {
            submittedCount &+= count
            return
        }
        if marks.count >= Self.marksLimit { thin() }
        marks.append(Mark(first: submittedCount, at: now))
        submittedCount &+= count
    }

    /// The oldest `count` of those that wait are durable.
    public mutating func committed(_ count: Int, at now: MonotonicInstant) {
        settle(count)
        failure = nil
    }

    /// A write failed. What it should have written goes on waiting, unless `gaveUp` says otherwise.
    public mutating func failed(_ reason: String, at now: MonotonicInstant) {
        failure = Trouble(reason: reason, since: failure?.since ?? now, newest: now)
    }

    /// The oldest `count` of those that wait are not written and never will be.
    public mutating func gaveUp(_ count: Int) { settle(count) }

    /// An object was turned away, because too many wait already.
    public mutating func refused(at now: MonotonicInstant) {
        let holds = refusal.map { now.since($0.newest) < Self.refusalHolds } ?? false
        refusal = Trouble(reason: Self.noRoom, since: holds ? refusal?.since ?? now : now, newest: now)
    }

    /// How the record does at `now`. An error tells more than the waiting that it causes; only when writes no longer come back at
    /// all is it the waiting that counts.
    public func state(at now: MonotonicInstant) -> State {
        let oldest = marks.first?.at
        let age = oldest.map { now.since($0) } ?? .zero
        if let oldest, age >= Self.hangingAfter, failure.map({ now.since($0.newest) >= Self.hangingAfter }) ?? true {
            return .hanging(since: oldest)
        }
        if let failure { return .failing(reason: failure.reason, since: failure.since) }
        if let refusal, now.since(refusal.newest) < Self.refusalHolds {
            return .failing(reason: refusal.reason, since: refusal.since)
        }
        if let oldest, age >= Self.slowAfter { return .slow(since: oldest) }
        return .working
    }

    private mutating func settle(_ count: Int) {
        settledCount &+= min(UInt64(clamping: count), waiting)
        guard waiting > 0 else { return marks.removeAll(keepingCapacity: true) }
        // A mark is over when all objects before the next one are settled.
        while marks.count > 1, marks[1].first <= settledCount { marks.removeFirst() }
    }

    private mutating func thin() {
        let older = marks.prefix(Self.marksLimit / 2).enumerated().filter { $0.offset.isMultiple(of: 2) }
        marks = older.map(\.element) + marks.dropFirst(Self.marksLimit / 2)
    }
}
