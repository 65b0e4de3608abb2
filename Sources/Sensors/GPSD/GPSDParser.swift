/// Reads what gpsd sends after `?WATCH`: JSON objects, one a line.
///
/// The server is a stranger like any other sender. A line is at most `lineLimit` bytes (gpsd's own limit is 10,240);
/// of a longer one the rest is skipped up to its end. Depth and number of values are limited by `JSONReader`. Feed with
/// `handle`, drain with `next`.
public struct GPSDParser: PiecewiseParser, Sendable {
    /// Sent once on a new connection to make gpsd talk.
    public static let watch = Array("?WATCH={\"enable\":true,\"json\":true};\n".utf8)
    /// Longest line believed.
    public static let lineLimit = 16_384
    /// Events kept for `next`; beyond, the oldest goes.
    public static let queueLimit = 1024

    /// An event takes a line of at least 24 bytes (`{"class":"ATT","yaw":1}`): so many never make more than the queue holds.
    public static let pieceLimit = queueLimit * 16

    /// What became of the bytes handed over. Every count only grows.
    public struct Counters: Hashable, Sendable {
        /// Bytes handed over.
        public internal(set) var bytes: UInt64 = 0
        /// Lines that were read and used.
        public internal(set) var understood: UInt64 = 0
        /// Objects of classes that say nothing of the position, in order.
        public internal(set) var ignored: UInt64 = 0
        /// Lines that are no JSON object, or nest deeper or hold more than is read.
        public internal(set) var malformed: UInt64 = 0
        /// Lines longer than `lineLimit`.
        public internal(set) var linesOversized: UInt64 = 0
        /// Events thrown away because nobody fetched them.
        public internal(set) var eventsDropped: UInt64 = 0
    }
    /// What became of the bytes so far.
    public private(set) var counters = Counters()
    private var line: [UInt8] = []
    private var isSkipping = false
    private var queue: [GPSDEvent] = []
    private var queueStart = 0

    /// A parser at the beginning of a connection.
    public init() {}

    /// Takes the next bytes of the connection.
    public mutating func handle(_ bytes: ArraySlice<UInt8>) {
        counters.bytes &+= UInt64(bytes.count)
        var rest = bytes
        while let end = rest.firstIndex(of: 0x0A) {
            append(rest[..<end])
            finishLine()
            rest = rest[(end + 1)...]
        }
        append(rest)
    }
    /// The oldest event not fetched yet.
    public mutating func next() -> GPSDEvent? {
        guard queueStart < queue.count else { return nil }
        defer {
            queueStart += 1
            if queueStart == queue.count {
                queue.removeAll(keepingCapacity: true)
                queueStart = 0
            }
        }
        return queue[queueStart]
    }

    private mutating func append(_ bytes: ArraySlice<UInt8>) {
        guard !isSkipping else { return }
        guard line.count + bytes.count <= Self.lineLimit else {
            isSkipping = true
            counters.linesOversized &+= 1
            return line.removeAll(keepingCapacity: true)
        }
        line.append(contentsOf: bytes)
    }
    private mutating func finishLine() {
        defer {
            line.removeAll(keepingCapacity: true)
            isSkipping = false
        }
        if line.last == 0x0D { line.removeLast() }
        guard !isSkipping, !line.isEmpty else { return }
        guard let value = JSONReader.read(line[...]), case .object = value else { return counters.malformed &+= 1 }
        guard let event = GPSDEvent.read(value) else { return counters.ignored &+= 1 }
        counters.understood &+= 1
        if queue.count - queueStart >= Self.queueLimit {
            queueStart += 1
            counters.eventsDropped &+= 1
        }
        if queueStart >= Self.queueLimit {
            queue.removeFirst(queueStart)
            queueStart = 0
        }
        queue.append(event)
    }
}
