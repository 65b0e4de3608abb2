import FlightTypes
import DurableFiles
import Foundation
import PlainText

/// The highest handshake counter accepted of each drone, a line each: `name counter`. Without it a captured handshake could be
/// played back to a restarted station.
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
                description: "\(path) is empty, but drones have flown here: it was lost; \(Self.wayOut)")
        }
        return counters
    }

    private static let wayOut = """
        without it a recorded handshake would count again, so drones cannot be let in safely. Put the file back from a \
        copy; or give each drone a new key (keys generate, keys authorize) and then delete the file
        """

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
