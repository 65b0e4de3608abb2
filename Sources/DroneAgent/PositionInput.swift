import FlightTypes
import Foundation
import Sensors
import Synchronization

/// Reads a position source on a thread of its own and hands on samples, the doubtful ones marked, and how the source does.
///
/// A shell: the sessions in `Sensors` decide. Read-only: nothing is sent to an autopilot, but for requests for messages where the
/// configuration allows them.
final class PositionInput: Sendable {
    /// Takes how the source does now; told when it changes.
    typealias VerdictHandler = @Sendable (PositionVerdict) -> Void
    /// A key or log that cannot be read may be there later.
    private static let filePause = Duration.seconds(5)

    private let source: AgentConfiguration.PositionSource
    private let mavlink: AgentConfiguration.MAVLinkOptions
    private let clocks: any Clocks
    private let onSample: @Sendable (PositionSample) -> Void
    private let reporter: VerdictReporter
    private let stopSignal = StopSignal()
    private let line: SerialLine?
    private let listener: UDPListener?
    private let gpsd: TCPLine?

    init(
        _ source: AgentConfiguration.PositionSource, mavlink: AgentConfiguration.MAVLinkOptions = .init(),
        clocks: any Clocks, onSample: @escaping @Sendable (PositionSample) -> Void,
        onVerdict: @escaping VerdictHandler
    ) {
        self.source = source
        self.mavlink = mavlink
        self.clocks = clocks
        self.onSample = onSample
        reporter = VerdictReporter(onVerdict)
        var (line, listener, gpsd) = (SerialLine?.none, UDPListener?.none, TCPLine?.none)
        switch source {
        case .mavlinkUDP(let host, let port):
            listener = UDPListener(address: host, port: UInt16(clamping: port), clocks: clocks)
        case .mavlinkSerial(let path, let baud), .nmeaSerial(let path, let baud):
            line = SerialLine(path: path, baud: baud, clocks: clocks)
        case .gpsd(let host, let port):
            // A receiver without a fix still makes gpsd say so once a second; slow ones every few seconds.
            gpsd = TCPLine(
                host: host, port: UInt16(clamping: port), greeting: GPSDParser.watch, silenceLimit: .seconds(5),
                clocks: clocks)
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
        case .none:
            report(.missing, .absent, "no position source is configured; pictures carry no position")
        case .mavlinkUDP:
            guard let listener, var session = mavlinkSession(baud: nil) else { return }
            listener.run(
                onBytes: { self.take($0, $1, &session) { listener.reply($0) } }, onState: reporter.lineState)
        case .mavlinkSerial(_, let baud):
            guard let line, var session = mavlinkSession(baud: baud) else { return }
            line.run(onBytes: { self.take($0, $1, &session) { line.write($0) } }, onState: reporter.lineState)
        case .nmeaSerial(_, let baud):
            var session = NMEASession(baud: baud)
            line?.run(onBytes: { self.take($0, $1, &session) }, onState: reporter.lineState)
        case .gpsd:
            var session = GPSDSession()
            gpsd?.run(
                onOpen: { session.restart() }, onBytes: { self.take($0, $1, &session) }, onState: reporter.lineState)
        case .tlog(let path, let loop): playTlog(path, loop: loop)
        }
    }

    private func take(_ bytes: ArraySlice<UInt8>, _ time: CaptureTime, _ session: inout some PositionSession) {
        session.take(bytes, at: time, onSample)
        if let verdict = session.verdict(at: time.monotonic) { reporter.report(verdict) }
    }
    private func take(
        _ bytes: ArraySlice<UInt8>, _ time: CaptureTime, _ session: inout MAVLinkSession, _ send: ([UInt8]) -> Bool
    ) {
        take(bytes, time, &session)
        if let request = session.request(at: time) { _ = send(request) }
    }
    private func report(_ state: StatusReport.SensorState, _ kind: SensorNote.Kind, _ text: String) {
        reporter.report(PositionVerdict(state, SensorNote(kind, text)))
    }

