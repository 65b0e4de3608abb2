import FlightTypes

/// What became of each datagram of a session: on its way, arrived, or lost.
///
/// Loss is declared as QUIC does (RFC 9002 §6.1): when `packetThreshold` newer ones have arrived, or when one that was sent
/// `reordering` later has. Arrivals after that show that the path reorders, and the patience grows.
struct SentLedger: Sendable {
    /// What a datagram carried.
    enum Load: Sendable, Hashable {
        case symbol(object: UInt32, block: UInt8, index: UInt8)
        /// UDP payload of the probe.
        case mtuProbe(UInt16)
        case other
    }
    struct Entry: Sendable {
        enum State: UInt8, Sendable { case none, onItsWay, arrived, lost, forgotten }
        var sent = MonotonicInstant(nanoseconds: 0)
        var load = Load.other
        var bytes: UInt16 = 0
        var state = State.none
    }
    /// Datagrams remembered; older ones count as lost.
    static let capacity: UInt64 = 4096
    private static let packetThreshold: UInt64 = 3
    private static let longestFade: Duration = .milliseconds(150)

    /// The session, by the station's index.
    let session: UInt32
    private var entries = [Entry](repeating: Entry(), count: Int(capacity))
    private(set) var next: UInt64 = 0
    private var oldestOpen: UInt64 = 0
    private var judged: UInt64 = 0
    private var lossesSince: MonotonicInstant?
    private var lost: [Load] = []
    private var largeLost = 0
    private(set) var highestArrived: UInt64?
    /// Bytes on their way, network headers included.
    private(set) var bytesOnTheWay = 0
    /// How much later than a newer one a datagram may arrive before it counts as lost.
    private(set) var reordering: Duration = .milliseconds(8)
    private var seesReordering = false

    init(session: UInt32) { self.session = session }

    private func slot(_ counter: UInt64) -> Int { Int(counter % Self.capacity) }

    /// Notes that datagram `counter` leaves. Counters come in order.
    mutating func sent(_ counter: UInt64, load: Load, bytes: Int, at now: MonotonicInstant) {
        if counter >= Self.capacity, oldestOpen <= counter - Self.capacity {
            for old in oldestOpen...(counter - Self.capacity) { lose(old) }
            oldestOpen = counter - Self.capacity + 1
            judged = max(judged, oldestOpen)
        }
        entries[slot(counter)] = Entry(sent: now, load: load, bytes: UInt16(clamping: bytes), state: .onItsWay)
        bytesOnTheWay += bytes
        next = counter + 1
    }

    /// What a feedback made known.
    struct Outcome {
        var arrived: [Load] = []
        var lost: [Load] = []
        var arrivedBytes = 0
        /// Datagrams larger than every path carries, and smaller ones, by fate: what path MTU discovery looks at.
        var largeArrived = 0
        var largeLost = 0
        var smallArrived = 0
    }

    /// Takes a feedback's map into account. Claims about datagrams that never left are ignored.
    mutating func handle(_ feedback: Feedback, estimate: inout LossEstimate) -> Outcome {
        var outcome = Outcome()
        guard feedback.highest < next else { return outcome }
        for word in 0..<Feedback.words {
            var bits = feedback.map[word]
            while bits != 0 {
                let distance = UInt64(word * 64 + bits.trailingZeroBitCount)
                bits &= bits - 1
                guard distance <= feedback.highest else { break }
                arrive(feedback.highest - distance, &outcome)
            }
        }
        if highestArrived.map({ feedback.highest > $0 }) ?? true { highestArrived = feedback.highest }
        declareLost()
        judge(&estimate)
        outcome.lost = takeLost()
        outcome.largeLost = largeLost
        largeLost = 0
        return outcome
    }

    /// What has been given up since this was last asked.
    mutating func takeLost() -> [Load] {
        defer { lost = [] }
        return lost
    }

    /// Tells the estimate each datagram's fate in the order of sending, as soon as it is known.
    private mutating func judge(_ estimate: inout LossEstimate) {
        while judged < next {
            let entry = entries[slot(judged)]
            guard entry.state != .onItsWay else { return }
            judged += 1
            guard !entry.load.isProbe else { continue }
            if entry.state == .lost {
                lossesSince = lossesSince ?? entry.sent
                // So long a run is an outage or a queue that ran over: it says nothing about the next datagram.
                if let begun = lossesSince, entry.sent.since(begun) > Self.longestFade { continue }
            } else {
                lossesSince = nil
            }
            estimate.note(lost: entry.state == .lost)
        }
    }

    private mutating func arrive(_ counter: UInt64, _ outcome: inout Outcome) {
        guard counter + Self.capacity > next - 1 else { return }
        let place = slot(counter)
        let entry = entries[place]
        switch entry.state {
        case .onItsWay: bytesOnTheWay -= Int(entry.bytes)
        case .lost:
            // Later than we waited: the path reorders.
            seesReordering = true
            reordering = min(reordering + .milliseconds(4), .milliseconds(60))
        case .forgotten: break
        case .none, .arrived: return
        }
        entries[place].state = .arrived
        outcome.arrived.append(entry.load)
        if Int(entry.bytes) > LinkLimits.datagramSize + LinkLimits.networkOverhead {
            outcome.largeArrived += 1
        } else {
            outcome.smallArrived += 1
        }
        outcome.arrivedBytes += Int(entry.bytes)
    }

    private mutating func declareLost() {
        guard let highest = highestArrived, highest + Self.capacity > next - 1 else { return }
        let newest = entries[slot(highest)].sent
        var counter = oldestOpen
        var isFirstOpen = true
        while counter < highest {
            let entry = entries[slot(counter)]
            if entry.state == .onItsWay {
                let isOld = newest.since(entry.sent) > reordering
                if isOld || (!seesReordering && highest - counter >= Self.packetThreshold) {
                    lose(counter)
                } else if isFirstOpen {
                    isFirstOpen = false
                    oldestOpen = counter
                }
            }
            counter += 1
        }
        if isFirstOpen { oldestOpen = highest }
    }

    /// Takes everything that is still on its way for lost, without telling the estimate: after an outage it says nothing about
    /// the path as it is now.
    mutating func forgetOpen() {
        guard oldestOpen < next else { return }
        for counter in oldestOpen..<next { lose(counter, as: .forgotten) }
        oldestOpen = next
        judged = next
        largeLost = 0
    }

    private mutating func lose(_ counter: UInt64, as state: Entry.State = .lost) {
        let place = slot(counter)
        guard entries[place].state == .onItsWay else { return }
        entries[place].state = state
        bytesOnTheWay -= Int(entries[place].bytes)
        lost.append(entries[place].load)
        if Int(entries[place].bytes) > LinkLimits.datagramSize + LinkLimits.networkOverhead,
            !entries[place].load.isProbe
        {
            largeLost += 1
        }
    }

    /// When `counter` left; nil when that is forgotten.
    func sentTime(of counter: UInt64) -> MonotonicInstant? {
        guard counter < next, counter + Self.capacity > next - 1, entries[slot(counter)].state != .none else {
            return nil
        }
        return entries[slot(counter)].sent
    }

    /// When the oldest datagram left of which nothing is known yet.
    var oldestOnTheWay: MonotonicInstant? {
        guard bytesOnTheWay > 0 else { return nil }
        var counter = oldestOpen
        while counter < next {
            if entries[slot(counter)].state == .onItsWay { return entries[slot(counter)].sent }
            counter += 1
        }
        return nil
    }
}

extension SentLedger.Load {
    /// Whether its loss says nothing about the path but its size.
    var isProbe: Bool {
        if case .mtuProbe = self { return true }
        return false
    }
}
