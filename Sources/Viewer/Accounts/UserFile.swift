import Foundation

/// What an account may do. Everyone signed in may look; the rest is by role.
public enum Role: String, Sendable, CaseIterable {
    /// Watches live, opens and closes incidents.
    case disponent
    /// Replays.
    case ausbilder
    /// Manages accounts on the command line; looks and operates like the others.
    case admin
    /// Whether the role may open and close incidents.
    public var mayOperate: Bool { self != .ausbilder }
    /// Whether the role may steer a replay.
    public var mayReplay: Bool { true }
}

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
    public struct Failure: Error, CustomStringConvertible, Sendable {
        /// The text form.
        public let description: String
    }
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

    /// All accounts; a malformed line is an error that names it, because a half-read list could lock people out unnoticed.
    public func load() throws -> [User] {
        guard FileManager.default.fileExists(atPath: path) else { return [] }
        let text = try String(contentsOfFile: path, encoding: .utf8)
        var users: [User] = []
        // By `isNewline`: CR LF is one character, unequal to LF.
        for (number, line) in text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline).enumerated() {
            let trimmed = line.trimmingCharacters(in: .whitespaces)
            if trimmed.isEmpty || trimmed.hasPrefix("#") { continue }
            let parts = trimmed.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false).map(String.init)
            guard parts.count == 3, Self.isValid(name: parts[0]), let role = Role(rawValue: parts[1]),
                parts[2].hasPrefix("$argon2id$")
            else {
                throw Failure(description: "\(path):\(number + 1): not an account (name:role:hash); nobody can sign in")
            }
            users.append(User(name: parts[0], role: role, passwordHash: parts[2]))
        }
        return users
    }

    /// Replaces the file in one step, readable by its owner only.
    public func save(_ users: [User]) throws {
        let text = users.map { "\($0.name):\($0.role.rawValue):\($0.passwordHash)" }.joined(separator: "\n") + "\n"
        let temporary = path + ".new"
        guard
            FileManager.default.createFile(
                atPath: temporary, contents: Data(text.utf8), attributes: [.posixPermissions: 0o600])
        else { throw Failure(description: "cannot write \(temporary); the accounts stay as they were") }
        guard rename(temporary, path) == 0 else {
            throw Failure(description: "cannot replace \(path); the accounts stay as they were")
        }
    }
}
