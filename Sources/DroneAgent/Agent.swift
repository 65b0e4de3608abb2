import FlightTypes
import Foundation
import Geodesy
import LinkProtocol
import LinkTransport
import Logging
import Lookout
import NIOPosix
import Recording
import Sensors
import Synchronization

// The drone's composition. A frame's way: sensor thread ─▶ FrameStamper (sequence, pose) ─▶ encode once ─┬▶ OnboardRecorder
//                                                                                                     ├▶ DroneTransport
//                                                                          thermal ─▶ DetectionStage ─┘
//                                         the first visible camera, as witness for tracks ─▶ DetectionStage
// Position samples: PositionInput ─▶ PoseTimeline, and as objects the same way. Once a second a StatusReport.

/// A running drone agent.
public final class Agent: Sendable {
    struct Sensor {
        var stream: StreamID
        var state: StatusReport.SensorState = .missing
        var taken: UInt64 = 0
        var lost: UInt64 = 0
        var note: SensorNote?
    }
    struct State {
        var timeline = PoseTimeline()
        var sensors: [Sensor] = []
        var telemetrySequence: UInt64 = 0
        var statusSequence: UInt64 = 0
        var submitted: UInt64 = 0
        var rung = LinkRung.full
        var thinning = LowRateThinning()
        var journal = AgentJournal()
        var cameras = CameraBook()
    }
    let configuration: AgentConfiguration
    let clocks: any Clocks
    let logger: Logger
    let flight: UInt32
    let transport: DroneTransport
    let recorder: OnboardRecorder?
    let archive: OnboardArchive?
    private let recordPath: String
    let state = Mutex(State())
    let durable = Mutex<[UInt16: SequenceRanges]>([:])
    private let relay: EventRelay

    /// Reads keys, reserves the flight's number and opens the onboard record; throws with what is wrong. With `sessionKeys`, the
    /// keys of each session are written to that file.
    public init(
        configuration: AgentConfiguration, clocks: any Clocks, logger: Logger, sessionKeys: String? = nil
    ) throws {
        self.configuration = configuration
        self.clocks = clocks
        self.logger = logger
        // Where this fails so does what needs the folder, and says why; the drone flies all the same.
        try? Self.makeFolder(configuration.dataFolder)
        let key = try KeyFile.load(path: configuration.keyFile)
        let station = try KeyFile.publicKey(configuration.stationKey)
        let next = try FlightCounter(path: configuration.dataFolder + "/flight").next(
            highestRecord: OnboardArchive.flights(in: configuration.dataFolder).filter(FlightCounter.isReserved).max(),
            seconds: clocks.wallNow().nanoseconds / 1_000_000_000, chance: .random(in: 0...UInt32.max))
        flight = next.flight
        if let remark = next.remark { logger.warning("\(remark)") }
        recordPath = OnboardArchive.path(folder: configuration.dataFolder, flight: flight)
        state.withLock { [flight] in $0.cameras = CameraBook(configuration, flight: flight) }
        recorder = configuration.records ? Self.recorder(recordPath, configuration, flight, clocks, logger) : nil
        let relay = EventRelay()
        self.relay = relay
        let archive = configuration.records ? OnboardArchive(folder: configuration.dataFolder, logger: logger) : nil
        self.archive = archive
        var link = DroneLink.Configuration(
            own: key, stationKey: station.key, flight: flight, bytesPerSecond: configuration.megabitsPerSecond * 125_000
        )
        link.handshakes = next.handshakes
        link.originals = configuration.originals
        link.deadlines.visible = configuration.visibleDeadline
        transport = DroneTransport(
            link: link, host: configuration.stationHost, port: configuration.stationPort,
            group: MultiThreadedEventLoopGroup(numberOfThreads: 1), clocks: clocks, logger: logger,
            keyFile: try sessionKeys.map(SessionKeyFile.init),
            handlers: .init(
                event: { relay.handle($0) },
                fetch: { id, done in if let archive { archive.fetch(id, done) } else { done(nil) } }))
        relay.bind(self)
    }

