import FlightTypes
import Foundation
import Sensors

/// Reads a position source on a thread of its own and hands on samples. Read-only: nothing is ever sent to the autopilot.
final class PositionInput: Sendable {
    private let source: AgentConfiguration.PositionSource
    private let clocks: any Clocks
    private let onSample: @Sendable (PositionSample) -> Void
    private let onState: @Sendable (StatusReport.SensorState, String) -> Void
    private let stopSignal = StopSignal()
    private let line: SerialLine?
    private let listener: UDPListener?

    init(
        _ source: AgentConfiguration.PositionSource, clocks: any Clocks,
        onSample: @escaping @Sendable (PositionSample) -> Void,
        onState: @escaping @Sendable (StatusReport.SensorState, String) -> Void
    ) {
        self.source = source
        self.clocks = clocks
        self.onSample = onSample
        self.onState = onState
        switch source {
        case .mavlinkUDP(let host, let port):
            listener = UDPListener(address: host, port: UInt16(clamping: port), clocks: clocks)
            line = nil
        case .mavlinkSerial(let path, let baud), .nmeaSerial(let path, let baud):
            line = SerialLine(path: path, baud: baud, clocks: clocks)
            listener = nil
        case .none, .tlog:
            line = nil
            listener = nil
        }
    }

    func stop() {
        stopSignal.request()
        line?.stop()
        listener?.stop()
    }

    /// Blocks until `stop`.
    func run() {
        switch source {
        case .none: onState(.missing, "no position source is configured; pictures carry no position")
        case .mavlinkUDP: listener?.run(onBytes: mavlink(), onState: onState)
        case .mavlinkSerial: line?.run(onBytes: mavlink(), onState: onState)
        case .nmeaSerial: line?.run(onBytes: nmea(), onState: onState)
        case .tlog(let path, let loop): playTlog(path, loop: loop)
        }
    }

    private func mavlink() -> SerialLine.BytesHandler {
        var parser = MAVLinkParser()
        var telemetry = MAVLinkTelemetry()
        return { [onSample] bytes, time in
            parser.handle(bytes)
            while let packet = parser.next() {
                if let sample = telemetry.handle(packet, at: time) { onSample(sample) }
            }
        }
    }

    private func nmea() -> SerialLine.BytesHandler {
        var parser = NMEAParser()
        return { [onSample] bytes, time in
            parser.handle(bytes)
            while let report = parser.nextReport() {
                if report.pose.hasPosition { onSample(PositionSample(captureTime: time, pose: report.pose)) }
            }
        }
    }

    /// Plays a recorded flight log at the pace it was recorded; gaps of more than five seconds are shortened to that.
    private func playTlog(_ path: String, loop: Bool) {
        guard let data = FileManager.default.contents(atPath: path) else {
            return onState(.missing, "\(path): cannot be read; pictures carry no position")
        }
        onState(.running, "\(path): playing")
        repeat {
            var reader = TlogReader()
            var telemetry = MAVLinkTelemetry()
            var last: WallTime?
            reader.handle(Array(data))
            reader.finish()
            while !stopSignal.isRequested, let record = reader.next() {
                if let last {
                    let gap = min(max(0, record.time.nanoseconds &- last.nanoseconds), 5_000_000_000)
                    if gap > 0 { _ = stopSignal.wait(.nanoseconds(gap), clocks: clocks) }
                }
                last = record.time
                let now = CaptureTime(monotonic: clocks.monotonicNow(), wall: clocks.wallNow())
                if let sample = telemetry.handle(record.packet, at: now) { onSample(sample) }
            }
        } while loop && !stopSignal.isRequested
        if !stopSignal.isRequested { onState(.missing, "\(path): ended") }
    }
}
