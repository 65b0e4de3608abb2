import Accounts
import CDevices
import FlightTypes
import Foundation
import ImageCoding
import LinkProtocol
import LinkTransport
import Logging
import NIOCore
import NIOPosix
import PlainText
import Recording
import ServiceLifecycle
import Situation
import Synchronization
import UnixSignals
import Viewer

// The Leitstelle's composition:
//
//   drones ⇢ StationTransport ─▶ StreamHub ─┬▶ IncidentRecorder ─▶ acknowledge ─▶ StationTransport
//                              └▶ board     └▶ ViewerServer (a reader a browser)
//   every half second: the list of enrolled drones, if it has changed

/// A running Leitstelle.
public final class Station: Sendable {
    private let configuration: LeitstelleConfiguration
    private let clocks: any Clocks
    private let logger: Logger
    private let hub = StreamHub()
    private let board = Mutex(SituationBoard())
    private let received = Mutex<[DroneID: UInt64]>([:])
    private let streams = Mutex(StreamAdmission())
    private let admission = Mutex(ObjectAdmission())
    private let journal: Mutex<DroneJournal>
    private let refused = Mutex<[DroneID: UInt64]>([:])
    private let recorder: IncidentRecorder
    private let recorderQueue: HubReader
    private let transport: StationTransport
    private let viewer: ViewerServer
    private let group: MultiThreadedEventLoopGroup
    private let pageGroup: MultiThreadedEventLoopGroup
    private let enrolments: EnrolmentFile
    private let freshness: FreshnessStore

    /// Reads keys, lists and the page; throws with what is wrong. With `sessionKeys`, the keys of each session are written to
    /// that file.
    public init(
        configuration: LeitstelleConfiguration, clocks: any Clocks, logger: Logger, sessionKeys: String? = nil
    ) throws {
        self.configuration = configuration
        self.clocks = clocks
        self.logger = logger
        journal = Mutex(
            DroneJournal(
                dronesFile: configuration.dronesFile, freshnessFile: configuration.dataFolder + "/freshness"))
        let folder = IncidentFolder(folder: configuration.dataFolder + "/incidents")
        let key = try KeyFile.load(path: configuration.keyFile)
        enrolments = EnrolmentFile(path: configuration.dronesFile)
        let freshness = FreshnessStore(
            path: configuration.dataFolder + "/freshness", dronesHaveFlown: folder.holdsIncidents, clocks: clocks,
            logger: logger)
        self.freshness = freshness
        let hub = hub
        guard
            let queue = hub.subscribe(
                .refuseBeyond(bytes: IncidentRecorder.queueBytes), interest: .everything,
                afterFlood: { lb_memory_release() })
        else {
            throw KeyError("the hub takes no recorder; nothing would be recorded")
        }
        recorderQueue = queue
        // The page's threads are its own: whoever keeps them busy does not keep the link waiting.
        group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        pageGroup = MultiThreadedEventLoopGroup(numberOfThreads: 2)
        let relay = TransportRelay()
        transport = StationTransport(
            own: key, enrolled: try enrolments.loadTrusted(), freshness: freshness.loaded, host: configuration.linkHost,
            port: configuration.linkPort, group: group, clocks: clocks, logger: logger,
            keyFile: try sessionKeys.map(SessionKeyFile.init),
            handlers: .init(
                arrival: { relay.arrival($0) }, event: { relay.event($0) },
                keepFreshness: { freshness.note($0, $1) }))
        let transport = transport
        recorder = IncidentRecorder(
            folder: folder,
            limits: OnboardLimits(maximumBytes: nil, reserveBytes: Int64(configuration.recordReserveMegabytes) << 20),
            clocks: clocks, logger: logger,
            acknowledge: { drone, ids, isReduced in
                transport.acknowledge(ids, isReduced: isReduced, of: drone)
            })
        let stateRelay = StateRelay()
        viewer = try ViewerServer(
            configuration: configuration.viewer,
            sessions: Sessions(file: UserFile(path: configuration.usersFile), clocks: clocks, logger: logger), hub: hub,
            actions: ViewerActions(
                isReplay: false, state: { await stateRelay.state() }, perform: { await stateRelay.perform($0, $1) }),
            clocks: clocks, logger: logger)
        relay.bind(self)
        stateRelay.bind(self)
    }

