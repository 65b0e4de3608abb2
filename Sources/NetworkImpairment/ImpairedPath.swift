import FlightTypes

/// One direction of a network path. It says when a datagram arrives, if at all; whoever has the bytes does the rest.
///
/// A value without clock or input: the same seed and the same datagrams at the same times meet the same fate.
public struct ImpairedPath: Sendable {
    /// What happens to a datagram. Without `first` it does not arrive.
    public struct Passage: Hashable, Sendable {
        /// When it arrives.
        public var first: MonotonicInstant?
        /// When it arrives once more.
        public var second: MonotonicInstant?
        /// The bit that is wrong in what arrives: byte `flippedBit / 8`, bit `flippedBit % 8` from the lowest.
        public var flippedBit: Int?
    }

    /// What has happened so far. Each datagram offered is in one of `lost`, `queueDropped`, `outageDropped`, `tooLarge` and
    /// `delivered`.
    public struct Counters: Hashable, Sendable {
        /// Datagrams handed in.
        public var offered: UInt64 = 0
        /// Their UDP payload.
        public var offeredBytes: UInt64 = 0
        /// Lost on air: at random, in a burst or in a fade.
        public var lost: UInt64 = 0
        /// Refused by the full queue before the bottleneck.
        public var queueDropped: UInt64 = 0
        /// Handed in during an outage.
        public var outageDropped: UInt64 = 0
        /// Larger than `largestDatagram`.
        public var tooLarge: UInt64 = 0
        /// Delivered a second time.
        public var duplicated: UInt64 = 0
        /// Delivered with a wrong bit.
        public var corrupted: UInt64 = 0
        /// Delivered, second copies not counted.
        public var delivered: UInt64 = 0
        /// Their UDP payload.
        public var deliveredBytes: UInt64 = 0
        /// The longest time an accepted datagram had to wait for those before it.
        public var longestQueue: Duration = .zero
        /// All zero.
        public init() {}
    }

    /// May be changed in flight. What is on its way stays so; a fade or trace that is replaced begins afresh.
    public var conditions: LinkConditions {
        didSet { adoptConditions(fadesFrom: nil) }
    }
    /// What has happened so far.
    public private(set) var counters = Counters()

    /// A conditions' durations in nanoseconds, and its probabilities within 0...1: `Duration` divides 128-bit numbers, which
    /// is too slow for each datagram.
    private struct Plan {
        var loss = 0.0
        var delay: Int64 = 0
        var jitter = 0.0
        var jitterReorders = false
        var reorder = 0.0
        var reorderBy: Int64 = 0
        var duplication = 0.0
        var corruption = 0.0
        var queueLimit: Int64 = 0
        var largest = Int.max
        var outages: [Range<Int64>] = []
    }
    private static let headerBytes = 28  // IPv4 and UDP.
    private static let latest: Int64 = 1 << 61  // 73 years; leaves room for sums.

    private let start: MonotonicInstant
    private var plan = Plan()
    private var generator: SeededGenerator
    private var bursts = Bursts()
    private var fades: Fades
    private var bottleneck = Bottleneck()
    private var latestInOrder: Int64 = 0
    private var longestQueue: Int64 = 0

    /// A path that begins at `start`, from which outages, fades and traces count.
    public init(_ conditions: LinkConditions, seed: UInt64, start: MonotonicInstant) {
        self.conditions = conditions
        self.start = start
        generator = SeededGenerator(seed: seed)
        fades = Fades(seed: generator.next())
        adoptConditions(fadesFrom: 0)
    }

    private mutating func adoptConditions(fadesFrom fadeStart: Int64?) {
        plan.loss = boundedProbability(conditions.loss)
        plan.delay = conditions.delay.boundedNanoseconds
        plan.jitter = Double(conditions.jitter.boundedNanoseconds)
        plan.jitterReorders = conditions.jitterReorders
        plan.reorder = boundedProbability(conditions.reorder?.fraction ?? 0)
        plan.reorderBy = conditions.reorder?.by.boundedNanoseconds ?? 0
        plan.duplication = boundedProbability(conditions.duplication)
        plan.corruption = boundedProbability(conditions.corruption)
        plan.queueLimit = conditions.queueLimit.boundedNanoseconds
        plan.largest = conditions.largestDatagram ?? .max
        plan.outages = conditions.outages.map { outage in
            let start = outage.start.boundedNanoseconds
            return start..<(start + outage.length.boundedNanoseconds)
        }
        bursts.adopt(conditions.burst)
        fades.adopt(conditions.fade, start: fadeStart)
        bottleneck.adopt(bitsPerSecond: conditions.bitsPerSecond, trace: conditions.trace)
    }

    /// What happens to a datagram of `bytes` UDP payload handed in at `now`. The number of random draws a datagram takes
    /// does not depend on its fate, so that datagram n meets the same one whatever the others' sizes.
    ///
    /// Times are expected not to decrease. An outage and the size act before the bottleneck; loss acts behind it, so what
    /// is lost on air has used link time.
    public mutating func pass(bytes: Int, at now: MonotonicInstant) -> Passage {
        let size = min(max(bytes, 0), 65_535)
        let lossDraw = generator.unit()
        let burstDraw = generator.unit()
        let jitterDraw = generator.unit()
        let reorderDraw = generator.unit()
        let duplicationDraw = generator.unit()
        let corruptionDraw = generator.unit()
        let bitDraw = generator.next()
        let (difference, overflow) = now.nanoseconds.subtractingReportingOverflow(start.nanoseconds)
        let elapsed = overflow ? Self.latest : min(max(difference, 0), Self.latest)
        let isInBurst = bursts.next(burstDraw)
        let isLost = fades.isFaded(at: elapsed) || isInBurst || lossDraw < plan.loss

        counters.offered &+= 1
        counters.offeredBytes &+= UInt64(size)
        if plan.outages.contains(where: { $0.contains(elapsed) }) {
            counters.outageDropped &+= 1
            return Passage()
        }
        guard size <= plan.largest else {
            counters.tooLarge &+= 1
            return Passage()
        }
        var arrival = elapsed
        if bottleneck.isNarrow {
            let wait = bottleneck.busyUntil - elapsed
            guard wait <= plan.queueLimit else {
                counters.queueDropped &+= 1
                return Passage()
            }
            if wait > longestQueue {
                longestQueue = wait
                counters.longestQueue = .nanoseconds(wait)
            }
            arrival = bottleneck.serve(bytes: size + Self.headerBytes, at: elapsed)
        }
        guard !isLost else {
            counters.lost &+= 1
            return Passage()
        }
        arrival += plan.delay
        if plan.jitter > 0 { arrival += Int64(exponential(jitterDraw, mean: plan.jitter)) }
        if reorderDraw < plan.reorder {
            arrival += plan.reorderBy
        } else if !plan.jitterReorders {
            arrival = max(arrival, latestInOrder)
            latestInOrder = arrival
        }
        counters.delivered &+= 1
        counters.deliveredBytes &+= UInt64(size)
        let (absolute, tooLate) = start.nanoseconds.addingReportingOverflow(arrival)
        var passage = Passage(first: MonotonicInstant(nanoseconds: tooLate ? .max : absolute))
        if duplicationDraw < plan.duplication {
            counters.duplicated &+= 1
            passage.second = passage.first
        }
        if corruptionDraw < plan.corruption, size > 0 {
            counters.corrupted &+= 1
            passage.flippedBit = Int(bitDraw.multipliedFullWidth(by: UInt64(size * 8)).high)
        }
        return passage
    }
}
