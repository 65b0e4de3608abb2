import FlightTypes

/// What stands inside a sealed datagram: docs/wire-format.md §4. A fragment is always the last record of its datagram.
public enum Record: Hashable, Sendable {
    /// A piece of an object.
    case fragment(Fragment)
    /// Station → drone: what arrived.
    case feedback(Feedback)
    /// Station → drone: these objects are durable in the record.
    case receipt([ReceiptRange])
    /// Asks for the peer's monotonic clock; `sent` is the asker's.
    case ping(sent: MonotonicInstant)
    /// Answers a ping: the asker's time back, the answerer's at receipt and at sending.
    case pong(sent: MonotonicInstant, received: MonotonicInstant, answered: MonotonicInstant)
    /// The peer ends the session on purpose.
    case close

    private enum Kind: UInt8 { case fragment = 1, feedback, receipt, ping, pong, close }

    /// Appends the record's bytes.
    public func encode(into writer: inout ByteWriter) {
        switch self {
        case .fragment(let fragment):
            writer.write(Kind.fragment.rawValue)
            writer.write(fragment.object)
            writer.write(UInt16(truncatingIfNeeded: fragment.length))
            writer.write(UInt8(truncatingIfNeeded: fragment.length >> 16))
            writer.write(fragment.size)
            writer.write(fragment.index)
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
        }
    }

    /// All records of a plaintext. An empty plaintext is a keepalive. Throws on anything that is not whole records.
    public static func decodeAll(_ plaintext: [UInt8]) throws(ByteReader.Malformed) -> [Record] {
        var reader = ByteReader(plaintext)
        var records: [Record] = []
        while reader.remaining > 0 {
            guard records.count < 16 else { throw ByteReader.Malformed("number of records") }
            guard let kind = Kind(rawValue: try reader.read()) else { throw ByteReader.Malformed("record kind") }
            switch kind {
            case .fragment:
                let object = try reader.read(UInt32.self)
                let low = UInt32(try reader.read(UInt16.self))
                let high = UInt32(try reader.read(UInt8.self))
                let size = try reader.read(UInt16.self)
                let index = try reader.read(UInt16.self)
                records.append(
                    .fragment(
                        Fragment(
                            object: object, length: high << 16 | low, size: size, index: index, data: reader.readRest())
                    ))
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
            }
        }
        return records
    }
}

extension ByteReader {
    mutating func readInstant() throws(Malformed) -> MonotonicInstant { MonotonicInstant(nanoseconds: try read()) }
}
