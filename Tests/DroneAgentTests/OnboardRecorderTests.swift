import FlightTypes
import Logging
import Recording
import Synchronization
import Testing

@testable import DroneAgent

/// A clock that stands until it is told to go on.
private final class HandClock: Clocks {
    private let time = Mutex<Int64>(1_000_000_000)
    func monotonicNow() -> MonotonicInstant { MonotonicInstant(nanoseconds: time.withLock { $0 }) }
    func wallNow() -> WallTime { WallTime(nanoseconds: time.withLock { $0 }) }
    func pass(milliseconds: Int64) { time.withLock { $0 += milliseconds * 1_000_000 } }
}

/// A card that does what the test wants. What is done during a write runs inside it, on the same thread: whoever held a lock
/// across the write would block for ever.
private final class Card: RecordFile {
    struct Plan: Sendable {
        var opening: RecordingError?
        var writing: RecordingError?
        var during: @Sendable () -> Void = {}
    }
    let plan = Mutex(Plan())
    let openings = Mutex(0)
    let written = Mutex<[UInt64]>([])
    let receipts = Mutex<[ReceiptedRange]>([])

    func open() throws(RecordingError) -> any RecordFile {
        openings.withLock { $0 += 1 }
        if let error = plan.withLock({ $0.opening }) { throw error }
        return self
    }
    var journal: JournalState { .folding }
    func append(
        _ objects: [RecordableObject], recordTime: WallTime
    ) throws(RecordingError) -> IncidentWriter.AppendResult {
        let plan = plan.withLock { $0 }
        plan.during()
        if let error = plan.writing { throw error }
        written.withLock { $0 += objects.map(\.object.id.sequence) }
        var result = IncidentWriter.AppendResult()
        result.stored = objects.count
        return result
    }
    func addReceipts(_ ranges: [ReceiptedRange]) throws(RecordingError) { receipts.withLock { $0 += ranges } }
    func close() throws(RecordingError) {}
}

@Suite struct OnboardRecorderTests {
    private let clock = HandClock()
    private let card = Card()
    private let recorder: OnboardRecorder

    init() {
        let card = card
        let open: @Sendable () throws(RecordingError) -> any RecordFile = { () throws(RecordingError) in try card.open()
        }
        recorder = OnboardRecorder(open: open, clocks: clock, logger: Logger(label: "test"))
    }

    private func object(_ sequence: UInt64) -> RecordableObject {
        let time = CaptureTime(monotonic: clock.monotonicNow(), wall: clock.wallNow())
        let object = FlightObject.telemetry(
            TelemetrySample(
                id: ObjectID(flight: 1, stream: StreamID(.telemetry), sequence: sequence), captureTime: time,
                pose: .unknown))
        return RecordableObject(
            drone: "onboard", receiveTime: time.wall, receiveMonotonic: time.monotonic, object: object,
            encoded: object.parts())
    }

    /// As the thread does it, without one.
    private func record(_ sequence: UInt64) {
        let object = object(sequence)
        recorder.append(object)
        recorder.writeNext([object])
    }

    /// "Bord: ja" for as long as the card hangs: no more, three seconds after the oldest object came.
    @Test func aCardThatHangsIsToldWhileItHangs() {
        record(0)
        #expect(recorder.status.isRecording)
        let told = Mutex<[String]>([])
        card.plan.withLock { plan in
            plan.during = { [recorder, clock] in
                clock.pass(milliseconds: 2_900)
                told.withLock { $0.append("\(recorder.status.isRecording)") }
                clock.pass(milliseconds: 200)
                let status = recorder.status
                told.withLock { $0.append("\(status.isRecording) \(status.note.map { "\($0.kind)" } ?? "-")") }
                recorder.look()
            }
        }
        record(1)
        #expect(told.withLock { $0 } == ["true", "false recordHangs"])
        // The write came back.
        #expect(recorder.status.isRecording && recorder.status.note == nil)
        #expect(recorder.status.recorded == 2 && recorder.status.lost == 0)
    }

