import Foundation

@testable import Sensors

/// Real data beside the repository; not on every machine.
enum MAVLinkTestData {
    static var folder: URL {
        if let path = ProcessInfo.processInfo.environment["LAGEBILD_DATA"] { return URL(fileURLWithPath: path) }
        // Tests/SensorsTests/MAVLink/<this file> lies four levels below the repository.
        let here = URL(fileURLWithPath: #filePath).resolvingSymlinksInPath()
        let repository = (0..<4).reduce(here) { url, _ in url.deletingLastPathComponent() }
        return repository.deletingLastPathComponent().appendingPathComponent("shared/data")
    }
    static func url(_ path: String) -> URL { folder.appendingPathComponent(path) }
    static func exists(_ path: String) -> Bool { FileManager.default.fileExists(atPath: url(path).path) }
    static func bytes(_ path: String) throws -> [UInt8] { [UInt8](try Data(contentsOf: url(path))) }

    /// The text inside a `.gz`.
    static func unpacked(_ path: String) throws -> String {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = ["gzip", "-dc", url(path).path]
        let pipe = Pipe()
        process.standardOutput = pipe
        try process.run()
        let data = pipe.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        return String(decoding: data, as: UTF8.self)
    }
    /// Rows of a CSV with quoted fields, without its header.
    static func rows(_ text: String) -> [[String]] {
        text.split(whereSeparator: \.isNewline).dropFirst().map { line in
            var fields = [""]
            var isQuoted = false
            var previousWasQuote = false
            for character in line {
                switch character {
                case "\"":
                    if !isQuoted, previousWasQuote { fields[fields.count - 1].append("\"") }
                    isQuoted.toggle()
                    previousWasQuote = true
                    continue
                case "," where !isQuoted: fields.append("")
                default: fields[fields.count - 1].append(character)
                }
                previousWasQuote = false
            }
            return fields
        }
    }
}

func mavlinkBytes(_ hex: String) -> [UInt8] {
    let digits = Array(hex.utf8)
    return stride(from: 0, to: digits.count - 1, by: 2).compactMap {
        UInt8(String(decoding: digits[$0...$0 + 1], as: UTF8.self), radix: 16)
    }
}

func mavlinkPackets(_ bytes: [UInt8]) -> (packets: [MAVLinkPacket], counters: MAVLinkCounters) {
    var parser = MAVLinkParser()
    parser.handle(bytes)
    parser.finish()
    var packets: [MAVLinkPacket] = []
    while let packet = parser.next() { packets.append(packet) }
    return (packets, parser.counters)
}
