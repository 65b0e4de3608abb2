import FlightTypes

/// Which vehicle is listened to, and which others are heard: radios and networks carry more than one.
///
/// The one configured, or else the first whose autopilot is heard. Before any of its positions was used it is exchanged for
/// another that does give positions; afterwards never, because a radio may well hear a second drone.
struct MAVLinkVehicle: Sendable {
    /// Vehicles told apart; the one silent for longest is forgotten for another.
    static let limit = 16
    /// What was heard longer ago is not there any more.
    static let memory = Duration.seconds(10)
    /// So long the first vehicle heard has time to give a position before another is preferred.
    static let patience = Duration.seconds(5)

    private struct Heard: Sendable {
        var first: MonotonicInstant
        var heartbeat: MonotonicInstant
        var position: MonotonicInstant?
    }
    private let configured: UInt8?
    /// The vehicle listened to; nil until it is known.
    private(set) var system: UInt8?
    /// Its autopilot's component, usually 1.
    private(set) var autopilot: UInt8 = 1
    private var isAutopilotKnown = false
    private var isSettled = false
    /// Once several were heard only the configuration can say which is meant, also when but one of them is left.
    private var wasAmbiguous = false
    private var heard: [UInt8: Heard] = [:]
    private var sequence = MAVLinkSequenceWatch()

    /// - Parameter system: the vehicle's number, 1…255; nil for the first autopilot heard.
    init(system: UInt8?) {
        configured = system
        self.system = system
    }

    /// Takes note of a packet of anybody.
    mutating func note(_ packet: MAVLinkPacket, at now: MonotonicInstant) {
        guard packet.system != 0 else { return }
        if packet.isAutopilotHeartbeat { noteHeartbeat(packet, now) }
        if packet.messageID == 33 || packet.messageID == 24 { heard[packet.system]?.position = now }
        if packet.system == system, packet.component == autopilot { sequence.note(packet.sequence, at: now) }
        prefer(at: now)
        if configured == nil, !wasAmbiguous, packet.messageID == 33 || packet.messageID == 24 {
            wasAmbiguous = others(at: now).contains {
                heard[$0]?.position.map { now.isFresh($0, Self.memory) } ?? false
            }
        }
    }
    /// A position of the vehicle was used: from now on it is kept.
    mutating func settle() { isSettled = true }

    private mutating func noteHeartbeat(_ packet: MAVLinkPacket, _ now: MonotonicInstant) {
        if heard[packet.system] == nil, heard.count >= Self.limit,
            let oldest = heard.min(by: { $0.value.heartbeat < $1.value.heartbeat })
        {
            heard[oldest.key] = nil
        }
        heard[packet.system, default: Heard(first: now, heartbeat: now)].heartbeat = now
        if system == nil { system = packet.system }
        guard packet.system == system else { return }
        // A second component with an autopilot's heartbeat does not take over, but for the one that is one by its number.
        if !isAutopilotKnown || (packet.component == 1 && autopilot != 1) { autopilot = packet.component }
        isAutopilotKnown = true
    }
    private mutating func prefer(at now: MonotonicInstant) {
        guard configured == nil, !isSettled, let system, let followed = heard[system], followed.position == nil,
            now.since(followed.first) > Self.patience
        else { return }
        guard let other = others(at: now).first(where: { heard[$0]?.position != nil }) else { return }
        self.system = other
        (autopilot, isAutopilotKnown) = (1, false)
    }

    /// Whether nobody said which of several vehicles is meant, or two share one number.
    var isAmbiguous: Bool { wasAmbiguous || sequence.isShared }
    /// Whether two senders use the followed vehicle's number.
    var isNumberShared: Bool { sequence.isShared }
    /// Other vehicles heard lately, by number.
    func others(at now: MonotonicInstant) -> [UInt8] {
        heard.filter { $0.key != system && now.isFresh($0.value.heartbeat, Self.memory) }.map(\.key).sorted()
    }
    /// Whether the followed vehicle's heartbeat was heard lately.
    func isHeard(at now: MonotonicInstant) -> Bool {
        system.flatMap { heard[$0] }.map { now.isFresh($0.heartbeat, Self.memory) } ?? false
    }
}

/// Tells from its sequence numbers whether one sender is really two: two drones that left the factory as number 1.
///
/// A step back of the eight-bit counter is rare on a line and in a network; of two counters that interleave about every other
/// step is one. A repeated number is none: routers with two paths send packets twice.
struct MAVLinkSequenceWatch: Sendable {
    private static let window = Duration.seconds(10)
    /// Fewer steps back say nothing.
    private static let least = 8
    private var last: UInt8?
    private var since: MonotonicInstant?
    private var packets = 0, back = 0
    /// Whether two were heard; that one falls silent does not say which.
    private(set) var isShared = false

    mutating func note(_ sequence: UInt8, at now: MonotonicInstant) {
        if since.map({ !now.isFresh($0, Self.window) }) ?? true { (since, packets, back) = (now, 0, 0) }
        defer { last = sequence }
        guard let last, sequence != last else { return }
        packets += 1
        if sequence &- last >= 128 { back += 1 }
        if back >= Self.least, back * 5 >= packets { isShared = true }
    }
}

extension MAVLinkPacket {
    /// MAV_TYPE of what flies, drives or swims, and may have a camera on it. Antenna trackers, ground stations, gimbals, cameras and
    /// other parts of a vehicle are none, whatever autopilot they say they have.
    private static let vehicleTypes: Set<UInt8> = [
        0, 1, 2, 3, 4, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 19, 20, 21, 22, 23, 24, 25, 28, 29, 35, 43, 45,
    ]
    /// MAV_TYPE_GIMBAL.
    static let gimbalType: UInt8 = 26

    /// Of a HEARTBEAT (`custom_mode@0 type@4 autopilot@5 base_mode@6`): whether it is that of a vehicle's autopilot. A part of a
    /// vehicle says autopilot 8, "invalid", or tells by its type that it is none; a generic type counts only of component 1.
    var isAutopilotHeartbeat: Bool {
        guard messageID == 0, uint8(at: 5) != 8 else { return false }
        let type = uint8(at: 4)
        return Self.vehicleTypes.contains(type) && (type != 0 || component == 1)
    }
}
