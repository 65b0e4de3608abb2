import FlightTypes

/// How one kind of thermal sensor speaks over a serial line. A value without line and clock: bytes in, frames out.
///
/// docs/guides/add-a-sensor.md shows a whole one.
public protocol ThermalSerialDriver: Sendable {
    /// The sensor's name for messages.
    static var name: String { get }
    /// What is written whenever the line has opened or the sensor may have forgotten its settings; each entry in one
    /// go. Writing it a second time must do no harm.
    var setUp: [[UInt8]] { get }
    /// After so long without a byte the sensor is taken for silent and set up anew.
    var longestSilence: Duration { get }
    /// What was found and lost so far.
    var counters: ThermalSerialCounters { get }
    /// Takes the next bytes of the line; any number, cut anywhere.
    mutating func handle(_ bytes: some Collection<UInt8>)
    /// The next thing the sensor said, or nil until more bytes came. Call until nil after each `handle`.
    mutating func next() -> ThermalSerialEvent?
    /// Forgets what has only begun to arrive: the line was closed meanwhile.
    mutating func forgetPartial()
}

extension ThermalSerialDriver {
    /// Two seconds.
    public var longestSilence: Duration { .seconds(2) }
}

/// What a thermal sensor said.
public enum ThermalSerialEvent: Hashable, Sendable {
    /// A whole picture with a right checksum.
    case frame(ThermalSerialFrame)
    /// It took a setting.
    case acknowledged
    /// It refused a setting, in words.
    case refused(String)
    /// It told something that was asked, in words.
    case reply(String)
    /// It has begun anew and forgotten its settings.
    case restarted
}

/// A thermal picture as the sensor sent it.
public struct ThermalSerialFrame: Hashable, Sendable {
    /// Pixels of a row, 1…65,535.
    public var width: UInt16
    /// Rows, 1…65,535.
    public var height: UInt16
    /// What the values mean.
    public var unit: ThermalUnit
    /// `width × height` values, row by row in the order sent.
    public var values: [UInt16]
    /// What the sensor can measure, in `unit`. Anything else is marked as implausible.
    public var possible: ClosedRange<UInt16>
    /// The sensor's own temperature in 0.01 K, if it tells.
    public var sensorCentikelvin: UInt16?
    /// What the sensor or its driver says about this picture.
    public var remarks: Frame.Flags

    /// A picture of its parts.
    public init(
        width: UInt16, height: UInt16, unit: ThermalUnit, values: [UInt16], possible: ClosedRange<UInt16>,
        sensorCentikelvin: UInt16? = nil, remarks: Frame.Flags = []
    ) {
        self.width = width
        self.height = height
        self.unit = unit
        self.values = values
        self.possible = possible
        self.sensorCentikelvin = sensorCentikelvin
        self.remarks = remarks
    }
}

/// What a driver found and lost.
public struct ThermalSerialCounters: Hashable, Sendable {
    /// Frames handed out.
    public internal(set) var frames: UInt64 = 0
    /// Replies handed out: settings taken or refused, and answers.
    public internal(set) var replies: UInt64 = 0
    /// Bytes that belonged to neither.
    public internal(set) var bytesSkipped: UInt64 = 0
    /// Places where a frame or reply seemed to begin but was not whole or its checksum wrong: what was lost on the
    /// line, and noise.
    public internal(set) var badChecksums: UInt64 = 0
    /// Frames whose checksum was right and whose content cannot be a picture: noise.
    public internal(set) var refused: UInt64 = 0
    /// Frames that did not come, by the sensor's own numbers.
    public internal(set) var missing: UInt64 = 0

    /// Nothing found and nothing lost.
    public init() {}
    /// Frames lost in all, as far as can be known.
    public var lost: UInt64 { badChecksums &+ refused &+ missing }
}
