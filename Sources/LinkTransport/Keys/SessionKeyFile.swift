import Foundation
import LinkProtocol

/// Where session keys go when somebody asked for them: a line a key, as `scripts/wireshark` reads them.
///
/// Whoever has the file reads the pictures of those sessions, and of no others. It belongs to its owner alone (mode 0600), and
/// each run adds to it.
public struct SessionKeyFile: Sendable {
    private let path: String

    /// The file at `path`, made when it does not exist. Throws when it cannot be written or others may read it.
    public init(path: String) throws {
        self.path = path
        let file = try Self.opened(path)
        defer { close(file) }
        var status = stat()
        guard fstat(file, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
            throw KeyError("\(path) is no ordinary file; no session keys are exported")
        }
        guard status.st_mode & 0o077 == 0 else {
            throw KeyError("\(path) may be read by others (chmod 600 mends that); no session keys are exported")
        }
    }

    /// Adds keys.
    public func append(_ keys: [SessionKey]) throws {
        let file = try Self.opened(path)
        defer { close(file) }
        let bytes = Array(keys.map(Self.line).joined().utf8)
        // One write a handshake: lines of two processes do not mix.
        guard bytes.withUnsafeBytes({ write(file, $0.baseAddress, $0.count) }) == bytes.count else {
            throw KeyError("\(path): \(String(cString: strerror(errno))); keys of one session are missing there")
        }
    }

    static func line(_ key: SessionKey) -> String {
        let index = String(key.receiverIndex, radix: 16)
        let digits = key.key.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
        return String(repeating: "0", count: max(0, 6 - index.count)) + index + " " + digits + "\n"
    }

    private static func opened(_ path: String) throws -> Int32 {
        let file = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0o600)
        guard file >= 0 else {
            throw KeyError("\(path): \(String(cString: strerror(errno))); no session keys are exported")
        }
        return file
    }
}
