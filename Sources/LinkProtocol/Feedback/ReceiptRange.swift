import FlightTypes

/// Consecutive objects of a stream that a commit with `synchronous=FULL` has made durable at the station.
public struct ReceiptRange: Hashable, Sendable {
    /// Ranges in one record.
    public static let rangesLimit = 40
    /// The objects' flight.
    public var flight: UInt32
    /// Their stream.
    public var stream: StreamID
    /// Whether the station holds reduced copies, not the originals.
    public var isReduced: Bool
    /// First sequence, inclusive.
    public var first: UInt64
    /// Last sequence, inclusive.
    public var last: UInt64

    /// The objects `first…last` of `stream` in `flight`.
    public init(flight: UInt32, stream: StreamID, isReduced: Bool = false, first: UInt64, last: UInt64) {
        self.flight = flight
        self.stream = stream
        self.isReduced = isReduced
        self.first = first
        self.last = last
    }

    func encode(into writer: inout ByteWriter) {
        writer.write(flight)
        writer.write(stream.code)
        writer.write(UInt8(isReduced ? 1 : 0))
        writer.write(first)
        writer.write(last)
    }

    init(_ reader: inout ByteReader) throws(ByteReader.Malformed) {
        flight = try reader.read()
        stream = StreamID(code: try reader.read())
        let representation = try reader.read(UInt8.self)
        guard representation <= 1 else { throw ByteReader.Malformed("receipt representation") }
        isReduced = representation == 1
        first = try reader.read()
        last = try reader.read()
        guard first <= last else { throw ByteReader.Malformed("receipt range") }
    }
}
