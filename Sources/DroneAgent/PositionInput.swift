import FlightTypes
import Foundation
import Sensors

/// Reads a position source on a thread of its own and hands on samples, the doubtful ones marked. Read-only: nothing is
/// sent to an autopilot, but for requests for messages where the configuration allows them.
final class PositionInput: Sendable {
    private let source: AgentConfiguration.PositionSource
    private let mavlink: AgentConfiguration.MAVLinkOptions
    private let clocks: any Clocks
    private let onSample: @Sendable (PositionSample) -> Void
    private let onState: @Sendable (StatusReport.SensorState, String) -> Void
    private let stopSignal = StopSignal()
    private let line: SerialLine?
    private let listener: UDPListener?
    private let gpsd: GPSDClient?

    init(
        _ source: AgentConfiguration.PositionSource, mavlink: AgentConfiguration.MAVLinkOptions = .init(),
        clocks: any Clocks, onSample: @escaping @Sendable (PositionSample) -> Void,
        onState: @escaping @Sendable (StatusReport.SensorState, String) -> Void
    ) {
        self.source = source
        self.mavlink = mavlink
        self.clocks = clocks
        self.onSample = onSample
        self.onState = onState
        var (line, listener, gpsd) = (SerialLine?.none, UDPListener?.none, GPSDClient?.none)
        switch source {
        case .mavlinkUDP(let host, let port):
            listener = UDPListener(address: host, port: UInt16(clamping: port), clocks: clocks)
        case .mavlinkSerial(let path, let baud), .nmeaSerial(let path, let baud):
            line = SerialLine(path: path, baud: baud, clocks: clocks)
        case .gpsd(let host, let port): gpsd = GPSDClient(host: host, port: UInt16(clamping: port), clocks: clocks)
        case .none, .tlog: break
        }
        (self.line, self.listener, self.gpsd) = (line, listener, gpsd)
    }

    func stop() {
        stopSignal.request()
        line?.stop()
        listener?.stop()
        gpsd?.stop()
    }

    /// Blocks until `stop`.
    func run() {
        switch source {
        case .none: onState(.missing, "no position source is configured; pictures carry no position")
        case .mavlinkUDP:
            guard let listener, let handler = mavlinkHandler({ listener.reply($0) }) else { return }
            listener.run(onBytes: handler, onState: onState)
        case .mavlinkSerial:
            guard let line, let handler = mavlinkHandler({ line.write($0) }) else { return }
            line.run(onBytes: handler, onState: onState)
        case .nmeaSerial: line?.run(onBytes: nmeaHandler(), onState: onState)
        case .gpsd:
            var check = PositionPlausibility()
            gpsd?.run(onSample: { self.onSample(check.marked($0)) }, onState: onState)
        case .tlog(let path, let loop): playTlog(path, loop: loop)
        }
    }

    /// Nil when a key is configured that cannot be used: then nothing is believed rather than everything.
    private func mavlinkHandler(_ send: @escaping ([UInt8]) -> Bool) -> SerialLine.BytesHandler? {
        var key: MAVLinkSigningKey?
        if let file = mavlink.signingKeyFile {
            key = FileManager.default.contents(atPath: file).flatMap { MAVLinkSigningKey(file: Array($0)) }
            guard key != nil else {
                onState(
                    .missing,
                    "\(file): no MAVLink signing key (32 bytes or 64 hexadecimal digits); pictures carry no position")
                return nil
            }
        }
        var parser = MAVLinkParser(key: key)
        var telemetry = MAVLinkTelemetry()
        var check = PositionPlausibility()
        var requests = mavlink.requestsIntervals ? MAVLinkRateRequests(key: key) : nil
        return { [onSample] bytes, time in
            parser.handle(bytes)
            while let packet = parser.next() {
                requests?.note(packet, at: time.monotonic)
                if let sample = telemetry.handle(packet, at: time) { onSample(check.marked(sample)) }
            }
            // A request that is not taken is made again, as the message still comes too seldom then.
            if let request = requests?.next(at: time) { _ = send(request) }
        }
    }

    private func nmeaHandler() -> SerialLine.BytesHandler {
        var parser = NMEAParser()
        var check = PositionPlausibility()
        return { [onSample] bytes, time in
            parser.handle(bytes)
            while let report = parser.nextReport() {
                guard report.pose.hasPosition else { continue }
                let sample = PositionSample(captureTime: time, pose: report.pose, sourceTime: report.time)
                onSample(check.marked(sample))
            }
        }
    }

    /// Plays a recorded flight log at the pace it was recorded; gaps of more than five seconds are shortened to that.
    /// Its own time is that of the flight, which is no reason to doubt it.
    private func playTlog(_ path: String, loop: Bool) {
        guard let data = FileManager.default.contents(atPath: path) else {
            return onState(.missing, "\(path): cannot be read; pictures carry no position")
        }
        onState(.running, "\(path): playing")
        repeat {
            var reader = TlogReader()
            var telemetry = MAVLinkTelemetry()
            var check = PositionPlausibility()
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
                guard var sample = telemetry.handle(record.packet, at: now) else { continue }
                sample.sourceTime = nil
                onSample(check.marked(sample))
            }
        } while loop && !stopSignal.isRequested
        if !stopSignal.isRequested { onState(.missing, "\(path): ended") }
    }
}