    /// Captures, records and sends until `stop` is signalled; then empties its queues.
    public func run(until stopped: @Sendable () async -> Void) async {
        transport.start()
        recorder?.start()
        announceEarlierFlights()
        let sensors = makeSensors()
        describeCameras()
        for sensor in sensors { sensor.start() }
        let position = PositionInput(
            configuration.position, mavlink: configuration.mavlink, clocks: clocks, onSample: { self.handle($0) },
            onVerdict: { self.note($0, StreamID(.telemetry)) })
        let positionThread = Thread { position.run() }
        positionThread.name = "position"
        positionThread.start()
        let status = Task { await self.reportStatus(sensors) }
        logger.notice("Flight \(flight) began; onboard record: \(recorder == nil ? "off" : recordPath)")
        await stopped()
        position.stop()
        for sensor in sensors { sensor.stop() }
        status.cancel()
        await drain()
        recorder?.stop()
        await transport.stop()
        await logCounts()
    }

    /// Sends what earlier flights left on board, without any sensor; returns when the Leitstelle has all of it, or when `stopped`
    /// returns. Whether it is complete.
    public func finishEarlierFlights(until stopped: @escaping @Sendable () async -> Void) async -> Bool {
        transport.start()
        recorder?.start()
        announceEarlierFlights()
        let stopping = Task { await stopped() }
        let sending = Task { () -> Bool in
            var quiet = 0
            var rounds = 0
            var last: UInt64?
            while !Task.isCancelled {
                try? await Task.sleep(for: .milliseconds(500))
                let snapshot = await transport.snapshot()
                quiet = snapshot.isEstablished && snapshot.link.missing == 0 ? quiet + 1 : 0
                // The records on board are looked through meanwhile; then nothing is missing for good.
                if quiet >= 6 { return true }
                // Progress, not a line for each of them.
                if snapshot.link.missing != last, rounds % 20 == 0 {
                    logger.notice("\(snapshot.link.missing) objects still to follow")
                    last = snapshot.link.missing
                }
                rounds += 1
            }
            return false
        }
        let watching = Task {
            await stopping.value
            sending.cancel()
        }
        let isComplete = await sending.value
        watching.cancel()
        stopping.cancel()
        recorder?.stop()
        await transport.stop()
        return isComplete
    }

    // MARK: - Objects

    private func makeSensors() -> [SensorThread] {
        var threads: [SensorThread] = []
        // The first visible camera is the witness of all thermal ones, where its calibration says how it is mounted.
        let witness = configuration.cameraCalibrations.first.flatMap { $0 }
        let stages = configuration.thermal.enumerated().map { index, thermal in
            DetectionStage(
                thermal.look, current: configuration.current, index: UInt8(index), visible: witness,
                onReport: { self.submit(.detections($0)) },
                onProgress: { looked, dropped in
                    self.update(StreamID(.detections, UInt8(index)), .running, taken: looked, lost: dropped)
                })
        }
        for (index, (source, calibration)) in zip(configuration.cameras, configuration.cameraCalibrations).enumerated()
        {
            threads.append(
                SensorThread(
                    source.sensor(clocks: clocks), agent: self, stream: StreamID(.visible, UInt8(index)), stage: nil,
                    witnessed: index == 0 ? stages : [], timeOffset: calibration?.timeOffset ?? .zero))
        }
        for (index, (thermal, stage)) in zip(configuration.thermal, stages).enumerated() {
            threads.append(
                SensorThread(
                    thermal.source.sensor(clocks: clocks), agent: self, stream: StreamID(.thermal, UInt8(index)),
                    stage: stage,
                    timeOffset: thermal.look.calibration?.timeOffset ?? .zero))
        }
        return threads
    }

    var flightNumber: UInt32 { flight }
    var now: MonotonicInstant { clocks.monotonicNow() }
    func pose(at moment: MonotonicInstant) -> Pose { state.withLock { $0.timeline.pose(at: moment) } }

