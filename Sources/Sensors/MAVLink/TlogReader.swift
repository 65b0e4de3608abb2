import FlightTypes

/// Reads a telemetry log (`.tlog`): before each packet a 64-bit big-endian count of microseconds since 1970.
///
/// Feed with `read`; at the end of the file call `finish` and fetch the rest with `next`. Where a record is
/// damaged it goes on at the next place that has a plausible time and a packet with the right checksum; a record cut
/// off by the end of the file is left out and its bytes are counted as skipped.
public struct TlogReader: PiecewiseParser, Sendable {
    /// One record of the log.
    public struct Record: Hashable, Sendable {
        /// When the ground station received the packet, to a microsecond.
        public var time: WallTime
        /// The packet.
        public var packet: MAVLinkPacket
        /// A record of its parts.
        public init(time: WallTime, packet: MAVLinkPacket) {
            self.time = time
            self.packet = packet
        }
    }
    private static let timeSize = 8
    /// What is left undecided after a drain is less than a record.
    public static let pieceLimit = MAVLinkParser.bufferLimit - timeSize - MAVLinkFraming.longestPacket

    private var queue = SensorByteQueue(limit: MAVLinkParser.bufferLimit)
    private var isAligned = true
    private var isFinished = false
    private var counted = MAVLinkCounters()

    /// A reader at the beginning of a log.
    public init() {}

    /// What was found and lost so far. The times before the packets are not counted as skipped.
    public var counters: MAVLinkCounters {
        var result = counted
        result.bytesSkipped &+= queue.dropped
        return result
    }
    /// Bytes lost because more was handed over than is held; never with `read`.
    public var bytesDropped: UInt64 { queue.dropped }
    /// Takes the next bytes of the log. Use `read`, or drain with `next` at least every `pieceLimit` bytes.
    public mutating func handle(_ bytes: some Collection<UInt8>) { queue.append(bytes) }

    /// Says that the log ends here.
    public mutating func finish() { isFinished = true }

    /// The next record, or nil until more bytes came (after `finish`: at the end).
    public mutating func next() -> Record? {
        while queue.count > 0 {
            switch MAVLinkFraming.examine(queue, at: Self.timeSize) {
            case .incomplete:
                guard isFinished else { return nil }
                skip()
            case .noise: skip()
            case .badChecksum:
                counted.badChecksums &+= 1
                skip()
            case .incompatible(let length):
                counted.incompatible &+= 1
                queue.removeFirst(Self.timeSize + length)
                isAligned = true
            case .packet(let packet, let length, let isKnown):
                guard let time = time(), isKnown || isAligned else {
                    skip()
                    continue
                }
                queue.removeFirst(Self.timeSize + length)
                isAligned = true
                counted.count(packet, isKnown: isKnown)
                return Record(time: time, packet: packet)
            }
        }
        return nil
    }

    /// Nil when the microseconds do not fit our nanoseconds, which end in the year 2262.
    private func time() -> WallTime? {
        let microseconds = queue[0..<Self.timeSize].reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
        guard let signed = Int64(exactly: microseconds) else { return nil }
        let (nanoseconds, overflow) = signed.multipliedReportingOverflow(by: 1000)
        return overflow ? nil : WallTime(nanoseconds: nanoseconds)
    }

    private mutating func skip() {
        queue.removeFirst()
        counted.bytesSkipped &+= 1
        isAligned = false
    }
}
