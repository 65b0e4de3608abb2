import FlightTypes
import DurableFiles
import Foundation
import LinkProtocol
import PlainText

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
        let parts = line.words(atMost: 3)
        guard parts.count >= 2, parts[0] == Self.type, let data = Data(base64Encoded: parts[1]), data.count == 32 else {
            return nil
        }
        key = Array(data)
        comment = parts.count > 2 ? parts[2] : ""
    }
    /// The line.
    public var text: String {
        "\(Self.type) \(Data(key).base64EncodedString())" + (comment.isEmpty ? "" : " \(comment)")
    }
}

/// A private key on disk.
public enum KeyFile {
    private static let header = "lagebild-private-key x25519"

    /// Writes a new key pair to `path` (mode 600) and `path.pub`. Refuses to replace a key, or to follow a link.
    public static func generate(path: String, comment: String) throws -> PublicKeyLine {
        var status = stat()
        for taken in [path, path + ".pub"] where lstat(taken, &status) == 0 {
            throw KeyError("\(taken) exists; a key is never replaced. Move it away first if you mean it.")
        }
        var generator = SystemRandomNumberGenerator()
        var secret: [UInt8] = []
        while secret.count < 32 { secret.append(UInt8(truncatingIfNeeded: generator.next())) }
        guard let pair = StaticKeyPair(secret: secret) else { throw KeyError("cannot make a key") }
        try DurableFile.create(path, with: "\(header) \(Data(secret).base64EncodedString())\n")
        let line = PublicKeyLine(key: pair.publicKey, comment: comment.printable(limit: 256).withoutBlanks)
        try DurableFile.create(path + ".pub", with: line.text + "\n", mode: 0o644)
        return line
    }

    /// Reads a private key; refuses one that others can read.
    public static func load(path: String) throws -> StaticKeyPair {
        guard let line = try content(path, orElse: "make one with: lagebild keys generate \(path)") else {
            throw KeyError("\(path): not a Lagebild private key")
        }
        var status = stat()
        guard stat(path, &status) == 0 else { throw KeyError("\(path): cannot be read") }
        guard status.st_mode & 0o077 == 0 else {
            throw KeyError(
                "\(path): others can read this private key (mode \(String(status.st_mode & 0o7777, radix: 8))); chmod 600 \(path)"
            )
        }
        let parts = line.words()
        guard parts.count == 3, parts[..<2].joined(separator: " ") == header, let data = Data(base64Encoded: parts[2]),
            let pair = StaticKeyPair(secret: Array(data))
        else { throw KeyError("\(path): not a Lagebild private key") }
        return pair
    }

    /// Reads a public key from a `.pub` file, or from the text of a line.
    public static func publicKey(_ pathOrLine: String) throws -> PublicKeyLine {
        if let line = PublicKeyLine(pathOrLine) { return line }
        let name = pathOrLine.printable(limit: 256)
        guard let text = try content(pathOrLine, orElse: "it is neither a public key nor a file with one") else {
            throw KeyError("\(name): not a Lagebild public key")
        }
        guard let line = PublicKeyLine(text) else {
            throw KeyError(
                text.hasPrefix(header)
                    ? "\(name): a private key; what is wanted is the file beside it that ends in .pub"
                    : "\(name): not a Lagebild public key")
        }
        return line
    }

    /// The one line of a key file; nil when it has none, or several. `orElse` says what to do where there is no file.
    private static func content(_ path: String, orElse wayOut: String) throws -> String? {
        let bytes: [UInt8]?
        do { bytes = try DurableFile.read(path) } catch { throw KeyError("\(error)") }
        guard let bytes else { throw KeyError("\(path.printable(limit: 256)): cannot be read; \(wayOut)") }
        guard !bytes.isEmpty else {
            throw KeyError("\(path): the file is empty; put it back from a copy, or \(wayOut)")
        }
        do {
            let lines = try TextFile.lines(bytes, comment: nil)
            return lines.count == 1 ? lines[0].text : nil
        } catch { throw KeyError("\(path):\(error)") }
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
        guard let bytes = try DurableFile.read(path) else { return [] }
        var enrolled: [StationLink.Enrolment] = []
        let kept = "the list in force stays"
        do {
            for line in try TextFile.lines(bytes) {
                guard let key = PublicKeyLine(line.text), let drone = DroneID(key.comment) else {
                    throw TextFault(line: line.number, problem: "not a drone (lagebild-x25519 KEY NAME)")
                }
                guard !enrolled.contains(where: { $0.drone == drone || $0.publicKey == key.key }) else {
                    throw TextFault(line: line.number, problem: "\(drone) or its key is listed twice")
                }
                enrolled.append(StationLink.Enrolment(drone: drone, publicKey: key.key))
            }
        } catch { throw KeyError("\(path):\(error); \(kept)") }
        return enrolled
    }

    /// All enrolled drones, for a station to act on: refused when others may write the list.
    public func loadTrusted() throws -> [StationLink.Enrolment] {
        if let fault = ForeignHands.fault(of: path) { throw KeyError("\(fault); the list in force stays") }
        return try load()
    }

    /// Replaces the list in one step.
    public func save(_ enrolled: [StationLink.Enrolment]) throws {
        let lines = enrolled.map { PublicKeyLine(key: $0.publicKey, comment: $0.drone.name).text + "\n" }
        try DurableFile.replace(path, with: lines.joined())
    }
}
