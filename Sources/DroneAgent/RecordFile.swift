import FlightTypes
import Recording

/// What the onboard recorder writes to: a record on the card, or in tests a disk with faults.
protocol RecordFile: Sendable {
    /// Whether the journal is folded into the file; can be asked while a write hangs.
    var journal: JournalState { get }
    /// Stores all of `objects` durably, or throws and stores none.
    func append(
        _ objects: [RecordableObject], recordTime: WallTime
    ) throws(RecordingError) -> IncidentWriter.AppendResult
    /// Stores what the Leitstelle has.
    func addReceipts(_ ranges: [ReceiptedRange]) throws(RecordingError)
    /// Ends writing.
    func close() throws(RecordingError)
}

extension IncidentWriter: RecordFile {}

/// Why nothing is recorded on board at the moment, as the Leitstelle is told it.
enum RecordTrouble {
    /// The note about `state`; nil where the record goes on. `error` is the newest failure.
    static func note(_ state: RecordingHealth.State, error: RecordingError?, at now: MonotonicInstant) -> SensorNote? {
        switch state {
        case .working, .slow: return nil
        case .hanging(let since):
            let seconds = max(0, now.since(since).components.seconds)
            return SensorNote(
                .recordHangs,
                "the card has taken nothing for \(seconds) s: nothing is recorded on board; check its seat, or replace it"
            )
        case .failing(let reason, _):
            guard let error else { return SensorNote(.recordFails, "nothing is recorded on board: \(reason)") }
            if error.isLackOfRoom {
                return SensorNote(
                    .recordFull, "the card is full: nothing is recorded on board; make room, no restart is needed")
            }
            if case .notWritable = error {
                return SensorNote(
                    .recordReadOnly,
                    "the card cannot be written: nothing is recorded on board; mend it, no restart is needed (\(reason))"
                )
            }
            return SensorNote(.recordFails, "nothing is recorded on board: \(reason)")
        }
    }
}
