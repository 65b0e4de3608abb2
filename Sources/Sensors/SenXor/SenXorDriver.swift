import FlightTypes

/// A Meridian SenXor sensor (80×62, 160×120 or 50×50 pixels, as it is) over USB: tenths of a kelvin.
public struct SenXorDriver: ThermalSerialDriver {
    /// The sensor's name for messages.
    public static let name = "SenXor"
    /// What is taken for possible, in 0.1 K: −40…500 °C, a little more than the makers promise.
    public static let possible: ClosedRange<UInt16> = 2331...7731
    /// Values may lie so far, in 0.1 K, beyond the extremes that the sensor itself names: they may have been taken
    /// before it smoothed the picture. What lies farther is an error on the line that the sum did not show.
    static let extremesTolerance = 200

    private let emissivityPercent: UInt8
    private let divider: UInt8
    private let mode: SenXorFrameMode
    private var parser = SenXorParser()
    private var counted = ThermalSerialCounters()
    private var last: SenXorFrameHeader?
    private var waiting: ThermalSerialFrame?

    /// - Parameters:
    ///   - emissivityPercent: of the surface looked at, 1…100; beyond that it is brought into the range.
    ///   - divider: only every so manieth frame is sent; 0 is each, some 25 a second.
    ///   - sendsRawCounts: uncalibrated counts instead of temperatures.
    public init(emissivityPercent: Int = 97, divider: UInt8 = 0, sendsRawCounts: Bool = false) {
        self.emissivityPercent = UInt8(min(100, max(1, emissivityPercent)))
        self.divider = divider
        mode = sendsRawCounts ? [.continuous, .rawCounts] : .continuous
    }

    /// Divider, emissivity, how it does, and to send on and on.
    public var setUp: [[UInt8]] {
        [
            SenXorCommand.write(.frameDivider, divider).encoded,
            SenXorCommand.write(.emissivity, emissivityPercent).encoded,
            SenXorCommand.read(.status).encoded,
            SenXorCommand.write(.frameMode, mode.rawValue).encoded,
        ]
    }
    /// What was found and lost.
    public var counters: ThermalSerialCounters {
        var result = parser.counters
        result.refused = counted.refused
        result.missing = counted.missing
        // What the parser handed out as a picture and what was one.
        result.frames &-= counted.refused
        return result
    }
    /// Bytes held because they may be the beginning of something.
    public var bytesPending: Int { parser.bytesPending }

    /// Takes the next bytes of the line.
    public mutating func handle(_ bytes: some Collection<UInt8>) { parser.handle(bytes) }
    /// Forgets what has only begun to arrive, and the counter: who was away may have begun anew.
    public mutating func forgetPartial() {
        parser.forgetPartial()
        last = nil
    }

    /// The next frame or reply, or nil.
    public mutating func next() -> ThermalSerialEvent? {
        if let frame = waiting {
            waiting = nil
            return .frame(frame)
        }
        while let message = parser.next() {
            switch message.command {
            case "GFRA":
                guard let frame = SenXorFrame(content: message.content) else {
                    counted.refused &+= 1
                    continue
                }
                return take(frame)
            case "WREG": return .acknowledged
            // The status is the only register that is asked for alone.
            case "RREG": return .reply(status(message.content))
            case "SERR": return .refused(String(decoding: message.content.prefix(32), as: UTF8.self).debugDescription)
            default: return .reply("\(message.command), \(message.content.count) bytes")
            }
        }
        return nil
    }

    private mutating func take(_ frame: SenXorFrame) -> ThermalSerialEvent {
        let isRaw = mode.contains(.rawCounts)
        var remarks: Frame.Flags = []
        if let header = frame.header, !isRaw, !Self.agrees(header, frame.pixels) { remarks.insert(.implausible) }
        let result = ThermalSerialFrame(
            width: UInt16(frame.format.width), height: UInt16(frame.format.height),
            unit: isRaw ? .counts : .decikelvin, values: frame.pixels, possible: isRaw ? 0...UInt16.max : Self.possible,
            sensorCentikelvin: frame.header?.dieCentikelvin, remarks: remarks)
        guard let header = frame.header else { return .frame(result) }
        defer { last = header }
        guard let last else { return .frame(result) }
        if header.timestamp < last.timestamp, header.counter < last.counter {
            // Both begin anew only with the sensor: the counter alone wraps every 65,536 frames.
            waiting = result
            return .restarted
        }
        let step = header.counter &- last.counter
        if step > 1, step < UInt16(Int16.max) { counted.missing &+= UInt64(step - 1) }
        return .frame(result)
    }

    private static func agrees(_ header: SenXorFrameHeader, _ pixels: [UInt16]) -> Bool {
        guard header.maximum > 0, header.minimum <= header.maximum else { return true }
        let extremes = Int(header.minimum) - extremesTolerance...Int(header.maximum) + extremesTolerance
        return pixels.allSatisfy { extremes.contains(Int($0)) }
    }

    private func status(_ content: [UInt8]) -> String {
        guard content.count == 2, let value = SenXorMessage.number(content) else {
            return "status of \(content.count) bytes"
        }
        let status = SenXorStatus(rawValue: UInt8(truncatingIfNeeded: value))
        let digits = String(decoding: content, as: UTF8.self)
        return "status 0x\(digits), \(status.contains(.ready) ? "ready" : "not ready")"
    }
}
