import FlightTypes

/// What the station has received of one session: the ground that repair and rate control stand on. 112 bytes on the wire.
public struct Feedback: Hashable, Sendable {
    /// The session that the counters belong to: the station's index of it.
    public var session: UInt32
    /// Highest counter received.
    public var highest: UInt64
    /// Microseconds between the arrival of `highest` and the sending of this feedback.
    public var delayMicroseconds: UInt32
    /// The station's monotonic clock at sending.
    public var sent: MonotonicInstant
    /// Bit i of word w says whether counter `highest − (64·w + i)` arrived: the last 512.
    public var map: [UInt64]
    /// Highest object number put together or given up.
    public var finishedObject: UInt32
    /// Bit i says whether object `finishedObject − i` is whole.
    public var finished: UInt64
    /// Datagrams of this drone that came marked "congestion experienced" (RFC 3168), modulo 2³².
    public var congestionMarks: UInt32
    /// Objects put together in this flight, modulo 2³².
    public var objects: UInt32
    /// Objects given up in this flight, modulo 2³².
    public var abandoned: UInt32

    static let words = 8
    /// Counters that the map covers.
    public static let counters: UInt64 = 512

    /// A feedback of its parts; `map` is cut or filled to 8 words.
    public init(
        session: UInt32, highest: UInt64, delayMicroseconds: UInt32, sent: MonotonicInstant, map: [UInt64],
        finishedObject: UInt32 = 0, finished: UInt64 = 0, congestionMarks: UInt32 = 0, objects: UInt32 = 0,
        abandoned: UInt32 = 0
    ) {
        self.session = session
        self.highest = highest
        self.delayMicroseconds = delayMicroseconds
        self.sent = sent
        self.map = Array((map + [UInt64](repeating: 0, count: Self.words)).prefix(Self.words))
        self.finishedObject = finishedObject
        self.finished = finished
        self.congestionMarks = congestionMarks
        self.objects = objects
        self.abandoned = abandoned
    }

    func encode(into writer: inout ByteWriter) {
        writer.write(session)
        writer.write(highest)
        writer.write(delayMicroseconds)
        writer.write(sent.nanoseconds)
        for word in map { writer.write(word) }
        writer.write(finishedObject)
        writer.write(finished)
        writer.write(congestionMarks)
        writer.write(objects)
        writer.write(abandoned)
    }

    init(_ reader: inout ByteReader) throws(ByteReader.Malformed) {
        session = try reader.read()
        highest = try reader.read()
        delayMicroseconds = try reader.read()
        sent = try reader.readInstant()
        map = []
        map.reserveCapacity(Self.words)
        for _ in 0..<Self.words { map.append(try reader.read()) }
        finishedObject = try reader.read()
        finished = try reader.read()
        congestionMarks = try reader.read()
        objects = try reader.read()
        abandoned = try reader.read()
    }
}
