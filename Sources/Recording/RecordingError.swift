/// Why a record cannot be written or read, and what that affects. Nothing here ever deletes or repairs a file.
public enum RecordingError: Error, CustomStringConvertible, Sendable {
    /// No incident file.
    case foreign(path: String)
    /// An incident file of another version.
    case otherVersion(path: String, version: Int)
    /// Another process writes to it.
    case alreadyOpen(path: String)
    /// SQLite would not promise durability.
    case notDurable(path: String, synchronous: Int)
    /// The file has reached its allowed size.
    case full(path: String, limitBytes: Int64)
    /// Less disk space is left than must stay free.
    case diskReserve(path: String, freeBytes: Int64, reserveBytes: Int64)
    /// The file's contents contradict themselves.
    case damaged(path: String, reason: String)
    /// The file was not closed, and its journal can only be read in a folder that may be written.
    case unclosed(path: String)
    /// An object that cannot be recorded: its drone's name, or its bytes, do not fit it.
    case unfit(path: String, reason: String)
    /// The disk is full.
    case noSpace(path: String)
    /// The system does not let this program write to the file.
    case notWritable(path: String, reason: String)
    /// SQLite or the file system failed.
    case failed(path: String, reason: String)

    /// Whether it lies in this one file, so that another one may well be written meanwhile. Trouble of the disk is not: it must be
    /// waited for.
    public var liesInTheFile: Bool {
        switch self {
        case .foreign, .otherVersion, .notDurable, .damaged, .unclosed, .notWritable: true
        case .alreadyOpen, .full, .diskReserve, .unfit, .noSpace, .failed: false
        }
    }
    /// Whether there is no room: it comes back when somebody makes some.
    public var isLackOfRoom: Bool {
        switch self {
        case .full, .diskReserve, .noSpace: true
        default: false
        }
    }

    /// What went wrong, without the path and the effect.
    var cause: String {
        switch self {
        case .damaged(_, let reason), .unfit(_, let reason), .notWritable(_, let reason), .failed(_, let reason): reason
        case .noSpace: "the disk is full"
        case .foreign, .otherVersion, .alreadyOpen, .notDurable, .full, .diskReserve, .unclosed: description
        }
    }

    /// The fact, and what it affects.
    public var description: String {
        switch self {
        case .foreign(let path): "\(path) is not an incident file; it was not changed"
        case .otherVersion(let path, let version):
            "\(path) has version \(version), this program knows 1 to \(IncidentSchema.version); it was not changed"
        case .alreadyOpen(let path): "\(path) is being written by another process; nothing was written"
        case .notDurable(let path, let synchronous):
            "\(path): the database is in synchronous mode \(synchronous) instead of FULL; "
                + "nothing would be safe, nothing was written"
        case .full(let path, let limit):
            "\(path) has reached its limit of \(limit >> 20) MiB; new objects are not written to it"
        case .diskReserve(let path, let free, let reserve):
            "\(path): only \(free >> 20) MiB of disk are free and "
                + "\(reserve >> 20) must stay; new objects wait or are not written"
        case .damaged(let path, let reason):
            "\(path) is damaged: \(reason); it was not changed, what it still holds can be read from a copy"
        case .unclosed(let path):
            "\(path) was not closed and lies where nothing may be written; copy it with its -wal file to read it"
        case .unfit(let path, let reason): "\(path): \(reason); nothing of its batch is written"
        case .noSpace(let path):
            "\(path): the disk is full; what was asked for now is not done, what was acknowledged stays"
        case .notWritable(let path, let reason): "\(path) cannot be written: \(reason); what it holds stays"
        case .failed(let path, let reason):
            "\(path): \(reason); what was asked for now is not done, what was acknowledged stays"
        }
    }
}
