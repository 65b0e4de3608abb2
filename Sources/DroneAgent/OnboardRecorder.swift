import FlightTypes
import Foundation
import Logging
import Recording
import Sensors
import Synchronization

/// Writes everything to the onboard record on a thread of its own; capture never waits for the disk.
final class OnboardRecorder: Sendable {
    /// Bytes that may wait for the disk; beyond it new objects are not recorded, and the status says so.
    static let queueBytes = 64 << 20
    private let queue = BoundedQueue<RecordableObject>(limit: queueBytes, rule: .newest, cost: { $0.encoded.count })
    private let writer: IncidentWriter
    private let clocks: any Clocks
    private let logger: Logger
    private let isHealthy = Atomic(true)
    private let trouble = Mutex((writing: RepeatedTrouble(), receipts: RepeatedTrouble()))
    private let recorded = Atomic<UInt64>(0)
    private let reportedDropped = Atomic<UInt64>(0)
    private let done = DispatchSemaphore(value: 0)
    /// Receipts that wait to be stored; they come many times over, so once in a while is enough.
    private let receipts = Mutex<(pending: Set<ReceiptedRange>, stored: MonotonicInstant?)>(([], nil))
    private static let receiptsInterval: Duration = .seconds(2)
    private static let receiptsLimit = 4096

    init(writer: IncidentWriter, clocks: any Clocks, logger: Logger) {
        self.writer = writer
        self.clocks = clocks
        self.logger = logger
    }

    /// Whether the last write went through, and nothing has been turned away since this was last asked (once a second).
    var isRecording: Bool {
        let dropped = queue.dropped
        return reportedDropped.exchange(dropped, ordering: .relaxed) == dropped && isHealthy.load(ordering: .relaxed)
    }
    var recordedCount: UInt64 { recorded.load(ordering: .relaxed) }
    var dropped: UInt64 { queue.dropped }

    func start() {
        let thread = Thread { [self] in
            while let batch = queue.takeAll() {
                write(batch)
                storeReceipts(always: false)
            }
            storeReceipts(always: true)
            do { try writer.close() } catch { logger.error("Closing the onboard record: \(error)") }
            done.signal()
        }
        thread.name = "onboard-record"
        thread.start()
    }

    func append(_ object: RecordableObject) { queue.append(object) }

    /// The station has these durably. Stored with one of the next batches; a lost one only costs sending again.
    func note(_ ranges: [ReceiptedRange]) {
        receipts.withLock { receipts in
            for range in ranges where receipts.pending.count < Self.receiptsLimit { receipts.pending.insert(range) }
        }
    }

    private func storeReceipts(always: Bool) {
        let now = clocks.monotonicNow()
        let ranges = receipts.withLock { receipts -> [ReceiptedRange] in
            let isDue = receipts.stored.map { now.since($0) >= Self.receiptsInterval } ?? true
            guard always || isDue, !receipts.pending.isEmpty else { return [] }
            receipts.stored = now
            defer { receipts.pending = [] }
            return Array(receipts.pending)
        }
        guard !ranges.isEmpty else { return }
        do { try writer.addReceipts(ranges) } catch {
            if let tally = trouble.withLock({ $0.receipts.failed("\(error)", at: now) }) {
                logger.warning("Receipts are not stored\(tally.times), what they name is sent again: \(error)")
            }
        }
    }

    /// Writes what waits, closes the file, and returns.
    func stop() {
        queue.close()
        done.wait()
    }

    private func write(_ batch: [RecordableObject]) {
        do {
            let result = try writer.append(batch, recordTime: clocks.wallNow())
            recorded.add(UInt64(result.stored), ordering: .relaxed)
            isHealthy.store(true, ordering: .relaxed)
            if let tally = trouble.withLock({ $0.writing.worked(at: clocks.monotonicNow()) }) {
                logger.notice("The onboard record goes on\(tally.afterwards())")
            }
        } catch {
            // The batch is lost to the onboard record; live pictures go on, and the Leitstelle is told by the status.
            isHealthy.store(false, ordering: .relaxed)
            if let tally = trouble.withLock({ $0.writing.failed("\(error)", at: clocks.monotonicNow()) }) {
                logger.error("The onboard record cannot be written\(tally.times), live pictures go on: \(error)")
            }
        }
    }
}
