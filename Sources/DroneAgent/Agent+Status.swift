import FlightTypes
import Foundation
import LinkProtocol
import LinkTransport
import Logging
import Recording
import Sensors
import Synchronization

/// What the agent says of itself: of its sensors and its link to the log, of all once a second to the Leitstelle.
extension Agent {
    func note(_ state: StatusReport.SensorState, _ stream: StreamID, _ text: String) {
        update(stream, state)
        tell(state, stream, text)
        let kind: SensorNote.Kind = state == .frozen ? .repeated : state == .missing ? .absent : .other
        setNote(state == .running ? nil : SensorNote(kind, text), of: stream)
    }

    /// What a sensor says of its state, for the log.
    func tell(_ sensorState: StatusReport.SensorState, _ stream: StreamID, _ text: String) {
        tell { $0.line(for: stream, sensorState, text, at: $1) }
    }

    /// What was mended or refused of a sensor's pictures, for the log; the sensor says it at widening steps.
    func remark(_ stream: StreamID, _ text: String) { logger.warning("\(stream): \(text)") }

    private func setNote(_ note: SensorNote?, of stream: StreamID) {
        state.withLock { state in
            guard let index = state.sensors.firstIndex(where: { $0.stream == stream }) else { return }
            state.sensors[index].note = note
        }
    }

    /// Writes what the journal has to say.
    private func tell(_ line: (inout AgentJournal, MonotonicInstant) -> AgentJournal.Line?) {
        let now = clocks.monotonicNow()
        if let line = state.withLock({ line(&$0.journal, now) }) { logger.log(level: line.level, "\(line.text)") }
    }

    func note(_ verdict: PositionVerdict, _ stream: StreamID) {
        update(stream, verdict.state)
        tell(verdict.state, stream, verdict.note.text)
        setNote(verdict.note, of: stream)
    }

    /// Counts, and the state where it is given.
    func update(
        _ stream: StreamID, _ newState: StatusReport.SensorState? = nil, taken: UInt64 = 0, lost: UInt64 = 0
    ) {
        state.withLock { state in
            let index = state.sensors.firstIndex { $0.stream == stream }
            if index == nil, state.sensors.count < 16 { state.sensors.append(Sensor(stream: stream)) }
            guard let index = index ?? state.sensors.indices.last, state.sensors[index].stream == stream else { return }
            if let newState { state.sensors[index].state = newState }
            state.sensors[index].taken += taken
            state.sensors[index].lost += lost
        }
    }

    func reportStatus(_ sensors: [SensorThread]) async {
        var secondsOffline = 0
        var facts = NoConnection(host: configuration.stationHost, port: configuration.stationPort)
        while !Task.isCancelled {
            recorder?.look()
            let counts = await transport.snapshot()
            secondsOffline = counts.isEstablished ? 0 : secondsOffline + 1
            facts.wasConnected = facts.wasConnected || counts.isEstablished
            (facts.address, facts.hasStationAnswered) = (counts.remote, counts.counters.cookies > 0)
            tell { $0.noConnection(facts, seconds: secondsOffline, at: $1) }
            let overdue = state.withLock { $0.journal.overdue(at: clocks.monotonicNow()) }
            for line in overdue { logger.log(level: line.level, "\(line.text)") }
            let now = CaptureTime(monotonic: clocks.monotonicNow(), wall: clocks.wallNow())
            for sensor in sensors { sensor.look(at: now.monotonic) }
            let record = recorder?.status
            let report = state.withLock { state in
                defer { state.statusSequence += 1 }
                return StatusReport(
                    id: ObjectID(flight: flight, stream: StreamID(.status), sequence: state.statusSequence),
                    captureTime: now,
                    sensors: state.sensors.map {
                        StatusReport.Sensor(
                            stream: $0.stream, state: $0.state, taken: $0.taken, lost: $0.lost, note: $0.note)
                    }, isRecording: record?.isRecording ?? false, objectsSent: counts.link.accepted,
                    objectsDropped: counts.link.dropped,
                    link: .init(
                        rung: counts.link.rung.rawValue,
                        kilobitsPerSecond: UInt32(min(counts.link.bytesPerSecond / 125, 4e9)),
                        missing: UInt32(clamping: counts.link.missing)), recordNote: record?.note)
            }
            submit(.status(report))
            try? await Task.sleep(for: .seconds(1))
        }
    }

    func handle(_ event: DroneLinkEvent) {
        switch event {
        case .rung(let rung): state.withLock { $0.rung = rung }
        case .receipt(let ranges): return note(ranges)
        case .established: repeatCameras()
        case .resumed, .silent: break
        }
        tell { $0.line(for: event, at: $1) }
    }

    private func note(_ ranges: [ReceiptRange]) {
        for range in ranges {
            let form = range.isReduced ? " (reduced)" : ""
            logger.debug("durable: flight \(range.flight) \(range.stream) \(range.first)-\(range.last)\(form)")
        }
        durable.withLock { durable in
            for range in ranges where range.flight == flight && durable.count < 64 || durable[range.stream.code] != nil
            {
                durable[range.stream.code, default: SequenceRanges()].insert(range.first...range.last)
            }
        }
        let originals = ranges.filter { !$0.isReduced }.map {
            ReceiptedRange(flight: $0.flight, stream: $0.stream, first: $0.first, last: $0.last)
        }
        recorder?.note(originals.filter { $0.flight == flight })
        for (earlier, some) in Dictionary(grouping: originals.filter({ $0.flight != flight }), by: \.flight) {
            archive?.noteReceipts(some, flight: earlier)
        }
    }

    /// Objects of this flight that the station holds in some form.
    var acknowledgedCount: UInt64 { durable.withLock { $0.values.reduce(0) { $0 + $1.count } } }

    /// Gives what is queued a second to leave.
    func drain() async {
        for _ in 0..<20 {
            let counts = await transport.snapshot()
            let (submitted, acknowledged) = (state.withLock { $0.submitted }, acknowledgedCount)
            if !counts.isEstablished || (counts.waiting == 0 && acknowledged >= submitted) { return }
            try? await Task.sleep(for: .milliseconds(50))
        }
    }

    func logCounts() async {
        let (sensors, submitted) = state.withLock { ($0.sensors, $0.submitted) }
        for sensor in sensors { logger.notice("\(sensor.stream): \(sensor.taken) taken, \(sensor.lost) lost") }
        let link = await transport.snapshot().link
        let record = recorder?.status
        logger.notice(
            """
            Flight \(flight) ended: \(submitted) objects sent, \(acknowledgedCount) acknowledged as durable, \(link.dropped) dropped \
            before sending, \(link.late) late, \(record?.recorded ?? 0) in the onboard record \
            and \(record?.lost ?? 0) lost to it, \(link.missing) still to follow
            """)
    }
}
