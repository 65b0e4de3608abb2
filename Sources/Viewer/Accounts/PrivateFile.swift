import Foundation

/// Reads and replaces a small file that nobody else may write: the accounts.
enum PrivateFile {
    /// Largest file that is read, bytes.
    static let sizeLimit = 1 << 20

    /// What tells one state of a file from another without reading it.
    struct Stamp: Hashable, Sendable {
        var device: UInt64
        var inode: UInt64
        var size: Int64
        var changed: [Int]
    }

    struct Failure: Error, Hashable, Sendable {
        /// What is wrong with the file.
        var fact: String
        /// How to mend it; empty where the fact says enough.
        var mend = ""
    }

    /// The file's state now; nil when it is not there.
    static func stamp(_ path: String) -> Stamp? {
        var status = stat()
        return stat(path, &status) == 0 ? Stamp(status) : nil
    }

    /// The bytes of `path` and the state they were read in; nil when there is no such file.
    static func read(_ path: String) throws(Failure) -> (bytes: [UInt8], stamp: Stamp)? {
        // Without O_NONBLOCK a pipe in its place would hold the reader for ever.
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else {
            if errno == ENOENT { return nil }
            throw Failure(fact: "\(path) cannot be read: \(String(cString: strerror(errno)))")
        }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
            throw Failure(fact: "\(path) is no regular file")
        }
        guard status.st_mode & (S_IWGRP | S_IWOTH) == 0 else {
            throw Failure(
                fact: "others may write \(path), so what it says cannot be relied on", mend: "chmod go-w \(path)")
        }
        guard status.st_size <= sizeLimit else { throw Failure(fact: "\(path) is larger than \(sizeLimit) bytes") }
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 64 << 10)
        while bytes.count <= sizeLimit {
            let count = Glibc.read(descriptor, &buffer, buffer.count)
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else {
                throw Failure(fact: "\(path) cannot be read: \(String(cString: strerror(errno)))")
            }
            if count == 0 { return (bytes, Stamp(status)) }
            bytes += buffer.prefix(count)
        }
        throw Failure(fact: "\(path) is larger than \(sizeLimit) bytes")
    }

    /// Replaces `path` in one step, readable by its owner only, and durable. What lies at `path.new` is never written into, and
    /// a link at `path` is refused rather than replaced or followed.
    static func replace(_ path: String, with bytes: [UInt8]) throws(Failure) {
        var status = stat()
        if lstat(path, &status) == 0, status.st_mode & S_IFMT != S_IFREG {
            throw Failure(
                fact: "\(path) is a link or no regular file; it stays as it was", mend: "name the file itself")
        }
        let temporary = path + ".new"
        unlink(temporary)
        let descriptor = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw failure("cannot write \(temporary)") }
        var written = fchmod(descriptor, 0o600) == 0
        var offset = 0
        while written, offset < bytes.count {
            let count = bytes[offset...].withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
            if count < 0, errno == EINTR { continue }
            if count <= 0 { written = false } else { offset += count }
        }
        written = written && fsync(descriptor) == 0
        guard close(descriptor) == 0, written, rename(temporary, path) == 0 else {
            let reason = failure("cannot replace \(path)")
            unlink(temporary)
            throw reason
        }
        let folder = open(
            (path as NSString).deletingLastPathComponent.isEmpty
                ? "." : (path as NSString).deletingLastPathComponent, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard folder >= 0 else { return }
        fsync(folder)
        close(folder)
    }

    private static func failure(_ fact: String) -> Failure {
        Failure(fact: "\(fact): \(String(cString: strerror(errno)))")
    }
}

extension PrivateFile.Stamp {
    init(_ status: stat) {
        device = UInt64(status.st_dev)
        inode = UInt64(status.st_ino)
        size = Int64(status.st_size)
        changed = [
            status.st_mtim.tv_sec, status.st_mtim.tv_nsec, status.st_ctim.tv_sec, status.st_ctim.tv_nsec,
        ]
    }
}
