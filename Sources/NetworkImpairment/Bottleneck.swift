/// The narrowest place of a path: datagrams leave it one after the other, at a rate or when a trace lets them.
/// Times are nanoseconds since the path's start.
struct Bottleneck {
    /// When the last accepted datagram has left: how long a new one waits for those before it. A datagram that nobody is
    /// ahead of does not queue, however long the gap of a trace in which it waits for its opportunity.
    private(set) var busyUntil: Int64 = 0

    private var nanosecondsPerByte = 0.0
    private var opportunities: [UInt32] = []
    private var steps: [DeliveryTrace.Step] = []
    private var span: Int64 = 1
    private var bitsPerSpan = 1.0
    // The opportunity being used: the repetition it is in, its index and the bytes it still carries.
    private var repetitionStart: Int64 = 0
    private var index = 0
    private var bytesLeft = 0
    private var hasOpportunity = false

    /// Takes over a rate or trace; one that stays the same goes on where it was.
    mutating func adopt(bitsPerSecond: Double?, trace: DeliveryTrace?) {
        nanosecondsPerByte = bitsPerSecond.map { $0 > 1 ? 8e9 / $0 : 8e9 } ?? 0
        guard opportunities != trace?.opportunities ?? [] || steps != trace?.steps ?? [] else { return }
        opportunities = trace?.opportunities ?? []
        steps = trace?.steps ?? []
        span = trace?.span ?? 1
        bitsPerSpan = trace?.bitsPerSpan ?? 1
        hasOpportunity = false
    }

    /// Whether there is any limit.
    var isNarrow: Bool { nanosecondsPerByte > 0 || !opportunities.isEmpty || !steps.isEmpty }

    /// Accepts a datagram of `bytes` (with headers, at most 65,563) at `now`; returns when its last byte has left.
    mutating func serve(bytes: Int, at now: Int64) -> Int64 {
        if !opportunities.isEmpty {
            busyUntil = serveByOpportunity(bytes, now)
        } else if !steps.isEmpty {
            busyUntil = serveByStep(Double(bytes * 8), from: max(now, busyUntil))
        } else {
            busyUntil = max(now, busyUntil) + Int64((Double(bytes) * nanosecondsPerByte).rounded())
        }
        return busyUntil
    }

    private var opportunityTime: Int64 { repetitionStart + Int64(opportunities[index]) * 1_000_000 }

    private mutating func serveByOpportunity(_ bytes: Int, _ now: Int64) -> Int64 {
        if !hasOpportunity {
            seek(max(now, busyUntil))
            hasOpportunity = true
        } else if opportunityTime < now {
            // Mostly one of the next few; after a pause anywhere.
            for _ in 0..<4 where opportunityTime < now { advance() }
            if opportunityTime < now { seek(now) }
        }
        var rest = bytes
        while rest > bytesLeft {
            rest -= bytesLeft
            advance()
        }
        bytesLeft -= rest
        return opportunityTime
    }
    private mutating func advance() {
        index += 1
        if index == opportunities.count {
            index = 0
            repetitionStart += span
        }
        bytesLeft = DeliveryTrace.opportunityBytes
    }
    /// Goes to the first opportunity at or after `time`.
    private mutating func seek(_ time: Int64) {
        // The end of one repetition is the start of the next; its last opportunities belong to the former.
        let repetition = time > 0 ? (time - 1) / span : 0
        repetitionStart = repetition * span
        let wanted = (time - repetitionStart + 999_999) / 1_000_000
        var low = 0
        var high = opportunities.count - 1  // The last is at `span`, so one is always found.
        while low < high {
            let middle = (low + high) / 2
            if Int64(opportunities[middle]) < wanted { low = middle + 1 } else { high = middle }
        }
        index = low
        bytesLeft = DeliveryTrace.opportunityBytes
    }

    private func serveByStep(_ bits: Double, from start: Int64) -> Int64 {
        var rest = bits
        var time = start
        let wholeSpans = (rest / bitsPerSpan).rounded(.down)  // So that a nearly dead link costs no more to walk.
        rest -= wholeSpans * bitsPerSpan
        time += Int64(wholeSpans) * span
        var within = time % span
        time -= within
        var low = 0
        var high = steps.count - 1
        while low < high {
            let middle = (low + high + 1) / 2
            if steps[middle].start <= within { low = middle } else { high = middle - 1 }
        }
        while true {
            let step = steps[low]
            let capacity = step.bitsPerNanosecond * Double(step.end - within)
            if capacity >= rest, step.bitsPerNanosecond > 0 {
                return time + within + Int64((rest / step.bitsPerNanosecond).rounded())
            }
            rest -= capacity
            within = step.end
            low += 1
            if low == steps.count {
                low = 0
                within = 0
                time += span
            }
        }
    }
}
