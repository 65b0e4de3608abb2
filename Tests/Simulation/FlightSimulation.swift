import FlightTypes
import LinkProtocol
import NetworkImpairment

// A drone's link, a path and a station's link under a virtual clock. The seed and the plan decide everything:
//
//   load ─▶ DroneLink ─▶ ImpairedPath ─▶ TravellingHeap ─▶ StationLink ─▶ StationDisk ─▶ receipts back
//
// After each step the invariants are checked; the first that breaks is reported with the time at which it did.

/// One simulated flight.
public struct FlightSimulation {
    let plan: FlightPlan
    let seed: UInt64
    static let start = MonotonicInstant(nanoseconds: 1_000_000_000)
    /// No picture is made smaller than this, as in the agent.
    static let leastVisible = 6_000
    /// The drone's monotonic clock less the station's.
    static let droneClockAhead: Duration = .seconds(3 * 3600)

    var random: SeededGenerator
    var now = FlightSimulation.start
    var drone: DroneLink
    var station: StationLink
    var forward: ImpairedPath
    var back: ImpairedPath
    var travelling = TravellingHeap()
    var order: UInt64 = 0
    var disk = StationDisk()
    var board = OnboardBook()
    var freshness: [DroneID: UInt64] = [:]
    private var crashes: UInt64 = 0
    var flight: UInt32 = 1
    var endpoint = LinkEndpoint(host: [10, 0, 0, 1], port: 4000)
    var incidents: [(at: Duration, what: FlightIncident)]
    var sources: [LoadSource]
    var captured: [[UInt8]] = []
    var checker = InvariantChecker()
    var report = FlightReport()
    var isFlying = true
    var pendingRecovery: MonotonicInstant?
    /// Looks at the drone's link ten times a second: for plots and for finding out why.
    public var observer: ((Duration, DroneLink) -> Void)?
    private var observed = FlightSimulation.start
    let name: DroneID
    let droneKeys: StaticKeyPair
    let stationKeys: StaticKeyPair

    /// A flight; nil only when the fixed names and keys are refused, which would be a mistake of the code.
    public init?(_ plan: FlightPlan, seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        guard let name = DroneID("adler-1"), let droneKeys = StaticKeyPair(secret: random.bytes(32)),
            let stationKeys = StaticKeyPair(secret: random.bytes(32))
        else { return nil }
        self.plan = plan
        self.seed = seed
        self.name = name
        self.droneKeys = droneKeys
        self.stationKeys = stationKeys
        station = StationLink(
            own: stationKeys, enrolled: [.init(drone: name, publicKey: droneKeys.publicKey)], freshness: [:],
            random: SeededGenerator(seed: random.next()), cipher: plan.cipher, at: now)
        drone = Self.makeDrone(plan, droneKeys, stationKeys, flight: 1, SeededGenerator(seed: random.next()), now)
        forward = ImpairedPath(plan.forward, seed: random.next(), start: now)
        back = ImpairedPath(plan.back, seed: random.next(), start: now)
        incidents = plan.incidents.sorted { $0.at < $1.at }
        sources = LoadSource.all(plan.load, start: now)
        self.random = random
    }

    static func makeDrone(
        _ plan: FlightPlan, _ own: StaticKeyPair, _ station: StaticKeyPair, flight: UInt32, _ random: SeededGenerator,
        _ now: MonotonicInstant
    ) -> DroneLink {
        var configuration = DroneLink.Configuration(
            own: own, stationKey: station.publicKey, flight: flight, bytesPerSecond: plan.bytesPerSecond)
        configuration.deadlines = plan.deadlines
        configuration.cipher = plan.cipher
        configuration.originals = plan.originals
        return DroneLink(configuration: configuration, random: random, at: now.advanced(by: droneClockAhead))
    }

    var droneNow: MonotonicInstant { now.advanced(by: Self.droneClockAhead) }
    var elapsed: Duration { now.since(Self.start) }

    /// Flies to the end.
    public mutating func run() -> FlightReport {
        let landed = Self.start.advanced(by: plan.duration)
        let end = landed.advanced(by: plan.landing)
        while true {
            var next = drain()
            if let arrival = travelling.next { next = min(next, arrival) }
            if let commit = disk.commitDue { next = min(next, commit) }
            if isFlying { for source in sources { next = min(next, source.next) } }
            if let incident = incidents.first { next = min(next, Self.start.advanced(by: incident.at)) }
            guard next <= end, checker.violations.count < 5 else { break }
            now = max(now, next)
            if let observer, now.since(observed) >= .milliseconds(100) {
                observed = now
                observer(elapsed, drone)
            }
            if isFlying, now >= landed { isFlying = false }
            runIncidents()
            if isFlying { runSources() }
            if let commit = disk.commitDue, commit <= now { commitNow() }
            while let arrival = travelling.next, arrival <= now, let datagram = travelling.pop() { arrive(datagram) }
        }
        now = max(now, end)
        finish()
        return report
    }

