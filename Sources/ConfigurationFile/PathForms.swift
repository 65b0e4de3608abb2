import Foundation
import PlainText

/// A path as it is on disk. Unicode writes an umlaut in two ways; a Mac and a keyboard differ, and Linux takes both for two names.
public enum PathForms {
    /// `path` as it is written if it exists so; else in the form in which it, or at least its folder, exists; else as written.
    public static func existing(_ path: String) -> String {
        guard path.utf8.contains(where: { $0 >= 0x80 }) else { return path }
        let forms = [path, path.precomposedStringWithCanonicalMapping, path.decomposedStringWithCanonicalMapping]
        if let found = forms.first(where: exists) { return found }
        let folder = path.parentFolder
        let folders = [
            folder, folder.precomposedStringWithCanonicalMapping, folder.decomposedStringWithCanonicalMapping,
        ]
        guard path.utf8.contains(UInt8(ascii: "/")), let found = folders.first(where: exists) else { return path }
        return found + "/" + path.lastPathPart
    }

    /// Asked of the bytes: two texts that differ only in this are equal to Swift.
    private static func exists(_ path: String) -> Bool { access(path, F_OK) == 0 }
}
