import FlightTypes
import GRDB

extension IncidentReader {
    /// A stream of one flight of one drone.
    struct FlightStream: Hashable, Sendable {
        var drone: String, flight: UInt32, stream: StreamID
        var arguments: StatementArguments { [drone, Int64(flight), Int64(stream.code)] }
    }

    /// The originals that the file holds, merged, ordered by drone, flight, stream and sequence.
    public func sequences() throws(RecordingError) -> [SequenceSpan] {
        var spans: [SequenceSpan] = []
        for stream in try flightStreams() { spans += try self.spans(of: stream, originals: true) }
        return spans
    }

    /// What is missing between sequence 0 and the highest known one of each stream, ordered like `sequences`. Of a frame
    /// either form counts as held; with `ofOriginals` only the original, so that what came as a copy alone is missing, too.
    public func gaps(ofOriginals: Bool = false) throws(RecordingError) -> [SequenceSpan] {
        var gaps: [SequenceSpan] = []
        for stream in try flightStreams() {
            let any = try spans(of: stream, originals: false)
            guard let highest = any.last?.last else { continue }
            var next: UInt64 = 0
            func close(before end: UInt64) {
                guard next < end else { return }
                gaps.append(
                    SequenceSpan(
                        drone: stream.drone, flight: stream.flight, stream: stream.stream, first: next, last: end - 1))
            }
            var isClosed = false
            for span in ofOriginals ? try spans(of: stream, originals: true) : any {
                close(before: span.first)
                isClosed = span.last >= highest
                next = isClosed ? span.last : span.last + 1
            }
            guard !isClosed else { continue }
            gaps.append(
                SequenceSpan(
                    drone: stream.drone, flight: stream.flight, stream: stream.stream, first: next, last: highest))
        }
        return gaps
    }

    /// All streams of all flights. Found by leaping over the index, one look for each of them, however many objects.
    func flightStreams() throws(RecordingError) -> [FlightStream] {
        let columns = "SELECT drone, flight, stream FROM object INDEXED BY objectIdentity"
        let order = "ORDER BY drone, flight, stream LIMIT 1"
        var streams: [FlightStream] = []
        var row = try rows("\(columns) \(order)").first
        while let current = row {
            let stream = FlightStream(
                drone: try current.drone(), flight: try current.flight(), stream: try current.stream())
            if let last = streams.last,
                (last.drone, last.flight, last.stream.code) >= (stream.drone, stream.flight, stream.stream.code)
            {
                throw .damaged(path: path, reason: "an index is out of order")
            }
            guard streams.count < 65_536 else { throw .damaged(path: path, reason: "it holds too many streams") }
            streams.append(stream)
            row = try rows("\(columns) WHERE (drone, flight, stream) > (?, ?, ?) \(order)", stream.arguments).first
        }
        return streams
    }

    /// Walks the index over identities, without the objects, in short transactions: a long one would keep the writer of a
    /// live file from emptying its journal.
    private func spans(of stream: FlightStream, originals: Bool) throws(RecordingError) -> [SequenceSpan] {
        let pageSize = 10_000
        let condition = originals ? try dialect().isOriginal : "1"
        var spans: [SequenceSpan] = []
        // The file holds the bits of a u64 as a signed number: its upper half is negative, and comes second.
        for half in [Int64(0)...Int64.max, Int64.min...Int64(-1)] {
            var start = half.lowerBound
            while true {
                let page = try integers(
                    """
                    SELECT sequence FROM object INDEXED BY objectIdentity WHERE drone = ? AND flight = ? AND stream = ?
                        AND sequence BETWEEN ? AND ? AND \(condition) ORDER BY sequence LIMIT \(pageSize)
                    """, stream.arguments + [start, half.upperBound])
                for bits in page {
                    guard bits >= start, spans.last.map({ $0.last <= UInt64(bitPattern: bits) }) ?? true else {
                        throw .damaged(path: path, reason: "an index is out of order")
                    }
                    guard spans.count < 1_000_000 else { throw .damaged(path: path, reason: "it has too many gaps") }
                    let sequence = UInt64(bitPattern: bits)
                    if let last = spans.last?.last, last == sequence || last &+ 1 == sequence {
                        spans[spans.count - 1].last = sequence
                    } else {
                        spans.append(
                            SequenceSpan(
                                drone: stream.drone, flight: stream.flight, stream: stream.stream, first: sequence,
                                last: sequence))
                    }
                }
                guard page.count == pageSize, let last = page.last, last < half.upperBound else { break }
                start = last + 1
            }
        }
        return spans
    }
}
