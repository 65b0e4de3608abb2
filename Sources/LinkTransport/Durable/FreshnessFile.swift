import FlightTypes
import DurableFiles
import Foundation
import PlainText

/// The highest handshake counter of each drone, a line each: `name counter`. By it a station that was restarted refuses recorded
/// handshakes, and drones that have lost their flight counter.
public struct FreshnessFile: Sendable {
    private let path: String
    /// The file at `path`, which need not exist yet.
    public init(path: String) { self.path = path }

    /// All counters. A list that holds none is taken for a new station's only where no drone has flown: a power cut leaves files of
    /// length zero.
    public func load(dronesHaveFlown: Bool) throws -> [DroneID: UInt64] {
        guard let bytes = try DurableFile.read(path) else { return [:] }
        var counters: [DroneID: UInt64] = [:]
        do {
            for line in try TextFile.lines(bytes, comment: nil) {
                let parts = line.text.words()
                guard parts.count == 2, let drone = DroneID(parts[0]), let counter = UInt64(parts[1]) else {
                    throw TextFault(line: line.number, problem: "not a drone and a counter")
                }
                counters[drone] = max(counter, counters[drone] ?? 0)
            }
        } catch { throw DurableFile.Failure(description: "\(path):\(error); \(Self.wayOut)") }
        guard !counters.isEmpty || !dronesHaveFlown else {
            throw DurableFile.Failure(
                description: "\(path) is empty, but drones have flown here: what it held is lost; \(Self.wayOut)")
        }
        return counters
    }

    /// Counters of all lines that can be read, of a file that `load` refuses.
    func salvage() -> [DroneID: UInt64] {
        guard let bytes = (try? DurableFile.read(path)).flatMap({ $0 }) else { return [:] }
        var counters: [DroneID: UInt64] = [:]
        for line in String(decoding: bytes, as: UTF8.self).split(whereSeparator: \.isNewline) {
            let parts = line.split(separator: " ")
            guard parts.count == 2, let drone = DroneID(String(parts[0])), let counter = UInt64(parts[1]) else {
                continue
            }
            counters[drone] = max(counter, counters[drone] ?? 0)
        }
        return counters
    }

    private static let wayOut = "put it back from a copy where there is one"

    /// Makes `counters` durable.
    public func store(_ counters: [DroneID: UInt64]) throws {
        let width = "\(UInt64.max)".count
        let lines = counters.sorted { $0.key < $1.key }.map { "\($0.key) \("\($0.value)".padded(to: width))\n" }
        try DurableFile.replaceLines(path, with: lines.joined())
    }
}

extension String {
    /// With blanks before it, `width` characters.
    func padded(to width: Int) -> String { String(repeating: " ", count: Swift.max(0, width - count)) + self }
}
