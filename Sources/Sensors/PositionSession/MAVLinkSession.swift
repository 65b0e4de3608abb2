import FlightTypes

/// An autopilot, by MAVLink.
public struct MAVLinkSession: PositionSession, Sendable {
    private let choice: MAVLinkTelemetry.Choice
    private let key: MAVLinkSigningKey?
    /// What the line was set to, for the advice; nil for a network.
    private let baud: UInt32?
    private var parser: MAVLinkParser
    private var telemetry: MAVLinkTelemetry
    private var check = PositionPlausibility()
    private var health = PositionHealth()
    private var sniffer = ProtocolSniffer()
    private var before = MAVLinkCounters()
    private var withoutPositionBefore: UInt64 = 0
    private var basis = PoseBasis.Basis.measured
    private var requests: MAVLinkRateRequests?

    /// - Parameters:
    ///   - key: packets have to be signed with it; nil takes them unsigned.
    ///   - requestsIntervals: whether the autopilot is asked for messages that come too seldom.
    public init(
        _ choice: MAVLinkTelemetry.Choice = .init(), key: MAVLinkSigningKey? = nil, requestsIntervals: Bool = false,
        baud: UInt32? = nil
    ) {
        self.choice = choice
        self.key = key
        self.baud = baud
        parser = MAVLinkParser(key: key)
        telemetry = MAVLinkTelemetry(choice)
        requests = requestsIntervals ? MAVLinkRateRequests(key: key) : nil
    }

    /// What was only begun is forgotten; signatures that were used stay used.
    public mutating func restart() {
        sniffer = ProtocolSniffer()
        health.restart()
    }

    /// Takes what was received at `time`.
    public mutating func take(_ bytes: ArraySlice<UInt8>, at time: CaptureTime, _ onSample: (PositionSample) -> Void) {
        let now = time.monotonic
        let made = telemetry.samples
        var packets: [MAVLinkPacket] = []
        parser.read(bytes) { packets.append($0) }
        for packet in packets {
            if let sample = telemetry.handle(packet, at: time) {
                basis = sample.pose.basis.position
                health.noteSample(at: now)
                onSample(check.marked(sample))
            }
            requests?.follow(telemetry.system)
            requests?.note(packet, at: now)
        }
        if telemetry.samples != made {
            (before, withoutPositionBefore) = (parser.counters, telemetry.withoutPosition)
        } else if parser.counters.packets == before.packets, health.isOverdue(at: now) {
            sniffer.take(bytes)
        }
    }

    /// The next request to the autopilot as bytes to send, where one is due; one that is not taken is made again, as the message
    /// still comes too seldom then.
    public mutating func request(at time: CaptureTime) -> [UInt8]? { requests?.next(at: time) }

    /// How the source does, where a look is due.
    public mutating func verdict(at now: MonotonicInstant) -> PositionVerdict? {
        guard health.isDue(at: now) else { return nil }
        if health.isHealthy(at: now) { return following(at: now) }
        return health.isOverdue(at: now) ? PositionVerdict(.failing, trouble(at: now)) : nil
    }

    private func following(at now: MonotonicInstant) -> PositionVerdict {
        let vehicle = telemetry.vehicle
        let name = "MAVLink system \(vehicle.system ?? 0)"
        let others = vehicle.others(at: now).map(String.init).joined(separator: ", ")
        if vehicle.isNumberShared {
            return PositionVerdict(
                .failing,
                SensorNote(
                    .severalVehicles,
                    "two senders call themselves \(name); give each vehicle a number of its own, "
                        + "until then there are no places"))
        }
        if vehicle.isAmbiguous {
            return PositionVerdict(
                .failing,
                SensorNote(
                    .severalVehicles,
                    "\(name) is followed, but other autopilots were heard"
                        + (others.isEmpty ? "" : " (system \(others))")
                        + "; set position.system, until then there are no places"))
        }
        switch basis {
        case .measured, .unstated, .carried: break
        case .estimated:
            return PositionVerdict(
                .running, SensorNote(.noFix, "\(name) reckons on without satellites; its position drifts"))
        default:
            return PositionVerdict(
                .running,
                SensorNote(.noFix, "the position of \(name) rests on no satellites (\(basis)); places are withheld"))
        }
        return PositionVerdict(
            .running, SensorNote(.following, name + (others.isEmpty ? "" : "; also heard: \(others)")))
    }

    private func trouble(at now: MonotonicInstant) -> SensorNote {
        let counted = parser.counters
        if counted.packets == before.packets { return nothingTaken(counted) }
        guard telemetry.vehicle.isHeard(at: now) else { return noVehicle(at: now) }
        let name = "MAVLink system \(telemetry.system ?? 0)"
        if telemetry.withoutPosition > withoutPositionBefore {
            return SensorNote(
                .noFix, "\(name) is heard, but has no position yet; its receiver needs a free view of the sky")
        }
        return SensorNote(
            .noPositionMessages,
            "\(name) is heard, but sends no GLOBAL_POSITION_INT; set position.requestIntervals to "
                + "true, or the autopilot's stream rate (SRn_POSITION)")
    }
    private func nothingTaken(_ counted: MAVLinkCounters) -> SensorNote {
        if counted.unsigned > before.unsigned {
            return SensorNote(
                .unsigned,
                "packets come without the signature that position.signingKey asks for; switch signing on in the "
                    + "autopilot, or take the key out")
        }
        if counted.forged > before.forged {
            return SensorNote(.otherKey, "packets are signed with another key than position.signingKey")
        }
        if counted.replayed > before.replayed {
            return SensorNote(.otherKey, "signed packets are older than those before; does the autopilot's clock run?")
        }
        if sniffer.isNMEA || sniffer.isUBX {
            return SensorNote(
                .otherProtocol, "this carries \(sniffer.isNMEA ? "NMEA" : "UBX"); set position.source to nmea")
        }
        let advice = baud.map { "is \($0) baud right (position.baud: 57600, 115200, 921600)?" } ?? "who sends here?"
        return SensorNote(.notUnderstood, "bytes come, and none of them are MAVLink; \(advice)")
    }
    private func noVehicle(at now: MonotonicInstant) -> SensorNote {
        let others = telemetry.vehicle.others(at: now).map(String.init).joined(separator: ", ")
        if let system = choice.system {
            return SensorNote(
                .noVehicle,
                "no heartbeat of MAVLink system \(system) (position.system); heard are "
                    + (others.isEmpty ? "no autopilots" : "systems \(others)"))
        }
        return SensorNote(
            .noVehicle, "MAVLink comes, but no heartbeat of an autopilot, only of other parts or a ground station")
    }
}