    /// Runs until the process is told to stop.
    public func run() async throws {
        freshness.start()
        await recorder.resume()
        let port = try await transport.start()
        if let port {
            logger.notice("Drones are heard on UDP \(PageAddress.listening(host: configuration.linkHost, port: port))")
        }
        let host = configuration.viewer.host
        let service = viewer.service(group: pageGroup) { port in
            print("Lagebild: \(PageAddress.text(host: host, port: port))")
            fflush(nil)
        }
        let recorder = recorder
        let queue = recorderQueue
        let recording = Task { await recorder.run(queue) }
        let watching = Task { await self.watchEnrolments() }
        var services = ServiceGroupConfiguration(
            services: [.init(service: service)], gracefulShutdownSignals: [.sigterm, .sigint], logger: logger)
        services.maximumGracefulShutdownDuration = .seconds(3)
        defer { watching.cancel() }
        do { try await ServiceGroup(configuration: services).run() } catch is CancellationError {}
        await transport.stop()
        freshness.stop()
        queue.finish()
        // What waits for a disk that stays full must not keep the station from ending; none of it was acknowledged.
        let patience = Task {
            try await Task.sleep(for: .seconds(3))
            recording.cancel()
        }
        await recording.value
        patience.cancel()
        let counts = received.withLock { $0 }
        for (drone, count) in counts.sorted(by: { $0.key < $1.key }) {
            let refused = refused.withLock { $0[drone, default: 0] }
            logger.notice("\(drone): \(count) objects received, \(refused) refused at the door")
        }
        let recorded = await recorder.snapshot.recorded
        logger.notice("Recorded \(recorded) objects; refused by the recording queue: \(queue.statistics.dropped)")
    }

    fileprivate func handle(_ arrival: HubObject) {
        guard streams.withLock({ $0.admits(arrival.object.id.stream, of: arrival.drone) }) else {
            let reason = "it uses more than \(StreamAdmission.limit) streams; later ones are neither shown nor recorded"
            return tell { $0.refused(arrival.drone, reason, at: $1) }
        }
        if let reason = FrameInspection.refusal(of: arrival.object) { return refuse(arrival, reason) }
        let refusal = admission.withLock {
            $0.refusal(
                of: arrival.object, bytes: arrival.bytes, from: arrival.drone, isBackfill: arrival.isBackfill,
                at: arrival.receiveTime)
        }
        if let refusal { return refuse(arrival, refusal) }
        if !arrival.isBackfill { board.withLock { $0.handle(arrival) } }
        received.withLock { $0[arrival.drone, default: 0] += 1 }
        hub.publish(.object(arrival))
    }

    /// An object that is not what it says is neither shown nor recorded. It is acknowledged all the same: asked for again it would
    /// come again as it is, and it stays in the drone's own record. Enrolled drones are few, and so is what is counted here.
    private func refuse(_ arrival: HubObject, _ reason: String) {
        let id = arrival.object.id
        transport.acknowledge([id], isReduced: arrival.object.isReduced, of: arrival.drone)
        refused.withLock { $0[arrival.drone, default: 0] += 1 }
        let text = "\(id.stream), neither shown nor recorded: \(reason)"
        tell { $0.refused(arrival.drone, text, at: $1) }
    }

    fileprivate func handle(_ event: StationLinkEvent) {
        if case .established(let drone, let flight) = event {
            admission.withLock { $0.established(drone, flight: flight) }
        }
        switch event {
        case .established(let drone, _), .heard(let drone): board.withLock { $0.setConnected(true, drone: drone) }
        case .silent(let drone): board.withLock { $0.setConnected(false, drone: drone) }
        case .moved, .staleHandshake, .replayedHandshake, .twoMachines, .unknownDrone, .overLimit, .handshakesPutOff:
            break
        }
        tell { $0.line(for: event, at: $1) }
    }

