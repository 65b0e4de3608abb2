import ConfigurationFile
import Accounts
import FlightTypes
import Foundation
import ImageCoding
import Logging
import NIOPosix
import PlainText
import Recording
import Replay
import ServiceLifecycle
import Situation
import Synchronization
import UnixSignals
import Viewer

/// A Leitstelle that plays a recorded incident: the same page, the same hub, no drones and no recorder.
public final class ReplayStation: Sendable {
    private let path: String
    private let hub = StreamHub()
    private let board = Mutex(SituationBoard())
    private let source: ReplaySource
    private let info: IncidentInfo?
    private let clocks: any Clocks
    private let logger: Logger
    private let configuration: LeitstelleConfiguration

    /// Opens the incident file; throws when it is none, or empty.
    public init(path: String, configuration: LeitstelleConfiguration, clocks: any Clocks, logger: Logger) throws {
        let path = PathForms.existing(path)
        self.path = path
        self.clocks = clocks
        self.logger = logger
        self.configuration = configuration
        let reader = try IncidentReader(path: path)
        info = try reader.info()
        let relay = BoardRelay()
        guard
            let source = try ReplaySource(
                reader: reader, hub: hub, clocks: clocks, admits: { FrameInspection.refusal(of: $0) == nil },
                onObject: { relay.handle($0) })
        else {
            throw RecordingError.failed(path: path, reason: "holds no objects: there is nothing to replay")
        }
        self.source = source
        if let sentence = (try? reader.completeness())?.sentence { logger.warning("\(path): \(sentence)") }
        for remark in source.remarks { logger.notice("\(path): \(remark)") }
        relay.bind(self)
    }

    /// Runs until the process is told to stop.
    public func run() async throws {
        let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        let viewer = try ViewerServer(
            configuration: configuration.viewer,
            sessions: Sessions(file: UserFile(path: configuration.usersFile), clocks: clocks, logger: logger), hub: hub,
            actions: ViewerActions(
                isReplay: true, state: { await self.state() }, perform: { wish, _ in await self.perform(wish) }),
            clocks: clocks, logger: logger)
        let host = configuration.viewer.host
        let service = viewer.service(group: group) { port in
            print("Lagebild Wiedergabe: \(PageAddress.text(host: host, port: port))")
            fflush(nil)
        }
        let source = source
        let playing = Task { try await source.run() }
        defer { playing.cancel() }
        var services = ServiceGroupConfiguration(
            services: [.init(service: service)], gracefulShutdownSignals: [.sigterm, .sigint], logger: logger)
        services.maximumGracefulShutdownDuration = .seconds(3)
        do { try await ServiceGroup(configuration: services).run() } catch is CancellationError {}
    }

    fileprivate func handle(_ object: HubObject) { board.withLock { $0.handle(object) } }

    private func state() async -> StateMessage {
        let state = await source.state
        return StateMessage(
            stationMs: Double(clocks.monotonicNow().nanoseconds) / 1e6,
            incident: info.map {
                .init(
                    name: $0.name, openedAt: Double($0.openedAt.nanoseconds) / 1e6,
                    file: path.lastPathPart)
            },
            recorder: nil, drones: board.withLock { $0.all }.map { StateMessage.Drone($0, link: nil) },
            replay: .init(
                positionMs: state.position.milliseconds, durationMs: state.duration.milliseconds, rate: state.rate,
                paused: state.isPaused, startWallMs: Double(state.start.nanoseconds) / 1e6))
    }

    private func perform(_ wish: ViewerActions.Wish) async {
        do {
            switch wish {
            case .replayPause: await source.pause()
            case .replayPlay: try await source.play()
            case .replaySeek(let milliseconds):
                guard milliseconds.isFinite, milliseconds.magnitude < 1e12 else { return }
                try await source.seek(to: .milliseconds(milliseconds))
            case .replayRate(let rate): await source.setRate(rate)
            case .openIncident, .closeIncident: break  // A replay records nothing.
            }
        } catch { logger.error("Replay: \(error)") }
    }
}

private final class BoardRelay: Sendable {
    private let station = Mutex<ReplayStation?>(nil)
    func bind(_ station: ReplayStation) { self.station.withLock { $0 = station } }
    func handle(_ object: HubObject) { station.withLock { $0 }?.handle(object) }
}
