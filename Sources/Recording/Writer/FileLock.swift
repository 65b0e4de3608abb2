import Foundation
import Glibc

/// Keeps a second writer out, by `flock` on a file beside the record; the kernel lets go of it even after a kill.
///
/// Beside it, because closing any descriptor of the record itself would drop the locks that SQLite holds on it in
/// this process.
final class FileLock: Sendable {
    private let file: Int32
    private let lockPath: String

    init(path: String) throws(RecordingError) {
        // Two names of one file must mean one lock.
        lockPath = URL(fileURLWithPath: path).resolvingSymlinksInPath().path + ".lock"
        // Once more when another writer took the lock file away between our opening and locking it.
        for _ in 0..<16 {
            let file = open(lockPath, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o600)
            guard file >= 0 else { throw Self.refusal(path, errno) }
            guard flock(file, LOCK_EX | LOCK_NB) == 0 else {
                Glibc.close(file)
                throw .alreadyOpen(path: path)
            }
            var held = stat()
            var named = stat()
            if fstat(file, &held) == 0, stat(lockPath, &named) == 0, held.st_ino == named.st_ino,
                held.st_dev == named.st_dev
            {
                self.file = file
                return
            }
            Glibc.close(file)
        }
        throw .alreadyOpen(path: path)
    }

    private static func refusal(_ path: String, _ code: Int32) -> RecordingError {
        let reason = "cannot lock: \(String(cString: strerror(code)))"
        return switch code {
        case ENOSPC, EDQUOT: .noSpace(path: path)
        case EROFS, EACCES, EPERM: .notWritable(path: path, reason: reason)
        default: .failed(path: path, reason: reason)
        }
    }

    /// Takes the lock file away, while it is still held. Call it once.
    func release() {
        unlink(lockPath)
        flock(file, LOCK_UN)
    }

    deinit { Glibc.close(file) }
}
