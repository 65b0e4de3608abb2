@testable import Sensors

/// Seeded bytes and damage, the same on every machine.
struct SensorNoise {
    private var state: UInt64
    init(_ seed: UInt64) { state = seed &* 0x9E37_79B9_7F4A_7C15 | 1 }
    mutating func next() -> UInt64 {
        state ^= state << 13
        state ^= state >> 7
        state ^= state << 17
        return state
    }
    mutating func below(_ limit: Int) -> Int { Int(next() % UInt64(max(1, limit))) }
    mutating func bytes(_ count: Int) -> [UInt8] { (0..<count).map { _ in UInt8(truncatingIfNeeded: next() >> 16) } }
}

/// Everything a driver makes of bytes that come in pieces.
func events(of driver: inout some ThermalSerialDriver, _ bytes: [UInt8], pieces: Int = 97) -> [ThermalSerialEvent] {
    var found: [ThermalSerialEvent] = []
    for start in stride(from: 0, to: bytes.count, by: pieces) {
        driver.handle(bytes[start..<min(start + pieces, bytes.count)])
        while let event = driver.next() { found.append(event) }
    }
    return found
}

extension ThermalSerialEvent {
    var frame: ThermalSerialFrame? {
        if case .frame(let frame) = self { return frame }
        return nil
    }
}