    private mutating func finish() {
        report.violations = checker.violations
        report.forward = forward.counters
        report.back = back.counters
        report.drone = drone.counters
        report.station = station.counters
        report.missing = board.missing(at: disk)
        if report.missing == 0 { report.completedAt = checker.lastDurable?.since(Self.start) }
    }

    // MARK: - Load

    private mutating func runSources() {
        for place in sources.indices {
            while sources[place].next <= now { produce(place) }
        }
    }

    private mutating func produce(_ place: Int) {
        let kind = sources[place].kind
        let size = sources[place].take(&random)
        let id = board.produce(flight: flight, StreamID(kind), size: size)
        let isCounted = elapsed >= plan.warmUp
        var sent = size
        var isReduced = false
        if kind == .visible, plan.load.isAdaptive {
            let budget = drone.visibleBudget(at: droneNow)
            if size > budget + budget / 4 {
                sent = min(size, Int(Double(budget) * (0.94 + 0.12 * random.unit())))
                isReduced = true
            }
            if sent < Self.leastVisible {
                drone.skip(id, at: droneNow)
                note(isCounted, kind) { $0.produced += 1 }
                return
            }
            if isReduced { drone.noteReduced(at: droneNow) }
        } else if kind == .thermal, drone.currentRung == .detectionsOnly {
            drone.skip(id, at: droneNow)
            note(isCounted, kind) { $0.produced += 1 }
            return
        }
        if kind == .detections { drone.wantContext(at: droneNow) }
        board.submitted(id, isReduced: isReduced, at: now, isCounted: isCounted)
        note(isCounted, kind) {
            $0.produced += 1
            $0.offered += 1
        }
        drone.submit(
            SimulatedObject.bytes(id, isReduced: isReduced, size: sent), class: ObjectClass(kind), id: id, at: droneNow)
    }

    private mutating func note(_ isCounted: Bool, _ kind: StreamKind, _ change: (inout FlightReport.Tally) -> Void) {
        guard isCounted else { return }
        switch kind {
        case .visible: change(&report.visible)
        case .thermal: change(&report.thermal)
        case .detections: change(&report.detections)
        default: change(&report.telemetry)
        }
    }

    // MARK: - Incidents

    private mutating func runIncidents() {
        while let incident = incidents.first, Self.start.advanced(by: incident.at) <= now {
            incidents.removeFirst()
            mix(0xE0 &+ UInt64(incidents.count))
            switch incident.what {
            case .addressChange: endpoint = LinkEndpoint(host: [10, 0, UInt8(random.next() & 0xFF), 2], port: 4001)
            case .stationCrash:
                disk.crash()
                crashes += 1
                // Every second time the counters could not be kept, so that what the attacker has recorded is fresh again.
                if (seed &+ crashes).isMultiple(of: 2) { freshness = [:] }
                station = StationLink(
                    own: stationKeys, enrolled: [.init(drone: name, publicKey: droneKeys.publicKey)],
                    freshness: freshness, random: SeededGenerator(seed: random.next()), cipher: plan.cipher, at: now)
                board.stationCrashed()
            case .droneRestart:
                flight += 1
                let seed = random.next()
                drone = Self.makeDrone(plan, droneKeys, stationKeys, flight: flight, SeededGenerator(seed: seed), now)
                board.restore(into: &drone, before: flight)
            case .path(let forward, let back):
                self.forward.conditions = forward
                self.back.conditions = back
            case .attack(let count): attack(count)
            }
        }
    }

    // MARK: - Delivery

    private mutating func commitNow() {
        let durable = disk.commit()
        guard plan.sabotage != .acknowledgeEarly else { return }
        acknowledge(durable)
    }

    private mutating func acknowledge(_ items: [(id: ObjectID, isReduced: Bool)]) {
        for isReduced in [false, true] {
            let ids = items.filter { $0.isReduced == isReduced }.map(\.id)
            if !ids.isEmpty { station.acknowledge(ids, isReduced: isReduced, of: name, at: now) }
        }
        if !items.isEmpty { checker.lastDurable = now }
    }

    private mutating func arrive(_ datagram: Travelling) {
        report.steps += 1
        if let sender = datagram.sender {
            station.handle(datagram.bytes, from: sender, at: now)
        } else {
            drone.handle(datagram.bytes, at: droneNow)
        }
        // The attacker plays back what has arrived: to bring something that was lost would only be a slow path.
        if !datagram.isAltered, report.steps % 97 == 0 { capture(datagram.bytes) }
    }

