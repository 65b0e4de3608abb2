import FlightTypes

/// Notes which counters of a session arrived, and when the newest did.
public struct ReceiveMap: Sendable {
    private var map = [UInt64](repeating: 0, count: Feedback.words)
    private(set) var highest: UInt64?
    private(set) var highestArrived = MonotonicInstant(nanoseconds: 0)
    /// Whether the newest arrival left a hole before it.
    private(set) var hasNewGap = false

    /// Marks `counter` as arrived.
    public mutating func note(_ counter: UInt64, at now: MonotonicInstant) {
        guard let top = highest else {
            highest = counter
            highestArrived = now
            map[0] = 1
            return
        }
        if counter > top {
            if counter - top > 1 { hasNewGap = true }
            shift(by: counter - top)
            highest = counter
            highestArrived = now
            map[0] |= 1
        } else if top - counter < Feedback.counters {
            let distance = Int(top - counter)
            map[distance / 64] |= 1 << UInt64(distance % 64)
        }
    }

    mutating func gapsReported() { hasNewGap = false }

    private mutating func shift(by distance: UInt64) {
        guard distance < Feedback.counters else {
            for word in map.indices { map[word] = 0 }
            return
        }
        let words = Int(distance / 64)
        let bits = distance % 64
        for word in stride(from: Feedback.words - 1, through: 0, by: -1) {
            var value: UInt64 = 0
            if word >= words {
                value = map[word - words] << bits
                if bits > 0, word > words { value |= map[word - words - 1] >> (64 - bits) }
            }
            map[word] = value
        }
    }

    /// The feedback to send now; nil before anything arrived.
    public func feedback(session: UInt32, at now: MonotonicInstant) -> Feedback? {
        guard let highest else { return nil }
        let delay = max(0, min(now.since(highestArrived).nanosecondsClamped / 1000, Int64(UInt32.max)))
        return Feedback(
            session: session, highest: highest, delayMicroseconds: UInt32(delay), sent: now, map: map)
    }
}
