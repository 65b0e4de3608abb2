import FlightTypes

/// What is left in the batteries: SYS_STATUS (`battery_remaining@30`, percent), which speaks for all of them, or where
/// it is silent the emptiest of those that send BATTERY_STATUS (`id@32 battery_remaining@35`).
struct MAVLinkBattery: Sendable {
    /// Batteries told apart; further ones are left out.
    static let limit = 8
    private var whole: (percent: UInt8, at: MonotonicInstant)?
    private var single: [UInt8: (percent: UInt8, at: MonotonicInstant)] = [:]

    mutating func note(_ packet: MAVLinkPacket, at now: MonotonicInstant) {
        if packet.messageID == 1 {
            whole = Self.percent(packet.int8(at: 30)).map { ($0, now) }
        } else {
            let id = packet.uint8(at: 32)
            guard let percent = Self.percent(packet.int8(at: 35)) else { return single[id] = nil }
            if single[id] != nil || single.count < Self.limit { single[id] = (percent, now) }
        }
    }
    /// 0…100 of what is no older than `limit`; 255 unknown.
    func percent(at now: MonotonicInstant, noOlderThan limit: Duration) -> UInt8 {
        if let whole, now.isFresh(whole.at, limit) { return whole.percent }
        return single.values.lazy.filter { now.isFresh($0.at, limit) }.map(\.percent).min() ?? 255
    }
    /// −1 and what is no percentage are unknown.
    private static func percent(_ value: Int8) -> UInt8? { (0...100).contains(value) ? UInt8(value) : nil }
}

/// The autopilot's UTC: SYSTEM_TIME (`time_unix_usec@0 time_boot_ms@8`). An autopilot without satellite time sends 0.
struct MAVLinkUTC: Sendable {
    private var known: (time: WallTime, at: MonotonicInstant)?

    mutating func note(_ packet: MAVLinkPacket, measured: MonotonicInstant) {
        let microseconds = packet.unsigned(at: 0, size: 8)
        guard microseconds != 0, let signed = Int64(exactly: microseconds),
            case let (nanoseconds, overflow) = signed.multipliedReportingOverflow(by: 1000), !overflow
        else { return known = nil }
        known = (WallTime(nanoseconds: nanoseconds), measured)
    }
    /// Carried on from the last message to `moment`; nil when that is older than `limit`.
    func time(at moment: MonotonicInstant, noOlderThan limit: Duration) -> WallTime? {
        guard let known, moment.isFresh(known.at, limit) else { return nil }
        let (sum, overflow) = known.time.nanoseconds.addingReportingOverflow(
            moment.since(known.at).nanosecondsClamped)
        return overflow ? nil : WallTime(nanoseconds: sum)
    }
}

extension MonotonicInstant {
    /// Whether what came at `moment` is no older than `limit`. A clock that went back makes nothing fresh for ever.
    func isFresh(_ moment: MonotonicInstant, _ limit: Duration) -> Bool {
        let age = since(moment)
        return age <= limit && age >= .zero - limit
    }
}
