import DurableFiles
import Foundation

/// An account.
public struct User: Hashable, Sendable {
    /// 1–32 of letters, digits, `.`, `-`, `_`.
    public var name: String
    /// What it may do.
    public var role: Role
    /// Argon2id text form.
    public var passwordHash: String
    /// An account of its parts.
    public init(name: String, role: Role, passwordHash: String) {
        self.name = name
        self.role = role
        self.passwordHash = passwordHash
    }
}

/// The accounts file: a line an account, `name:role:hash`; `#` begins a comment. Read anew whenever it has changed.
public struct UserFile: Sendable {
    /// The file cannot be used.
    public struct Failure: Error, CustomStringConvertible, Hashable, Sendable {
        /// What is wrong with it.
        public var fact: String
        /// What follows.
        public var effect: String
        /// How to mend it; empty where the fact says enough.
        public var mend = ""
        /// The text form.
        public var description: String { "\(fact); \(effect)" + (mend.isEmpty ? "" : ". To mend it: \(mend)") }
    }
    /// Longest file that is read (bytes).
    static let sizeLimit = 1 << 20
    private static let effect = "nobody can sign in"
    /// Where it is.
    public let path: String
    /// The file at `path`, which need not exist yet.
    public init(path: String) { self.path = path }

    /// Whether `name` may be an account's name.
    public static func isValid(name: String) -> Bool {
        (1...32).contains(name.utf8.count)
            && name.utf8.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"): true
                case UInt8(ascii: "0")...UInt8(ascii: "9"): true
                case UInt8(ascii: "."), UInt8(ascii: "-"), UInt8(ascii: "_"): true
                default: false
                }
            }
    }

    /// All accounts; a malformed line is an error that names it, because a half-read list could lock people out unnoticed. A file
    /// that others may write is one too. A file that is not there holds none.
    public func load() throws -> [User] { try loadStamped()?.users ?? [] }

    /// The accounts and the file's state they were read in; nil when it is not there.
    func loadStamped() throws -> (users: [User], stamp: FileStamp)? {
        do {
            guard let (bytes, stamp) = try DurableFile.readStamped(path, limit: Self.sizeLimit) else { return nil }
            guard !stamp.othersMayWrite else {
                throw Failure(
                    fact: "others may write \(path), so what it says cannot be relied on", effect: Self.effect,
                    mend: "chmod go-w \(path)")
            }
            return (try parse(bytes), stamp)
        } catch let failure as DurableFile.Failure {
            throw Failure(fact: failure.description, effect: Self.effect, mend: failure.mend)
        }
    }

    private func parse(_ bytes: [UInt8]) throws -> [User] {
        guard var text = String(validating: bytes, as: UTF8.self) else {
            throw Failure(fact: "\(path) is no UTF-8 text", effect: Self.effect)
        }
        if text.hasPrefix("\u{FEFF}") { text.removeFirst() }
        var users: [User] = []
        // By `isNewline`: CR LF is one character, unequal to LF.
        for (number, line) in text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline).enumerated() {
            let trimmed = line.trimmingCharacters(in: .whitespaces)
            if trimmed.isEmpty || trimmed.hasPrefix("#") { continue }
            let parts = trimmed.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false)
                .map { $0.trimmingCharacters(in: .whitespaces) }
            guard parts.count == 3, Self.isValid(name: parts[0]), let role = Role(rawValue: parts[1]),
                parts[2].hasPrefix("$argon2id$")
            else {
                throw Failure(
                    fact: "\(path):\(number + 1): not an account (name:role:hash)", effect: Self.effect)
            }
            users.append(User(name: parts[0], role: role, passwordHash: parts[2]))
        }
        return users
    }

    /// Replaces the file in one step, readable by its owner only.
    public func save(_ users: [User]) throws {
        let text = users.map { "\($0.name):\($0.role.rawValue):\($0.passwordHash)" }.joined(separator: "\n") + "\n"
        do {
            try DurableFile.replace(path, with: text, link: .refused)
        } catch let failure as DurableFile.Failure {
            throw Failure(fact: failure.description, effect: "the accounts stay as they were", mend: failure.mend)
        }
    }

    /// The account name that was meant: without blanks around it, which keyboards add when they complete a name, and with
    /// full-width letters as plain ones. Capital and small letters are told apart.
    public static func meantName(_ typed: String) -> String {
        guard typed.utf8.count <= 512 else { return "" }
        return typed.precomposedStringWithCompatibilityMapping.trimmingCharacters(
            in: .whitespacesAndNewlines.union(.controlCharacters))
    }
}
