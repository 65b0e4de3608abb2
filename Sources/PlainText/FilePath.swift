extension String {
    // Foundation's own (`deletingLastPathComponent`, `lastPathComponent`) trap on a path of one character.

    /// The folder of this path as the file system takes it: `.` for a mere name, `/` for what lies in the root.
    public var parentFolder: String {
        var path = utf8[...]
        while path.count > 1, path.last == UInt8(ascii: "/") { path = path.dropLast() }
        guard let slash = path.lastIndex(of: UInt8(ascii: "/")) else { return "." }
        path = path[..<slash]
        while path.count > 1, path.last == UInt8(ascii: "/") { path = path.dropLast() }
        return path.isEmpty ? "/" : String(Substring(path))
    }
    /// What follows the last slash.
    public var lastPathPart: String {
        var path = utf8[...]
        while path.count > 1, path.last == UInt8(ascii: "/") { path = path.dropLast() }
        guard let slash = path.lastIndex(of: UInt8(ascii: "/")), path.count > 1 else { return String(Substring(path)) }
        return String(Substring(path[path.index(after: slash)...]))
    }
}
