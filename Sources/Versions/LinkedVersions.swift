import CPNG
import CSodium
import Foundation
import GRDBSQLite

/// What this program consists of and runs with, for `doctor` and the page's about box.
public enum LinkedVersions {
    /// A library and its version, in words.
    public struct Entry: Hashable, Sendable, Encodable {
        /// The library's name.
        public var name: String
        /// Its version; "unknown" where neither the library nor Debian's list of packages says one.
        public var version: String
        /// What to know about that version; nil where there is nothing.
        public var remark: String?
    }

    /// C libraries as they are loaded now, then Swift and its packages as they were built.
    public static func all() -> [Entry] {
        let debian = DebianPackages.versions(of: debianNames.map(\.package))
        var entries = [sqlite(String(cString: sqlite3_libversion()))]
        entries.append(Entry(name: "libpng", version: png_get_libpng_ver(nil).map { String(cString: $0) } ?? "unknown"))
        entries.append(
            Entry(name: "libsodium", version: sodium_version_string().map { String(cString: $0) } ?? "unknown"))
        for (name, package) in debianNames {
            entries.append(Entry(name: name, version: debian[package].map { "\($0) (Debian)" } ?? "unknown"))
        }
        entries.append(Entry(name: "Swift", version: compiler))
        return entries + packages.map { Entry(name: $0.name, version: $0.version) }
    }

    /// SQLite before 3.51.3 can damage a journal that two connections write to at once (the "WAL-reset" race); 3.44.6 and 3.50.7
    /// have the same repair.
    static func sqlite(_ version: String) -> Entry {
        let parts = version.split(separator: ".").map { Int($0) ?? 0 }
        func isAtLeast(_ other: [Int]) -> Bool { !parts.lexicographicallyPrecedes(other) }
        let isMended =
            isAtLeast([3, 51, 3]) || isAtLeast([3, 50, 7]) && !isAtLeast([3, 51])
            || isAtLeast([3, 44, 6]) && !isAtLeast([3, 45])
        return Entry(
            name: "SQLite", version: version,
            remark: isMended
                ? nil
                : """
                before 3.51.3 two programs that write one file at once can damage it; Lagebild keeps each record to one \
                writer, so let no other program write to a record that is open
                """)
    }

    // These do not say their version at run time.
    private static let debianNames: [(name: String, package: String)] = [
        ("libjpeg-turbo", "libturbojpeg0"), ("ISA-L", "libisal2"), ("libargon2", "libargon2-1"), ("libv4l", "libv4l-0"),
    ]

    #if compiler(>=6.4)
        private static let compiler = "6.4 or newer"
    #elseif compiler(>=6.3)
        private static let compiler = "6.3"
    #else
        private static let compiler = "6.2"
    #endif
}
