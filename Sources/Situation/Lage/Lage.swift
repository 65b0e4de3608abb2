import FlightTypes
import Synchronization

/// The Lage of this station: reads the hub, writes down what follows, and makes the snapshots that all screens share.
///
/// Nobody polls it. A snapshot is made when something has changed, at most five times a second, and once a second at least, so that
/// a screen that hears nothing knows that the station is silent.
public final class Lage: Sendable {
    /// Between two snapshots at least, and at most.
    public static let leastInterval: Duration = .milliseconds(200), mostInterval: Duration = .seconds(1)

    /// Where what is shown comes from.
    public enum Mode: Sendable {
        /// From drones, now.
        case live
        /// From a recording that does not say which alarms there were: they are made anew, by the recording's clock.
        case derived
        /// From a recording with its journal.
        case recorded
    }
    /// What the rest of the station says of itself; asked once for each snapshot.
    public struct Sources: Sendable {
        /// The links of all drones.
        public var links: @Sendable () async -> [DroneID: LinkHealth]
        /// How recording does; never waits for the disk.
        public var recorder: @Sendable () -> RecorderHealth?
        /// Where the replay stands.
        public var replay: @Sendable () async -> ReplayPosition?
        /// Sources of their parts.
        public init(
            links: @escaping @Sendable () async -> [DroneID: LinkHealth] = { [:] },
            recorder: @escaping @Sendable () -> RecorderHealth? = { nil },
            replay: @escaping @Sendable () async -> ReplayPosition? = { nil }
        ) {
            self.links = links
            self.recorder = recorder
            self.replay = replay
        }
    }
    private struct Watchers {
        var bodies: [UInt64: @Sendable (LageSnapshot) -> Void] = [:]
        var next: UInt64 = 0
        var newest: LageSnapshot?
    }
    private let hub: StreamHub
    private let desk: JournalDesk
    private let clocks: any Clocks
    private let sources: Sources
    private let mode: Mode
    private let machine: Mutex<LageMachine>
    private let wishes = Mutex<[LageMachine.Wish]>([])
    private let watchers = Mutex(Watchers())

    /// A Lage over `hub` whose decisions go to `desk`.
    public init(
        hub: StreamHub, desk: JournalDesk, rules: AlarmRules, clocks: any Clocks, mode: Mode, sources: Sources
    ) {
        self.hub = hub
        self.desk = desk
        self.clocks = clocks
        self.sources = sources
        self.mode = mode
        let raises = if case .recorded = mode { false } else { true }
        machine = Mutex(
            LageMachine(
                rules: rules, raisesAlarms: raises, resuming: desk.state, now: clocks.monotonicNow(),
                wall: clocks.wallNow()))
    }

    /// The newest snapshot; nil before the first.
    public var snapshot: LageSnapshot? { watchers.withLock { $0.newest } }

    /// Calls `body` with each snapshot, beginning with the newest; it must not wait. The number is for `unwatch`.
    public func watch(_ body: @escaping @Sendable (LageSnapshot) -> Void) -> UInt64 {
        let (number, newest) = watchers.withLock { watchers in
            watchers.next += 1
            watchers.bodies[watchers.next] = body
            return (watchers.next, watchers.newest)
        }
        if let newest { body(newest) }
        return number
    }
    /// Ends `watch`.
    public func unwatch(_ number: UInt64) { watchers.withLock { $0.bodies[number] = nil } }

    /// A drone's link came up, or went silent. Never waits.
    public func setConnected(_ isConnected: Bool, drone: DroneID) {
        let now = clocks.monotonicNow()
        let wished = machine.withLock { $0.setConnected(isConnected, drone: drone, at: now) }
        if !wished.isEmpty { wishes.withLock { $0 += wished } }
    }

    /// A replay has jumped: alarms begin anew with what the journal says.
    public func jumped() {
        machine.withLock { $0.beginAnew(with: desk.state, now: clocks.monotonicNow(), wall: clocks.wallNow()) }
    }

    /// Runs until cancelled.
    public func run() async {
        guard let reader = hub.subscribe(.newestFrame) else { return }
        defer { hub.unsubscribe(reader) }
        await withTaskGroup(of: Void.self) { group in
            group.addTask {
                while let items = await reader.next() { self.take(items.compactMap(\.object)) }
            }
            group.addTask { await self.publish() }
            await group.next()
            group.cancelAll()
        }
    }

    // MARK: - Decisions

    private func take(_ objects: [HubObject]) {
        for object in objects {
            let open = desk.state.incident?.id
            carryOut { machine in
                let wished = machine.take(object, open: open)
                guard case .derived = self.mode else { return wished }
                return wished + machine.tick(at: object.captureOnStation)
            }
        }
    }

    private func tick(at now: MonotonicInstant) {
        guard case .live = mode else { return }
        carryOut { $0.tick(at: now) }
    }

    /// Decides and writes down in one go: two tasks decide, and each must know what the other has raised.
    private func carryOut(_ decide: (inout LageMachine) -> [LageMachine.Wish]) {
        let waiting = wishes.withLock { waiting in
            defer { waiting = [] }
            return waiting
        }
        machine.withLock { machine in
            for wish in waiting + decide(&machine) { append(wish, &machine) }
        }
    }

    /// What the journal refuses (too many alarms, an incident that was closed meanwhile) is not told.
    private func append(_ wish: LageMachine.Wish, _ machine: inout LageMachine) {
        let event: JournalEvent
        switch wish {
        case .droneCame(let drone): event = .droneCame(drone: drone)
        case .droneWent(let drone): event = .droneWent(drone: drone)
        case .alarm(.raise(let thing, let alarm)):
            let id = desk.state.nextAlarm
            guard (try? desk.append(.alarmRaised(alarm: id, details: alarm), by: .program)) != nil else { return }
            return machine.raised(thing, as: id)
        case .alarm(.change(let id, let alarm)): event = .alarmChanged(alarm: id, details: alarm)
        case .alarm(.gone(let id)): event = .alarmGone(alarm: id)
        case .alarm(.back(let id, let alarm)): event = .alarmReturned(alarm: id, details: alarm)
        case .alarm(.merge(let id, let into)): event = .alarmMerged(alarm: id, into: into)
        case .alarm(.picture(let id, let jpeg)): event = .alarmPictured(alarm: id, jpeg: jpeg)
        }
        _ = try? desk.append(event, by: .program)
    }

    // MARK: - Snapshots

    private func publish() async {
        var last: (at: MonotonicInstant, position: UInt64)?
        while !Task.isCancelled {
            let now = clocks.monotonicNow()
            tick(at: now)
            let state = desk.state
            let isDue = last.map { now.since($0.at) >= Self.mostInterval || $0.position != state.position } ?? true
            if isDue || machine.withLock({ $0.hasChanged }) {
                await makeSnapshot(state)
                last = (now, state.position)
            }
            try? await Task.sleep(for: Self.leastInterval)
        }
    }

    private func makeSnapshot(_ state: LageState) async {
        let links = await sources.links()
        let replay = await sources.replay()
        var snapshot = LageSnapshot(at: clocks.monotonicNow(), state: state)
        snapshot.links = links
        snapshot.replay = replay
        snapshot.recorder = sources.recorder()
        (snapshot.drones, snapshot.anomalies) = machine.withLock { machine in
            machine.noteSnapshot()
            return (machine.board.all, machine.anomalies)
        }
        let made = snapshot
        let bodies = watchers.withLock { watchers in
            watchers.newest = made
            return Array(watchers.bodies.values)
        }
        for body in bodies { body(made) }
    }
}