    /// Waits for a configured key that cannot be used: until then nothing is believed rather than everything. Nil once stopped.
    private func mavlinkSession(baud: UInt32?) -> MAVLinkSession? {
        guard let file = mavlink.signingKeyFile else { return session(key: nil, baud) }
        while !stopSignal.isRequested {
            if let key = FileManager.default.contents(atPath: file).flatMap({ MAVLinkSigningKey(file: Array($0)) }) {
                return session(key: key, baud)
            }
            report(
                .missing, .absent,
                "\(file): no MAVLink signing key (32 bytes or 64 hexadecimal digits); pictures carry no position")
            stopSignal.wait(Self.filePause, clocks: clocks)
        }
        return nil
    }
    private func session(key: MAVLinkSigningKey?, _ baud: UInt32?) -> MAVLinkSession {
        MAVLinkSession(mavlink.choice, key: key, requestsIntervals: mavlink.requestsIntervals, baud: baud)
    }

    /// Waits for a log that is not there. Nil once stopped.
    private func openedLog(_ path: String) -> FileHandle? {
        while !stopSignal.isRequested {
            if let file = FileHandle(forReadingAtPath: path) { return file }
            report(.missing, .absent, "\(path): cannot be read; pictures carry no position")
            stopSignal.wait(Self.filePause, clocks: clocks)
        }
        return nil
    }

    /// Plays a recorded flight log at the pace it was recorded; gaps of more than five seconds are shortened to that.
    private func playTlog(_ path: String, loop: Bool) {
        var player = TlogPlayer(mavlink.choice)
        repeat {
            guard let file = openedLog(path) else { return }
            player.begin()
            var isAtEnd = false
            while !isAtEnd, !stopSignal.isRequested {
                let bytes = (try? file.read(upToCount: 64 << 10)).flatMap { $0 } ?? Data()
                isAtEnd = bytes.isEmpty
                player.play(Array(bytes)[...], isAtEnd: isAtEnd) { gap in
                    if gap > .zero { _ = stopSignal.wait(gap, clocks: clocks) }
                    guard !stopSignal.isRequested else { return nil }
                    return CaptureTime(monotonic: clocks.monotonicNow(), wall: clocks.wallNow())
                } onSample: { sample, system in
                    report(.running, .following, "\(path): playing, MAVLink system \(system)")
                    onSample(sample)
                }
            }
            try? file.close()
            guard player.samples > 0 || stopSignal.isRequested else {
                return report(.failing, .noPositionMessages, "\(path): holds no position of an autopilot")
            }
        } while loop && !stopSignal.isRequested
        if !stopSignal.isRequested { report(.missing, .absent, "\(path): ended") }
    }
}

/// Passes a verdict on when it differs from the one before; what the line itself says of bytes counts only where there are none.
private final class VerdictReporter: Sendable {
    private let handler: PositionInput.VerdictHandler
    private let last = Mutex<PositionVerdict?>(nil)
    init(_ handler: @escaping PositionInput.VerdictHandler) { self.handler = handler }

    func report(_ verdict: PositionVerdict) {
        let isNew = last.withLock { last in
            defer { last = verdict }
            return last != verdict
        }
        if isNew { handler(verdict) }
    }
    /// That a line is open, or bytes come, says nothing of their meaning.
    var lineState: SerialLine.StateHandler {
        { [self] state, text in
            switch state {
            case .running:
                if last.withLock({ $0 }) == nil {
                    report(PositionVerdict(.failing, SensorNote(.silent, text + "; nothing understood yet")))
                }
            case .missing: report(PositionVerdict(.missing, SensorNote(.absent, text)))
            case .failing, .frozen, .blind: report(PositionVerdict(.failing, SensorNote(.silent, text)))
            }
        }
    }
}
