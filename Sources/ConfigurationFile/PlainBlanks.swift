import PlainText

/// `text`, whose lines end in LF, with plain spaces where web pages and word processors put other blanks: at both ends of a
/// line, behind `key:` and `-`, and before `#`. A tab in the indentation is refused, for YAML gives it no width. An IPv6 address
/// in brackets behind `host:` gets the quotes without which YAML takes it for a list.
func withPlainBlanks(_ text: String) throws(TextFault) -> String {
    var result: [String] = []
    for (index, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
        guard line.utf8.contains(where: { $0 == 0x09 || $0 >= 0x80 }) else {
            result.append(withQuotedAddress(String(line)))
            continue
        }
        let scalars = Array(line.unicodeScalars)
        let first = scalars.firstIndex { !$0.isBlank } ?? scalars.endIndex
        if first < scalars.endIndex, scalars[first] != "#", scalars[..<first].contains("\t") {
            throw TextFault(line: index + 1, problem: "indented with a tab; YAML takes spaces only")
        }
        result.append(withQuotedAddress(plain(scalars, first: first)))
    }
    return result.joined(separator: "\n")
}

private func plain(_ scalars: [Unicode.Scalar], first: Int) -> String {
    var text = String.UnicodeScalarView()
    var place = 0
    var isKeyRead = false
    while place < scalars.count {
        guard scalars[place].isBlank else {
            text.append(scalars[place])
            place += 1
            continue
        }
        let end = scalars[place...].firstIndex { !$0.isBlank } ?? scalars.endIndex
        let before: Unicode.Scalar? = place > 0 ? scalars[place - 1] : nil
        let separates =
            place < first || before == "-" && place == first + 1 || before == ":" && !isKeyRead
            || end < scalars.count && scalars[end] == "#"
        if before == ":" { isKeyRead = true }
        if end == scalars.count { break }
        // What cannot be seen has no width either.
        for blank in scalars[place..<end] {
            if !separates || blank.isASCII {
                text.append(blank)
            } else if !["\u{200B}", "\u{200C}", "\u{200D}", "\u{2060}", "\u{FEFF}"].contains(blank) {
                text.append(" ")
            }
        }
        place = end
    }
    return String(text)
}

private func withQuotedAddress(_ line: String) -> String {
    guard
        let match = line.wholeMatch(
            of: /( *host: *)(\[[0-9A-Fa-f:.]*:[0-9A-Fa-f:.]*(?:%[0-9A-Za-z.\-]+)?\])( *(?: #.*)?)/)
    else {
        return line
    }
    return "\(match.1)\"\(match.2)\"\(match.3)"
}
