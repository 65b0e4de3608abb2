import FlightTypes

/// Asks an autopilot for the messages a position is made of, as often as they are wanted: COMMAND_LONG with
/// MAV_CMD_SET_MESSAGE_INTERVAL (511).
///
/// The only thing that is ever sent to an autopilot, and only where the operator says so. It listens to what arrives,
/// asks only for what comes too seldom, every `pause` one message, each at most `attemptLimit` times; an autopilot that
/// was silent (it may have begun anew) is asked afresh. It steers nothing.
public struct MAVLinkRateRequests: Sendable {
    /// Between two requests.
    public static let pause = Duration.seconds(5)
    /// For one message.
    public static let attemptLimit = 10
    /// So long without a heartbeat, and the autopilot counts as begun anew.
    static let silence = Duration.seconds(30)
    /// MAV_CMD_SET_MESSAGE_INTERVAL.
    static let command: UInt16 = 511
    /// MAV_COMP_ID_ONBOARD_COMPUTER.
    static let ownComponent: UInt8 = 191

    private struct Wish: Sendable {
        let messageID: UInt32
        let interval: Duration
        /// Packets since `since`.
        var heard: Int64 = 0
        var since: MonotonicInstant?
        var attempts = 0
    }
    /// Requests made so far.
    public private(set) var requestsSent: UInt64 = 0
    /// COMMAND_ACKs to them that said yes (0) and that said no.
    public private(set) var accepted: UInt64 = 0, refused: UInt64 = 0

    private var wishes: [Wish]
    private var vehicle: (system: UInt8, component: UInt8, heard: MonotonicInstant)?
    private var followed: UInt8?
    private var lastRequest: MonotonicInstant?
    private var turn = 0
    private var sequence: UInt8 = 0
    private let key: MAVLinkSigningKey?
    private var lastTimestamp: UInt64 = 0

    /// - Parameter key: signs the requests, for an autopilot that takes only signed commands.
    public init(key: MAVLinkSigningKey? = nil) {
        self.key = key
        // Position and attitude ten times a second, what changes slowly once; the gimbal like the attitude.
        let wanted: [(UInt32, Int64)] = [(33, 100), (30, 100), (24, 500), (285, 100), (1, 1000), (245, 1000)]
        wishes = wanted.map { Wish(messageID: $0.0, interval: .milliseconds($0.1)) }
    }

    /// Which vehicle is listened to; requests go to no other.
    public mutating func follow(_ system: UInt8?) {
        followed = system
        if let vehicle, let system, vehicle.system != system { self.vehicle = nil }
    }

    /// Takes note of a packet of the source.
    public mutating func note(_ packet: MAVLinkPacket, at now: MonotonicInstant) {
        if packet.messageID == 0 { noteHeartbeat(packet, now) }
        guard let vehicle, packet.system == vehicle.system else { return }
        if packet.messageID == 77, packet.uint16(at: 0) == Self.command {
            if packet.uint8(at: 2) == 0 { accepted &+= 1 } else { refused &+= 1 }
        }
        if let index = wishes.firstIndex(where: { $0.messageID == packet.messageID }) { wishes[index].heard &+= 1 }
    }
    private mutating func noteHeartbeat(_ packet: MAVLinkPacket, _ now: MonotonicInstant) {
        guard packet.isAutopilotHeartbeat, packet.system != 0, followed ?? packet.system == packet.system,
            vehicle.map({ $0.system == packet.system && $0.component == packet.component }) ?? true
        else { return }
        if vehicle.map({ now.since($0.heard) > Self.silence }) ?? true {
            for index in wishes.indices {
                wishes[index].attempts = 0
                wishes[index].heard = 0
                wishes[index].since = now
            }
        }
        vehicle = (packet.system, packet.component, now)
    }

    /// The next request as bytes to send, where one is due; call after `note`, as often as liked.
    /// - Parameter now: its wall clock dates the signature.
    public mutating func next(at now: CaptureTime) -> [UInt8]? {
        guard let vehicle, now.monotonic.since(vehicle.heard) <= Self.silence else { return nil }
        if let lastRequest, now.monotonic.since(lastRequest) < Self.pause { return nil }
        for _ in wishes.indices {
            let index = turn % wishes.count
            turn = index + 1
            guard isDue(index, now.monotonic) else { continue }
            lastRequest = now.monotonic
            wishes[index].attempts += 1
            requestsSent &+= 1
            return request(wishes[index], vehicle.system, vehicle.component, now.wall)
        }
        return nil
    }
    /// Whether less than 70 % of what is wanted has come since the last look, which was at least `pause` ago.
    private mutating func isDue(_ index: Int, _ now: MonotonicInstant) -> Bool {
        guard let since = wishes[index].since, case let watched = now.since(since), watched >= Self.pause else {
            return false
        }
        let wanted = watched.nanosecondsClamped / max(1, wishes[index].interval.nanosecondsClamped)
        let isEnough = wishes[index].heard >= wanted / 10 * 7
        wishes[index].heard = 0
        wishes[index].since = now
        return !isEnough && wishes[index].attempts < Self.attemptLimit
    }

    private mutating func request(_ wish: Wish, _ system: UInt8, _ component: UInt8, _ wall: WallTime) -> [UInt8]? {
        let packet = Self.packet(
            messageID: wish.messageID, interval: wish.interval, system: system, component: component,
            sequence: sequence)
        sequence &+= 1
        guard let key else { return packet.encoded() }
        // As MAVLink signs; never the same twice, also where the wall clock stands or goes back.
        let ticks = UInt64(clamping: wall.nanoseconds / 10_000)
        lastTimestamp = max(ticks > MAVLinkSigningKey.epoch ? ticks - MAVLinkSigningKey.epoch : 0, lastTimestamp &+ 1)
        return packet.encoded(signedWith: key, link: 0, timestamp: lastTimestamp)
    }

    /// COMMAND_LONG: `param1…7@0 command@28 target_system@30 target_component@31 confirmation@32`; the message's number
    /// and the interval in microseconds are the first two parameters.
    static func packet(
        messageID: UInt32, interval: Duration, system: UInt8, component: UInt8, sequence: UInt8
    ) -> MAVLinkPacket {
        let microseconds = Float(interval.nanosecondsClamped / 1000)
        var payload: [UInt8] = []
        for value in [Float(messageID), microseconds, 0, 0, 0, 0, 0] {
            for shift in [0, 8, 16, 24] as [UInt32] {
                payload.append(UInt8(truncatingIfNeeded: value.bitPattern >> shift))
            }
        }
        payload += [UInt8(truncatingIfNeeded: command), UInt8(truncatingIfNeeded: command >> 8), system, component, 0]
        // A companion computer bears its vehicle's number.
        return MAVLinkPacket(
            version: 2, sequence: sequence, system: system, component: ownComponent, messageID: 76, payload: payload)
    }
}
