import Foundation

/// Which packages Debian has installed, from the text that `dpkg` keeps.
enum DebianPackages {
    private static let limit = 64 << 20

    /// Versions of `names`; nothing where there is no such list.
    static func versions(of names: [String], status path: String = "/var/lib/dpkg/status") -> [String: String] {
        guard let file = FileHandle(forReadingAtPath: path) else { return [:] }
        defer { try? file.close() }
        guard let data = try? file.read(upToCount: limit) else { return [:] }
        return versions(of: names, in: String(decoding: data, as: UTF8.self))
    }

    /// The same from the text: paragraphs of `Field: value`, the first installed one of a name.
    static func versions(of names: [String], in text: String) -> [String: String] {
        let wanted = Set(names)
        var found: [String: String] = [:]
        var package = ""
        var isInstalled = false
        for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
            if line.isEmpty {
                package = ""
                isInstalled = false
            } else if line.hasPrefix("Package: ") {
                package = String(line.dropFirst(9))
            } else if line.hasPrefix("Status: ") {
                isInstalled = line.hasSuffix(" installed")
            } else if line.hasPrefix("Version: "), isInstalled, wanted.contains(package), found[package] == nil {
                found[package] = String(line.dropFirst(9))
            }
        }
        return found
    }
}
