import Glibc

/// A line of the incident's log that says from where to where a program wrote: what a copy without its journal, or one that was cut
/// short, cannot say. docs/incident-file.md, "event".
enum WritingMark: Hashable, Sendable {
    /// What is behind `after` was written by one run of the machine (nil: not known).
    case begins(after: Int64, boot: String?)
    /// All was written up to `at`, and the journal folded in.
    case ends(at: Int64)
    /// The writer before did not end, and its journal was not there when the next one began: what stood in it is missing.
    case cut(after: Int64)

    init?(_ text: String) {
        let words = text.split(separator: " ", omittingEmptySubsequences: false)
        guard words.count >= 5, words[0] == "writing", words[3] == "object",
            let position = Int64(words[4].last == ";" || words[4].last == ":" ? words[4].dropLast() : words[4])
        else { return nil }
        switch (words[1], words[2]) {
        case ("begins", "after"):
            guard words.count == 7, words[5] == "boot" else { return nil }
            self = .begins(after: position, boot: words[6] == "unknown" ? nil : String(words[6].prefix(64)))
        case ("ends", "at"): self = .ends(at: position)
        case ("cut", "after"): self = .cut(after: position)
        default: return nil
        }
    }

    var text: String {
        switch self {
        case .begins(let position, let boot): "writing begins after object \(position); boot \(boot ?? "unknown")"
        case .ends(let position): "writing ends at object \(position)"
        case .cut(let position): "writing cut after object \(position): the journal of the writer before was not there"
        }
    }

    /// A name of this run of the machine, from the kernel; nil where it tells none. The monotonic clock begins anew with it.
    static func thisBoot() -> String? {
        let file = open("/proc/sys/kernel/random/boot_id", O_RDONLY | O_CLOEXEC)
        guard file >= 0 else { return nil }
        defer { close(file) }
        var bytes = [UInt8](repeating: 0, count: 64)
        let count = bytes.withUnsafeMutableBytes { read(file, $0.baseAddress, $0.count) }
        guard count >= 8, bytes[..<8].allSatisfy({ (0x30...0x39).contains($0) || (0x61...0x66).contains($0) }) else {
            return nil
        }
        return String(decoding: bytes[..<8], as: UTF8.self)
    }
}
