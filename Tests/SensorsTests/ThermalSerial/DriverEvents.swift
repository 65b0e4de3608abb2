@testable import Sensors

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
