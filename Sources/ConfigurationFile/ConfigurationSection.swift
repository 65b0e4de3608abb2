import Foundation
import PlainText
import Yams

/// A mapping of a YAML file, read strictly: every key that is there must be asked for, and every value must fit.
///
/// Ask for all keys of all sections, then call `finish` on the outermost one. A reference type, so that a section
/// remembers what it was asked for.
public final class ConfigurationSection {
    /// No file is larger (bytes).
    public static let sizeLimit = 1 << 20
    private let mapping: Node.Mapping
    private let name: String
    private let file: String
    private let line: Int
    private var asked: Set<String> = []
    private var children: [ConfigurationSection] = []

    private init(mapping: Node.Mapping, name: String, file: String, line: Int) {
        self.mapping = mapping
        self.name = name
        self.file = file
        self.line = line
    }

    /// Reads the file at `path`.
    public static func load(path: String) throws -> ConfigurationSection {
        let path = PathForms.existing(path)
        guard let bytes = try? read(path) else {
            throw ConfigurationError(problems: ["\(path): cannot be read; nothing was started"])
        }
        guard bytes.count <= sizeLimit else {
            throw ConfigurationError(problems: ["\(path): not a configuration (larger than 1 MiB)"])
        }
        return try parse(bytes: bytes, name: path)
    }

