import PlainText
import Yams

extension ConfigurationError {
    /// What the YAML parser refused in `text`, in our words. Yams' own descriptions quote the text, keys and all.
    init(_ error: any Error, name: String, text: String) {
        let line: Int
        let what: String
        switch error {
        case YamlError.scanner(_, let problem, let mark, _), YamlError.parser(_, let problem, let mark, _),
            YamlError.composer(_, let problem, let mark, _):
            line = mark.line
            what = "not valid YAML: \(problem)"
        case YamlError.reader(let problem, let offset, _, _):
            line = text.prefix(offset ?? 0).count { $0.isNewline } + 1
            what = "not valid YAML: \(problem)"
        case YamlError.duplicatedKeysInMapping(let duplicates, let context):
            line = context.mark.line
            what = "key '\((duplicates.min() ?? "?").quotable)' stands there more than once; this is the first"
        default:
            line = 1
            what = "not valid YAML"
        }
        self.init(problems: ["\(name):\(max(line, 1)): \(what)"])
    }
}

extension Node {
    /// A value left out, or written as YAML's null without quotes.
    var isNothing: Bool {
        guard case .scalar(let scalar) = self, scalar.style == .plain || scalar.style == .any else { return false }
        return ["", "~", "null", "Null", "NULL"].contains(scalar.string)
    }
}

extension String {
    /// Fit for a message on a terminal: at most 40 characters.
    var quotable: String { printable(limit: 40) }
}

/// The first line that holds what may be an alias (`*name`), in a text that also has what may be an anchor (`&name`).
///
/// Looked for before parsing, because aliases of aliases grow without bound once something walks them. Comment lines
/// do not count; `*` or `&` before anything but a letter, digit, `-` or `_` is neither.
func lineOfAlias(_ text: String) -> Int? {
    var line = 1
    var alias: Int?
    var hasAnchor = false
    var last = UInt8(ascii: "\n")
    var isComment = false
    var isStart = true
    for byte in text.utf8 {
        switch byte {
        case UInt8(ascii: "\n"), UInt8(ascii: "\r"):
            if byte == UInt8(ascii: "\n") { line += 1 }
            isComment = false
            isStart = true
        case UInt8(ascii: "#") where isStart: isComment = true
        case UInt8(ascii: " "): break
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "-"):
            isStart = false
            guard !isComment else { break }
            if last == UInt8(ascii: "*"), alias == nil { alias = line }
            if last == UInt8(ascii: "&") { hasAnchor = true }
        default: isStart = false
        }
        last = byte
    }
    return hasAnchor ? alias : nil
}
