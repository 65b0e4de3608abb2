import FlightTypes

/// Consecutive objects of a stream that a commit with `synchronous=FULL` has made durable at the station.
public struct ReceiptRange: Hashable, Sendable {
    /// Ranges in one record.
    public static let rangesLimit = 40
    /// The objects' flight.
    public var flight: UInt32
    /// Their stream.
    public var stream: StreamID
    /// First sequence, inclusive.
    public var first: UInt64
    /// Last sequence, inclusive.
    public var last: UInt64

    /// The objects `first…last` of `stream` in `flight`.
    public init(flight: UInt32, stream: StreamID, first: UInt64, last: UInt64) {
        self.flight = flight
        self.stream = stream
        self.first = first
        self.last = last
    }

    func encode(into writer: inout ByteWriter) {
        writer.write(flight)
        writer.write(stream.code)
        writer.write(first)
        writer.write(last)
    }

    init(_ reader: inout ByteReader) throws(ByteReader.Malformed) {
        flight = try reader.read()
        guard let stream = StreamID(code: try reader.read()) else { throw ByteReader.Malformed("receipt stream") }
        self.stream = stream
        first = try reader.read()
        last = try reader.read()
        guard first <= last else { throw ByteReader.Malformed("receipt range") }
    }

    /// Joins ids into as few ranges as their sequences allow.
    public static func ranges(of ids: [ObjectID]) -> [ReceiptRange] {
        let sorted = ids.sorted {
            ($0.flight, $0.stream.code, $0.sequence) < ($1.flight, $1.stream.code, $1.sequence)
        }
        var ranges: [ReceiptRange] = []
        for id in sorted {
            if let last = ranges.last, last.flight == id.flight, last.stream == id.stream, id.sequence >= last.first,
                id.sequence == last.last || (last.last < .max && id.sequence == last.last + 1)
            {
                ranges[ranges.count - 1].last = id.sequence
            } else {
                ranges.append(ReceiptRange(flight: id.flight, stream: id.stream, first: id.sequence, last: id.sequence))
            }
        }
        return ranges
    }
}
