import FlightTypes

/// How long each part of an HTTP connection may take, and how large a body may be. A value; time is an argument.
///
/// ```
/// head 10 s ─▶ body 10 s, 4 KiB ─▶ answer 60 s ─▶ idle 30 s ─▶ head …
/// ```
/// A request that breaks a limit is refused: nothing more is read, and the connection is closed a second later, so that
/// the answer is not overtaken by a reset.
struct RequestDeadlines: Sendable {
    /// From the connection to the end of its first head.
    static let head: Duration = .seconds(10)
    /// From the end of a head to the end of its body.
    static let body: Duration = .seconds(10)
    /// Between two requests, which includes the next head.
    static let idle: Duration = .seconds(30)
    /// From the end of a request to the last byte of its answer in the kernel.
    static let answer: Duration = .seconds(60)
    /// From a refusal to the end of the connection.
    static let parting: Duration = .seconds(1)
    /// Bytes of a body.
    static let bodyLimit = 4096
    /// Requests that may come before the first of them is answered. Browsers send one at a time.
    static let unansweredLimit = 16

    enum Verdict: Hashable, Sendable {
        case pass
        /// The body is larger than it may be (413).
        case tooLarge
        /// Too many requests at once (429).
        case tooMany
    }
    enum Ending: Hashable, Sendable {
        /// The request did not come in time (408), and nothing of an answer has gone out.
        case refuse
        /// Nothing can be said any more.
        case close
    }

    private enum Reading: Sendable {
        case nothing
        case body(since: MonotonicInstant, bytes: Int)
    }
    private var reading = Reading.nothing
    private var hasHead = false
    private var unanswered = 0
    private var isRefused = false
    /// Since when the present wait lasts, for all but a body.
    private var since: MonotonicInstant

    init(at now: MonotonicInstant) { since = now }

    /// When the present wait ends.
    var deadline: MonotonicInstant {
        if isRefused { return since.advanced(by: Self.parting) }
        if case .body(let began, _) = reading { return began.advanced(by: Self.body) }
        if unanswered > 0 { return since.advanced(by: Self.answer) }
        return since.advanced(by: hasHead ? Self.idle : Self.head)
    }

    /// What to do at `now`; nil while the wait lasts.
    func ending(at now: MonotonicInstant) -> Ending? {
        guard now >= deadline else { return nil }
        if case .body = reading, !isRefused { return .refuse }
        return .close
    }

    /// A head has come, which declares `length` bytes of body, or none.
    mutating func head(length: Int?, at now: MonotonicInstant) -> Verdict {
        hasHead = true
        if unanswered == 0 { since = now }
        guard unanswered < Self.unansweredLimit else { return .tooMany }
        unanswered += 1
        reading = .body(since: now, bytes: 0)
        return length ?? 0 > Self.bodyLimit ? .tooLarge : .pass
    }

    /// `count` bytes of the body have come.
    mutating func body(_ count: Int) -> Verdict {
        guard case .body(let since, let bytes) = reading else { return .pass }
        let sum = bytes.addingReportingOverflow(count)
        reading = .body(since: since, bytes: sum.overflow ? .max : sum.partialValue)
        return sum.overflow || sum.partialValue > Self.bodyLimit ? .tooLarge : .pass
    }

    /// The request is whole.
    mutating func requestEnded(at now: MonotonicInstant) {
        reading = .nothing
        if unanswered == 1 { since = now }
    }

    /// The last of an answer is in the kernel.
    mutating func answered(at now: MonotonicInstant) {
        unanswered = max(0, unanswered - 1)
        since = now
    }

    /// The request was refused.
    mutating func refused(at now: MonotonicInstant) {
        isRefused = true
        since = now
    }
}
