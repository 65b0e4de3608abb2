import Glibc

/// A descriptor that is closed with its owner.
final class OpenFile {
    let descriptor: Int32
    let path: String
    private let status: stat

    init(_ path: String) throws(SensorError) {
        self.path = path
        // Non-blocking, so that opening a pipe does not wait for its writer.
        descriptor = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC)
        guard descriptor >= 0 else { throw SensorError(path, "open", errno: errno) }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else {
            let code = errno
            close(descriptor)
            throw SensorError(path, "stat", errno: code)
        }
        self.status = status
    }
    deinit { close(descriptor) }

    var isPipe: Bool { status.st_mode & S_IFMT == S_IFIFO }
    var isRegular: Bool { status.st_mode & S_IFMT == S_IFREG }
    /// Bytes.
    var size: Int { Int(status.st_size) }

    /// Up to `count` bytes; empty at the end of the file.
    func read(upTo count: Int) throws(SensorError) -> [UInt8] {
        var failure: Int32 = 0
        let bytes = [UInt8](unsafeUninitializedCapacity: max(0, count)) { buffer, filled in
            while filled < buffer.count {
                let got = Glibc.read(descriptor, buffer.baseAddress?.advanced(by: filled), buffer.count - filled)
                if got < 0, errno == EINTR { continue }
                // On a pipe, what there is will do: EAGAIN after some bytes is no failure.
                if got < 0, filled == 0 { failure = errno }
                if got <= 0 { break }
                filled += got
            }
        }
        guard failure == 0 else { throw SensorError(path, "read", errno: failure) }
        return bytes
    }
    func rewind() { lseek(descriptor, 0, SEEK_SET) }
}

/// The names in a folder.
enum DirectoryListing {
    /// All names but `.` and `..`, sorted; at most 100,000.
    static func names(in path: String) throws(SensorError) -> [String] {
        guard let folder = opendir(path) else { throw SensorError(path, "opendir", errno: errno) }
        defer { closedir(folder) }
        var names: [String] = []
        while let entry = readdir(folder), names.count < 100_000 {
            let length = Int(entry.pointee.d_reclen) - (MemoryLayout<dirent>.offset(of: \.d_name) ?? 0)
            let name = withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
                String(decoding: bytes.prefix(max(0, length)).prefix { $0 != 0 }, as: UTF8.self)
            }
            if name != ".", name != ".." { names.append(name) }
        }
        return names.sorted()
    }
}
