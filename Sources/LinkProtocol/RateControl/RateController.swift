import FlightTypes

/// What the path carries, from delay: rises while nothing queues, falls to what was delivered when a queue stands.
///
/// Loss alone never lowers it, because radio loses for reasons of its own; loss together with a standing queue, or a delivery
/// rate that stays below the sending rate, does so through the queue it makes. Ideas from NADA (RFC 8698), SCReAM (RFC 8298)
/// and BBR's delivery rate; the numbers were found in `lagebild bench simulate` and against the recorded uplinks.
struct RateController: Sendable {
    struct Limits: Sendable {
        var least = 1_000.0
        var most: Double
    }
    /// In-flight bytes may fill this much queue beyond the path itself, and the target's.
    private static let windowQueue: Duration = .milliseconds(25)
    private static let startRate = 250_000.0
    /// Growth without evidence ends at this multiple of what is delivered.
    private static let headroom = 4.0

    private enum Phase: Sendable { case startUp, steady }
    private var phase = Phase.startUp
    private let limits: Limits
    /// Bytes a second.
    private(set) var rate: Double
    private var ceiling: Double?
    private var lastCut: MonotonicInstant?
    private var lastRise: MonotonicInstant?
    private var cutsInARow = 0
    private var delivered = DeliveredRate()
    private var congestionMarks: UInt32?
    private static let floorInterval: Duration = .seconds(5)
    private var standingAtFirstCut: Duration = .zero
    private var leastQueue: Duration = .seconds(3600)
    private var floorWatched: MonotonicInstant?
    private var drainUntil: MonotonicInstant?
    /// Cuts so far.
    private(set) var cuts: UInt64 = 0

    init(limits: Limits) {
        self.limits = limits
        rate = min(Self.startRate, limits.most)
    }

    /// A queue that stands longer than this is ours to drain. Slow paths send in lumps: four full datagrams' time is no queue.
    var standingTarget: Duration {
        .nanoseconds(Int64((0.012 + min(4 * 1500 / max(rate, 1000), 0.06)) * 1e9))
    }

    /// Whether a queue stood on the path within the last ten seconds.
    func hasBeenFull(at now: MonotonicInstant) -> Bool { lastCut.map { now.since($0) < .seconds(10) } ?? false }

    /// Bytes a second that arrived in the last fifth of a second: what the path carries at this moment, while a queue stands.
    func presentRate(at now: MonotonicInstant) -> Double { delivered.peak(at: now) }
    /// Bytes a second that arrived lately.
    func deliveredRate(at now: MonotonicInstant) -> Double { delivered.rate(at: now) }

    /// Takes a feedback's news into account. `isBusy`: something has been waiting to leave since the last one.
    mutating func handle(
        arrivedBytes: Int, marks: UInt32, delay: inout DelayTracker, isBusy: Bool, at now: MonotonicInstant
    ) {
        delivered.note(arrivedBytes, isBusy: isBusy, at: now)
        let roundTrip = delay.roundTrip ?? .milliseconds(100)
        let newMarks = congestionMarks.map { marks != $0 } ?? false
        congestionMarks = marks
        let standing = delay.standing
        watchFloor(delay, roundTrip, at: now)
        if standing > standingTarget || (phase == .startUp && standing > standingTarget / 2) || newMarks {
            guard lastCut.map({ now.since($0) > roundTrip + .milliseconds(80) }) ?? true else { return }
            cut(standing: standing, isMark: newMarks && standing <= standingTarget, at: now)
            if cutsInARow == 1 { standingAtFirstCut = standing }
            if cutsInARow >= 6 {
                // Six cuts and what stands has not become less: it is no queue, the path has become longer.
                if standing > standingAtFirstCut * 0.85 { delay.resetFloor() }
                cutsInARow = 0
            }
            return
        }
        if standing < .milliseconds(6) { cutsInARow = 0 }
        rise(standing: standing, roundTrip: roundTrip, isBusy: isBusy, at: now)
    }

    /// A path that is never idle never shows its floor, and the floor would creep up with the queue: now and then everything is
    /// held back until the queue must have drained (as BBR probes its round trip).
    private mutating func watchFloor(_ delay: DelayTracker, _ roundTrip: Duration, at now: MonotonicInstant) {
        leastQueue = min(leastQueue, delay.newest)
        guard let begun = floorWatched else {
            floorWatched = now
            return
        }
        guard now.since(begun) >= Self.floorInterval else { return }
        if leastQueue > .milliseconds(3) {
            drainUntil = now.advanced(by: roundTrip + max(delay.standing, leastQueue) + .milliseconds(60))
        }
        floorWatched = now
        leastQueue = .seconds(3600)
    }

