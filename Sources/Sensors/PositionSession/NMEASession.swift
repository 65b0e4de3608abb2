import FlightTypes

/// A GNSS receiver that speaks NMEA or UBX.
public struct NMEASession: PositionSession, Sendable {
    private let baud: UInt32
    private var parser = NMEAParser()
    private var check = PositionPlausibility()
    private var reckoning = DeadReckoning()
    private var health = PositionHealth()
    private var sniffer = ProtocolSniffer()
    /// What was counted when the last position came.
    private var before = NMEACounters()
    private var basis = PoseBasis.Basis.measured

    /// - Parameter baud: what the line was set to, for the advice.
    public init(baud: UInt32) { self.baud = baud }

    /// A connection begins anew: what had only begun to arrive is forgotten.
    public mutating func restart() {
        parser = NMEAParser()
        sniffer = ProtocolSniffer()
        before = NMEACounters()
        health.restart()
    }

    /// Takes what was received at `time`.
    public mutating func take(_ bytes: ArraySlice<UInt8>, at time: CaptureTime, _ onSample: (PositionSample) -> Void) {
        var samples: [PositionSample] = []
        parser.read(bytes) { report in
            if report.pose.hasPosition {
                samples.append(PositionSample(captureTime: time, pose: report.pose, sourceTime: report.time))
            }
        }
        for var sample in samples {
            basis = sample.pose.basis.position
            sample.pose.basis = reckoning.basis(basis, at: time.monotonic)
            health.noteSample(at: time.monotonic)
            onSample(check.marked(sample))
        }
        if !samples.isEmpty {
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
        switch basis {
        case .measured, .unstated, .carried: SensorNote(.following, "a GNSS receiver")
        default: SensorNote(.noFix, "the receiver's position rests on no satellites (\(basis)); places are withheld")
        }
    }
    private var trouble: SensorNote {
        let now = parser.counters
        if now.understood > before.understood {
            return SensorNote(
                .noFix,
                "the receiver answers, but has no satellite fix; give it a free view of the sky and some minutes")
        }
        if sniffer.isMAVLink {
            return SensorNote(.otherProtocol, "this line carries MAVLink; set position.source to mavlink-serial")
        }
        if now.ubxFrames > before.ubxFrames {
            return SensorNote(
                .noPositionMessages,
                "UBX frames come, but no NAV-PVT among them; switch NAV-PVT or NMEA on in the receiver")
        }
        if now.ignored > before.ignored {
            return SensorNote(
                .noPositionMessages,
                "NMEA comes, but none of RMC, GGA, GNS and GLL; switch one of them on in the receiver")
        }
        if now.badChecksums > before.badChecksums {
            return SensorNote(
                .notUnderstood, "sentences come damaged; look at the cable, and whether two senders share it")
        }
        return SensorNote(
            .notUnderstood,
            "bytes come, and none of them are NMEA or UBX; is \(baud) baud right (position.baud: 9600, 38400, 115200)?")
    }
}
