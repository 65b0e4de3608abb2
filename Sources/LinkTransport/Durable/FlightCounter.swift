import DurableFiles
import Foundation
import PlainText

/// A number that grows over restarts: the agent's flight. Reserved on disk before it is used.
///
/// Where the disk cannot be written nothing can be reserved, and the drone flies all the same. Its flight then has a number that
/// no other has, made by chance from the upper half (2³¹ and up), which no reserved number reaches; and its handshakes count on
/// between those of the last flight and those of the next one that is reserved, by the clock (docs/decisions/0030).
public struct FlightCounter: Sendable {
    /// What the next flight is, and what had to be assumed for it.
    public struct Next: Hashable, Sendable {
        /// The flight's number.
        public var flight: UInt32
        /// The flight's handshakes are counted from the number behind this one on.
        public var handshakes: UInt64
        /// Why it is not just one more than the last; nil where it is.
        public var remark: String?

        /// A flight whose number was reserved.
        init(flight: UInt32, remark: String?) {
            self.init(flight: flight, handshakes: UInt64(flight) << 32, remark: remark)
        }
        init(flight: UInt32, handshakes: UInt64, remark: String?) {
            self.flight = flight
            self.handshakes = handshakes
            self.remark = remark
        }
    }
    /// Numbers from here on are made by chance.
    static let unreserved: UInt32 = 1 << 31

    /// Whether `flight` is a number that was reserved on disk.
    public static func isReserved(_ flight: UInt32) -> Bool { flight < unreserved }

    private let path: String
    /// The counter in the file at `path`.
    public init(path: String) { self.path = path }

    /// The next number, durable when this returns, or made by chance. A drone that does not start is a lost drone, so a lost
    /// counter is made up for, by a number that surely lies behind all earlier ones.
    ///
    /// - Parameters:
    ///   - highestRecord: the highest reserved flight of which a record lies on board.
    ///   - seconds: seconds since 1970 by the wall clock.
    ///   - chance: random bits.
    /// - Throws: when the last number of all is used.
    public func next(highestRecord: UInt32?, seconds: Int64, chance: UInt32) throws -> Next {
        // What cannot even be read holds no number either.
        let bytes: [UInt8]?
        do { bytes = try DurableFile.read(path) } catch { bytes = Array("?".utf8) }
        let next = Self.next(after: bytes, highestRecord: highestRecord, minutes: seconds / 60, path: path)
        guard let next else {
            throw DurableFile.Failure(
                description: "\(path): the last number of all is used; give the drone a new key and a new name")
        }
        // As long as any number, so that it can be written on a full disk.
        do {
            try DurableFile.replaceLines(path, with: "\(next.flight)".padded(to: "\(UInt32.max)".count) + "\n")
        } catch {
            return Self.unreserved(instead: next, because: "\(error)", seconds: seconds, chance: chance)
        }
        return next
    }

    /// A flight without a reserved number. Its handshakes count from the seconds on, above the last flight's, which are few: two
    /// such flights one after the other do not use one counter twice, unless the clock falls back. Then the Leitstelle refuses
    /// handshakes until they have caught up, a second for each.
    static func unreserved(instead next: Next, because reason: String, seconds: Int64, chance: UInt32) -> Next {
        Next(
            flight: chance | unreserved,
            handshakes: UInt64(max(1, next.flight) - 1) << 32 | UInt64(UInt32(clamping: seconds)),
            remark:
                "\(reason); this flight's number is made by chance, \(chance | unreserved), and the next one counts on"
        )
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
        let flight = UInt32(clamping: min(max(1, minutes), Int64(unreserved) - 1))
        return Next(
            flight: flight,
            remark: """
                \(lost) and there is no record on board; by the clock this is flight \(flight). If the Leitstelle refuses \
                the drone because its counter was used before, give it a new name there
                """)
    }
}
