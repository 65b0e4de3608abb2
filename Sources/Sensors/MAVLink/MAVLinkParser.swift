/// Finds the MAVLink packets (versions 1 and 2) in a stream of bytes, however it is cut, and in noise.
///
/// Feed with `read`. After noise it takes up again at the first packet whose
/// checksum is right. Of a message without a known layout the checksum cannot be verified wholly (see
/// `MAVLinkChecksum.canReach`), so such a packet counts only where one is due: at the beginning or right behind another
/// packet.
///
/// Cost: a byte is looked at again only if it follows an FE or FD that began no packet; at worst (a stream of nothing
/// else) that is 280 times.
public struct MAVLinkParser: PiecewiseParser, Sendable {
    /// Bytes held undrained; beyond it the oldest are skipped.
    public static let bufferLimit = 1 << 20
    /// What is left undecided after a drain is less than a packet.
    public static let pieceLimit = bufferLimit - MAVLinkFraming.longestPacket

    private var queue = SensorByteQueue(limit: bufferLimit)
    private var isAligned = true
    private var isFinished = false
    private var counted = MAVLinkCounters()
    private var signatures: MAVLinkSignatureCheck?

    /// A parser at the beginning of a stream.
    /// - Parameter key: when given, only packets signed with it, each newer than the one before, are handed out.
    public init(key: MAVLinkSigningKey? = nil) { signatures = key.map { MAVLinkSignatureCheck(key: $0) } }

    /// What was found and lost so far.
    public var counters: MAVLinkCounters {
        var result = counted
        result.bytesSkipped &+= queue.dropped
        return result
    }
    /// Takes the next bytes of the stream. Use `read`, or drain with `next` at least every `pieceLimit` bytes.
    public mutating func handle(_ bytes: some Collection<UInt8>) { queue.append(bytes) }

    /// Says that no more bytes come, so that `next` no longer waits for the rest of what merely looks like a packet.
    public mutating func finish() { isFinished = true }

    /// The next packet, or nil until more bytes came.
    public mutating func next() -> MAVLinkPacket? {
        while queue.count > 0 {
            switch MAVLinkFraming.examine(queue, at: 0) {
            case .incomplete:
                guard isFinished else { return nil }
                skip()
            case .noise: skip()
            case .badChecksum:
                counted.badChecksums &+= 1
                skip()
            case .incompatible(let length):
                counted.incompatible &+= 1
                queue.removeFirst(length)
                isAligned = true
            case .packet(let packet, let length, let isKnown):
                guard isKnown || isAligned else {
                    skip()
                    continue
                }
                let verdict = signatures?.check(queue[0..<length], packet) ?? .authentic
                queue.removeFirst(length)
                isAligned = true
                guard counted.admits(verdict) else { continue }
                counted.count(packet, isKnown: isKnown)
                return packet
            }
        }
        return nil
    }

    private mutating func skip() {
        queue.removeFirst()
        counted.bytesSkipped &+= 1
        isAligned = false
    }
}
