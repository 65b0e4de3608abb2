import Foundation
import PlainText

/// Replaces small files so that after a power cut either the old or the new content is there, never half of one.
///
/// What is written is a new file under a name that nobody can know before: never a link's target, and never a file that an
/// earlier hand left with rights of its own.
public enum DurableFile {
    /// What could not be made durable, or not be read.
    public struct Failure: Error, CustomStringConvertible, Sendable {
        /// What is wrong, with the file's name.
        public let description: String
        /// How to mend it; empty where the fact says enough.
        public let mend: String
        /// Whether the disk is full.
        public let isNoRoom: Bool

        /// A failure of its parts.
        public init(description: String, mend: String = "", isNoRoom: Bool = false) {
            self.description = description
            self.mend = mend
            self.isNoRoom = isNoRoom
        }
    }
    /// What becomes of a link, or of anything but an ordinary file, where a file is to be replaced.
    public enum Link: Sendable {
        /// The link itself gives way to the new file; what it names stays as it is.
        case replaced
        /// Nothing is written: whoever made the link meant the file behind it.
        case refused
    }
    /// No file that is read here is larger (bytes).
    public static let sizeLimit = 4 << 20

    /// Writes `text` to `path` by way of a new file, `fsync`, `rename` and `fsync` of the folder. The file has exactly the rights
    /// `mode`, whatever the umask. A link at `path` is never followed.
    public static func replace(
        _ path: String, with text: String, mode: mode_t = 0o600, link: Link = .replaced
    ) throws {
        var status = stat()
        if link == .refused, lstat(path, &status) == 0, status.st_mode & S_IFMT != S_IFREG {
            throw Failure(
                description: "\(path) is a link or no ordinary file; it stays as it was", mend: "name the file itself")
        }
        try write(text, beside: path, mode: mode) { temporary in
            guard rename(temporary, path) == 0 else { throw failure(path) }
        }
    }

    /// The same for a text of lines that keep their places and lengths. Where the disk has no room for a new file, the old one is
    /// written over: after a power cut meanwhile some of its lines are old and some new, but all are whole.
    public static func replaceLines(_ path: String, with text: String) throws {
        do { try replace(path, with: text) } catch let failure as Failure {
            guard failure.isNoRoom, overwrite(path, with: text) else { throw failure }
        }
    }

    /// Whether the file at `path` had as many bytes as `text` and holds `text` durably now.
    static func overwrite(_ path: String, with text: String) -> Bool {
        let file = open(path, O_WRONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC)
        guard file >= 0 else { return false }
        defer { close(file) }
        var status = stat()
        let bytes = Array(text.utf8)
        guard fstat(file, &status) == 0, status.st_mode & S_IFMT == S_IFREG, status.st_nlink == 1,
            status.st_size == bytes.count, (try? write(bytes, to: file, of: path)) != nil
        else { return false }
        return fsync(file) == 0
    }

    /// Gives what lies at `path` and cannot be understood another name, which no earlier one has; that name, or nil where it
    /// could not be done.
    public static func setAside(_ path: String) -> String? {
        for number in 1...99 {
            let kept = path + ".unreadable" + (number > 1 ? "-\(number)" : "")
            // A link and not a renaming, which would replace what was kept before.
            guard link(path, kept) == 0 else {
                if errno == EEXIST { continue }
                return nil
            }
            return unlink(path) == 0 ? kept : nil
        }
        return nil
    }

    /// The same for a file that must not exist yet, not even as a link to nowhere.
    public static func create(_ path: String, with text: String, mode: mode_t = 0o600) throws {
        try write(text, beside: path, mode: mode) { temporary in
            guard link(temporary, path) == 0 else { throw failure(path) }
            unlink(temporary)
        }
    }

    /// All of a small ordinary file; nil where there is none. A pipe, a device or a folder is an error, as is a longer file:
    /// neither may hang the program or fill its memory.
    public static func read(_ path: String) throws -> [UInt8]? { try readStamped(path)?.bytes }

    /// The same with the state that the file was in; `limit` in bytes.
    public static func readStamped(
        _ path: String, limit: Int = sizeLimit
    ) throws -> (bytes: [UInt8], stamp: FileStamp)? {
        // Without O_NONBLOCK a pipe in its place would hold the reader for ever.
        let file = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC)
        guard file >= 0 else {
            if errno == ENOENT { return nil }
            throw Failure(description: "cannot read \(path): \(String(cString: strerror(errno)))")
        }
        defer { close(file) }
        var status = stat()
        guard fstat(file, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
            throw Failure(description: "\(path) is no ordinary file; it was not read")
        }
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 1 << 16)
        while true {
            let count = chunk.withUnsafeMutableBytes { Foundation.read(file, $0.baseAddress, $0.count) }
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else {
                throw Failure(description: "cannot read \(path): \(String(cString: strerror(errno)))")
            }
            guard count > 0 else { return (bytes, FileStamp(status)) }
            bytes += chunk[..<count]
            guard bytes.count <= limit else {
                throw Failure(description: "\(path) is longer than \(limit >> 20) MiB; it was not read")
            }
        }
    }

    private static func write(
        _ text: String, beside path: String, mode: mode_t, _ name: (_ temporary: String) throws -> Void
    ) throws {
        var generator = SystemRandomNumberGenerator()
        let temporary = path + ".new-" + String(generator.next(), radix: 36)
        let file = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, mode)
        guard file >= 0 else { throw failure(path) }
        defer { close(file) }
        do {
            guard fchmod(file, mode) == 0 else { throw failure(path) }
            try write(Array(text.utf8), to: file, of: path)
            guard fsync(file) == 0 else { throw failure(path) }
            try name(temporary)
        } catch {
            unlink(temporary)
            throw error
        }
        let folder = open(path.parentFolder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard folder >= 0 else { throw failure(path) }
        defer { close(folder) }
        guard fsync(folder) == 0 else { throw failure(path) }
    }

    private static func write(_ text: [UInt8], to file: Int32, of path: String) throws {
        var bytes = text[...]
        while !bytes.isEmpty {
            let written = bytes.withUnsafeBytes { Foundation.write(file, $0.baseAddress, $0.count) }
            if written < 0, errno == EINTR { continue }
            guard written > 0 else { throw failure(path) }
            bytes = bytes.dropFirst(written)
        }
    }

    private static func failure(_ path: String) -> Failure {
        let code = errno
        return Failure(
            description: "cannot write \(path): \(String(cString: strerror(code)))",
            isNoRoom: code == ENOSPC || code == EDQUOT)
    }
}
