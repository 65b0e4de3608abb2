import Terminal
import ArgumentParser
import DroneAgent
import FlightTypes
import Foundation
import LinkProtocol
import LinkTransport
import Logging
import NIOPosix
import Sensors
import Synchronization

/// Keys that only the benchmark uses: both ends run on one machine and keep nothing.
private enum BenchKeys {
    static func make() throws -> (drone: StaticKeyPair, station: StaticKeyPair, name: DroneID) {
        guard let drone = StaticKeyPair(secret: [UInt8](repeating: 0xD1, count: 32)),
            let station = StaticKeyPair(secret: [UInt8](repeating: 0x57, count: 32)), let name = DroneID("bench")
        else { throw CommandFailure("the benchmark's keys are refused") }
        return (drone, station, name)
    }
}

struct BenchLinkSendCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "link-send", abstract: "The sending end of a link benchmark.",
        discussion: "Example: lagebild-bench link-send 127.0.0.1:5000 frames.bin sent.txt --rate 30")
    @Argument(help: "Where to send to.") var target: String
    @Argument(help: "The frames.") var frames: String
    @Argument(help: "A log of what was sent: index, nanoseconds, bytes.") var log: String
    @Option(help: "Frames a second.") var rate = 30.0
    @Option(help: "Frames before this index do not count.") var warmup = 60
    @Option(help: "Deadline of a frame, milliseconds.") var deadline = 200
    @Option(help: "The most that may leave, megabits a second.") var most = 150.0
    @Option(help: "Telemetry samples a second beside the frames.") var telemetry = 0.0
    @Option(help: "Wait up to this many seconds for backfill at the end.") var settle = 0
    @Flag(help: "Make frames smaller where the link does not carry them.") var adaptive = false
    @Flag(help: "Say on standard error ten times a second how the link does.") var verbose = false

    func run() async throws {
        let parts = target.split(separator: ":")
        guard parts.count == 2, let port = Int(parts[1]), rate > 0, rate <= 1000 else {
            throw CommandFailure("\(target): not HOST:PORT")
        }
        let file = try BenchFrames(path: frames)
        let keys = try BenchKeys.make()
        var link = DroneLink.Configuration(
            own: keys.drone, stationKey: keys.station.publicKey, flight: UInt32(Date().timeIntervalSince1970),
            bytesPerSecond: most * 125_000)
        link.deadlines.visible = .milliseconds(deadline)
        let flight = link.flight
        let clocks = SystemClocks()
        let isBackfilling = settle > 0
        let transport = DroneTransport(
            link: link, host: String(parts[0]), port: port, group: MultiThreadedEventLoopGroup(numberOfThreads: 1),
            clocks: clocks, logger: makeLogger("bench", level: .warning),
            handlers: .init(
                event: { _ in },
                fetch: { id, done in
                    guard isBackfilling, id.stream.kind == .visible, id.sequence < UInt64(file.frames.count) else {
                        return done(nil)
                    }
                    DispatchQueue.global().async {
                        let time = CaptureTime(monotonic: clocks.monotonicNow(), wall: clocks.wallNow())
                        done(FlightObject.frame(file.frame(Int(id.sequence), flight: flight, at: time)).encoded())
                    }
                }))
        transport.start()
        for _ in 0..<100 {
            if await transport.snapshot().isEstablished { break }
            try await Task.sleep(for: .milliseconds(50))
        }
        let isVerbose = verbose
        let watching = Task {
            while isVerbose, !Task.isCancelled {
                let link = await transport.snapshot().link
                complain(
                    "rate \(Int(link.bytesPerSecond / 125)) kbit/s, round trip \(Int(link.roundTrip?.milliseconds ?? 0)) ms, standing "
                        + "\(link.standing.milliseconds) ms, loss \(link.loss), dropped \(link.dropped), late \(link.late)"
                )
                try? await Task.sleep(for: .milliseconds(100))
            }
        }
        defer { watching.cancel() }
        let started = try send(file, through: transport, flight: flight, clocks: clocks)
        try await Task.sleep(for: .milliseconds(500))
        for _ in 0..<(settle * 10) {
            if await transport.snapshot().link.missing == 0 { break }
            try await Task.sleep(for: .milliseconds(100))
        }
        let counters = await transport.snapshot()
        await transport.stop()
        print(
            "{\"frames\":\(file.frames.count - warmup),\"cpuSeconds\":\(processorSeconds() - started),"
                + "\"kilobits\":\(Int(counters.link.bytesPerSecond / 125)),\"handshakes\":\(counters.counters.handshakes),\"offload\":\(counters.isOffloading),"
                + "\"datagram\":\(counters.link.datagramSize),\"missing\":\(counters.link.missing)}")
    }

    /// On a schedule of its own, as a camera is; returns the processor time at the first counted frame.
    private func send(_ file: BenchFrames, through transport: DroneTransport, flight: UInt32, clocks: SystemClocks)
        throws
        -> Double
    {
        var started = 0.0
        let output = LogFile(log)
        let copier = adaptive ? LiveCopyBox() : nil
        let begin = clocks.monotonicNow().advanced(by: .milliseconds(100))
        var nextTelemetry = begin
        var telemetrySequence: UInt64 = 0
        func sendTelemetry(until limit: MonotonicInstant) {
            while telemetry > 0, nextTelemetry < limit {
                Self.sleep(until: nextTelemetry, clocks)
                let time = CaptureTime(monotonic: clocks.monotonicNow(), wall: clocks.wallNow())
                let id = ObjectID(flight: flight, stream: StreamID(.telemetry), sequence: telemetrySequence)
                transport.submit(
                    FlightObject.telemetry(TelemetrySample(id: id, captureTime: time, pose: .unknown)).parts(),
                    class: .telemetry, id: id)
                output.write("t\(telemetrySequence) \(time.monotonic.nanoseconds) 0")
                telemetrySequence += 1
                nextTelemetry = nextTelemetry.advanced(by: .nanoseconds(Int64(1e9 / telemetry)))
            }
        }
        for index in file.frames.indices {
            let due = begin.advanced(by: .nanoseconds(Int64(Double(index) / rate * 1e9)))
            sendTelemetry(until: due)
            if index == warmup { started = processorSeconds() }
            Self.sleep(until: due, clocks)
            let time = CaptureTime(monotonic: clocks.monotonicNow(), wall: clocks.wallNow())
            var frame = file.frame(index, flight: flight, at: time)
            if let copier {
                switch copier.copy.choose(frame, budget: transport.visibleBudget()) {
                case .original: break
                case .reduced(let copy):
                    frame = copy
                    transport.noteReduced()
                case .skip:
                    transport.skip(frame.id)
                    continue
                }
            }
            let bytes = FlightObject.frame(frame).parts()
            output.write("\(index) \(due.nanoseconds) \(frame.payload.count)")
            transport.submit(bytes, class: .visible, id: settle > 0 ? frame.id : nil)
        }
        output.close()
        return started
    }

    private static func sleep(until due: MonotonicInstant, _ clocks: SystemClocks) {
        let left = due.since(clocks.monotonicNow()).nanosecondsClamped
        if left > 0 { usleep(UInt32(clamping: left / 1000)) }
    }
}