    /// Whether a queue is being let drain on purpose.
    func isDraining(at now: MonotonicInstant) -> Bool { drainUntil.map { now < $0 } ?? false }
    /// What datagrams leave at: above the rate while the path idles between two pictures, so that each is there soon; the rate
    /// itself where something has been waiting all the time since `idle`, or the queue would never drain.
    func pacingRate(idle: MonotonicInstant, at now: MonotonicInstant) -> Double {
        if isDraining(at: now) { return rate * 0.4 }
        return now.since(idle) > .milliseconds(80) ? rate * 0.98 : rate * 1.25
    }

    private mutating func cut(standing: Duration, isMark: Bool, at now: MonotonicInstant) {
        phase = .steady
        lastCut = now
        lastRise = now
        cuts += 1
        cutsInARow += 1
        let got = delivered.peak(at: now)
        ceiling = max(got, (ceiling ?? rate) * 0.85)
        // Below what is delivered by as much as drains the standing queue in half a second.
        let drain = min(0.3, standing.milliseconds / 500)
        let goal = isMark ? rate * 0.9 : min(rate * 0.95, got * (0.95 - drain))
        // Nearly nothing comes through: not a turn of the path but another path.
        let isFarOff = got < rate * 0.1 && standing > .milliseconds(200)
        rate = min(max(goal, rate * (isFarOff ? 0.3 : 0.6), limits.least), limits.most)
    }

    private mutating func rise(standing: Duration, roundTrip: Duration, isBusy: Bool, at now: MonotonicInstant) {
        guard let last = lastRise else {
            lastRise = now
            return
        }
        // Where little is sent, news come rarely.
        let elapsed = min(now.since(last).milliseconds, isBusy ? 200 : 1000)
        lastRise = now
        let trip = max(20, roundTrip.milliseconds)
        let perTrip: Double
        switch phase {
        case .startUp: perTrip = 1
        case .steady:
            // Quickly back to what the path carried a moment ago, gently beyond.
            if let ceiling, rate < 0.6 * ceiling {
                perTrip = 0.6
            } else if let ceiling, rate < 0.95 * ceiling {
                perTrip = 0.15
            } else {
                // The longer nothing was found there, the bolder.
                let seconds = lastCut.map { now.since($0).milliseconds / 1000 } ?? 10
                perTrip = min(0.015 * (1 + seconds), 0.15)
            }
        }
        let slack = max(0, 1 - standing / standingTarget)
        let raised = rate * (1 + perTrip * slack * elapsed / trip)
        // What nobody uses proves nothing: four times what is delivered, or what was reached before.
        let proven = max(Self.headroom * delivered.rate(at: now), Self.startRate, rate)
        rate = min(raised, isBusy ? raised : proven, limits.most)
    }

    /// Bytes that may be on their way.
    func window(delay: DelayTracker, datagram: Int, at now: MonotonicInstant) -> Int {
        let trip = delay.leastRoundTrip ?? .milliseconds(100)
        if isDraining(at: now) { return max(Int(min(rate * trip.milliseconds / 2000, 64e6)), 2 * datagram) }
        let bytes = rate * (trip + Self.windowQueue + standingTarget).milliseconds / 1000
        // On the slowest paths even three datagrams are a queue of half a second.
        return max(Int(min(bytes, 64e6)), (rate < 6_000 ? 2 : 3) * datagram)
    }
}

/// Bytes delivered in sliding windows.
struct DeliveredRate: Sendable {
    private static let bucket: Duration = .milliseconds(50)
    private static let buckets = 20
    private var bytes: [Int] = []
    private var busy: [Bool] = []
    private var start: MonotonicInstant?

    mutating func note(_ count: Int, isBusy: Bool, at now: MonotonicInstant) {
        advance(to: now)
        bytes[bytes.count - 1] += count
        if !isBusy { busy[busy.count - 1] = false }
    }

    private mutating func advance(to now: MonotonicInstant) {
        guard let begun = start, !bytes.isEmpty, now.since(begun) < Self.bucket * (Self.buckets + 1) else {
            bytes = [0]
            busy = [true]
            start = now
            return
        }
        var begin = begun
        while now.since(begin) >= Self.bucket {
            begin = begin.advanced(by: Self.bucket)
            bytes.append(0)
            busy.append(true)
        }
        start = begin
        if bytes.count > Self.buckets {
            bytes.removeFirst(bytes.count - Self.buckets)
            busy.removeFirst(busy.count - Self.buckets)
        }
    }

    /// Mean of the last second.
    func rate(at now: MonotonicInstant) -> Double {
        guard let start, !bytes.isEmpty else { return 0 }
        let seconds = (now.since(start) + Self.bucket * (bytes.count - 1)).milliseconds / 1000
        return Double(bytes.reduce(0, +)) / max(seconds, 0.2)
    }

    /// Mean of the last 150 to 200 milliseconds: what a bottleneck with a queue gives.
    func peak(at now: MonotonicInstant) -> Double {
        guard let start, !bytes.isEmpty else { return 0 }
        let last = bytes.suffix(4)
        let seconds = (now.since(start) + Self.bucket * (last.count - 1)).milliseconds / 1000
        return Double(last.reduce(0, +)) / max(seconds, 0.05)
    }
}
