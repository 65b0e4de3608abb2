import FlightTypes

/// Consecutive objects of a stream, first and last included.
public struct SequenceSpan: Hashable, Sendable {
    /// The drone's name.
    public var drone: String
    /// The drone's flight.
    public var flight: UInt32
    /// The stream.
    public var stream: StreamID
    /// Sequence of the first object.
    public var first: UInt64
    /// Sequence of the last object; not before `first`.
    public var last: UInt64
    /// The objects `first` to `last` of a stream.
    public init(drone: String, flight: UInt32, stream: StreamID, first: UInt64, last: UInt64) {
        self.drone = drone
        self.flight = flight
        self.stream = stream
        self.first = first
        self.last = last
    }
    /// How many objects it means; saturates.
    public var count: UInt64 {
        guard first <= last else { return 0 }
        return last - first == .max ? .max : last - first + 1
    }
}

/// Objects of one drone's stream that the station has made durable as originals, first and last included.
public struct ReceiptedRange: Hashable, Sendable {
    /// The drone's flight.
    public var flight: UInt32
    /// The stream.
    public var stream: StreamID
    /// Sequence of the first object.
    public var first: UInt64
    /// Sequence of the last object. A range that ends before it begins means nothing and is left out everywhere.
    public var last: UInt64
    /// The objects `first` to `last` of a stream.
    public init(flight: UInt32, stream: StreamID, first: UInt64, last: UInt64) {
        self.flight = flight
        self.stream = stream
        self.first = first
        self.last = last
    }

    /// The same objects in as few ranges as can be, ordered by flight, stream and sequence.
    static func merged(_ ranges: [ReceiptedRange]) -> [ReceiptedRange] {
        var merged: [ReceiptedRange] = []
        for range in ranges.filter({ $0.first <= $0.last }).sorted(by: { $0.order < $1.order }) {
            if let end = merged.last, end.flight == range.flight, end.stream == range.stream,
                end.last == .max || range.first <= end.last + 1
            {
                merged[merged.count - 1].last = max(end.last, range.last)
            } else {
                merged.append(range)
            }
        }
        return merged
    }
    private var order: (UInt32, UInt16, UInt64) { (flight, stream.code, first) }
}

/// Whether the station has given a receipt for each object held: the onboard copy may go only after the station's durable
/// receipt. `held` are the originals of an onboard record (`IncidentReader.sequences()`), whatever its name for the drone;
/// what holds nothing is receipted.
public func isFullyReceipted(held: [SequenceSpan], receipts: [ReceiptedRange]) -> Bool {
    struct Key: Hashable {
        var flight: UInt32
        var stream: StreamID
    }
    let merged = Dictionary(grouping: ReceiptedRange.merged(receipts)) { Key(flight: $0.flight, stream: $0.stream) }
    return held.allSatisfy { span in
        // Merged ranges do not touch: a span lies in one of them, or is not covered.
        merged[Key(flight: span.flight, stream: span.stream), default: []].contains {
            $0.first <= span.first && span.last <= $0.last
        }
    }
}