private final class LiveCopyBox { var copy = LiveCopy() }

extension BenchFrames {
    func frame(_ index: Int, flight: UInt32, at time: CaptureTime) -> Frame {
        var frame = object(index, at: time)
        frame.id.flight = flight
        return frame
    }
}

/// Lines for a file, written in one go at the end so that they disturb nothing.
final class LogFile: Sendable {
    private let path: String
    private let lines = Mutex<[String]>([])
    init(_ path: String) { self.path = path }
    func write(_ line: String) { lines.withLock { $0.append(line) } }
    func close() {
        let text = lines.withLock { $0.joined(separator: "\n") + "\n" }
        if !FileManager.default.createFile(atPath: path, contents: Data(text.utf8)) {
            complain("\(path): cannot be written")
        }
    }
}

struct BenchLinkReceiveCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "link-receive", abstract: "The receiving end of a link benchmark.",
        discussion: "Example: lagebild-bench link-receive 6000 frames.bin received.txt")
    @Argument(help: "UDP port to listen on.") var port: Int
    @Argument(help: "The frames, to compare what arrives.") var frames: String
    @Argument(help: "A log of what arrived: index, nanoseconds, how.") var log: String
    @Option(help: "End this long after the last datagram, seconds.") var idle = 3
    @Option(help: "Frames before this index do not count.") var warmup = 60

    private static func isEqual(_ bytes: [UInt8], _ frame: ArraySlice<UInt8>) -> Bool {
        bytes.count == frame.count
            && bytes.withUnsafeBytes { left in
                frame.withUnsafeBytes { right in
                    guard let left = left.baseAddress, let right = right.baseAddress else { return bytes.isEmpty }
                    return memcmp(left, right, bytes.count) == 0
                }
            }
    }

    private struct State {
        var last: MonotonicInstant?
        var started: Double?
    }

    func run() async throws {
        let file = try BenchFrames(path: frames)
        let keys = try BenchKeys.make()
        let clocks = SystemClocks()
        let output = LogFile(log)
        let state = Mutex(State())
        let acknowledge = Mutex<(@Sendable ([ObjectID], Bool, DroneID) -> Void)?>(nil)
        let warmup = warmup
        let transport = StationTransport(
            own: keys.station, enrolled: [.init(drone: keys.name, publicKey: keys.drone.publicKey)], freshness: [:],
            host: "127.0.0.1", port: port, group: MultiThreadedEventLoopGroup(numberOfThreads: 1), clocks: clocks,
            logger: makeLogger("bench", level: .warning),
            handlers: .init(
                arrival: { arrival in
                    let now = clocks.monotonicNow()
                    state.withLock { $0.last = now }
                    var isReduced = false
                    switch arrival.object {
                    case .frame(let frame):
                        let index = Int(clamping: frame.id.sequence)
                        guard index < file.frames.count else { return }
                        isReduced = frame.flags.contains(.reduced)
                        let isSame = isReduced || Self.isEqual(frame.payload, file.frames[index])
                        let how = arrival.isBackfill ? "backfill" : isReduced ? "reduced" : "live"
                        output.write("\(index) \(now.nanoseconds) \(isSame ? how : "ALTERED")")
                        if index >= warmup { state.withLock { $0.started = $0.started ?? processorSeconds() } }
                    case .telemetry(let sample): output.write("t\(sample.id.sequence) \(now.nanoseconds) live")
                    case .detections, .status, .camera, .unknown: break
                    }
                    acknowledge.withLock { $0 }?([arrival.object.id], isReduced, arrival.drone)
                }, event: { _ in }, keepFreshness: { _, _ in }))
        acknowledge.withLock {
            $0 = { ids, isReduced, drone in transport.acknowledge(ids, isReduced: isReduced, of: drone) }
        }
        _ = try await transport.start()
        let begin = clocks.monotonicNow()
        while true {
            try await Task.sleep(for: .milliseconds(100))
            let now = clocks.monotonicNow()
            let last = state.withLock { $0.last }
            if let last, now.since(last) > .seconds(idle) { break }
            if last == nil, now.since(begin) > .seconds(20) { break }
        }
        output.close()
        let seconds = processorSeconds() - (state.withLock { $0.started } ?? 0)
        print("{\"frames\":\(file.frames.count - warmup),\"cpuSeconds\":\(seconds)}")
        await transport.stop()
    }
}
