/// The capacity of a link over time, repeated without end: either recorded moments at which a packet could leave, or rates.
public struct DeliveryTrace: Equatable, Sendable {
    /// What one opportunity carries: bytes with IP and UDP headers.
    static let opportunityBytes = 1500
    static let longestText = 64 << 20
    static let mostEntries = 4_000_000

    /// A stretch of constant rate.
    struct Step: Equatable {
        var start: Int64
        var end: Int64
        var bitsPerNanosecond: Double
    }
    /// Milliseconds, not decreasing; the last is the span. Empty for rates.
    let opportunities: [UInt32]
    /// Nanoseconds, without holes from zero to the span. Empty for recorded moments.
    let steps: [Step]
    /// After how many nanoseconds it repeats; above zero.
    let span: Int64
    /// What all steps together carry; above zero for rates.
    let bitsPerSpan: Double

    /// A recording in the format of mahimahi: each line is a millisecond, not before the line above, at which 1500 bytes may
    /// leave; it repeats after the last. An opportunity serves bytes, so several small datagrams share one and a datagram
    /// may need two; what nobody waits for is lost.
    ///
    /// `nil` if a line is no such number, if there are none, if the last is 0, or beyond 64 MiB or 4 million lines.
    public init?(text: String) {
        guard text.utf8.count <= DeliveryTrace.longestText else { return nil }
        var found: [UInt32] = []
        var value: UInt32?
        var hasEnded = false
        var previous: UInt32 = 0
        func take() -> Bool {
            guard let complete = value else { return true }  // An empty line.
            guard complete >= previous, found.count < DeliveryTrace.mostEntries else { return false }
            found.append(complete)
            (previous, value, hasEnded) = (complete, nil, false)
            return true
        }
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "\n"), UInt8(ascii: "\r"): guard take() else { return nil }
            case UInt8(ascii: " "), UInt8(ascii: "\t"): hasEnded = value != nil
            case UInt8(ascii: "0")...UInt8(ascii: "9"):
                let (tens, tooLarge) = (value ?? 0).multipliedReportingOverflow(by: 10)
                let (sum, stillTooLarge) = tens.addingReportingOverflow(UInt32(byte - UInt8(ascii: "0")))
                guard !hasEnded, !tooLarge, !stillTooLarge else { return nil }
                value = sum
            default: return nil
            }
        }
        guard take() else { return nil }
        guard let last = found.last, last > 0 else { return nil }
        opportunities = found
        steps = []
        span = Int64(last) * 1_000_000
        bitsPerSpan = Double(found.count * DeliveryTrace.opportunityBytes * 8)
    }

    /// Rates by time: each holds from its `milliseconds` (the first counts as the start) until the next; the last as long
    /// as the one before it (a single one for ever). A rate is 0 or more, in kbit/s with headers.
    ///
    /// `nil` if times do not increase, a number is not finite or negative, the mean is below 1 bit/s, or beyond 49 days or
    /// 4 million rates.
    public init?(ratesKilobitsPerSecond rates: [(milliseconds: Double, rate: Double)]) {
        guard let first = rates.first, rates.count <= DeliveryTrace.mostEntries else { return nil }
        var found: [Step] = []
        found.reserveCapacity(rates.count)
        var bits = 0.0
        for index in rates.indices {
            let (milliseconds, rate) = rates[index]
            let length: Double
            if index + 1 < rates.count {
                length = rates[index + 1].milliseconds - milliseconds
            } else {
                length = index > 0 ? milliseconds - rates[index - 1].milliseconds : 1000
            }
            let endMilliseconds = milliseconds - first.milliseconds + length
            guard endMilliseconds > 0, endMilliseconds <= 4_294_967_295, rate.isFinite, rate >= 0 else { return nil }
            let start = found.last?.end ?? 0
            let end = Int64((endMilliseconds * 1e6).rounded())
            guard end > start else { return nil }
            found.append(Step(start: start, end: end, bitsPerNanosecond: rate / 1e6))
            bits += rate / 1e6 * Double(end - start)
        }
        guard let span = found.last?.end, bits.isFinite, bits / Double(span) >= 1e-9 else { return nil }
        opportunities = []
        steps = found
        self.span = span
        bitsPerSpan = bits
    }

    /// What the link carries on average, headers included.
    public var meanBitsPerSecond: Double { bitsPerSpan / Double(span) * 1e9 }
}
