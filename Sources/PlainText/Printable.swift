extension StringProtocol {
    /// Fit for a terminal or a log: at most `limit` characters of Unicode, and nothing that moves the cursor, sets a colour, ends
    /// a line, turns the direction of writing or cannot be seen; each of those is a `?`. Names of files, incidents and keys
    /// come from anywhere.
    public func printable(limit: Int = .max, keepingLines: Bool = false) -> String {
        var text = ""
        for (index, scalar) in Substring(self).unicodeScalars.enumerated() {
            guard index < limit else { return text + "…" }
            text.unicodeScalars.append(scalar.isPrintable || keepingLines && scalar == "\n" ? scalar : "?")
        }
        return text
    }
}

extension Unicode.Scalar {
    fileprivate var isPrintable: Bool {
        if isASCII { return value >= 0x20 && value != 0x7F }
        switch properties.generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator, .privateUse, .surrogate, .unassigned: return false
        default: return true
        }
    }
}
