import FlightTypes

@testable import Sensors

/// A sensor that does not exist: 4×2 pixels in tenths of a kelvin. A frame is `T`, `1`, eight values (u16, little-endian) and the sum
/// of the bytes of the values modulo 256.
struct ToyDriver: ThermalSerialDriver {
    static let name = "Toy"
    static let frameSize = 19
    private var queue = SensorByteQueue(limit: 4096)
    private var counted = ThermalSerialCounters()

    /// What is written when the line opens: here one command that starts it.
    var setUp: [[UInt8]] { [Array("START\n".utf8)] }
    var counters: ThermalSerialCounters {
        var result = counted
        result.bytesSkipped &+= queue.dropped
        return result
    }

    mutating func handle(_ bytes: some Collection<UInt8>) { queue.append(bytes) }
    mutating func forgetPartial() { skip(queue.count) }

    mutating func next() -> ThermalSerialEvent? {
        while let place = queue.firstIndex(of: UInt8(ascii: "T")) {
            skip(place)
            guard queue.count >= Self.frameSize else { return nil }
            let values = Array(queue[2..<18])
            guard queue[1] == UInt8(ascii: "1"), values.reduce(0, &+) == queue[18] else {
                // Not a frame, or a damaged one: look for the next beginning one byte on.
                counted.badChecksums &+= 1
                skip(1)
                continue
            }
            queue.removeFirst(Self.frameSize)
            counted.frames &+= 1
            return .frame(
                ThermalSerialFrame(
                    width: 4, height: 2, unit: .decikelvin,
                    values: (0..<8).map { UInt16(values[2 * $0]) | UInt16(values[2 * $0 + 1]) << 8 },
                    possible: 2331...4731))
        }
        skip(queue.count)
        return nil
    }

    private mutating func skip(_ count: Int) {
        queue.removeFirst(count)
        counted.bytesSkipped &+= UInt64(count)
    }
}
