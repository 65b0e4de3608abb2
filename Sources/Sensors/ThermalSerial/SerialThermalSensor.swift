import FlightTypes

/// A thermal sensor on a serial line as a source of images. Sets it up whenever it may have lost its settings, and
/// comes back by itself; what the bytes mean is its driver's business.
public final class SerialThermalSensor<Driver: ThermalSerialDriver>: ImageSensor {
    private let line: SerialLine
    private let driver: Driver
    private let correction: ThermalCorrection
    private let clocks: any Clocks

    /// - Parameters:
    ///   - path: of the line, best a link under `/dev/serial/by-id`.
    ///   - baud: bits a second, any the hardware can do; what the sensor is set to.
    public convenience init(
        path: String, baud: UInt32, driver: Driver, correction: ThermalCorrection = ThermalCorrection(),
        clocks: any Clocks = SystemClocks()
    ) {
        let line = SerialLine(path: path, baud: baud, silenceLimit: driver.longestSilence, clocks: clocks)
        self.init(line: line, driver: driver, correction: correction, clocks: clocks)
    }
    init(line: SerialLine, driver: Driver, correction: ThermalCorrection, clocks: any Clocks) {
        self.line = line
        self.driver = driver
        self.correction = correction
        self.clocks = clocks
    }

    /// Makes ``run(_:)`` return soon, for good.
    public func stop() { line.stop() }

    /// Captures until ``stop()``; a line that is not there is waited for.
    public func run(_ sink: @escaping @Sendable (SensorEvent) -> Void) throws {
        var session = ThermalSerialSession(driver: driver, correction: correction)
        var wasMissing = true
        line.run(
            onBytes: { bytes, time in
                session.handle(bytes, at: time)
                while let output = session.next() {
                    switch output {
                    case .image(let image): sink(.image(image))
                    case .write(let commands): self.write(commands)
                    case .state(let state, let text): sink(.state(state, text))
                    }
                }
            },
            onState: { state, text in
                sink(.state(state, text))
                if state == .missing { wasMissing = true }
                guard state == .running else { return }
                let now = self.clocks.monotonicNow()
                self.write(wasMissing ? session.opened(at: now) : session.silent(at: now))
                wasMissing = false
            },
            onSilence: { self.write(session.silent(at: self.clocks.monotonicNow())) })
    }

    /// What cannot be written now is written again: on an open line at the next silence or damage, else when it opens.
    private func write(_ commands: [[UInt8]]) {
        for command in commands where !line.write(command) { return }
    }
}
