import DurableFiles
import FlightTypes
import Foundation
import Logging

/// Keeps the handshake counters on disk, on a thread of its own: neither the link nor a start waits for it.
///
/// The link goes by the counters in memory. What lies on disk matters only after a restart, and without it a recorded handshake
/// is answered once, shows nothing and moves nothing (docs/decisions/0030). So whatever the disk does, drones are let in, and
/// what is not kept is told. A file that cannot be understood is set aside, never written over.
public final class FreshnessStore: @unchecked Sendable {
    // @unchecked: `condition` guards every variable below; nobody holds it while the disk is used.
    /// After a failure it is tried again so much later.
    static let retry: Duration = .seconds(1)
    /// What reads, sets aside and writes: the file, or in tests a disk with faults.
    struct Disk: Sendable {
        var load: @Sendable () throws -> [DroneID: UInt64]
        /// What can be read of a file that `load` refuses.
        var salvage: @Sendable () -> [DroneID: UInt64]
        /// Puts that file aside and says under which name; nil where that fails.
        var setAside: @Sendable () -> String?
        var store: @Sendable ([DroneID: UInt64]) throws -> Void
    }

    private let disk: Disk
    private let path: String
    private let clocks: any Clocks
    private let logger: Logger
    private let condition = NSCondition()
    /// The highest counter of each drone: as many as are enrolled over time, one entry each.
    private var counters: [DroneID: UInt64]
    /// What was noted since `counters` were last handed to the disk.
    private var pending = 0
    private var health = RecordingHealth()
    private var trouble = RepeatedTrouble()
    private var hanging = RepeatedTrouble()
    /// A file that cannot be understood lies where the counters belong.
    private var isInTheWay = false
    private var isEnding = false
    private var hasEnded = false

    /// Reads the file at `path`; what it cannot make use of is told to the log, and never keeps the station from starting.
    public convenience init(path: String, dronesHaveFlown: Bool, clocks: any Clocks, logger: Logger) {
        let file = FreshnessFile(path: path)
        let disk = Disk(
            load: { try file.load(dronesHaveFlown: dronesHaveFlown) }, salvage: { file.salvage() },
            setAside: { DurableFile.setAside(path) }, store: { try file.store($0) })
        self.init(path: path, disk: disk, clocks: clocks, logger: logger)
    }

    init(path: String, disk: Disk, clocks: any Clocks, logger: Logger) {
        self.path = path
        self.disk = disk
        self.clocks = clocks
        self.logger = logger
        do { counters = try disk.load() } catch {
            counters = disk.salvage()
            isInTheWay = true
            logger.error(
                """
                \(error). Drones are let in all the same, \(counters.count) of them with what could still be read; of the others \
                it is not known which handshakes they have used
                """)
        }
    }

    /// What was on disk at the start.
    public var loaded: [DroneID: UInt64] { condition.withLock { counters } }

    /// How keeping does: a full or read-only disk is `failing`, one that takes nothing `hanging`.
    public var state: RecordingHealth.State {
        let now = clocks.monotonicNow()
        return condition.withLock { health.state(at: now) }
    }

    /// Keeps `counter`, if it is higher than what is kept of `drone`. Returns at once.
    public func note(_ drone: DroneID, _ counter: UInt64) {
        let now = clocks.monotonicNow()
        condition.withLock {
            guard counter > counters[drone] ?? 0 else { return }
            counters[drone] = counter
            pending += 1
            health.submitted(at: now)
            condition.signal()
        }
    }

    /// Begins to write.
    public func start() {
        let thread = Thread { [self] in
            while waitForWork() {
                if !step() { waitForRetry() }
            }
            condition.withLock {
                hasEnded = true
                condition.broadcast()
            }
        }
        thread.name = "freshness"
        thread.start()
    }

    /// Gives what is not kept yet `patience` to get to the disk.
    public func stop(patience: TimeInterval = 1) {
        let limit = Date(timeIntervalSinceNow: patience)
        condition.withLock {
            isEnding = true
            condition.broadcast()
            while !hasEnded, condition.wait(until: limit) {}
        }
    }

    /// Tells the log of a disk that takes nothing; the writing thread cannot. Ask about once a second.
    public func look() {
        let now = clocks.monotonicNow()
        let (isHanging, tally) = condition.withLock { () -> (Bool, RepeatedTrouble.Tally?) in
            if case .hanging = health.state(at: now) { return (true, hanging.failed(at: now)) }
            return (false, hanging.worked(at: now))
        }
        guard let tally else { return }
        if isHanging {
            logger.warning("The disk takes nothing\(tally.times), so handshake counters are not kept. \(Self.effect)")
        } else {
            logger.notice("The disk takes handshake counters again")
        }
    }

    // MARK: - On the writing thread

    /// Writes all counters, if any is new; whether that worked.
    func step() -> Bool {
        let (all, count, mustClear) = condition.withLock { (counters, pending, isInTheWay) }
        guard count > 0 else { return true }
        condition.withLock { pending = 0 }
        do {
            if mustClear { try clear() }
            try disk.store(all)
        } catch {
            failed(error, count)
            return false
        }
        worked(count)
        return true
    }

    private func clear() throws {
        guard let kept = disk.setAside() else {
            throw DurableFile.Failure(description: "\(path) cannot be set aside, and is not written over")
        }
        condition.withLock { isInTheWay = false }
        logger.notice("\(path) was kept as \(kept); a new one begins")
    }

    private func worked(_ count: Int) {
        let now = clocks.monotonicNow()
        let tally = condition.withLock { () -> RepeatedTrouble.Tally? in
            health.committed(count, at: now)
            return trouble.worked(at: now)
        }
        if let tally { logger.notice("Handshake counters are kept again\(tally.afterwards())") }
    }

    private func failed(_ error: any Error, _ count: Int) {
        let now = clocks.monotonicNow()
        let tally = condition.withLock { () -> RepeatedTrouble.Tally? in
            pending += count
            health.failed("\(error)", at: now)
            return trouble.failed("\(error)", at: now)
        }
        if let tally { logger.warning("Handshake counters are not kept\(tally.times): \(error). \(Self.effect)") }
    }

    private func waitForWork() -> Bool {
        condition.withLock {
            while pending == 0, !isEnding { condition.wait() }
            return pending > 0
        }
    }

    private func waitForRetry() {
        condition.withLock {
            // Who ends does not wait for a disk that has just failed.
            guard !isEnding else { return pending = 0 }
            _ = condition.wait(until: Date(timeIntervalSinceNow: Double(Self.retry.components.seconds)))
        }
    }

    private static let effect = """
        Live pictures go on. Should the Leitstelle be restarted before they are, a recorded handshake is answered once more, \
        which shows nothing; and a drone that has lost its flight counter is let in instead of refused
        """
}
