import DurableFiles
import Foundation
import PlainText

/// A number that grows over restarts: the agent's flight. Reserved on disk before it is used.
public struct FlightCounter: Sendable {
    /// What the next flight is, and what had to be assumed for it.
    public struct Next: Hashable, Sendable {
        /// The flight's number.
        public var flight: UInt32
        /// Why it is not just one more than the last; nil where it is.
        public var remark: String?
    }
    private let path: String
    /// The counter in the file at `path`.
    public init(path: String) { self.path = path }

    /// The next number, durable when this returns. A drone that does not start is a lost drone, so a lost counter is made up for,
    /// by a number that surely lies behind all earlier ones.
    ///
    /// - Parameters:
    ///   - highestRecord: the highest flight of which a record lies on board.
    ///   - minutes: minutes since 1970 by the wall clock.
    public func next(highestRecord: UInt32?, minutes: Int64) throws -> Next {
        // What cannot even be read holds no number either.
        let bytes: [UInt8]?
        do { bytes = try DurableFile.read(path) } catch { bytes = Array("?".utf8) }
        let next = Self.next(after: bytes, highestRecord: highestRecord, minutes: minutes, path: path)
        guard let next else {
            throw DurableFile.Failure(
                description: "\(path): the last number of all is used; give the drone a new key and a new name")
        }
        // As long as any number, so that it can be written on a full disk.
        try DurableFile.replaceLines(path, with: "\(next.flight)".padded(to: "\(UInt32.max)".count) + "\n")
        return next
    }

    /// Why the next number will not be just one more than the last; nil where it will. Changes nothing.
    public func fault(highestRecord: UInt32?) -> String? {
        do {
            return Self.next(after: try DurableFile.read(path), highestRecord: highestRecord, minutes: 1, path: path)?
                .remark
        } catch {
            return "\(error)"
        }
    }

    /// Flights whose records may be gone. The station refuses a drone whose number falls back, so the leap is large.
    static let margin: UInt32 = 1_000

    /// Nil when no number is left.
    static func next(after bytes: [UInt8]?, highestRecord: UInt32?, minutes: Int64, path: String) -> Next? {
        let lines = bytes.flatMap { try? TextFile.lines($0, comment: nil) }
        let last = lines.flatMap { $0.count == 1 ? UInt32($0[0].text) : nil }
        if let last, last >= highestRecord ?? 0 {
            return last < .max ? Next(flight: last + 1, remark: nil) : nil
        }
        // A drone's very first flight.
        if bytes == nil, highestRecord == nil { return Next(flight: 1, remark: nil) }
        let lost =
            switch (bytes, last) {
            case (nil, _): "\(path) is gone"
            case (_, let last?): "\(path) says \(last), less than the records on board"
            case (let bytes?, nil): bytes.isEmpty ? "\(path) is empty" : "\(path) holds no flight number"
            }
        if let highestRecord {
            let (flight, overflow) = highestRecord.addingReportingOverflow(margin)
            guard !overflow else { return highestRecord < .max ? Next(flight: highestRecord + 1, remark: lost) : nil }
            return Next(
                flight: flight,
                remark:
                    "\(lost), perhaps after a power cut; flight \(highestRecord) is the last on board, so this one is \(flight)"
            )
        }
        // Nothing on board says what came before. Minutes grow faster than anyone starts an agent.
        let flight = UInt32(clamping: max(1, minutes))
        return Next(
            flight: flight,
            remark: """
                \(lost) and there is no record on board; by the clock this is flight \(flight). If the Leitstelle refuses \
                the drone because its counter was used before, give it a new name there
                """)
    }
}
