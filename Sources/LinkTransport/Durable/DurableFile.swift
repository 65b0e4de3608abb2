import Foundation

/// Replaces small files so that after a power cut either the old or the new content is there, never half of one.
public enum DurableFile {
    /// What could not be made durable.
    public struct Failure: Error, CustomStringConvertible, Sendable {
        /// The text form.
        public let description: String
    }

    /// Writes `text` to `path` by way of a new file, `fsync`, `rename` and `fsync` of the folder.
    public static func replace(_ path: String, with text: String, mode: mode_t = 0o644) throws {
        let temporary = path + ".new"
        let file = open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, mode)
        guard file >= 0 else { throw failure(temporary) }
        defer { close(file) }
        var bytes = Array(text.utf8)[...]
        while !bytes.isEmpty {
            let written = bytes.withUnsafeBytes { write(file, $0.baseAddress, $0.count) }
            guard written > 0 else { throw failure(temporary) }
            bytes = bytes.dropFirst(written)
        }
        guard fsync(file) == 0, rename(temporary, path) == 0 else { throw failure(path) }
        let folder = open((path as NSString).deletingLastPathComponent.ifEmpty("."), O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard folder >= 0 else { throw failure(path) }
        defer { close(folder) }
        guard fsync(folder) == 0 else { throw failure(path) }
    }

    private static func failure(_ path: String) -> Failure {
        Failure(description: "cannot write \(path): \(String(cString: strerror(errno)))")
    }
}

extension String {
    fileprivate func ifEmpty(_ other: String) -> String { isEmpty ? other : self }
}

/// A number that grows over restarts: the agent's flight. Reserved on disk before it is used.
public struct FlightCounter: Sendable {
    private let path: String
    /// The counter in the file at `path`.
    public init(path: String) { self.path = path }

    /// The next number, durable when this returns. A file that is not a number is an error, because guessing could repeat one.
    public func next() throws -> UInt32 {
        var last: UInt32 = 0
        if FileManager.default.fileExists(atPath: path) {
            let text = try String(contentsOfFile: path, encoding: .utf8).trimmingCharacters(in: .whitespacesAndNewlines)
            guard let value = UInt32(text), value < .max else {
                throw DurableFile.Failure(
                    description: "\(path) holds no flight number; no flight can begin without a new one")
            }
            last = value
        }
        try DurableFile.replace(path, with: "\(last + 1)\n")
        return last + 1
    }
}
