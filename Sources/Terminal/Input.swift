import ConfigurationFile
import Foundation

/// Writes a line to standard error.
public func complain(_ text: String) { FileHandle.standardError.write(Data((text + "\n").utf8)) }

/// Reads all of a file, or of standard input for `-`; at most `limit` bytes.
public func readInput(_ path: String, limit: Int = 2 << 30) throws -> [UInt8] {
    let file: FileHandle
    if path == "-" {
        file = .standardInput
    } else {
        let path = PathForms.existing(path)
        guard let opened = FileHandle(forReadingAtPath: path) else { throw CommandFailure("\(path): cannot be read") }
        file = opened
    }
    var bytes: [UInt8] = []
    while let chunk = try file.read(upToCount: 1 << 20), !chunk.isEmpty {
        bytes += chunk
        guard bytes.count <= limit else { throw CommandFailure("\(path): longer than \(limit >> 20) MiB") }
    }
    return bytes
}
