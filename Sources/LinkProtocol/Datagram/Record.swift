import FlightTypes

/// What stands inside a sealed datagram: docs/wire-format.md §4. A fragment or padding is always the last record of its datagram.
public enum Record: Hashable, Sendable {
    /// A piece of an object.
    case fragment(Fragment)
    /// Station → drone: what arrived.
    case feedback(Feedback)
    /// Station → drone: these objects are durable in the record.
    case receipt([ReceiptRange])
    /// Asks for the peer's monotonic clock; `sent` is the asker's. Answered at once, so it also asks whether somebody is there.
    case ping(sent: MonotonicInstant)
    /// Answers a ping: the asker's time back, the answerer's at receipt and at sending.
    case pong(sent: MonotonicInstant, received: MonotonicInstant, answered: MonotonicInstant)
    /// The peer ends the session on purpose.
    case close
    /// So many bytes that mean nothing: fills a probe of the path's largest datagram.
    case padding(Int)

    enum Kind: UInt8 { case fragment = 1, feedback, receipt, ping, pong, close, padding, backfillFragment }
    /// Records in one datagram.
    static let recordsLimit = 16

    /// Appends the record's bytes.
    public func encode(into writer: inout ByteWriter) {
        switch self {
        case .fragment(let fragment):
            fragment.encodeHead(into: &writer)
            writer.write(bytes: fragment.data)
        case .feedback(let feedback):
            writer.write(Kind.feedback.rawValue)
            feedback.encode(into: &writer)
        case .receipt(let ranges):
            writer.write(Kind.receipt.rawValue)
            writer.write(UInt8(min(ranges.count, ReceiptRange.rangesLimit)))
            for range in ranges.prefix(ReceiptRange.rangesLimit) { range.encode(into: &writer) }
        case .ping(let sent):
            writer.write(Kind.ping.rawValue)
            writer.write(sent.nanoseconds)
        case .pong(let sent, let received, let answered):
            writer.write(Kind.pong.rawValue)
            for instant in [sent, received, answered] { writer.write(instant.nanoseconds) }
        case .close: writer.write(Kind.close.rawValue)
        case .padding(let count):
            writer.write(Kind.padding.rawValue)
            writer.write(bytes: repeatElement(0, count: max(0, count - 1)))
        }
    }

    /// All records of a plaintext. An empty plaintext is a keepalive. Throws on anything that is not whole records.
    public static func decodeAll(_ plaintext: [UInt8]) throws(ByteReader.Malformed) -> [Record] {
        // Nearly every datagram is one fragment: that way is short.
        if let fragment = Fragment(plaintext) { return [.fragment(fragment)] }
        var reader = ByteReader(plaintext)
        var records: [Record] = []
        while reader.remaining > 0 {
            guard records.count < recordsLimit else { throw ByteReader.Malformed("number of records") }
            guard let kind = Kind(rawValue: try reader.read()) else { throw ByteReader.Malformed("record kind") }
            switch kind {
            case .fragment, .backfillFragment:
                guard let fragment = Fragment([kind.rawValue] + reader.readRest()) else {
                    throw ByteReader.Malformed("fragment")
                }
                records.append(.fragment(fragment))
            case .feedback: records.append(.feedback(try Feedback(&reader)))
            case .receipt:
                let count = Int(try reader.read(UInt8.self))
                guard count <= ReceiptRange.rangesLimit else { throw ByteReader.Malformed("number of receipts") }
                var ranges: [ReceiptRange] = []
                for _ in 0..<count { ranges.append(try ReceiptRange(&reader)) }
                records.append(.receipt(ranges))
            case .ping: records.append(.ping(sent: try reader.readInstant()))
            case .pong:
                records.append(
                    .pong(
                        sent: try reader.readInstant(), received: try reader.readInstant(),
                        answered: try reader.readInstant()))
            case .close: records.append(.close)
            case .padding: records.append(.padding(reader.readRest().count + 1))
            }
        }
        return records
    }
}

extension Fragment {
    /// Appends everything but the data: kind, object u32, length u24, size u16, block u8, index u8.
    func encodeHead(into writer: inout ByteWriter) {
        let kind = isBackfill ? Record.Kind.backfillFragment : Record.Kind.fragment
        let first = UInt64(kind.rawValue) | UInt64(object) << 8 | UInt64(length & 0xFF_FFFF) << 40
        writer.write(first)
        writer.write(UInt32(size) | UInt32(block) << 16 | UInt32(index) << 24)
    }

    /// Nil when `bytes` do not begin with a fragment record.
    init?(_ bytes: [UInt8]) {
        guard bytes.count > LinkLimits.fragmentHeaderSize else { return nil }
        let first = bytes.withUnsafeBytes { UInt64(littleEndian: $0.loadUnaligned(as: UInt64.self)) }
        let second = bytes.withUnsafeBytes {
            UInt32(littleEndian: $0.loadUnaligned(fromByteOffset: 8, as: UInt32.self))
        }
        switch Record.Kind(rawValue: UInt8(truncatingIfNeeded: first)) {
        case .fragment: isBackfill = false
        case .backfillFragment: isBackfill = true
        default: return nil
        }
        object = UInt32(truncatingIfNeeded: first >> 8)
        length = UInt32(truncatingIfNeeded: first >> 40)
        size = UInt16(truncatingIfNeeded: second)
        block = UInt8(truncatingIfNeeded: second >> 16)
        index = UInt8(truncatingIfNeeded: second >> 24)
        data = bytes[LinkLimits.fragmentHeaderSize...]
    }
}

extension ByteReader {
    mutating func readInstant() throws(Malformed) -> MonotonicInstant { MonotonicInstant(nanoseconds: try read()) }
}
