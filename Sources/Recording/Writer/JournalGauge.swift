import GRDB

/// Whether the journal of a record is folded into its file. SQLite does that by itself after a commit, says nothing when it
/// fails, and what is committed stays durable in the journal: but the journal grows until the disk is full.
public enum JournalState: Hashable, Sendable {
    /// It is folded in as it should be.
    case folding
    /// Somebody who reads the file keeps it from being folded in; it has `bytes` now.
    case held(bytes: Int64)
    /// It cannot be folded in, for `reason`; it has `bytes` now.
    case failing(reason: String, bytes: Int64)

    /// The fact and what it affects; nil where all is well.
    public var sentence: String? {
        switch self {
        case .folding: nil
        case .held(let bytes):
            """
            the journal has grown to \(bytes >> 20) MiB, because another program keeps the record open and reads it; nothing \
            is lost, but the disk fills twice as fast until that program ends
            """
        case .failing(let reason, let bytes):
            """
            the journal (\(bytes >> 20) MiB) cannot be folded into the record: \(reason); what was acknowledged stays in the \
            journal, so keep both files together
            """
        }
    }
}

/// Decides when to look whether the journal is folded in, and what the outcome means. A value: sizes and outcomes come in.
///
/// SQLite folds after a commit that leaves 4,000 pages (16 MiB) or more, and a journal that was folded in is cut back to 64 MiB.
/// So one that grows in steps beyond `looksFrom` is worth a look; after a large batch it is found to be well.
struct JournalGauge: Sendable {
    /// Below this nothing is asked: twice what SQLite lets it grow to.
    private let looksFrom: Int64
    /// The next look is after so many further bytes.
    private let step: Int64
    /// A reader that holds it up is told beyond this: a quarter of a gigabyte of pictures is no passing look.
    private let heldFrom: Int64
    /// While something is wrong every so many commits are a look, so that its end is seen.
    static let looksEvery = 32

    private(set) var state = JournalState.folding
    private var lookedAt: Int64 = 0
    private var commits = 0

    /// With other bounds for tests.
    init(looksFrom: Int64 = 32 << 20, step: Int64 = 16 << 20, heldFrom: Int64 = 256 << 20) {
        self.looksFrom = looksFrom
        self.step = step
        self.heldFrom = heldFrom
    }

    /// Whether to try and fold the journal of `bytes` after this commit.
    mutating func wantsLook(bytes: Int64) -> Bool {
        commits += 1
        guard bytes >= looksFrom else {
            // It was begun anew: what held it up is over.
            (state, lookedAt) = (.folding, 0)
            return false
        }
        let isGrown = bytes.subtractingReportingOverflow(lookedAt).partialValue >= step
        return isGrown || state != .folding && commits >= Self.looksEvery
    }

    /// What came of it: whether all was folded in, or the reason why not.
    mutating func looked(_ outcome: Result<Bool, RecordingError>, bytes: Int64) {
        (commits, lookedAt) = (0, bytes)
        switch outcome {
        case .success(true): state = .folding
        case .success(false): state = bytes >= heldFrom ? .held(bytes: bytes) : .folding
        case .failure(let error): state = .failing(reason: error.cause, bytes: bytes)
        }
    }
}

extension DatabaseQueue {
    /// Folds as much of the journal in as nobody reads; whether that was all of it.
    func foldJournal() throws -> Bool {
        do {
            let result = try writeWithoutTransaction { try $0.checkpoint(.passive) }
            return result.checkpointedFrameCount == result.walFrameCount
        } catch let error as DatabaseError where error.resultCode == .SQLITE_BUSY { return false }
    }
}
