import FlightTypes

/// What gpsd said in one line. Source: gpsd_json(5), protocol 3.
public enum GPSDEvent: Hashable, Sendable {
    /// VERSION, the first line of a connection.
    case version(GPSDVersion)
    /// TPV: time, position, velocity.
    case fix(GPSDFix)
    /// ATT: attitude, from receivers that have one.
    case attitude(GPSDAttitude)
    /// SKY: how many satellites are used.
    case satellites(UInt8)
    /// DEVICES: how many receivers there are.
    case devices(Int)
}

/// Which gpsd it is.
public struct GPSDVersion: Hashable, Sendable {
    /// Such as "3.22".
    public var release: String
    /// The major number of the protocol; this is written for 3.
    public var protocolMajor: Int
}

/// A TPV report. gpsd vouches for class and mode only; everything else may be missing.
public struct GPSDFix: Hashable, Sendable {
    /// Which of gpsd's devices; empty where it does not say.
    public var device: String
    /// 0 unknown, 1 none, 2 two-dimensional, 3 three-dimensional.
    public var mode: UInt8
    /// 2 differential, 3 RTK fixed, 4 RTK float, 5 dead reckoning, 6 satellites and dead reckoning, 7 surveyed in, 8 simulated; nil
    /// where it does not say.
    public var status: Int?
    /// What the position rests on by `status`.
    public var basis: PoseBasis.Basis {
        switch status {
        case 5: .estimated
        case 7: .manual
        case 8: .simulated
        default: .measured
        }
    }
    /// UTC of the fix.
    public var time: WallTime?
    /// WGS84 degrees; nil out of range or without a fix.
    public var latitude: Double?, longitude: Double?
    /// Metres above mean sea level; nil without a 3D fix.
    public var altitudeMSL: Double?
    /// Over ground, m/s.
    public var speed: Double?
    /// Course over ground, degrees clockwise from true north, 0…360.
    public var track: Double?
    /// Metres, as gpsd states it. It documents 95 %, but passes on what some receivers mean as one sigma; taken as one
    /// sigma it is therefore never too small.
    public var horizontalError: Double?
}

/// An ATT report in degrees.
public struct GPSDAttitude: Hashable, Sendable {
    /// Clockwise from true north.
    public var heading: Double?
    /// Nose up positive.
    public var pitch: Double?
    /// Right wing down positive.
    public var roll: Double?
}

extension GPSDEvent {
    /// What an object means; nil for the classes that say nothing of the position, and for what lacks its own class.
    static func read(_ object: JSONValue) -> GPSDEvent? {
        switch object["class"]?.string {
        case "VERSION":
            return .version(
                GPSDVersion(
                    release: String((object["release"]?.string ?? "").prefix(32)),
                    protocolMajor: object["proto_major"]?.int ?? 0))
        case "TPV": return fix(object).map { .fix($0) }
        case "ATT":
            // gpsd's "yaw" is a rate of some receivers; the direction is the heading. 3.22 gave magnetic values with
            // the variation's sign turned round, so nothing magnetic is read.
            return .attitude(
                GPSDAttitude(
                    heading: number(object, "heading", -360...360), pitch: number(object, "pitch", -90...90),
                    roll: number(object, "roll", -180...180)))
        case "SKY": return satellites(object).map { .satellites($0) }
        case "DEVICES":
            guard case .array(let list)? = object["devices"] else { return nil }
            return .devices(list.count)
        default: return nil
        }
    }

    private static func fix(_ object: JSONValue) -> GPSDFix? {
        guard let mode = object["mode"]?.int, (0...3).contains(mode) else { return nil }
        var fix = GPSDFix(device: object["device"]?.string ?? "", mode: UInt8(mode))
        fix.status = object["status"]?.int
        fix.time = object["time"]?.string.flatMap { GPSDTime.read($0) }
        guard mode >= 2 else { return fix }
        if let latitude = number(object, "lat", -90...90), let longitude = number(object, "lon", -180...180) {
            (fix.latitude, fix.longitude) = (latitude, longitude)
        }
        // "alt" is what servers before 3.20 called it.
        if mode == 3 { fix.altitudeMSL = object["altMSL"]?.double ?? object["alt"]?.double }
        fix.speed = number(object, "speed", 0...Double.greatestFiniteMagnitude)
        fix.track = number(object, "track", 0...360)
        fix.horizontalError = number(object, "eph", 0...1e6)
        return fix
    }
    private static func satellites(_ object: JSONValue) -> UInt8? {
        if let used = object["uSat"]?.int { return UInt8(exactly: used) }
        guard case .array(let list)? = object["satellites"] else { return nil }
        return UInt8(exactly: list.count { $0["used"] == .bool(true) })
    }
    private static func number(_ object: JSONValue, _ name: String, _ range: ClosedRange<Double>) -> Double? {
        object[name]?.double.flatMap { range.contains($0) ? $0 : nil }
    }
}

/// RFC 3339 in UTC as gpsd writes it: `2026-07-01T10:20:35.000Z`, with any number of decimals.
enum GPSDTime {
    static func read(_ text: String) -> WallTime? {
        let bytes = Array(text.utf8)
        guard bytes.count >= 20, bytes.count <= 40, bytes.last == UInt8(ascii: "Z") else { return nil }
        let marks: [(Int, UInt8)] = [(4, 0x2D), (7, 0x2D), (10, 0x54), (13, 0x3A), (16, 0x3A)]
        guard marks.allSatisfy({ bytes[$0.0] == $0.1 }) else { return nil }
        guard let year = whole(bytes[0..<4]), let month = whole(bytes[5..<7]), let date = whole(bytes[8..<10]),
            let hour = whole(bytes[11..<13]), let minute = whole(bytes[14..<16]), let second = whole(bytes[17..<19]),
            hour < 24, minute < 60, second <= 60, let day = CivilTime.day(year: year, month: month, day: date)
        else { return nil }
        var fraction = 0
        if bytes.count > 20 {
            let digits = bytes[20..<(bytes.count - 1)].prefix(9)
            guard bytes[19] == UInt8(ascii: "."), let value = digits.isEmpty ? 0 : whole(digits) else { return nil }
            fraction = (digits.count..<9).reduce(value) { result, _ in result * 10 }
        }
        let seconds = Int64(hour * 3600 + minute * 60 + second)
        // Nanoseconds of an Int64 end in the year 2262.
        let (start, overflow) = Int64(day).multipliedReportingOverflow(by: CivilTime.nanosecondsPerDay)
        let (sum, overflowed) = start.addingReportingOverflow(seconds * 1_000_000_000 + Int64(fraction))
        return overflow || overflowed ? nil : WallTime(nanoseconds: sum)
    }
    private static func whole(_ digits: ArraySlice<UInt8>) -> Int? {
        var value = 0
        for byte in digits {
            guard byte >= UInt8(ascii: "0"), byte <= UInt8(ascii: "9") else { return nil }
            value = value * 10 + Int(byte - UInt8(ascii: "0"))
        }
        return value
    }
}