    /// No more than the limit and one byte, and of an ordinary file alone: neither an endless device nor a pipe that nobody
    /// writes to may keep the program.
    private static func read(_ path: String) throws -> [UInt8]? {
        let descriptor = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC)
        guard descriptor >= 0 else { return nil }
        let file = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
        var status = stat()
        guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { return nil }
        return [UInt8](try file.read(upToCount: sizeLimit + 1) ?? Data())
    }

    /// Reads `text`; `name` stands for the file in errors, and relative paths count from its folder.
    public static func parse(text: String, name: String) throws -> ConfigurationSection {
        try parse(bytes: Array(text.utf8), name: name)
    }

    private static func parse(bytes: [UInt8], name: String) throws -> ConfigurationSection {
        guard bytes.count <= sizeLimit else {
            throw ConfigurationError(problems: ["\(name):1: not a configuration (larger than 1 MiB)"])
        }
        let text: String
        do { text = try withPlainBlanks(try TextFile.text(bytes)) } catch {
            throw ConfigurationError(problems: ["\(name):\(error)"])
        }
        if let line = lineOfAlias(text) {
            throw ConfigurationError(problems: ["\(name):\(line): anchors and aliases are not used in configurations"])
        }
        let node: Node?
        // The encoding is named because Yams' default looks into the environment.
        do { node = try Parser(yaml: text, encoding: .utf8).singleRoot() } catch {
            throw ConfigurationError(error, name: name, text: text)
        }
        guard let mapping = node?.mapping else {
            throw ConfigurationError(problems: ["\(name):1: not a configuration: expected keys and values"])
        }
        return ConfigurationSection(mapping: mapping, name: "", file: name, line: 1)
    }

    /// An error about `key`, for rules that only the caller knows.
    public func error(_ key: String, _ what: String) -> ConfigurationError {
        ConfigurationError(problems: ["\(file):\(lineOf(key)): '\(path(of: key))' \(what)"])
    }

    /// Refuses every key that nobody asked for, here and in all sections below.
    public func finish() throws {
        let problems = unknownKeys()
        if !problems.isEmpty { throw ConfigurationError(problems: problems) }
    }

    // MARK: - Values

    /// A text that must be there and not be empty.
    public func requiredString(_ key: String) throws -> String {
        guard let text = try scalar(key) else { throw missing(key) }
        guard !text.isEmpty else { throw error(key, "must not be empty") }
        return text
    }
    /// A text.
    public func string(_ key: String, default value: String) throws -> String { try scalar(key) ?? value }
    /// A whole number within `range`.
    public func int(_ key: String, in range: ClosedRange<Int>, default value: Int) throws -> Int {
        try optionalInt(key, in: range) ?? value
    }
    /// A whole number within `range`; nil where the key is absent.
    public func optionalInt(_ key: String, in range: ClosedRange<Int>) throws -> Int? {
        guard let text = try scalar(key) else { return nil }
        guard let number = Int(text), range.contains(number) else {
            let wanted = "a whole number from \(range.lowerBound) to \(range.upperBound)"
            throw error(key, "must be \(wanted), not '\(text.quotable)'\(Self.hint(text))")
        }
        return number
    }
    /// A number within `range`.
    public func double(_ key: String, in range: ClosedRange<Double>, default value: Double) throws -> Double {
        guard let text = try scalar(key) else { return value }
        guard let number = Double(text), range.contains(number) else {
            let wanted = "a number from \(range.lowerBound) to \(range.upperBound)"
            throw error(key, "must be \(wanted), not '\(text.quotable)'\(Self.hint(text))")
        }
        return number
    }
    /// `true` or `false`.
    public func bool(_ key: String, default value: Bool) throws -> Bool {
        switch try scalar(key) {
        case nil: return value
        case "true": return true
        case "false": return false
        case let text?: throw error(key, "must be true or false, not '\(text.quotable)'")
        }
    }
    /// One of an enumeration's raw values; `default` nil means that the key must be there.
    public func enumValue<E: RawRepresentable & CaseIterable>(
        _ key: String, of type: E.Type, default value: E?
    ) throws -> E where E.RawValue == String {
        guard let text = try scalar(key) else {
            guard let value else { throw missing(key) }
            return value
        }
        guard let found = E(rawValue: text) else {
            let allowed = E.allCases.map(\.rawValue).joined(separator: ", ")
            throw error(key, "must be one of \(allowed), not '\(text.quotable)'")
        }
        return found
    }
    /// A path that must be there; a relative one counts from the configuration file's folder.
    public func path(_ key: String) throws -> String {
        let text = try requiredString(key)
        guard !text.hasPrefix("/") else { return PathForms.existing(text) }
        let folder = file.parentFolder
        return PathForms.existing(folder == "." && !file.hasPrefix("./") ? text : folder + "/" + text)
    }
    /// A name or an address of a machine; an IPv6 address comes back without brackets. `default` nil means that the key must be
    /// there.
    public func host(_ key: String, default value: String?) throws -> String {
        guard let text = try scalar(key) else {
            guard let value else { throw missing(key) }
            return value
        }
        switch HostText.host(text) {
        case .success(let host): return host
        case .failure(let fault): throw error(key, "\(fault), not '\(text.quotable)'")
        }
    }
    /// A list of texts.
    public func strings(_ key: String, default value: [String]) throws -> [String] {
        asked.insert(key)
        guard let node = try node(key), !node.isNothing else { return value }
        guard let sequence = node.sequence else { throw error(key, "must be a list") }
        return try sequence.map { item in
            guard let text = item.scalar?.string else { throw error(key, "must be a list of texts") }
            try refuseTypographicQuotes(text, key)
            return text
        }
    }

    // MARK: - Sections

    /// A section; one that is absent reads as empty, so that its defaults hold and its required keys are named.
    public func section(_ key: String) throws -> ConfigurationSection {
        asked.insert(key)
        guard let node = try node(key), !node.isNothing else { return child(Node.Mapping([]), key, line) }
        guard let mapping = node.mapping else { throw error(key, "must hold keys and values") }
        return child(mapping, key, node.mark?.line ?? line)
    }
    /// A list of sections; absent reads as empty.
    public func sections(_ key: String) throws -> [ConfigurationSection] {
        asked.insert(key)
        guard let node = try node(key), !node.isNothing else { return [] }
        guard let sequence = node.sequence, sequence.count <= 16 else {
            throw error(key, "must be a list of at most 16 entries")
        }
        return try sequence.enumerated().map { number, item in
            guard let mapping = item.mapping else { throw error(key, "entry \(number + 1) must hold keys and values") }
            return child(mapping, "\(key)[\(number + 1)]", item.mark?.line ?? line)
        }
    }

    // MARK: - Inside

    private func child(_ mapping: Node.Mapping, _ key: String, _ line: Int) -> ConfigurationSection {
        let section = ConfigurationSection(mapping: mapping, name: path(of: key), file: file, line: line)
        children.append(section)
        return section
    }
    private func path(of key: String) -> String { name.isEmpty ? key : "\(name).\(key)" }

    private func pairs(_ key: String) -> [(key: Node, value: Node)] { mapping.filter { $0.key.string == key } }

    private func node(_ key: String) throws -> Node? {
        let found = pairs(key)
        guard found.count <= 1 else {
            throw ConfigurationError(problems: ["\(file):\(lineOf(key)): '\(path(of: key))' stands there twice"])
        }
        return found.first?.value
    }
    private func scalar(_ key: String) throws -> String? {
        asked.insert(key)
        guard let node = try node(key) else { return nil }
        guard let scalar = node.scalar else { throw error(key, "must be a single value") }
        // An empty value is no absent key: whoever wrote it meant something, and a default would hide what.
        guard !node.isNothing else { throw error(key, "has no value; write one, or take the line out") }
        try refuseTypographicQuotes(scalar.string, key)
        return scalar.string
    }
    /// To YAML they are letters like others; whoever wrote them meant quotes.
    private func refuseTypographicQuotes(_ text: String, _ key: String) throws {
        guard let first = text.unicodeScalars.first, "“”„‟‚‘’«»".unicodeScalars.contains(first) else { return }
        throw error(key, "begins with a typographic quote; write \" instead")
    }
    /// What was perhaps meant by a text that is no number.
    private static func hint(_ text: String) -> String {
        if text.contains(","), Double(text.replacing(",", with: ".")) != nil { return " (a point, not a comma)" }
        return text.contains("#") ? " (a comment needs a space before #)" : ""
    }
    private func lineOf(_ key: String) -> Int { pairs(key).last?.key.mark?.line ?? line }
    private func missing(_ key: String) -> ConfigurationError {
        ConfigurationError(problems: ["\(file):\(line): '\(path(of: key))' is missing"])
    }
    private func unknownKeys() -> [String] {
        var problems: [String] = []
        let present = mapping.compactMap { $0.key.string }
        for (node, _) in mapping {
            let key = node.string ?? "?"
            guard !asked.contains(key) else { continue }
            let near = asked.subtracting(present).min { (editDistance($0, key), $0) < (editDistance($1, key), $1) }
            let hint = near.flatMap { editDistance($0, key) * 2 <= key.count ? " (did you mean '\($0)'?)" : nil } ?? ""
            let place = name.isEmpty ? "" : " in '\(name)'"
            problems.append("\(file):\(node.mark?.line ?? line): unknown key '\(key.quotable)'\(place)\(hint)")
        }
        return problems + children.flatMap { $0.unknownKeys() }
    }
}
