import FlightTypes
import Foundation

/// The highest handshake counter accepted of each drone, a line each: `name counter`. Without it a captured handshake could be
/// played back to a restarted station.
public struct FreshnessFile: Sendable {
    private let path: String
    /// The file at `path`, which need not exist yet.
    public init(path: String) { self.path = path }

    /// All counters.
    public func load() throws -> [DroneID: UInt64] {
        guard FileManager.default.fileExists(atPath: path) else { return [:] }
        var counters: [DroneID: UInt64] = [:]
        for (number, line) in try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n").enumerated() {
            let parts = line.split(separator: " ")
            guard parts.count == 2, let drone = DroneID(String(parts[0])), let counter = UInt64(parts[1]) else {
                throw DurableFile.Failure(
                    description: "\(path):\(number + 1): not a drone and a counter; drones cannot be let in safely")
            }
            counters[drone] = counter
        }
        return counters
    }

    /// Makes `counters` durable.
    public func store(_ counters: [DroneID: UInt64]) throws {
        let lines = counters.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)\n" }
        try DurableFile.replace(path, with: lines.joined(), mode: 0o600)
    }
}