    mutating func mix(_ value: UInt64) {
        report.hash = (report.hash ^ value ^ UInt64(bitPattern: now.nanoseconds)) &* 0x9E37_79B9_7F4A_7C15
        report.hash ^= report.hash >> 29
    }

    private mutating func transmit(_ bytes: [UInt8], from sender: LinkEndpoint?) {
        // The tag stands for all of the datagram.
        let tag =
            bytes.count >= 16
            ? bytes.withUnsafeBytes { $0.loadUnaligned(fromByteOffset: bytes.count - 8, as: UInt64.self) } : 0
        mix(tag ^ (sender == nil ? 0xAAAA : 0x5555))
        let passage: ImpairedPath.Passage
        if sender != nil {
            if elapsed >= plan.warmUp { report.sentBytes += bytes.count + LinkLimits.networkOverhead }
            passage = forward.pass(bytes: bytes.count, at: now)
            if let first = passage.first, elapsed >= plan.warmUp {
                report.queueing.append((first.since(now) - plan.forward.delay).milliseconds)
            }
        } else {
            passage = back.pass(bytes: bytes.count, at: now)
        }
        for arrival in [passage.first, passage.second].compactMap({ $0 }) {
            var copy = bytes
            if let bit = passage.flippedBit, bit / 8 < copy.count { copy[bit / 8] ^= 1 << UInt8(bit % 8) }
            order += 1
            travelling.push(
                Travelling(
                    arrival: arrival, order: order, bytes: copy, sender: sender,
                    isAltered: passage.flippedBit != nil))
        }
    }

    /// Carries out what both ends want; returns when one of them wants to be asked again.
    private mutating func drain() -> MonotonicInstant {
        var next = drainStation()
        draining: while true {
            switch drone.nextOutput(at: droneNow) {
            case .transmit(let bytes): transmit(bytes, from: endpoint)
            case .event(let event): take(event)
            case .fetch(let id):
                let bytes = plan.isBackfilling ? board.bytes(of: id) : nil
                drone.answerFetch(id, bytes, at: droneNow)
            case .exportKeys: break
            case .wait(let until):
                next = min(next, now.advanced(by: until.since(droneNow)))
                break draining
            }
        }
        checker.checkLimits(drone: drone, travelling: travelling.count, at: now)
        return next
    }

    private mutating func take(_ event: DroneLinkEvent) {
        switch event {
        case .receipt(let ranges):
            for range in ranges {
                checker.check(disk.holds(range), "acknowledged but not durable: \(range)", at: now)
                board.receipted(range)
            }
        case .established: report.sessions += 1
        case .silent, .resumed, .rung: break
        }
    }

    private mutating func drainStation() -> MonotonicInstant {
        while true {
            switch station.nextOutput(at: now) {
            case .keepFreshness(let drone, let counter): freshness[drone] = counter
            case .transmit(let bytes, let target):
                if target == endpoint { transmit(bytes, from: nil) }
            case .deliver(_, let bytes, let isBackfill):
                deliver(bytes, isBackfill)
                if plan.sabotage == .deliverTwice, !isBackfill { deliver(bytes, isBackfill) }
            case .event, .exportKeys: break
            case .wait(let until): return until
            }
        }
    }

    private mutating func deliver(_ bytes: [UInt8], _ isBackfill: Bool) {
        var bytes = bytes
        if plan.sabotage == .alter, bytes.count > 100 { bytes[99] ^= 1 }
        guard let (id, isReduced) = SimulatedObject.identify(bytes), board.exists(id) else {
            return checker.check(false, "an object was altered or made up", at: now)
        }
        mix(id.sequence ^ UInt64(id.stream.code) << 32)
        if !isBackfill {
            checker.check(board.deliveredOnce(id), "delivered twice: \(id)", at: now)
            if let sent = board.submission(of: id), sent.isCounted {
                let milliseconds = now.since(sent.at).milliseconds
                note(true, id.stream.kind) {
                    $0.latencies.append(milliseconds)
                    $0.bytes += bytes.count
                }
            }
        }
        disk.take(id, isReduced: isReduced, at: now)
        if plan.sabotage == .acknowledgeEarly { acknowledge([(id, isReduced)]) }
    }
}

extension SeededGenerator {
    mutating func bytes(_ count: Int) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(count + 8)
        while bytes.count < count { withUnsafeBytes(of: next().littleEndian) { bytes.append(contentsOf: $0) } }
        bytes.removeLast(bytes.count - count)
        return bytes
    }
}
