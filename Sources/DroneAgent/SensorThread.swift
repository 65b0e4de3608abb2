import FlightTypes
import Foundation
import LinkProtocol
import Sensors
import Synchronization

/// Breaks the circle between the agent and the link that calls it back: bound once, before anything runs.
final class EventRelay: Sendable {
    private let agent = Mutex<Agent?>(nil)
    func bind(_ agent: Agent) { self.agent.withLock { $0 = agent } }
    func handle(_ event: DroneLinkEvent) { agent.withLock { $0 }?.handle(event) }
}

/// One sensor on its own thread, from captured image to submitted frame.
final class SensorThread: Sendable {
    private let sensor: any ImageSensor
    private let agent: Agent
    private let stream: StreamID
    private let stage: DetectionStage?
    private let witnessed: [DetectionStage]
    private let timeOffset: Duration
    private let stamper: Mutex<FrameStamper>
    private let health = Mutex(SensorHealth())
    private let copy = CopyBox()
    private let stopSignal = StopSignal()
    /// Before a source that failed is begun anew; what the sensor itself can mend comes back sooner.
    private static let pause: Duration = .seconds(2)

    /// `timeOffset` is how much later than the pose clock the sensor's frames are stamped. `witnessed` are the stages that ask a
    /// visible sensor about what they follow.
    init(
        _ sensor: any ImageSensor, agent: Agent, stream: StreamID, stage: DetectionStage?,
        witnessed: [DetectionStage] = [], timeOffset: Duration = .zero
    ) {
        self.sensor = sensor
        self.agent = agent
        self.stream = stream
        self.stage = stage
        self.witnessed = witnessed
        self.timeOffset = timeOffset
        stamper = Mutex(FrameStamper(flight: agent.flightNumber, stream: stream))
    }

    func start() {
        stage?.start()
        let thread = Thread { [self] in
            let hasEnded = SourceRun.untilEnd(
                isStopped: { stopSignal.isRequested }, pause: { stopSignal.wait(Self.pause) },
                onFailure: { told(.failing, "\($0)") }, run: { try sensor.run { self.handle($0) } })
            if hasEnded { told(.missing, "the source has ended") }
        }
        thread.name = stream.description
        thread.start()
    }

    func stop() {
        stopSignal.request()
        sensor.stop()
        stage?.stop()
    }

    /// Looks whether pictures still come; called about once a second.
    func look(at now: MonotonicInstant) {
        let (state, text) = health.withLock { health in
            let text = health.look(at: now)
            return (health.state, text)
        }
        if let text { agent.note(state, stream, text) }
    }

    private func handle(_ event: SensorEvent) {
        switch event {
        case .image(let image):
            let pose = agent.pose(at: image.captureTime.monotonic.advanced(by: .zero - timeOffset))
            let (frame, isFrozen) = stamper.withLock { ($0.stamp(image, pose: pose), $0.isFrozen) }
            let (state, text) = health.withLock { health in
                let text = health.image(
                    isFrozen: isFrozen, isBlind: image.flags.contains(.blind), at: image.captureTime.monotonic)
                return (health.state, text)
            }
            if let text { agent.note(state, stream, text) }
            agent.update(stream, state, taken: 1, lost: UInt64(max(0, image.lostBefore)))
            switch frame {
            case .visible(let frame):
                agent.submit(frame, with: &copy.copy)
                for stage in witnessed { stage.appendVisible(frame) }
            case .thermal(let frame):
                agent.submit(frame)
                if let stage, let evidence = stamper.withLock({ $0.evidence(of: frame) }) { stage.append(evidence) }
            }
        case .lost(let count):
            let state = health.withLock { health in
                health.lost(count)
                return health.state
            }
            agent.update(stream, state, lost: UInt64(max(0, count)))
        case .state(let state, let text): told(state, text)
        case .remark(let text): agent.remark(stream, text)
        }
    }

    /// What the sensor says of itself is logged as it is; what it counts for is for its pictures to show.
    private func told(_ told: StatusReport.SensorState, _ text: String) {
        let state = health.withLock { health in
            health.told(told, at: agent.now)
            return health.state
        }
        guard state != told else { return agent.note(told, stream, text) }
        agent.update(stream, state)
        agent.tell(told, stream, text)
    }
}

/// Holds a camera's copier.
private final class CopyBox: @unchecked Sendable {
    // @unchecked: a sensor calls its sink from its own thread only, one image at a time.
    var copy = LiveCopy()
}
