import FlightTypes
import Foundation
import LinkProtocol

// Keys in the manner of ssh: a private key file that only its owner may read, a public key on one line, and at the station a
// list of the public keys that may come in.

/// A key file cannot be used.
public struct KeyError: Error, CustomStringConvertible, Sendable {
    /// The text form.
    public let description: String
    /// Says what is wrong and what follows from it.
    public init(_ description: String) { self.description = description }
}

/// A public key as one line: `lagebild-x25519 <base64> <comment>`.
public struct PublicKeyLine: Hashable, Sendable {
    static let type = "lagebild-x25519"
    /// 32 bytes.
    public var key: [UInt8]
    /// What follows the key.
    public var comment: String

    /// A line of its parts.
    public init(key: [UInt8], comment: String) {
        self.key = key
        self.comment = comment
    }
    /// Nil when `line` is no public key.
    public init?(_ line: String) {
        let parts = line.split(separator: " ", maxSplits: 2).map(String.init)
        guard parts.count >= 2, parts[0] == Self.type, let data = Data(base64Encoded: parts[1]), data.count == 32 else {
            return nil
        }
        key = Array(data)
        comment = parts.count > 2 ? parts[2].trimmingCharacters(in: .whitespaces) : ""
    }
    /// The line.
    public var text: String {
        "\(Self.type) \(Data(key).base64EncodedString())" + (comment.isEmpty ? "" : " \(comment)")
    }
}

/// A private key on disk.
public enum KeyFile {
    private static let header = "lagebild-private-key x25519"

    /// Writes a new key pair to `path` (mode 600) and `path.pub`. Refuses to replace a key.
    public static func generate(path: String, comment: String) throws -> PublicKeyLine {
        guard !FileManager.default.fileExists(atPath: path) else {
            throw KeyError("\(path) exists; a key is never replaced. Move it away first if you mean it.")
        }
        var generator = SystemRandomNumberGenerator()
        var secret: [UInt8] = []
        while secret.count < 32 { secret.append(UInt8(truncatingIfNeeded: generator.next())) }
        guard let pair = StaticKeyPair(secret: secret) else { throw KeyError("cannot make a key") }
        try DurableFile.replace(path, with: "\(header) \(Data(secret).base64EncodedString())\n", mode: 0o600)
        let line = PublicKeyLine(key: pair.publicKey, comment: comment)
        try DurableFile.replace(path + ".pub", with: line.text + "\n")
        return line
    }

    /// Reads a private key; refuses one that others can read.
    public static func load(path: String) throws -> StaticKeyPair {
        guard let text = try? String(contentsOfFile: path, encoding: .utf8) else {
            throw KeyError("\(path): cannot be read; make one with: lagebild keys generate \(path)")
        }
        let attributes = try FileManager.default.attributesOfItem(atPath: path)
        if let mode = attributes[.posixPermissions] as? NSNumber, mode.intValue & 0o077 != 0 {
            throw KeyError(
                "\(path): others can read this private key (mode \(String(mode.intValue, radix: 8))); chmod 600 \(path)"
            )
        }
        let trimmed = text.trimmingCharacters(in: .whitespacesAndNewlines)
        guard trimmed.hasPrefix(header + " "),
            let data = Data(base64Encoded: String(trimmed.dropFirst(header.count + 1))),
            let pair = StaticKeyPair(secret: Array(data))
        else { throw KeyError("\(path): not a Lagebild private key") }
        return pair
    }

    /// Reads a public key from a `.pub` file, or from the text of a line.
    public static func publicKey(_ pathOrLine: String) throws -> PublicKeyLine {
        if let line = PublicKeyLine(pathOrLine) { return line }
        guard let text = try? String(contentsOfFile: pathOrLine, encoding: .utf8) else {
            throw KeyError("\(pathOrLine): neither a public key nor a file with one")
        }
        guard let line = PublicKeyLine(text.trimmingCharacters(in: .whitespacesAndNewlines)) else {
            throw KeyError("\(pathOrLine): not a Lagebild public key")
        }
        return line
    }
}

/// The station's list of drones that may come in: a public key line each, whose comment is the drone's name.
public struct EnrolmentFile: Sendable {
    /// Where it is.
    public let path: String
    /// The list at `path`, which need not exist yet.
    public init(path: String) { self.path = path }

    /// All enrolled drones. A malformed line is an error: a list that is read in part could let nobody in, or the wrong one stay.
    public func load() throws -> [StationLink.Enrolment] {
        guard FileManager.default.fileExists(atPath: path) else { return [] }
        var enrolled: [StationLink.Enrolment] = []
        let lines = try String(contentsOfFile: path, encoding: .utf8).split(
            separator: "\n", omittingEmptySubsequences: false)
        for (number, line) in lines.enumerated() {
            let trimmed = line.trimmingCharacters(in: .whitespaces)
            if trimmed.isEmpty || trimmed.hasPrefix("#") { continue }
            guard let key = PublicKeyLine(trimmed), let drone = DroneID(key.comment) else {
                throw KeyError("\(path):\(number + 1): not a drone (lagebild-x25519 KEY NAME); the list in force stays")
            }
            guard !enrolled.contains(where: { $0.drone == drone || $0.publicKey == key.key }) else {
                throw KeyError("\(path):\(number + 1): \(drone) or its key is listed twice; the list in force stays")
            }
            enrolled.append(StationLink.Enrolment(drone: drone, publicKey: key.key))
        }
        return enrolled
    }

    /// Replaces the list in one step.
    public func save(_ enrolled: [StationLink.Enrolment]) throws {
        let lines = enrolled.map { PublicKeyLine(key: $0.publicKey, comment: $0.drone.name).text + "\n" }
        try DurableFile.replace(path, with: lines.joined(), mode: 0o600)
    }
}
