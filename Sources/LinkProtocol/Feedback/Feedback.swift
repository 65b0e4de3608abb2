import FlightTypes

/// What the station has received of one session: the ground that repair and rate control stand on.
public struct Feedback: Hashable, Sendable {
    /// Highest counter received.
    public var highest: UInt64
    /// Bit i of word w says whether counter `highest − (64·w + i)` arrived: the last 512.
    public var map: [UInt64]
    /// Microseconds between the arrival of `highest` and the sending of this feedback.
    public var delayMicroseconds: UInt32
    /// Datagrams of this session that authenticated and were new.
    public var datagrams: UInt64
    /// Objects put together in this flight.
    public var objects: UInt64
    /// Objects given up in this flight.
    public var abandoned: UInt64

    static let words = 8

    /// A feedback of its parts; `map` is cut or filled to 8 words.
    public init(
        highest: UInt64, map: [UInt64], delayMicroseconds: UInt32, datagrams: UInt64, objects: UInt64, abandoned: UInt64
    ) {
        self.highest = highest
        self.map = Array((map + [UInt64](repeating: 0, count: Self.words)).prefix(Self.words))
        self.delayMicroseconds = delayMicroseconds
        self.datagrams = datagrams
        self.objects = objects
        self.abandoned = abandoned
    }

    func encode(into writer: inout ByteWriter) {
        writer.write(highest)
        for word in map { writer.write(word) }
        writer.write(delayMicroseconds)
        for count in [datagrams, objects, abandoned] { writer.write(count) }
    }

    init(_ reader: inout ByteReader) throws(ByteReader.Malformed) {
        highest = try reader.read()
        map = []
        for _ in 0..<Self.words { map.append(try reader.read()) }
        delayMicroseconds = try reader.read()
        datagrams = try reader.read()
        objects = try reader.read()
        abandoned = try reader.read()
    }
}

/// Notes which counters arrived.
public struct ReceiveMap: Sendable {
    private var map = [UInt64](repeating: 0, count: Feedback.words)
    private(set) var highest: UInt64?
    private(set) var highestArrived = MonotonicInstant(nanoseconds: 0)
    private(set) var count: UInt64 = 0

    /// Marks `counter` as arrived.
    public mutating func note(_ counter: UInt64, at now: MonotonicInstant) {
        count += 1
        guard let top = highest else {
            highest = counter
            highestArrived = now
            map[0] = 1
            return
        }
        if counter > top {
            shift(by: counter - top)
            highest = counter
            highestArrived = now
            map[0] |= 1
        } else if top - counter < 512 {
            let distance = Int(top - counter)
            map[distance / 64] |= 1 << UInt64(distance % 64)
        }
    }

    private mutating func shift(by distance: UInt64) {
        guard distance < 512 else {
            map = [UInt64](repeating: 0, count: Feedback.words)
            return
        }
        let words = Int(distance / 64)
        let bits = distance % 64
        var shifted = [UInt64](repeating: 0, count: Feedback.words)
        for word in words..<Feedback.words {
            shifted[word] = map[word - words] << bits
            if bits > 0, word > words { shifted[word] |= map[word - words - 1] >> (64 - bits) }
        }
        map = shifted
    }

    /// The feedback to send now; nil before anything arrived.
    public func feedback(at now: MonotonicInstant, objects: UInt64, abandoned: UInt64) -> Feedback? {
        guard let highest else { return nil }
        let delay = max(0, min(now.since(highestArrived).nanosecondsClamped / 1000, Int64(UInt32.max)))
        return Feedback(
            highest: highest, map: map, delayMicroseconds: UInt32(delay), datagrams: count, objects: objects,
            abandoned: abandoned)
    }
}
