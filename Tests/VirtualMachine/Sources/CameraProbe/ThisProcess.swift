import Glibc

/// What this process holds.
enum ThisProcess {
    /// Open file descriptors; −1 when the system does not tell.
    static var openDescriptors: Int {
        guard let folder = opendir("/proc/self/fd") else { return -1 }
        defer { closedir(folder) }
        var count = 0
        while readdir(folder) != nil { count += 1 }
        // Neither ".", ".." nor the listing itself.
        return count - 3
    }
    /// Resident memory; 0 when the system does not tell.
    static var residentKibibytes: Int {
        guard let file = fopen("/proc/self/statm", "r") else { return 0 }
        defer { fclose(file) }
        var line = [CChar](repeating: 0, count: 128)
        guard fgets(&line, Int32(line.count), file) != nil else { return 0 }
        // "total resident …", in pages of 4 KiB.
        let text = String(decoding: line.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
        let fields = text.split(separator: " ")
        return fields.count > 1 ? (Int(fields[1]) ?? 0) * 4 : 0
    }
}

/// Writes one line to a file of sysfs.
func writeLine(_ line: String, to path: String) throws(Failure) {
    let file = open(path, O_WRONLY | O_CLOEXEC)
    guard file >= 0 else { throw Failure("\(path): \(String(cString: strerror(errno)))") }
    defer { close(file) }
    let text = Array((line + "\n").utf8)
    try expect(write(file, text, text.count) == text.count, "\(path): write: \(String(cString: strerror(errno)))")
}

/// What the kernel logged since this was made.
final class KernelLog {
    private let descriptor: Int32
    init() throws(Failure) {
        descriptor = open("/dev/kmsg", O_RDONLY | O_NONBLOCK | O_CLOEXEC)
        guard descriptor >= 0, lseek(descriptor, 0, SEEK_END) >= 0 else {
            throw Failure("/dev/kmsg: \(String(cString: strerror(errno)))")
        }
    }
    deinit { close(descriptor) }

    /// How many new messages end with each of the words.
    func count(_ words: [String]) -> [Int] {
        var counts = words.map { _ in 0 }
        var buffer = [UInt8](repeating: 0, count: 8192)
        // A read gives one message: "priority,number,time,flags;text", then a newline.
        while true {
            let length = read(descriptor, &buffer, buffer.count)
            if length < 0, errno == EPIPE || errno == EINTR { continue }
            guard length > 0 else { return counts }
            let text = String(decoding: buffer[..<length].prefix { $0 != UInt8(ascii: "\n") }, as: UTF8.self)
            let last = text.split(separator: " ").last.map(String.init)
            for (place, word) in words.enumerated() where last == word { counts[place] += 1 }
        }
    }
}
