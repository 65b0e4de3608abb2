import FlightTypes
import Foundation
import Logging
import PlainText
import Recording
import Situation

/// The hub reader that keeps the evidence: opens the incident's file, commits what arrives, then says what is durable.
///
/// A batch that cannot be written is kept and tried again every second; meanwhile the hub's queue fills up to its limit and
/// counts what it has to refuse. Where the trouble lies in one file, another one takes over: a damaged record must not stop the
/// recording of every drone. Nothing is acknowledged before its commit, and nothing is ever deleted here.
actor IncidentRecorder {
    /// Bytes that may wait for the disk.
    static let queueBytes = 256 << 20
    /// Called after a commit with what is now durable.
    typealias Acknowledge = @Sendable (_ drone: DroneID, _ ids: [ObjectID], _ isReduced: Bool) -> Void

    private let folder: IncidentFolder
    private let limits: OnboardLimits
    private let clocks: any Clocks
    private let logger: Logger
    private let acknowledge: Acknowledge
    private var tracker: IncidentTracker
    private var writer: IncidentWriter?
    private var path = ""
    private var flights: FlightIndex
    /// The file of an earlier incident that backfill is going into.
    private var earlier: (path: String, writer: IncidentWriter)?
    /// The open incident's file turned out to be damaged while it was written.
    private var isFileSpoiled = false
    private var recorded: UInt64 = 0
    private(set) var isHealthy = true
    private var trouble = RepeatedTrouble()
    private var conflicts = RepeatedTrouble()

    init(
        folder: IncidentFolder, limits: OnboardLimits, clocks: any Clocks, logger: Logger,
        acknowledge: @escaping Acknowledge
    ) {
        self.folder = folder
        self.limits = limits
        self.clocks = clocks
        self.logger = logger
        self.acknowledge = acknowledge
        let resumption = folder.resumption()
        tracker = IncidentTracker(resuming: resumption.open?.incident)
        path = resumption.open?.file ?? ""
        flights = FlightIndex(folder: folder.folder)
        for remark in resumption.remarks + (flights.remark.map { [$0] } ?? []) { logger.warning("\(remark)") }
    }

    /// The open incident, its file, and how recording does.
    var snapshot: (incident: IncidentTracker.Incident?, file: String, recorded: UInt64, isHealthy: Bool) {
        (tracker.current, path, recorded, isHealthy)
    }

    /// Goes on with an incident that was open, so that its file is checked at start and not at the first frame.
    func resume() {
        guard let incident = tracker.current, writer == nil else { return }
        do {
            try goOn(incident, event: "station started")
            logger.notice("Going on with \(incident.name) in \(path)")
        } catch { fail(error) }
    }

    /// Reads until the reader ends.
    func run(_ reader: HubReader) async {
        while let items = await reader.next() {
            let batch = items.compactMap(\.object)
            while await !write(batch) {
                do { try await Task.sleep(for: .seconds(1)) } catch { return close() }
            }
        }
        close()
    }

    func open(name: String, by user: String) {
        if case .close(let incident, _) = tracker.close(by: user) { end(incident, by: user) }
        carryOut(tracker.open(name: name, by: user, at: clocks.wallNow()))
    }

    func closeIncident(by user: String) {
        if case .close(let incident, _) = tracker.close(by: user) { end(incident, by: user) }
    }

    func write(_ batch: [HubObject]) async -> Bool {
        guard let first = batch.first else { return true }
        // What comes later from an earlier incident's flight goes into that incident's file, whatever is open now.
        let belonging = flights.split(batch, present: path)
        var present = belonging.present
        do {
            for (file, objects) in belonging.past {
                do { try writeEarlier(objects, file: file) } catch let error as RecordingError where !error.isLackOfRoom
                {
                    earlier = nil
                    flights.giveUp(file)
                    logger.error("\(error). Backfill of that incident goes into the open one; the file stays as it is")
                    present += objects
                }
            }
            guard !present.isEmpty else { return true }
            carryOut(tracker.objectArrived(from: first.drone, at: clocks.wallNow()))
            if writer == nil, let incident = tracker.current {
                try goOn(incident, event: "recording resumed")
            }
            guard let writer else { return false }
            try flights.note(present, file: path)
            try store(present, with: writer, file: path)
            if let tally = trouble.worked(at: clocks.monotonicNow()) {
                logger.notice("Recording goes on in \(path)\(tally.afterwards())")
            }
            isHealthy = true
            return true
        } catch {
            if writer != nil, let error = error as? RecordingError, error.liesInTheFile {
                // The next attempt opens the file anew, or, if what it holds is damaged, another one.
                writer = nil
                if case .damaged = error { isFileSpoiled = true }
            }
            fail(error)
            return false
        }
    }

    /// Goes on in the incident's file, or, where that cannot be written for its own sake, in a new one. The old one stays.
    private func goOn(_ incident: IncidentTracker.Incident, event: String) throws {
        var reason = "\(path) is damaged"
        if !isFileSpoiled {
            do { return try begin(incident, file: path, event: event) } catch let error as RecordingError
                where error.liesInTheFile
            { reason = "\(error)" }
        }
        let new = folder.newPath(at: clocks.wallNow())
        try begin(incident, file: new, event: "recording goes on here, because \(path.lastPathPart) cannot be written")
        logger.error("\(reason). Recording goes on in \(new); the old file stays as it is")
        path = new
        isFileSpoiled = false
    }

    private func store(_ objects: [HubObject], with writer: IncidentWriter, file: String) throws {
        let result = try writer.append(objects.map(RecordableObject.init), recordTime: clocks.wallNow())
        recorded += UInt64(result.stored)
        for (name, durable) in Dictionary(grouping: result.durable, by: \.drone) {
            guard let drone = DroneID(name) else { continue }
            for representation in [Representation.original, .reduced] {
                let ids = durable.filter { $0.representation == representation }.map(\.id)
                if !ids.isEmpty { acknowledge(drone, ids, representation == .reduced) }
            }
        }
        if !result.conflicts.isEmpty, let tally = conflicts.failed(file, at: clocks.monotonicNow()) {
            logger.error(
                """
                \(result.conflicts.count) objects came again with other bytes\(tally.times); the first ones stay in \(file)
                """)
        }
    }

    private func writeEarlier(_ objects: [HubObject], file: String) throws {
        if earlier?.path != file {
            try? earlier?.writer.close()
            earlier = nil
            // The file says itself what incident it is; what is given here counts for a new one only.
            let info = IncidentInfo(name: "Einsatz", openedAt: clocks.wallNow(), openedBy: nil)
            let writer = try IncidentWriter(path: file, incident: info, limits: limits)
            try writer.addEvent("backfill", at: clocks.wallNow())
            earlier = (file, writer)
            logger.notice("Backfill goes into \(file)")
        }
        if let earlier { try store(objects, with: earlier.writer, file: file) }
    }

    private func carryOut(_ action: IncidentTracker.Action) {
        guard case .open(let incident) = action else { return }
        path = folder.newPath(at: incident.openedAt)
        isFileSpoiled = false
        do {
            try begin(incident, file: path, event: "opened by " + (incident.openedBy ?? "first frame"))
            logger.notice("Incident \(incident.name) opened in \(path)")
        } catch { fail(error) }
    }

    private func begin(_ incident: IncidentTracker.Incident, file: String, event: String) throws {
        try folder.make()
        let writer = try IncidentWriter(
            path: file,
            incident: IncidentInfo(name: incident.name, openedAt: incident.openedAt, openedBy: incident.openedBy),
            limits: limits)
        try writer.addEvent(event, at: clocks.wallNow())
        try folder.remember(incident, file: file)
        self.writer = writer
    }

    private func end(_ incident: IncidentTracker.Incident, by user: String) {
        do {
            try writer?.addEvent("closed by \(user)", at: clocks.wallNow())
            try folder.remember(nil, file: path)
        } catch { fail(error) }
        close()
        logger.notice("Incident \(incident.name) closed by \(user)")
    }

    private func close() {
        do { try writer?.close() } catch { logger.error("Closing \(path): \(error)") }
        writer = nil
        try? earlier?.writer.close()
        earlier = nil
    }

    private func fail(_ error: any Error) {
        if let tally = trouble.failed("\(error)", at: clocks.monotonicNow()) {
            logger.error("RECORDING FAILS\(tally.times), live pictures go on, nothing is acknowledged: \(error)")
        }
        isHealthy = false
    }
}

extension RecordableObject {
    init(_ arrival: HubObject) {
        self.init(
            drone: arrival.drone.name, receiveTime: arrival.receiveWall, receiveMonotonic: arrival.receiveTime,
            object: arrival.object, bytes: arrival.bytes, isBackfilled: arrival.isBackfill)
    }
}
