import FlightTypes

/// Turns a telemetry log into position samples at the pace it was recorded. Who calls waits and says what time it is.
public struct TlogPlayer: Sendable {
    /// A longer gap between two records is shortened to this.
    public static let longestGap = Duration.seconds(5)

    private let choice: MAVLinkTelemetry.Choice
    private var reader = TlogReader()
    private var telemetry: MAVLinkTelemetry
    private var check = PositionPlausibility()
    private var last: WallTime?
    /// Samples made so far, over all rounds.
    public private(set) var samples: UInt64 = 0

    /// - Parameter choice: whose packets count.
    public init(_ choice: MAVLinkTelemetry.Choice = .init()) {
        self.choice = choice
        telemetry = MAVLinkTelemetry(choice)
    }
    /// What the reader has found and lost in this round.
    public var counters: MAVLinkCounters { reader.counters }

    /// A round begins at the start of the log.
    public mutating func begin() {
        reader = TlogReader()
        telemetry = MAVLinkTelemetry(choice)
        check = PositionPlausibility()
        last = nil
    }

    /// Takes the next bytes of the log.
    /// - Parameters:
    ///   - wait: waits for a gap and returns the time afterwards; nil ends the playing.
    ///   - onSample: takes a sample and the vehicle it is of. The log's own time is that of the flight, which is no reason to doubt it.
    public mutating func play(
        _ bytes: ArraySlice<UInt8>, isAtEnd: Bool, wait: (Duration) -> CaptureTime?,
        onSample: (PositionSample, _ system: UInt8) -> Void
    ) {
        var rest = bytes
        repeat {
            reader.handle(rest.prefix(TlogReader.pieceLimit))
            rest = rest.dropFirst(TlogReader.pieceLimit)
            if isAtEnd, rest.isEmpty { reader.finish() }
            while let record = reader.next() {
                guard let now = wait(gap(before: record.time)) else { return }
                guard var sample = telemetry.handle(record.packet, at: now) else { continue }
                sample.sourceTime = nil
                samples &+= 1
                onSample(check.marked(sample), telemetry.system ?? 0)
            }
        } while !rest.isEmpty
    }
    private mutating func gap(before time: WallTime) -> Duration {
        defer { last = time }
        guard let last else { return .zero }
        return min(Self.longestGap, max(.zero, .nanoseconds(time.nanoseconds &- last.nanoseconds)))
    }
}
