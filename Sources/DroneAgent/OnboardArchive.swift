import FlightTypes
import Foundation
import LinkProtocol
import Logging
import Recording
import Sensors
import Synchronization

/// Reads the onboard records for backfill, of this flight and of earlier ones, on a queue of its own: neither capture nor the
/// link waits for the disk.
final class OnboardArchive: Sendable {
    /// What an earlier flight left that the station may lack.
    struct Left: Sendable {
        var spans: [SequenceSpan]
        var receipts: [ReceiptedRange]
    }
    /// Earlier flights looked at; older ones wait until these are complete and gone.
    private static let flightsLimit = 64
    private let folder: String
    private let logger: Logger
    private let queue = DispatchQueue(label: "onboard-archive")
    private let readers = Mutex<[UInt32: IncidentReader]>([:])
    private let trouble = Mutex((reading: Troubles<UInt32>(), receipts: Troubles<UInt32>()))

    init(folder: String, logger: Logger) {
        self.folder = folder
        self.logger = logger
    }

    static func path(folder: String, flight: UInt32) -> String { "\(folder)/flight-\(flight).lagebild" }

    /// The flights of which records lie in `folder`.
    static func flights(in folder: String) -> [UInt32] {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
        return names.compactMap { name -> UInt32? in
            guard name.hasPrefix("flight-"), name.hasSuffix(".lagebild") else { return nil }
            return UInt32(name.dropFirst(7).dropLast(9))
        }
    }

    /// Looks an object up and calls back with its bytes, or nil when the record does not have it.
    func fetch(_ id: ObjectID, _ done: @escaping @Sendable ([UInt8]?) -> Void) {
        queue.async { [self] in
            do {
                done(try reader(of: id.flight)?.object(drone: "onboard", id: id)?.bytes)
            } catch {
                let now = SystemClocks().monotonicNow()
                if let tally = trouble.withLock({ $0.reading.failed(id.flight, at: now) }) {
                    logger.warning(
                        """
                        Backfill of \(id.stream) \(id.sequence), flight \(id.flight)\(tally.times): \(error); the rest goes on
                        """)
                }
                done(nil)
            }
        }
    }

    /// Tells of each earlier flight, newest first, that is not fully receipted.
    func earlierFlights(than flight: UInt32, _ found: @escaping @Sendable (UInt32, Left) -> Void) {
        queue.async { [self] in
            for number in Self.flights(in: folder).filter({ $0 != flight }).sorted(by: >).prefix(Self.flightsLimit) {
                do {
                    guard let reader = try reader(of: number) else { continue }
                    let left = Left(spans: try reader.sequences(), receipts: try reader.receipts())
                    if !isFullyReceipted(held: left.spans, receipts: left.receipts) { found(number, left) }
                } catch {
                    logger.warning("The record of flight \(number) cannot be read and is not backfilled: \(error)")
                }
            }
        }
    }

    /// Stores receipts that name objects of an earlier flight in that flight's record.
    func noteReceipts(_ ranges: [ReceiptedRange], flight: UInt32) {
        queue.async { [self] in
            let path = Self.path(folder: folder, flight: flight)
            guard FileManager.default.fileExists(atPath: path) else { return }
            do {
                let info = IncidentInfo(name: "Flight \(flight)", openedAt: WallTime(nanoseconds: 0), openedBy: nil)
                let writer = try IncidentWriter(
                    path: path, incident: info, limits: OnboardLimits(maximumBytes: nil, reserveBytes: 0))
                try writer.addReceipts(ranges)
                try writer.close()
            } catch {
                let now = SystemClocks().monotonicNow()
                if let tally = trouble.withLock({ $0.receipts.failed(flight, at: now) }) {
                    logger.warning(
                        """
                        Receipts of flight \(flight) are not stored\(tally.times), it will be backfilled again: \(error)
                        """)
                }
            }
        }
    }

    private func reader(of flight: UInt32) throws -> IncidentReader? {
        if let open = readers.withLock({ $0[flight] }) { return open }
        let path = Self.path(folder: folder, flight: flight)
        guard FileManager.default.fileExists(atPath: path) else { return nil }
        let reader = try IncidentReader(path: path)
        readers.withLock { $0[flight] = reader }
        return reader
    }
}
