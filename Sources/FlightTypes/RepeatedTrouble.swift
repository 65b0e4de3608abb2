/// Decides when trouble that comes again and again is told: the first time at once, then with a count at growing pauses (10 s,
/// 1 min, 10 min, every hour), and when it is over. A value; the caller writes the line where an answer is given.
///
/// Trouble that comes back within a minute after it was over goes on as the same: what flaps is told at the same pauses, and
/// not at each change. Another reason is told at once, the first `reasonsLimit` of them.
public struct RepeatedTrouble: Sendable {
    /// How often, and over what time.
    public struct Tally: Hashable, Sendable {
        /// Failures so far, this one included.
        public var count: UInt64
        /// Since the first of them.
        public var duration: Duration

        /// What is added to a line about a failure: nothing for the first, else ` (312 times in 5 min)`.
        public var times: String { count > 1 ? " (\(count) times in \(Self.words(duration)))" : "" }
        /// What is added to a line that says it is over: ` after 312 failures in 5 min`, or nothing after a single one.
        public func afterwards(_ what: String = "failures") -> String {
            count > 1 ? " after \(count) \(what) in \(Self.words(duration))" : ""
        }

        static func words(_ duration: Duration) -> String {
            let seconds = max(0, duration.components.seconds)
            switch seconds {
            case ..<1: return "less than 1 s"
            case ..<120: return "\(seconds) s"
            case ..<7200: return "\(seconds / 60) min"
            default: return "\(seconds / 3600) h"
            }
        }
    }

    /// Different reasons of one episode that are told at once.
    public static let reasonsLimit = 4
    /// Calm for this long: what comes then is new.
    public static let calm: Duration = .seconds(60)
    private static let pauses: [Duration] = [.seconds(10), .seconds(60), .seconds(600), .seconds(3600)]

    private var began = MonotonicInstant(nanoseconds: 0)
    private var newest = MonotonicInstant(nanoseconds: 0)
    private var nextTelling = MonotonicInstant(nanoseconds: 0)
    private var step = 0
    private var count: UInt64 = 0
    private var reasons: Set<String> = []
    /// Whether the newest line said that there is trouble.
    private var saysTrouble = false
    /// Whether there is trouble now.
    public private(set) var isTroubled = false

    /// No trouble yet.
    public init() {}

    /// It failed. Something to tell, or nil when it has been told lately.
    public mutating func failed(_ reason: String = "", at now: MonotonicInstant) -> Tally? {
        if count == 0 || !isTroubled && now.since(newest) >= Self.calm { begin(at: now) }
        count += 1
        newest = now
        isTroubled = true
        let isNew = reasons.count < Self.reasonsLimit && reasons.insert(reason).inserted
        return isNew ? tell(true, at: now) : due(at: now)
    }

    /// It works. Something to tell when trouble was told and this was not.
    public mutating func worked(at now: MonotonicInstant) -> Tally? {
        guard isTroubled else { return nil }
        isTroubled = false
        newest = now
        guard saysTrouble else { return nil }
        saysTrouble = false
        return tally(at: now)
    }

    /// Where a change is told by the caller only once (it fell silent, it is back), the last one of many must not stay untold:
    /// trouble that goes on and has not been told since its pause was over. Ask once a second or so.
    public mutating func stillTroubled(at now: MonotonicInstant) -> Tally? {
        isTroubled && !saysTrouble ? due(at: now) : nil
    }

    private mutating func begin(at now: MonotonicInstant) {
        began = now
        nextTelling = now
        step = 0
        count = 0
        reasons = []
        saysTrouble = false
    }

    private mutating func due(at now: MonotonicInstant) -> Tally? {
        guard now >= nextTelling else { return nil }
        return tell(true, at: now)
    }

    private mutating func tell(_ isTrouble: Bool, at now: MonotonicInstant) -> Tally {
        if now >= nextTelling {
            nextTelling = now.advanced(by: Self.pauses[min(step, Self.pauses.count - 1)])
            step = min(step + 1, Self.pauses.count - 1)
        }
        saysTrouble = isTrouble
        return tally(at: now)
    }

    private func tally(at now: MonotonicInstant) -> Tally { Tally(count: count, duration: now.since(began)) }
}

/// Trouble of several things of one kind, each told on its own: drones, sensors, files. Limit `limit` things; the one that has
/// been quiet longest is forgotten.
public struct Troubles<Key: Hashable & Sendable>: Sendable {
    /// Things remembered.
    public static var limit: Int { 64 }
    private var entries: [Key: (trouble: RepeatedTrouble, at: MonotonicInstant)] = [:]

    /// No trouble yet.
    public init() {}

    /// `key` failed: something to tell, or nil.
    public mutating func failed(_ key: Key, _ reason: String = "", at now: MonotonicInstant) -> RepeatedTrouble.Tally? {
        if entries[key] == nil, entries.count >= Self.limit,
            let quiet = entries.min(by: { $0.value.at < $1.value.at })
        {
            entries[quiet.key] = nil
        }
        var entry = entries[key] ?? (RepeatedTrouble(), now)
        entry.at = now
        let tally = entry.trouble.failed(reason, at: now)
        entries[key] = entry
        return tally
    }

    /// `key` works: something to tell, or nil.
    public mutating func worked(_ key: Key, at now: MonotonicInstant) -> RepeatedTrouble.Tally? {
        entries[key]?.trouble.worked(at: now)
    }

    /// Those whose trouble goes on untold (`RepeatedTrouble.stillTroubled`).
    public mutating func stillTroubled(at now: MonotonicInstant) -> [(key: Key, tally: RepeatedTrouble.Tally)] {
        var told: [(key: Key, tally: RepeatedTrouble.Tally)] = []
        for key in Array(entries.keys) {
            if let tally = entries[key]?.trouble.stillTroubled(at: now) { told.append((key, tally)) }
        }
        return told
    }
}
