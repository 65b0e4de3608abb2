import FlightTypes

/// The GY-MCU90640 as a serial sensor: 32×24 pixels in hundredths of a kelvin, in the order sent, which is mirrored.
public struct GYMCU90640Driver: ThermalSerialDriver {
    /// The sensor's name for messages.
    public static let name = "GY-MCU90640"
    /// What it can measure by its manual: −40…300 °C, in 0.01 K.
    public static let possible: ClosedRange<UInt16> = 23_315...57_315

    private let rate: GYMCU90640Command.Rate
    private let emissivityPercent: UInt8
    private var parser = GYMCU90640Parser()

    /// - Parameter emissivityPercent: of the surface looked at, 1…100; beyond that it is brought into the range.
    public init(rate: GYMCU90640Command.Rate = .eightHertz, emissivityPercent: Int = 97) {
        self.rate = rate
        self.emissivityPercent = UInt8(clamping: emissivityPercent)
    }

    /// Rate, emissivity, and to send on its own. The speed of the line is not changed: it is what we are heard with.
    public var setUp: [[UInt8]] {
        [
            GYMCU90640Command.rate(rate).encoded,
            GYMCU90640Command.emissivity(percent: emissivityPercent).encoded,
            GYMCU90640Command.output(isAutomatic: true).encoded,
        ]
    }
    /// Two and a half frames, at least two seconds.
    public var longestSilence: Duration { max(.seconds(2), .milliseconds(Int64(2500 / rate.hertz))) }
    /// What was found and lost.
    public var counters: ThermalSerialCounters { parser.counters }

    /// Takes the next bytes of the line.
    public mutating func handle(_ bytes: some Collection<UInt8>) { parser.handle(bytes) }
    /// Forgets what has only begun to arrive.
    public mutating func forgetPartial() { parser.forgetPartial() }
    /// The next frame or reply, or nil.
    public mutating func next() -> ThermalSerialEvent? {
        switch parser.next() {
        case nil: nil
        case .emissivity(let percent): .reply("emissivity \(percent) %")
        case .frame(let frame):
            .frame(
                ThermalSerialFrame(
                    width: UInt16(GYMCU90640Frame.width), height: UInt16(GYMCU90640Frame.height), unit: .centikelvin,
                    values: frame.centikelvin, possible: Self.possible,
                    sensorCentikelvin: UInt16(clamping: Int(frame.ambient) + 27_315)))
        }
    }
}
