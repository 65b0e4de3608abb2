import FlightTypes

/// How long what was recorded really took.
///
/// The wall clock is for showing and may be set at any moment, by years where a machine has no battery for its clock. So time is
/// counted on the monotonic clock for as long as the recording machine ran, and only over a pause between two of its runs by
/// the wall clock; a pause that this cannot know is a short one, and is said to be assumed.
struct Timeline: Sendable {
    /// A stretch over which both clocks ran alike.
    struct Segment: Hashable, Sendable {
        var run: ClockRun
        /// Where it begins, nanoseconds from the first object.
        var start: Int64
        /// The true wall clock minus the monotonic one: what it came to be last before the machine stopped.
        var offset: Int64
        var duration: Int64 { max(0, run.last.monotonic.minus(run.first.monotonic)) }
        var end: Int64 { start.adding(duration) }
    }
    /// What people should know of it.
    enum Remark: Hashable, Sendable {
        /// At that time, by the corrected clock, the wall clock was set by so many nanoseconds.
        case clockSet(at: WallTime, by: Int64)
        /// The machine began anew at that time, and how long it was away nobody knows.
        case pauseAssumed(at: WallTime)
    }
    /// Which run of the machine recorded what follows `position`; nil where the file does not say.
    struct Boot: Hashable, Sendable {
        var after: Int64
        var name: String?
    }

    /// A longer pause between two runs of the machine is not believed, and would not be waited for.
    static let longestPause: Int64 = 3_600_000_000_000
    /// A pause that nobody knows.
    static let assumedPause: Int64 = 5_000_000_000

    let segments: [Segment]
    let remarks: [Remark]

    /// Of runs in the order of positions, one at least. `boots` are in that order, too.
    init(_ runs: [ClockRun], boots: [Boot]) {
        func boot(_ point: ClockPoint) -> String? { boots.last { $0.after < point.position }?.name }
        /// Nil where the file does not say.
        func isSameBoot(_ a: ClockRun, _ b: ClockRun) -> Bool? {
            guard b.first.monotonic >= a.last.monotonic else { return false }
            guard let one = boot(a.last), let other = boot(b.first) else { return nil }
            return one == other
        }
        // The clock came to be right in the end: nobody sets it to a wrong time on purpose, a machine that starts often has one.
        var offsets = runs.map(\.last.offset)
        for index in runs.indices.dropLast().reversed() where isSameBoot(runs[index], runs[index + 1]) != false {
            offsets[index] = offsets[index + 1]
        }
        var segments: [Segment] = []
        var remarks: [Remark] = []
        for (run, offset) in zip(runs, offsets) {
            guard let before = segments.last else {
                segments.append(Segment(run: run, start: 0, offset: offset))
                continue
            }
            let at = WallTime(nanoseconds: run.first.monotonic.adding(offset))
            let pause: Int64
            switch isSameBoot(before.run, run) {
            case true?:
                pause = run.first.monotonic.minus(before.run.last.monotonic)
                remarks.append(.clockSet(at: at, by: run.first.offset.minus(before.run.last.offset)))
            case nil:
                let moved = run.first.monotonic.minus(before.run.last.monotonic)
                pause = moved <= Self.longestPause ? moved : Self.assumedPause
                remarks.append(.clockSet(at: at, by: run.first.offset.minus(before.run.last.offset)))
            case false?:
                let away = at.nanoseconds.minus(before.run.last.monotonic.adding(before.offset))
                let isKnown = (0...Self.longestPause).contains(away)
                pause = isKnown ? away : Self.assumedPause
                if !isKnown { remarks.append(.pauseAssumed(at: at)) }
            }
            segments.append(Segment(run: run, start: before.end.adding(pause), offset: offset))
        }
        self.segments = segments
        self.remarks = remarks
    }

    /// From the first object to the last.
    var duration: Int64 { segments.last?.end ?? 0 }

    /// When what was received at `monotonic` and lies at `position` is played. Behind the last object of a segment time goes on for
    /// as long as a pause may be; a jump back or a longer one means another run of the machine, of which nothing is known.
    func time(position: Int64, monotonic: Int64) -> Int64 {
        guard let index = segment(at: position) else { return 0 }
        let segment = segments[index]
        if position <= segment.run.last.position {
            return segment.start.adding(min(max(0, monotonic.minus(segment.run.first.monotonic)), segment.duration))
        }
        let beyond = monotonic.minus(segment.run.last.monotonic)
        let time = segment.end.adding((0...Self.longestPause).contains(beyond) ? beyond : Self.assumedPause)
        return index + 1 < segments.count ? min(time, segments[index + 1].start) : time
    }

    /// The segment that holds `position`: the last that begins at or before it, else the first.
    func segment(at position: Int64) -> Int? {
        guard !segments.isEmpty else { return nil }
        var (low, high) = (0, segments.count)
        while high - low > 1 {
            let middle = (low + high) / 2
            if segments[middle].run.first.position <= position { low = middle } else { high = middle }
        }
        return low
    }
    /// The segment that is played at `time`: the last that begins at or before it; nil before the first.
    func segment(playing time: Int64) -> Int? { segments.lastIndex { $0.start <= time } }

    /// What a right wall clock showed at `time`; in a pause it runs on from the segment before.
    func wall(at time: Int64) -> WallTime {
        guard let segment = segment(playing: time).map({ segments[$0] }) ?? segments.first else {
            return WallTime(nanoseconds: 0)
        }
        let monotonic = segment.run.first.monotonic.adding(time.minus(segment.start))
        return WallTime(nanoseconds: monotonic.adding(segment.offset))
    }
}

extension Timeline.Remark: CustomStringConvertible {
    var description: String {
        switch self {
        case .clockSet(let time, let nanoseconds):
            let tenths = nanoseconds.magnitude / 100_000_000
            let amount = tenths >= 20 * 86_400 ? "\(tenths / 864_000) days" : "\(tenths / 10).\(tenths % 10) s"
            return "the clock of the recording machine was set \(nanoseconds < 0 ? "back" : "forward") by \(amount) at "
                + "\(time.rfc3339); times before are counted back from the later one"
        case .pauseAssumed(let time):
            return "the recording machine started anew at \(time.rfc3339); how long it was away is not known, "
                + "\(Timeline.assumedPause / 1_000_000_000) s are assumed"
        }
    }
}
