import FlightTypes
import Foundation
import Logging
import Recording
import Synchronization

/// Writes everything to the onboard record on a thread of its own; capture never waits for the disk.
///
/// The thread opens the record too, and goes on trying: where the card is full or may not be written, the record begins as soon
/// as that is over. What is captured until then is lost to it.
final class OnboardRecorder: Sendable {
    /// Bytes that may wait for the disk; beyond it new objects are not recorded, and the status says so.
    static let queueBytes = 64 << 20
    /// Between two tries to open the record.
    static let openingInterval: Duration = .seconds(1)
    private static let receiptsInterval: Duration = .seconds(2)
    private static let receiptsLimit = 4096

    /// Read by others while a write hangs, so nobody holds its lock during a write.
    private struct Health {
        var record = RecordingHealth()
        var error: RecordingError?
        var recorded: UInt64 = 0
        var lost: UInt64 = 0
        /// What was said of a card that hangs.
        var hanging = RepeatedTrouble()
    }
    /// What only the recorder's thread uses.
    private struct Desk {
        var file: (any RecordFile)?
        var tried: MonotonicInstant?
        var writing = RepeatedTrouble()
        var storing = RepeatedTrouble()
        var journal = RepeatedTrouble()
    }
    private let open: @Sendable () throws(RecordingError) -> any RecordFile
    private let queue = BoundedQueue<RecordableObject>(limit: queueBytes, rule: .newest, cost: { $0.encoded.count })
    private let health = Mutex(Health())
    private let desk = Mutex(Desk())
    private let clocks: any Clocks
    private let logger: Logger
    private let done = DispatchSemaphore(value: 0)
    /// Receipts that wait to be stored; they come many times over, so once in a while is enough.
    private let receipts = Mutex<(pending: Set<ReceiptedRange>, stored: MonotonicInstant?)>(([], nil))

    /// `open` opens the record, or throws why that cannot be done now.
    init(
        open: @escaping @Sendable () throws(RecordingError) -> any RecordFile, clocks: any Clocks, logger: Logger
    ) {
        self.open = open
        self.clocks = clocks
        self.logger = logger
    }

    /// Whether what is captured now is recorded, objects recorded and lost, and why nothing is; nil where all is well.
    var status: (isRecording: Bool, recorded: UInt64, lost: UInt64, note: SensorNote?) {
        let now = clocks.monotonicNow()
        return health.withLock { health in
            let state = health.record.state(at: now)
            return (
                state.isRecording, health.recorded, health.lost, RecordTrouble.note(state, error: health.error, at: now)
            )
        }
    }

    func start() {
        let thread = Thread { [self] in
            writeNext([])
            while let batch = queue.takeAll() { writeNext(batch) }
            finish()
            done.signal()
        }
        thread.name = "onboard-record"
        thread.start()
    }

    func append(_ object: RecordableObject) {
        let now = clocks.monotonicNow()
        // In one piece: what is taken from the queue has been counted as waiting.
        health.withLock { health in
            if queue.append(object) {
                health.record.submitted(at: now)
            } else {
                health.record.refused(at: now)
                health.lost += 1
            }
        }
    }

    /// The station has these durably. Stored with one of the next batches; a lost one only costs sending again.
    func note(_ ranges: [ReceiptedRange]) {
        receipts.withLock { receipts in
            for range in ranges where receipts.pending.count < Self.receiptsLimit { receipts.pending.insert(range) }
        }
    }

    /// Tells the log of a card that hangs; the recorder's thread cannot. Ask about once a second.
    func look() {
        let now = clocks.monotonicNow()
        let (isHanging, tally) = health.withLock { health -> (Bool, RepeatedTrouble.Tally?) in
            if case .hanging = health.record.state(at: now) { return (true, health.hanging.failed(at: now)) }
            return (false, health.hanging.worked(at: now))
        }
        guard let tally else { return }
        if isHanging {
            logger.error("The card takes nothing\(tally.times): the onboard record stands still, live pictures go on")
        } else {
            logger.notice("The card takes the onboard record again")
        }
    }