    /// A full or read-only card at the start: it is tried again once a second, and the record begins without a restart.
    @Test(arguments: [
        (RecordingError.noSpace(path: "/card"), SensorNote.Kind.recordFull),
        (.notWritable(path: "/card", reason: "Read-only file system"), .recordReadOnly),
        (.diskReserve(path: "/card", freeBytes: 0, reserveBytes: 1), .recordFull),
        (.failed(path: "/card", reason: "disk I/O error"), .recordFails),
    ]) func theRecordBeginsWhenTheCardTakesIt(error: RecordingError, kind: SensorNote.Kind) {
        card.plan.withLock { $0.opening = error }
        for sequence in UInt64(0)..<100 {
            record(sequence)
            clock.pass(milliseconds: 100)
            #expect(!recorder.status.isRecording)
            #expect(recorder.status.note?.kind == kind)
        }
        #expect(card.openings.withLock { $0 } == 10)
        #expect(recorder.status.lost == 100)
        card.plan.withLock { $0.opening = nil }
        clock.pass(milliseconds: 1_000)
        record(100)
        #expect(recorder.status.isRecording && recorder.status.note == nil)
        #expect(card.written.withLock { $0 } == [100])
        #expect(recorder.status.recorded == 1)
    }

    /// It fails in flight, and is over; what comes then is recorded.
    @Test(arguments: [
        RecordingError.noSpace(path: "/card"),
        .notWritable(path: "/card", reason: "attempt to write a readonly database"),
    ]) func aCardThatFailsInFlightIsTriedAgain(error: RecordingError) {
        record(0)
        card.plan.withLock { $0.writing = error }
        for sequence in UInt64(1)...20 {
            record(sequence)
            clock.pass(milliseconds: 200)
            #expect(!recorder.status.isRecording)
        }
        card.plan.withLock { $0.writing = nil }
        clock.pass(milliseconds: 1_000)
        record(21)
        #expect(recorder.status.isRecording)
        #expect(card.written.withLock { $0 } == [0, 21])
        #expect(recorder.status.lost == 20)
    }

    /// More than may wait: it is not recorded, and that is told, then and two seconds long.
    @Test func whatFindsNoRoomInTheQueueIsTold() {
        let frame = FlightObject.frame(
            Frame(
                id: ObjectID(flight: 1, stream: StreamID(.visible), sequence: 0),
                captureTime: CaptureTime(monotonic: clock.monotonicNow(), wall: clock.wallNow()), pose: .unknown,
                encoding: .jpeg, unit: .none, flags: [], width: 1, height: 1,
                payload: [UInt8](repeating: 0, count: OnboardRecorder.queueBytes / 4)))
        let item = RecordableObject(
            drone: "onboard", receiveTime: clock.wallNow(), receiveMonotonic: clock.monotonicNow(), object: frame,
            encoded: frame.parts())
        for _ in 0..<3 { recorder.append(item) }
        #expect(recorder.status.isRecording)
        recorder.append(item)
        #expect(!recorder.status.isRecording && recorder.status.note?.kind == .recordFails)
        #expect(recorder.status.lost == 1)
        clock.pass(milliseconds: 2_000)
        #expect(recorder.status.isRecording)
    }

    @Test func receiptsWaitForTheRecord() {
        let range = ReceiptedRange(flight: 1, stream: StreamID(.telemetry), first: 0, last: 9)
        card.plan.withLock { $0.opening = .noSpace(path: "/card") }
        recorder.note([range])
        record(0)
        #expect(card.receipts.withLock { $0 }.isEmpty)
        card.plan.withLock { $0.opening = nil }
        clock.pass(milliseconds: 1_000)
        record(1)
        #expect(card.receipts.withLock { $0 } == [range])
    }

    /// The thread itself: what waits is written before it ends.
    @Test func whatWaitsIsWrittenBeforeItEnds() {
        recorder.start()
        for sequence in UInt64(0)..<500 { recorder.append(object(sequence)) }
        recorder.stop()
        #expect(card.written.withLock { $0 } == Array(0..<500))
        #expect(recorder.status.isRecording)
    }
}
