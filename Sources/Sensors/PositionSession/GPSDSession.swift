import FlightTypes

/// gpsd, which speaks for a receiver.
public struct GPSDSession: PositionSession, Sendable {
    private var parser = GPSDParser()
    private var telemetry = GPSDTelemetry()
    private var check = PositionPlausibility()
    private var health = PositionHealth()
    private var sniffer = ProtocolSniffer()
    private var before = GPSDParser.Counters()
    private var basis = PoseBasis.Basis.measured
    private var devices: Int?

    /// A session that has heard nothing.
    public init() {}

    /// A connection begins anew: what had only begun to arrive is forgotten.
    public mutating func restart() {
        parser = GPSDParser()
        telemetry = GPSDTelemetry()
        sniffer = ProtocolSniffer()
        (before, devices) = (GPSDParser.Counters(), nil)
        health.restart()
    }

    /// Takes what was received at `time`.
    public mutating func take(_ bytes: ArraySlice<UInt8>, at time: CaptureTime, _ onSample: (PositionSample) -> Void) {
        var events: [GPSDEvent] = []
        parser.read(bytes) { events.append($0) }
        var isSampled = false
        for event in events {
            if case .devices(let count) = event { devices = count }
            guard let sample = telemetry.handle(event, at: time) else { continue }
            isSampled = true
            basis = sample.pose.basis.position
            health.noteSample(at: time.monotonic)
            onSample(check.marked(sample))
        }
        if isSampled {
            before = parser.counters
        } else if health.isOverdue(at: time.monotonic) {
            sniffer.take(bytes)
        }
    }

    /// How the source does, where a look is due.
    public mutating func verdict(at now: MonotonicInstant) -> PositionVerdict? {
        guard health.isDue(at: now) else { return nil }
        if health.isHealthy(at: now) { return PositionVerdict(.running, following) }
        return health.isOverdue(at: now) ? PositionVerdict(.failing, trouble) : nil
    }

    private var following: SensorNote {
        guard basis <= .carried else {
            return SensorNote(.noFix, "gpsd's position rests on no satellites (\(basis)); places are withheld")
        }
        // A line that cannot be read is told of also where others can: the place may be in it.
        let broken = parser.counters.malformed &+ parser.counters.linesOversized
        return broken == 0
            ? SensorNote(.following, "gpsd")
            : SensorNote(.notUnderstood, "some of gpsd's lines cannot be read and are left out")
    }
    private var trouble: SensorNote {
        let now = parser.counters
        if devices == 0 {
            return SensorNote(.noReceiver, "gpsd runs, but has no receiver; plug one in, or name it to gpsd")
        }
        if now.understood > before.understood {
            return SensorNote(
                .noFix, "gpsd's receiver has no satellite fix; give it a free view of the sky and some minutes")
        }
        if sniffer.isNMEA {
            return SensorNote(.otherProtocol, "this port carries NMEA, not gpsd's JSON; is it gpsd's (2947)?")
        }
        if now.malformed > before.malformed {
            return SensorNote(.notUnderstood, "what comes is not gpsd's JSON; is position.port that of gpsd (2947)?")
        }
        return SensorNote(.noReceiver, "gpsd answers, but reports no position; does its receiver send (gpsmon, cgps)?")
    }
}
