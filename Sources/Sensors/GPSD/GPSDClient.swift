import FlightTypes

/// A connection to gpsd that comes back by itself and gives position samples.
public final class GPSDClient: Sendable {
    private let line: TCPLine

    /// - Parameters:
    ///   - host: where gpsd runs.
    ///   - port: gpsd's own is 2947.
    public convenience init(host: String = "127.0.0.1", port: UInt16 = 2947, clocks: any Clocks = SystemClocks()) {
        // A receiver without a fix still makes gpsd say so once a second; slow ones every few seconds.
        self.init(
            TCPLine(
                host: host, port: port, greeting: GPSDParser.watch, silenceLimit: .seconds(5), clocks: clocks))
    }
    init(_ line: TCPLine) { self.line = line }

    /// Makes ``run(onSample:onState:)`` return soon, for good.
    public func stop() { line.stop() }

    /// Receives until ``stop()``. Blocks: give it a thread of its own; both handlers are called on it.
    public func run(onSample: (PositionSample) -> Void, onState: @escaping SerialLine.StateHandler) {
        var parser = GPSDParser()
        var telemetry = GPSDTelemetry()
        line.run(
            onOpen: {
                parser = GPSDParser()
                telemetry = GPSDTelemetry()
            },
            onBytes: { bytes, time in
                parser.handle(bytes)
                while let event = parser.next() {
                    if let sample = telemetry.handle(event, at: time) { onSample(sample) }
                }
            }, onState: onState)
    }
}
