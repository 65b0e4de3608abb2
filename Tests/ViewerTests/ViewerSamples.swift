import FlightTypes
import Foundation
import Synchronization

/// Steele, Lea and Flood's SplitMix64.
struct SplitMix: RandomNumberGenerator {
    var state: UInt64
    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }
}

/// A clock that stands until it is moved.
final class ScriptedClocks: Clocks {
    private let now = Mutex<Int64>(0)
    func advance(by duration: Duration) { now.withLock { $0 += duration.nanosecondsClamped } }
    func monotonicNow() -> MonotonicInstant { MonotonicInstant(nanoseconds: now.withLock { $0 }) }
    func wallNow() -> WallTime { WallTime(nanoseconds: now.withLock { $0 }) }
}

/// A folder of its own for a test, gone with it.
final class TemporaryFolder: Sendable {
    let path: String
    init() throws {
        path = FileManager.default.temporaryDirectory.appending(path: "viewer-\(UUID().uuidString)").path
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }
    deinit { try? FileManager.default.removeItem(atPath: path) }

    /// Writes `text` to `name` and returns its path.
    func file(_ name: String, _ text: String) throws -> String {
        try Data(text.utf8).write(to: URL(fileURLWithPath: path + "/" + name))
        return path + "/" + name
    }
}
