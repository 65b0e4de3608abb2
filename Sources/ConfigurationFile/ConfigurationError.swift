/// What is wrong with a configuration file: file, line and key, all problems of the file at once.
public struct ConfigurationError: Error, CustomStringConvertible, Sendable {
    /// A line a problem: `agent.yaml:12: unknown key 'rote' in 'camera' (did you mean 'rate'?)`.
    public let problems: [String]
    /// An error of its problems.
    public init(problems: [String]) { self.problems = problems }
    /// One line a problem.
    public var description: String { problems.joined(separator: "\n") }
}

/// Edits between two words (Levenshtein), for "did you mean".
func editDistance(_ a: String, _ b: String) -> Int {
    let a = Array(a.utf8.prefix(64))
    let b = Array(b.utf8.prefix(64))
    var row = Array(0...b.count)
    for (i, left) in a.enumerated() {
        var diagonal = row[0]
        row[0] = i + 1
        for (j, right) in b.enumerated() {
            let substituted = diagonal + (left == right ? 0 : 1)
            diagonal = row[j + 1]
            row[j + 1] = min(substituted, row[j] + 1, row[j + 1] + 1)
        }
    }
    return row[b.count]
}
