/// Latitude and longitude as people write them and programs copy them. Only what can be meant in one way is taken.
///
/// `51.4344 6.7623`, `51.4344, 6.7623`, `51,4344 6,7623`, `51.4344°N 6.7623°E`, `E 6.7623 N 51.4344`, `51°26'3.8"N 6°45'44.3"E`, with
/// signs in either form. Not taken: `51,4344,6,7623` (which comma is which?), `O` (Ost, or Ouest?), a sign beside a letter.
public enum PlaceText {
    /// The place; nil where `text` is none, or may be several.
    public static func position(_ text: String) -> GeodeticPosition? {
        guard text.utf8.count <= 120, let parts = halves(plain(text)) else { return nil }
        guard let first = Angle(parts.0), let second = Angle(parts.1) else { return nil }
        let position: GeodeticPosition
        switch (first.axis, second.axis) {
        case (.latitude, .longitude), (nil, nil):
            position = GeodeticPosition(latitude: first.degrees, longitude: second.degrees)
        case (.longitude, .latitude): position = GeodeticPosition(latitude: second.degrees, longitude: first.degrees)
        default: return nil
        }
        return position.isValid ? position : nil
    }

    /// With one form of each sign, and blanks as spaces.
    private static func plain(_ text: String) -> [Character] {
        var result: [Character] = []
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\u{2212}", "\u{2012}", "\u{2013}", "\u{2010}", "\u{2011}": result.append("-")
            case "º", "˚": result.append("°")
            case "′", "’", "‘", "´", "`": result.append("'")
            case "″", "“", "”", "„": result.append("\"")
            case "\t", "\u{A0}", "\u{202F}", "\u{2009}": result.append(" ")
            case "\u{FEFF}", "\u{200B}", "\u{200E}", "\u{200F}": break
            default: result.append(contentsOf: String(Character(scalar)).uppercased())
            }
        }
        return result
    }

    /// Where the first number ends and the second begins.
    private static func halves(_ text: [Character]) -> (ArraySlice<Character>, ArraySlice<Character>)? {
        let text = trimmed(text[...])
        let letters = text.indices.filter { "NSEW".contains(text[$0]) }
        if letters.count == 2, let first = text.first {
            // Each letter stands before its number, or each behind it.
            let cut = "NSEW".contains(first) ? letters[1] : letters[0] + 1
            return (trimmed(text[..<cut]), trimmed(text[cut...]))
        }
        guard letters.isEmpty else { return nil }
        if text.contains(";") {
            let parts = text.split(separator: ";", omittingEmptySubsequences: false)
            return parts.count == 2 ? (trimmed(parts[0]), trimmed(parts[1])) : nil
        }
        let words = text.split(separator: " ").filter { $0 != [","] }
        if words.count == 2 { return (trimmed(words[0]), trimmed(words[1])) }
        guard words.count == 1 else { return nil }
        let parts = words[0].split(separator: ",", omittingEmptySubsequences: false)
        return parts.count == 2 ? (parts[0], parts[1]) : nil
    }

    /// Without spaces and commas at both ends.
    private static func trimmed(_ text: ArraySlice<Character>) -> ArraySlice<Character> {
        var rest = text
        while let first = rest.first, first == " " || first == "," { rest = rest.dropFirst() }
        while let last = rest.last, last == " " || last == "," { rest = rest.dropLast() }
        return rest
    }

    private struct Angle {
        enum Axis { case latitude, longitude }
        var degrees: Double
        var axis: Axis?

        init?(_ text: ArraySlice<Character>) {
            var rest = text
            var letter: Character?
            if let first = rest.first, "NSEW".contains(first) {
                letter = first
                rest = rest.dropFirst()
            } else if let last = rest.last, "NSEW".contains(last) {
                letter = last
                rest = rest.dropLast()
            }
            rest = PlaceText.trimmed(rest)
            var sign = 1.0
            if let first = rest.first, first == "-" || first == "+" {
                // South by the letter or by the sign, not by both.
                guard letter == nil else { return nil }
                sign = first == "-" ? -1 : 1
                rest = rest.dropFirst()
            }
            guard let magnitude = Self.magnitude(rest) else { return nil }
            if letter == "S" || letter == "W" { sign = -1 }
            axis = letter.map { $0 == "N" || $0 == "S" ? .latitude : .longitude }
            degrees = sign * magnitude
        }

        /// Degrees, or degrees with minutes, or with minutes and seconds, each with its mark.
        private static func magnitude(_ text: ArraySlice<Character>) -> Double? {
            guard let mark = text.firstIndex(of: "°") else { return number(text) }
            guard let whole = number(text[..<mark]) else { return nil }
            let rest = PlaceText.trimmed(text[(mark + 1)...])
            guard !rest.isEmpty else { return whole }
            guard let minuteMark = rest.firstIndex(of: "'"), let minutes = number(rest[..<minuteMark]), minutes < 60,
                whole == whole.rounded()
            else { return nil }
            var secondsText = PlaceText.trimmed(rest[(minuteMark + 1)...])
            guard !secondsText.isEmpty else { return whole + minutes / 60 }
            // Two single marks stand for a double one.
            if secondsText.last == "\"" {
                secondsText = secondsText.dropLast()
            } else if secondsText.suffix(2) == ["'", "'"] {
                secondsText = secondsText.dropLast(2)
            } else {
                return nil
            }
            guard let seconds = number(secondsText), seconds < 60, minutes == minutes.rounded() else { return nil }
            return whole + minutes / 60 + seconds / 3600
        }

        /// Digits with at most one decimal sign.
        private static func number(_ text: ArraySlice<Character>) -> Double? {
            let text = PlaceText.trimmed(text)
            guard let first = text.first, first.isASCII, text.filter({ $0 == "." || $0 == "," }).count <= 1,
                text.allSatisfy({ ("0"..."9").contains($0) || $0 == "." || $0 == "," }),
                text.contains(where: { ("0"..."9").contains($0) })
            else { return nil }
            return Double(String(text.map { $0 == "," ? "." : $0 }))
        }
    }
}
