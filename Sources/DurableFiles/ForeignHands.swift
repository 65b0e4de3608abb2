import Foundation
import PlainText

/// Whether others than the owner and root could change a file that says who may come in.
public enum ForeignHands {
    /// What is wrong with the rights of `path`, with the way to mend it; nil where all is well, or there is no such file.
    public static func fault(of path: String) -> String? {
        var status = stat()
        guard stat(path, &status) == 0 else { return nil }
        if status.st_mode & 0o022 != 0 {
            return "\(path): others may write this list (mode \(octal(status.st_mode))); chmod 600 \(path)"
        }
        let folder = path.parentFolder
        guard stat(folder, &status) == 0, status.st_mode & 0o002 != 0, status.st_mode & S_ISVTX == 0 else { return nil }
        return
            "\(path): others may write the folder it lies in (mode \(octal(status.st_mode))) and so replace it; chmod o-w \(folder)"
    }

    /// Rights (the lower nine bits) and the time of the last change (seconds since 1970) of what lies at `path`; nil where nothing
    /// does.
    public static func status(of path: String) -> (rights: UInt32, modified: Int64)? {
        var status = stat()
        guard stat(path, &status) == 0 else { return nil }
        return (UInt32(status.st_mode & 0o777), Int64(status.st_mtim.tv_sec))
    }

    private static func octal(_ mode: mode_t) -> String { String(mode & 0o7777, radix: 8) }
}
