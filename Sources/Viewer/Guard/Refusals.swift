import FlightTypes
import Logging
import Synchronization

/// When a refusal is told: the first of its kind at once, then with a count at growing pauses, and when a minute has passed
/// without one. A value; time is an argument.
///
/// Who asks decides what is refused and under which words, so lines are few whatever comes: `linesAtOnce`, then as many a minute.
struct Refusals: Sendable {
    static let linesAtOnce = 20.0
    /// Without another one for this long it is over.
    static let calm: Duration = .seconds(60)
    private var troubles = Troubles<String>()
    private var newest: [String: MonotonicInstant] = [:]
    private var lines: TokenBucket?
    /// Refusals that found no line.
    private(set) var untold: UInt64 = 0

    /// One more of `key`: something to tell, or nil.
    mutating func note(_ key: String, at now: MonotonicInstant) -> RepeatedTrouble.Tally? {
        if newest[key] == nil, newest.count >= Troubles<String>.limit,
            let oldest = newest.min(by: { $0.value < $1.value })
        {
            newest[oldest.key] = nil
        }
        newest[key] = now
        guard let tally = troubles.failed(key, at: now) else { return nil }
        return takeLine(at: now) ? tally : nil
    }

    /// Those that are over, and how many refusals found no line since the last time.
    mutating func sweep(at now: MonotonicInstant) -> (
        over: [(key: String, tally: RepeatedTrouble.Tally)], untold: UInt64
    ) {
        var over: [(key: String, tally: RepeatedTrouble.Tally)] = []
        for (key, last) in newest where now.since(last) >= Self.calm {
            newest[key] = nil
            // A single one needs no end.
            if let tally = troubles.worked(key, at: now), tally.count > 1, takeLine(at: now) {
                over.append((key, tally))
            }
        }
        defer { untold = 0 }
        return (over.sorted { $0.key < $1.key }, untold)
    }

    private mutating func takeLine(at now: MonotonicInstant) -> Bool {
        var bucket = lines ?? TokenBucket(capacity: Self.linesAtOnce, perMinute: Self.linesAtOnce, at: now)
        let mayTell = bucket.take(at: now)
        lines = bucket
        if !mayTell { untold += 1 }
        return mayTell
    }
}

/// Writes refusals to the log.
final class RefusalLog: Sendable {
    private let logger: Logger
    private let clocks: any Clocks
    private let refusals = Mutex(Refusals())

    init(logger: Logger, clocks: any Clocks) {
        self.logger = logger
        self.clocks = clocks
    }

    /// `what` was refused; `advice` is added to the line.
    func note(_ what: String, advice: String = "") {
        let now = clocks.monotonicNow()
        guard let tally = refusals.withLock({ $0.note(what, at: now) }) else { return }
        logger.warning("\(what)\(tally.times)\(advice.isEmpty ? "" : ". " + advice)")
    }

    /// Tells what is over; to be called every few seconds.
    func sweep() {
        let now = clocks.monotonicNow()
        let (over, untold) = refusals.withLock { $0.sweep(at: now) }
        for (what, tally) in over { logger.notice("Over\(tally.afterwards("refusals")): \(what)") }
        if untold > 0 { logger.warning("\(untold) more refusals of the page were not told one by one") }
    }

    /// Text from outside for a log line: printable ASCII, the rest as `\u{…}`, cut at `limit` characters.
    static func harmless(_ text: String?, limit: Int = 100) -> String {
        guard let text else { return "(none)" }
        var shown = ""
        for scalar in text.unicodeScalars.prefix(limit) {
            if (0x20...0x7E).contains(scalar.value), scalar != "\\" {
                shown.unicodeScalars.append(scalar)
            } else {
                shown += "\\u{" + String(scalar.value, radix: 16) + "}"
            }
        }
        return text.unicodeScalars.count > limit ? shown + "…" : shown
    }
}
