import Foundation

/// What tells one state of a file from another without reading it.
public struct FileStamp: Hashable, Sendable {
    private var device: UInt64
    private var inode: UInt64
    private var size: Int64
    private var changed: [Int]
    private var mode: UInt32

    /// Whether others than the owner may write the file, so that what it says cannot be relied on.
    public var othersMayWrite: Bool { mode & (S_IWGRP | S_IWOTH) != 0 }

    /// Whether it is a file and no folder, pipe or device.
    public var isOrdinary: Bool { mode & S_IFMT == S_IFREG }

    /// The state of the file at `path` now; nil when it is not there.
    public static func now(of path: String) -> FileStamp? {
        var status = stat()
        return stat(path, &status) == 0 ? FileStamp(status) : nil
    }

    init(_ status: stat) {
        device = UInt64(status.st_dev)
        inode = UInt64(status.st_ino)
        size = Int64(status.st_size)
        changed = [
            status.st_mtim.tv_sec, status.st_mtim.tv_nsec, status.st_ctim.tv_sec, status.st_ctim.tv_nsec,
        ]
        mode = status.st_mode
    }
}