    /// Writes what waits, closes the file, and returns; or when the card takes nothing more.
    func stop() {
        queue.close()
        while done.wait(timeout: .now() + 1) == .timedOut {
            let (state, waiting) = health.withLock { ($0.record.state(at: clocks.monotonicNow()), $0.record.waiting) }
            guard case .hanging = state else { continue }
            return logger.error("The card takes nothing: the last \(waiting) objects are not in the onboard record")
        }
    }

    // MARK: - On the recorder's thread

    /// Opens the record if it is not, and writes `batch`; then receipts, when they are due.
    func writeNext(_ batch: [RecordableObject]) {
        desk.withLock { desk in
            guard openFile(&desk) else { return giveUp(batch.count) }
            if !batch.isEmpty { write(batch, &desk) }
            storeReceipts(&desk, always: false)
        }
    }

    private func finish() {
        desk.withLock { desk in
            storeReceipts(&desk, always: true)
            do { try desk.file?.close() } catch { logger.error("Closing the onboard record: \(error)") }
            desk.file = nil
        }
    }

    private func openFile(_ desk: inout Desk) -> Bool {
        guard desk.file == nil else { return true }
        let now = clocks.monotonicNow()
        if let tried = desk.tried, now.since(tried) < Self.openingInterval { return false }
        desk.tried = now
        do {
            desk.file = try open()
            return true
        } catch {
            failed(error, &desk)
            return false
        }
    }

    private func write(_ batch: [RecordableObject], _ desk: inout Desk) {
        guard let file = desk.file else { return }
        do {
            let result = try file.append(batch, recordTime: clocks.wallNow())
            let now = clocks.monotonicNow()
            health.withLock { health in
                health.record.committed(batch.count, at: now)
                health.error = nil
                health.recorded += UInt64(clamping: result.stored)
            }
            if let tally = desk.writing.worked(at: now) {
                logger.notice("The onboard record goes on\(tally.afterwards())")
            }
            tell(file.journal, &desk)
        } catch {
            failed(error, &desk)
            giveUp(batch.count)
            // The next try opens the record anew.
            if error.liesInTheFile {
                try? file.close()
                desk.file = nil
            }
        }
    }

    /// Live pictures go on, and the Leitstelle is told by the status.
    private func failed(_ error: RecordingError, _ desk: inout Desk) {
        let now = clocks.monotonicNow()
        health.withLock { health in
            health.record.failed(error.description, at: now)
            health.error = error
        }
        if let tally = desk.writing.failed(error.description, at: now) {
            logger.error(
                "The onboard record cannot be written\(tally.times), live pictures go on, it is tried again: \(error)")
        }
    }

    private func giveUp(_ count: Int) {
        health.withLock { health in
            health.record.gaveUp(count)
            health.lost += UInt64(clamping: count)
        }
    }

    private func tell(_ journal: JournalState, _ desk: inout Desk) {
        let now = clocks.monotonicNow()
        guard let sentence = journal.sentence else {
            if desk.journal.worked(at: now) != nil { logger.notice("The onboard record's journal is folded in again") }
            return
        }
        var reason = ""
        if case .failing(let error, _) = journal { reason = error }
        if let tally = desk.journal.failed(reason, at: now) {
            logger.warning("The onboard record: \(sentence)\(tally.times)")
        }
    }

    private func storeReceipts(_ desk: inout Desk, always: Bool) {
        guard let file = desk.file else { return }
        let now = clocks.monotonicNow()
        let ranges = receipts.withLock { receipts -> [ReceiptedRange] in
            let isDue = receipts.stored.map { now.since($0) >= Self.receiptsInterval } ?? true
            guard always || isDue, !receipts.pending.isEmpty else { return [] }
            receipts.stored = now
            defer { receipts.pending = [] }
            return Array(receipts.pending)
        }
        guard !ranges.isEmpty else { return }
        do { try file.addReceipts(ranges) } catch {
            if let tally = desk.storing.failed("\(error)", at: now) {
                logger.warning("Receipts are not stored\(tally.times), what they name is sent again: \(error)")
            }
        }
    }
}
