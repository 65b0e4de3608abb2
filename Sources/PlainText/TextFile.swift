/// What is wrong with a text file, and in which line.
public struct TextFault: Error, Hashable, Sendable, CustomStringConvertible {
    /// From 1.
    public var line: Int
    /// The fact, and the way out.
    public var problem: String
    /// `12: what is wrong`.
    public var description: String { "\(line): \(problem)" }
    /// A fault of its parts.
    public init(line: Int, problem: String) {
        self.line = line
        self.problem = problem
    }
}

/// The one reader of text files, which people write with whatever program they have.
///
/// Taken: a byte order mark of UTF-8; lines that end in LF, CR LF or CR; blanks of any kind around a line. Refused, with the
/// way out: UTF-16, other encodings, and bytes of zero as a power cut leaves them. Nothing is read in half.
public enum TextFile {
    /// A line that says something.
    public struct Line: Hashable, Sendable {
        /// From 1, as an editor counts.
        public var number: Int
        /// Without blanks at both ends; never empty.
        public var text: String
    }

    /// All of `bytes` as text: without a byte order mark, each line ended by LF alone.
    public static func text(_ bytes: [UInt8]) throws(TextFault) -> String {
        if bytes.starts(with: [0xFF, 0xFE]) || bytes.starts(with: [0xFE, 0xFF]) {
            throw TextFault(line: 1, problem: "the file is UTF-16; save it as UTF-8 (iconv -f UTF-16 -t UTF-8)")
        }
        let body = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? bytes[3...] : bytes[...]
        if let zero = body.firstIndex(of: 0) {
            throw TextFault(
                line: line(of: zero, in: body),
                problem: body.allSatisfy { $0 == 0 }
                    ? "the file holds nothing but bytes of zero, as a power cut leaves it; put it back from a copy"
                    : "a byte of zero: the file is damaged, or UTF-16; save it as UTF-8, or put it back from a copy")
        }
        var ended: [UInt8] = []
        ended.reserveCapacity(body.count)
        var last: UInt8 = 0
        for byte in body {
            switch byte {
            case UInt8(ascii: "\n") where last == UInt8(ascii: "\r"): break  // Its CR has ended the line.
            case UInt8(ascii: "\r"): ended.append(UInt8(ascii: "\n"))
            default: ended.append(byte)
            }
            last = byte
        }
        guard let text = String(validating: ended, as: UTF8.self) else {
            throw TextFault(
                line: line(of: firstFault(ended[...]), in: ended[...]),
                problem: "not UTF-8 (Latin-1?); save the file as UTF-8 (iconv -f ISO-8859-1 -t UTF-8)")
        }
        return text
    }

    /// The lines of `bytes` that say something: no empty ones, none that begins with `comment`.
    public static func lines(_ bytes: [UInt8], comment: Character? = "#") throws(TextFault) -> [Line] {
        var lines: [Line] = []
        for (index, line) in try text(bytes).split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
            let text = line.withoutBlanks
            if text.isEmpty || (comment != nil && text.first == comment) { continue }
            lines.append(Line(number: index + 1, text: text))
        }
        return lines
    }

    private static func line(of index: Int, in bytes: ArraySlice<UInt8>) -> Int {
        var line = 1
        var last: UInt8 = 0
        for byte in bytes[..<index] {
            if byte == UInt8(ascii: "\n") && last != UInt8(ascii: "\r") || byte == UInt8(ascii: "\r") { line += 1 }
            last = byte
        }
        return line
    }

    /// Where `bytes`, which are not UTF-8, stop being it: within the line found by halving.
    private static func firstFault(_ bytes: ArraySlice<UInt8>) -> Int {
        var start = bytes.startIndex
        while start < bytes.endIndex {
            let end = bytes[start...].firstIndex(of: UInt8(ascii: "\n")) ?? bytes.endIndex
            if String(validating: bytes[start..<end], as: UTF8.self) == nil { return start }
            start = end + 1
        }
        return bytes.startIndex
    }
}

extension Unicode.Scalar {
    /// A blank, seen or unseen, that editors, web pages and chat programs put around words.
    public var isBlank: Bool {
        switch value {
        case 0x20, 0x09, 0x0B, 0x0C, 0x0D, 0x0A, 0x85, 0xA0, 0x1680, 0x2000...0x200D, 0x2028, 0x2029, 0x202F, 0x205F,
            0x2060, 0x3000, 0xFEFF:
            true
        default: false
        }
    }
}

extension StringProtocol {
    /// Without blanks of any kind at both ends.
    public var withoutBlanks: String {
        var rest = Substring(self).unicodeScalars[...]
        while let first = rest.first, first.isBlank { rest = rest.dropFirst() }
        while let last = rest.last, last.isBlank { rest = rest.dropLast() }
        return String(String.UnicodeScalarView(rest))
    }
    /// The words between blanks of any kind; `atMost` words, the last of which is all the rest.
    public func words(atMost limit: Int = .max) -> [String] {
        Substring(self).unicodeScalars.split(maxSplits: Swift.max(0, limit - 1), whereSeparator: \.isBlank)
            .map { String(String.UnicodeScalarView($0)).withoutBlanks }
    }
}