    /// Records a visible frame, and sends of it what the link carries.
    func submit(_ frame: Frame, with copy: inout LiveCopy) {
        describeCamera(frame.id.stream, frame.width, frame.height, frame.unit, at: frame.captureTime)
        let object = FlightObject.frame(frame)
        let bytes = object.parts()
        record(object, bytes)
        switch copy.choose(frame, budget: transport.visibleBudget()) {
        case .original: send(bytes, frame.id)
        case .reduced(let reduced):
            transport.noteReduced()
            send(FlightObject.frame(reduced).parts(), frame.id)
        case .skip: transport.skip(frame.id)
        }
    }

    /// Records a thermal frame coded without loss, and sends it in the form that the link carries.
    func submit(_ frame: ThermalFrame) {
        describeCamera(frame.id.stream, frame.width, frame.height, frame.unit, at: frame.captureTime)
        let object = FlightObject.frame(ThermalCopy.lossless(frame))
        let bytes = object.parts()
        record(object, bytes)
        let rung = state.withLock { $0.rung }
        guard rung != .detectionsOnly else { return transport.skip(frame.id) }
        send(ThermalCopy.live(frame, rung: rung).map { FlightObject.frame($0).parts() } ?? bytes, frame.id)
    }

    func submit(_ object: FlightObject) {
        let bytes = object.parts()
        record(object, bytes)
        if case .detections(let report) = object, report.tellsOfSomething { transport.wantContext() }
        let now = clocks.monotonicNow()
        let isSent = state.withLock { $0.thinning.sends(object, rung: $0.rung, at: now) }
        if isSent { send(bytes, object.id) } else { transport.skip(object.id) }
    }

    private func send(_ bytes: EncodedObject, _ id: ObjectID) {
        state.withLock { $0.submitted += 1 }
        transport.submit(bytes, class: ObjectClass(id.stream.kind), id: recorder == nil ? nil : id)
    }

    private func record(_ object: FlightObject, _ bytes: EncodedObject) {
        recorder?.append(
            RecordableObject(
                drone: "onboard", receiveTime: object.captureTime.wall, receiveMonotonic: object.captureTime.monotonic,
                object: object, encoded: bytes))
    }

    private func handle(_ sample: PositionSample) {
        let sequence = state.withLock { state -> UInt64? in
            guard state.timeline.insert(sample) else { return nil }
            defer { state.telemetrySequence += 1 }
            return state.telemetrySequence
        }
        guard let sequence else { return }
        // How the source does its session tells: samples alone may be another vehicle's.
        update(StreamID(.telemetry), taken: 1)
        submit(
            .telemetry(
                TelemetrySample(
                    id: ObjectID(flight: flight, stream: StreamID(.telemetry), sequence: sequence),
                    captureTime: sample.captureTime, pose: sample.pose, batteryPercent: sample.batteryPercent,
                    armed: sample.armed)))
    }

    /// What earlier flights left on board comes down behind everything live.
    private func announceEarlierFlights() {
        let transport = transport
        let logger = logger
        archive?.earlierFlights(than: flight) { number, left in
            let receipts = left.receipts.map {
                ReceiptRange(flight: $0.flight, stream: $0.stream, first: $0.first, last: $0.last)
            }
            for span in left.spans {
                transport.holds(flight: span.flight, stream: span.stream, span.first...span.last, durable: receipts)
            }
            logger.notice("Flight \(number) is not complete in the Leitstelle; what is missing follows")
        }
    }

    private static func makeFolder(_ path: String) throws {
        try FileManager.default.createDirectory(
            atPath: path, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
    }

    /// It opens the record itself, as soon as the card lets it.
    private static func recorder(
        _ path: String, _ configuration: AgentConfiguration, _ flight: UInt32, _ clocks: any Clocks, _ logger: Logger
    ) -> OnboardRecorder {
        let limits = OnboardLimits(
            maximumBytes: Int64(configuration.recordMaximumMegabytes) << 20,
            reserveBytes: Int64(configuration.recordReserveMegabytes) << 20)
        let folder = configuration.dataFolder
        let open: @Sendable () throws(RecordingError) -> any RecordFile = {
            try? makeFolder(folder)
            return try IncidentWriter(
                path: path, incident: IncidentInfo(name: "Flight \(flight)", openedAt: clocks.wallNow(), openedBy: nil),
                limits: limits)
        }
        return OnboardRecorder(open: open, clocks: clocks, logger: logger)
    }
}
