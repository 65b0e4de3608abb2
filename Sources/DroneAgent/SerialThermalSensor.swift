import FlightTypes
import Sensors

/// The GY-MCU90640 on a serial line as a source of images: sets it up whenever the line (re)opens, then parses what comes.
final class SerialThermalSensor: ImageSensor {
    private let line: SerialLine
    private let rate: GYMCU90640Command.Rate
    private let emissivityPercent: Int
    private let mirror: Bool

    init(
        path: String, baud: UInt32, rate: GYMCU90640Command.Rate, emissivityPercent: Int, mirror: Bool,
        clocks: any Clocks
    ) {
        line = SerialLine(path: path, baud: baud, clocks: clocks)
        self.rate = rate
        self.emissivityPercent = emissivityPercent
        self.mirror = mirror
    }

    func stop() { line.stop() }

    func run(_ sink: @escaping @Sendable (SensorEvent) -> Void) throws {
        var parser = GYMCU90640Parser()
        var refused: UInt64 = 0
        let commands = setUp
        let mirror = mirror
        line.run(
            onBytes: { bytes, time in
                parser.handle(bytes)
                while let event = parser.next() {
                    guard case .frame(let frame) = event else { continue }
                    let lost = parser.counters.badChecksums &- refused
                    refused = parser.counters.badChecksums
                    sink(
                        .image(
                            CapturedImage(
                                captureTime: time, encoding: .gray16, unit: .centikelvin, width: 32, height: 24,
                                payload: littleEndian(frame.centikelvin(isMirrored: mirror)),
                                lostBefore: Int(clamping: lost))))
                }
            },
            onState: { state, text in
                sink(.state(state, text))
                // After power-up the sensor has forgotten its settings; a line that has just opened may be a sensor that has.
                if state == .running { for command in commands { _ = self.line.write(command) } }
            })
    }

    private var setUp: [[UInt8]] {
        [
            GYMCU90640Command.rate(rate).encoded,
            GYMCU90640Command.emissivity(percent: UInt8(clamping: emissivityPercent)).encoded,
            GYMCU90640Command.output(isAutomatic: true).encoded,
        ]
    }
}

/// Values as the bytes of a `gray16` payload.
func littleEndian(_ values: [UInt16]) -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: values.count * 2)
    for (index, value) in values.enumerated() {
        bytes[2 * index] = UInt8(truncatingIfNeeded: value)
        bytes[2 * index + 1] = UInt8(truncatingIfNeeded: value >> 8)
    }
    return bytes
}
