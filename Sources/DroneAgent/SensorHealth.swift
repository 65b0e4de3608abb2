import FlightTypes

/// How an image sensor does, by what was understood of it: the pictures of the last seconds. That it was opened and that bytes come is
/// not enough. Pure.
struct SensorHealth: Sendable {
    typealias State = StatusReport.SensorState
    /// After so long without a picture a sensor that should run fails, at least; three times its own interval where that is longer.
    static let patience = Duration.seconds(3)
    /// The same while only one picture has come and its interval is not known.
    static let firstPatience = Duration.seconds(10)
    /// Sources with longer intervals are none that a picture is shown of.
    static let longestPatience = Duration.seconds(300)

    /// How it does now.
    private(set) var state = State.missing
    /// Since when it should be giving pictures: opened, or its last picture. Nil while it says itself that it does not.
    private var expectedSince: MonotonicInstant?
    private var lastImage: MonotonicInstant?
    private var interval: Duration?
    private var lostSinceImage: UInt64 = 0
    /// Whether the state was found here and not told by the sensor, so that its end is told here, too.
    private var isOwnVerdict = false

    /// A picture came. What to say about it, if anything.
    mutating func image(isFrozen: Bool, isBlind: Bool, at now: MonotonicInstant) -> String? {
        if let lastImage, now > lastImage { interval = now.since(lastImage) }
        (lastImage, expectedSince, lostSinceImage) = (now, now, 0)
        let before = state
        state = isFrozen ? .frozen : isBlind ? .blind : .running
        let wasOwn = isOwnVerdict
        isOwnVerdict = state != .running
        guard state != before else { return nil }
        switch state {
        case .frozen: return "repeats one picture"
        case .blind: return "shows one brightness only: lens covered, or no light"
        default: return wasOwn ? "gives pictures again" : nil
        }
    }

    /// Frames were lost or refused that no picture followed yet.
    mutating func lost(_ count: Int) { lostSinceImage &+= UInt64(max(0, count)) }

    /// What the sensor says itself. Its `running` is a promise; the first picture keeps it.
    mutating func told(_ told: State, at now: MonotonicInstant) {
        isOwnVerdict = false
        guard told == .running else {
            (state, expectedSince, interval, lastImage) = (told, nil, nil, nil)
            return
        }
        // A sensor that gives pictures may repeat it.
        if expectedSince == nil { (expectedSince, lostSinceImage) = (now, 0) }
    }

    /// Time has passed. What to say, if that changes anything.
    mutating func look(at now: MonotonicInstant) -> String? {
        guard let since = expectedSince, state != .failing || !isOwnVerdict else { return nil }
        let silence = now.since(since)
        guard silence >= currentPatience else { return nil }
        (state, isOwnVerdict) = (.failing, true)
        let reason =
            lostSinceImage > 0
            ? "\(lostSinceImage) frames were lost or refused since, none understood" : "nothing that is one came since"
        return "no picture for \(silence.nanosecondsClamped / 1_000_000_000) s: \(reason)"
    }

    private var currentPatience: Duration {
        guard lastImage != nil else { return Self.patience }
        guard let interval else { return Self.firstPatience }
        return min(Self.longestPatience, max(Self.patience, interval * 3))
    }
}