    /// Writes what the journal has to say.
    private func tell(_ line: (inout DroneJournal, MonotonicInstant) -> DroneJournal.Line?) {
        let now = clocks.monotonicNow()
        if let line = journal.withLock({ line(&$0, now) }) { logger.log(level: line.level, "\(line.text)") }
    }

    fileprivate func state() async -> StateMessage {
        let snapshot = await recorder.snapshot
        var drones: [StateMessage.Drone] = []
        for drone in board.withLock({ $0.all }) {
            let quality = await transport.quality(of: drone.id)
            drones.append(
                StateMessage.Drone(
                    drone,
                    link: quality.map {
                        .init(
                            rttMs: $0.roundTrip?.milliseconds, clockErrorMs: $0.clockBound?.milliseconds,
                            lostObjects: $0.abandoned + $0.overLimit)
                    }))
        }
        let statistics = recorderQueue.statistics
        return StateMessage(
            stationMs: Double(clocks.monotonicNow().nanoseconds) / 1e6,
            incident: snapshot.incident.map {
                .init(
                    name: $0.name, openedAt: Double($0.openedAt.nanoseconds) / 1e6,
                    file: snapshot.file.lastPathPart)
            },
            recorder: .init(
                ok: snapshot.isHealthy, queuedBytes: statistics.queuedBytes,
                lost: statistics.dropped, recorded: snapshot.recorded),
            drones: drones, replay: nil)
    }

    fileprivate func perform(_ wish: ViewerActions.Wish, _ user: SignedIn) async {
        switch wish {
        case .openIncident(let name): await recorder.open(name: name, by: user.name)
        case .closeIncident: await recorder.closeIncident(by: user.name)
        case .replayPause, .replayPlay, .replaySeek, .replayRate: break  // This is not a replay.
        }
    }

    /// Takes over changes of the list of drones; a list that cannot be read leaves the old one in force. Writes what is overdue
    /// in the log.
    private func watchEnrolments() async {
        var last = try? String(contentsOfFile: enrolments.path, encoding: .utf8)
        while !Task.isCancelled {
            try? await Task.sleep(for: .milliseconds(500))
            freshness.look()
            for line in journal.withLock({ $0.overdue(at: clocks.monotonicNow()) }) {
                logger.log(level: line.level, "\(line.text)")
            }
            let text = try? String(contentsOfFile: enrolments.path, encoding: .utf8)
            guard text != last else { continue }
            last = text
            do {
                let enrolled = try enrolments.loadTrusted()
                transport.enrol(enrolled)
                logger.notice("The list of drones has changed: \(enrolled.count) may come in")
            } catch { logger.error("\(error)") }
        }
    }
}

/// Breaks the circle between the station and what calls it back: bound once, before anything runs.
private final class TransportRelay: Sendable {
    private let station = Mutex<Station?>(nil)
    func bind(_ station: Station) { self.station.withLock { $0 = station } }
    func arrival(_ arrival: HubObject) { station.withLock { $0 }?.handle(arrival) }
    func event(_ event: StationLinkEvent) { station.withLock { $0 }?.handle(event) }
}

/// The same for the page.
private final class StateRelay: Sendable {
    private let station = Mutex<Station?>(nil)
    func bind(_ station: Station) { self.station.withLock { $0 = station } }
    func state() async -> StateMessage {
        await station.withLock { $0 }?.state()
            ?? StateMessage(stationMs: 0, incident: nil, recorder: nil, drones: [], replay: nil)
    }
    func perform(_ wish: ViewerActions.Wish, _ user: SignedIn) async {
        await station.withLock { $0 }?.perform(wish, user)
    }
}
