/// A negative number on a command line is a value, not an option: `grid -33.9 18.4`, `--point-height -3`.
public enum SignedArguments {
    /// `arguments` (without the program's name) so that a parser which takes every `-` for an option reads numbers as values: one
    /// behind an option is joined to it by `=`; before the first of `positional`'s own, `--` is put.
    ///
    /// - Parameter positional: commands whose arguments without a name may be negative.
    public static func protected(_ arguments: [String], positional: Set<String>) -> [String] {
        var result: [String] = []
        var isLiteral = false
        let takesPositional = arguments.first.map(positional.contains) ?? false
        for argument in arguments {
            guard !isLiteral, isSigned(argument) else {
                if argument == "--" { isLiteral = true }
                result.append(argument)
                continue
            }
            if let last = result.last, last.hasPrefix("--"), last.count > 2, !last.contains("=") {
                result[result.count - 1] = last + "=" + argument
            } else if takesPositional {
                isLiteral = true
                result += ["--", argument]
            } else {
                result.append(argument)
            }
        }
        return result
    }

    /// A minus, or its typographic form, before a digit or a decimal sign and a digit.
    static func isSigned(_ text: String) -> Bool {
        guard let first = text.first, first == "-" || first == "\u{2212}" else { return false }
        let rest = text.dropFirst()
        let digits = rest.first == "." || rest.first == "," ? rest.dropFirst() : rest
        return digits.first.map { $0.isASCII && $0.isNumber } ?? false
    }
}
