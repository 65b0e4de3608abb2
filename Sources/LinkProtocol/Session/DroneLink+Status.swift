import FlightTypes

/// How the link does, for people and for the frame budget.
public struct LinkStatus: Hashable, Sendable {
    /// What the path is believed to carry, bytes a second.
    public var bytesPerSecond = 0.0
    /// Smoothed round trip; nil before the first feedback.
    public var roundTrip: Duration?
    /// Queue that stands on the way.
    public var standing: Duration = .zero
    /// Share of datagrams lost, 0…1.
    public var loss = 0.0
    /// Where on the degradation ladder.
    public var rung = LinkRung.full
    /// UDP payload of the largest datagram in use.
    public var datagramSize = LinkLimits.datagramSize
    /// Objects on board that the station lacks.
    public var missing: UInt64 = 0
    /// Objects accepted for live sending, dropped before they left, late, known whole.
    public var accepted: UInt64 = 0, dropped: UInt64 = 0, late: UInt64 = 0, whole: UInt64 = 0
    /// Fragments sent, and how many of them were repair.
    public var fragments: UInt64 = 0, repairs: UInt64 = 0
    /// Nothing yet.
    public init() {}
}

extension DroneLink {
    /// How the link does now. Counts what is missing, so not for every frame.
    public var status: LinkStatus {
        var status = LinkStatus()
        status.bytesPerSecond = control.rate
        status.roundTrip = delay.roundTrip
        status.standing = delay.standing
        status.loss = loss.fraction
        status.rung = rung
        status.datagramSize = mtu.size
        status.missing = backfill.missing
        status.accepted = outbox.counters.accepted
        status.dropped = outbox.counters.dropped
        status.late = outbox.counters.late
        status.whole = outbox.counters.whole
        status.fragments = outbox.counters.fragments
        status.repairs = outbox.counters.repairs
        return status
    }

    /// Where on the degradation ladder the link is.
    public var currentRung: LinkRung { rung }
    /// Objects accepted, and dropped because their class was full or they were too late to begin.
    public var objectCounts: (accepted: UInt64, dropped: UInt64) { (outbox.counters.accepted, outbox.counters.dropped) }
    /// Live objects waiting or being sent.
    public var waiting: Int { outbox.liveCount }

    /// Bytes of a picture that is called small.
    private static let smallPicture = 8_000.0

    /// Bytes that the next visible frame may have so that it arrives in time and frames like it can go on; 0 when none shall be
    /// sent now. On a slow path it grows while frames are skipped, so fewer and larger frames come instead of many tiny ones.
    public mutating func visibleBudget(at now: MonotonicInstant) -> Int {
        guard isEstablished, !isStalled(at: now), rung != .detectionsOnly else { return 0 }
        let hasThermal = lastThermal.map { now.since($0) < .seconds(5) } ?? false
        guard rung < .thermalStills || !hasThermal else { return 0 }
        let since = share(at: now)
        let backlog = Double(outbox.queuedBytes())
        let steady = (since - max(0, backlog - since * 0.2)) * useful + visibleCredit
        // What is on its way beyond the path itself stands in a queue.
        let trip = (delay.leastRoundTrip ?? .milliseconds(100)) + .milliseconds(10)
        let queued = max(
            delay.standing.milliseconds, Double(ledger.bytesOnTheWay) / control.rate * 1000 - trip.milliseconds)
        let oneWay = trip.milliseconds / 2
        let left = (configuration.deadlines.visible.milliseconds - oneWay - max(0, queued) - 25) / 1000
        // A third of the time: a radio link's rate is a mean, and the next tenth of a second may carry half of it. A small picture
        // may take most of it, or none would ever leave, and nothing would show that the path carries more.
        // While something queues, what arrives at this moment is what the path carries at this moment.
        let present =
            delay.newest > .milliseconds(8) ? min(control.rate, control.presentRate(at: now) * 1.1) : control.rate
        let most = (present * max(0, left) - backlog) * useful
        let inTime = max(most * 0.35, min(most * 0.7, Self.smallPicture))
        visibleAsked = max(0, min(steady, inTime, 8e6))
        return Int(visibleAsked)
    }

    /// What of a byte that leaves is of use: the rest is headers and repair.
    private var useful: Double { (1 - loss.fraction) * 0.93 }

    /// Bytes that the path has carried or could have carried since the last visible frame.
    private func share(at now: MonotonicInstant) -> Double {
        let pause = min(lastVisible.map { now.since($0).milliseconds } ?? 1000, 1000)
        return control.rate * pause / 1000 * 0.97
    }

    /// A picture of just the wanted size does not exist: quality goes in steps, and scenes differ. What one leaves unused the next
    /// may have, half a frame's share at most, so that a camera whose pictures always turn out smaller still uses the path.
    mutating func noteVisible(_ bytes: Int, at now: MonotonicInstant) {
        visibleCredit = min(max(visibleAsked - Double(bytes), 0), share(at: now) * useful / 2)
        visibleAsked = 0
        lastVisible = now
    }

    /// Whether something is on its way for longer than an answer takes and the feedback stays out: the path stands still, and a
    /// frame begun now would only wait. Recorded uplinks (ATT 2016): after a delivery within 40 ms a frame of 6 KB is there in
    /// time in 97 of 100 cases, at any moment in 87.
    func isStalled(at now: MonotonicInstant) -> Bool {
        guard let oldest = ledger.oldestOnTheWay, let lastFeedback else { return false }
        let patience = (delay.leastRoundTrip ?? .milliseconds(200)) + .milliseconds(16)
        return now.since(lastFeedback) > .milliseconds(16) && now.since(oldest) > patience
    }

    /// The first queue that holds more than its limit, if any: for the invariants of the simulation.
    public var overfullQueue: String? { attempts.count > Self.attemptsLimit ? "handshakes" : outbox.overfull }

    /// A number over all state that a datagram may change. Equal before and after whatever did not authenticate.
    public var fingerprint: UInt64 {
        var hash = Fingerprint()
        hash.mix(current?.sendCounter ?? 0, current?.window.highest ?? 0, UInt64(current?.localIndex ?? 0))
        hash.mix(previous?.sendCounter ?? 0, previous?.window.highest ?? 0, ledger.next)
        hash.mix(UInt64(ledger.bytesOnTheWay), control.rate.bitPattern, loss.fraction.bitPattern)
        hash.mix(UInt64(outbox.begun.count), outbox.counters.whole, outbox.counters.fragments)
        hash.mix(UInt64(bitPattern: nextHandshake.nanoseconds), UInt64(attempts.count), isSilent ? 1 : 0)
        hash.mix(UInt64(bitPattern: lastHeard?.nanoseconds ?? 0), UInt64(mtu.size), UInt64(cookie == nil ? 0 : 1))
        return hash.value
    }
}

/// FNV-1a over words.
struct Fingerprint {
    private(set) var value: UInt64 = 0xCBF2_9CE4_8422_2325
    mutating func mix(_ words: UInt64...) {
        for word in words {
            value = (value ^ word) &* 0x0000_0100_0000_01B3
            value ^= value >> 31
        }
    }
}
