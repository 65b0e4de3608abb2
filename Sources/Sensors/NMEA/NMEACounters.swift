/// What became of the bytes handed to an `NMEAParser`. Every count only grows (and wraps at 2⁶⁴).
public struct NMEACounters: Hashable, Sendable {
    /// Bytes handed over.
    public var bytes: UInt64 = 0
    /// Bytes that belonged to no sentence and no UBX frame: noise, other protocols, broken sentences.
    public var bytesSkipped: UInt64 = 0
    /// Sentences of a known kind that were read and used.
    public var understood: UInt64 = 0
    /// Sentences in order, but of a kind that says nothing about the position.
    public var ignored: UInt64 = 0
    /// Sentences of a known kind whose checksum holds, but whose fields cannot be read.
    public var malformed: UInt64 = 0
    /// Sentences whose checksum does not hold.
    public var badChecksums: UInt64 = 0
    /// Sentences that carry no checksum at all (taken, as gpsd does; also counted by outcome).
    public var withoutChecksum: UInt64 = 0
    /// Sentences cut off by a foreign byte or a new `$`, or longer than the limit.
    public var broken: UInt64 = 0
    /// UBX frames whose checksum holds.
    public var ubxFrames: UInt64 = 0
    /// Things that looked like a UBX frame and were not one.
    public var ubxRefused: UInt64 = 0
    /// Reports made.
    public var reports: UInt64 = 0
    /// Reports thrown away because nobody fetched them.
    public var reportsDropped: UInt64 = 0
    /// Sentences that came after the report of their moment had been given out.
    public var late: UInt64 = 0
    /// All zero.
    public init() {}
}
