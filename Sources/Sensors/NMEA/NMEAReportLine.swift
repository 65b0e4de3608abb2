import FlightTypes

extension GPSDFix {
    /// One JSON object without a line end, with the fields and the form of a report of NMEA.
    public func jsonLine() -> String {
        var report = NMEAReport(fix: mode)
        (report.time, report.latitude, report.longitude) = (time, latitude, longitude)
        (report.altitudeMSL, report.speed, report.track) = (altitudeMSL, speed, track)
        report.basis = basis
        return report.jsonLine()
    }
}

extension NMEAReport {
    /// One JSON object without a line end: `time` (RFC 3339 with milliseconds), `latitude`, `longitude` (9 decimals),
    /// `altitudeMSL` (m), `speed` (m/s), `track` (degrees), `fix`, and `basis` where the position is no plain satellite fix
    /// (`estimated`, `manual`, `simulated` and others). Unknown fields are left out.
    public func jsonLine() -> String {
        var fields: [String] = []
        func add(_ name: String, _ value: Double?, _ decimals: Int) {
            guard let value, let text = DecimalText.fixed(value, decimals: decimals) else { return }
            fields.append("\"\(name)\":\(text)")
        }
        if let time { fields.append("\"time\":\"\(CivilTime.rfc3339(nanoseconds: time.nanoseconds))\"") }
        add("latitude", latitude, 9)
        add("longitude", longitude, 9)
        add("altitudeMSL", altitudeMSL, 4)
        add("speed", speed, 3)
        add("track", track, 4)
        fields.append("\"fix\":\(fix)")
        if basis != .measured { fields.append("\"basis\":\"\(basis)\"") }
        return "{" + fields.joined(separator: ",") + "}"
    }
}

/// Numbers as text with a fixed count of decimals, without Foundation.
enum DecimalText {
    /// `value` rounded half away from zero; nil if it is not finite or does not fit in 18 digits.
    static func fixed(_ value: Double, decimals: Int) -> String? {
        var scale = 1.0
        for _ in 0..<decimals { scale *= 10 }
        let scaled = (value * scale).rounded()
        guard scaled.magnitude < 1e18 else { return nil }
        let whole = Int64(scaled)
        let digits = padded(whole.magnitude, decimals + 1)
        let sign = whole < 0 ? "-" : ""
        return decimals == 0 ? sign + digits : sign + digits.dropLast(decimals) + "." + digits.suffix(decimals)
    }
    /// `value` with leading zeros up to `width` digits.
    static func padded(_ value: UInt64, _ width: Int) -> String {
        let digits = String(value)
        return String(repeating: "0", count: max(0, width - digits.count)) + digits
    }
}

/// The proleptic Gregorian calendar as day numbers since 1970-01-01.
enum CivilTime {
    static let nanosecondsPerDay: Int64 = 86_400_000_000_000

    /// Day number of a date, nil if there is no such day. The calendar repeats every 400 years of 146,097 days;
    /// counting years from March puts the leap day last, so that month lengths follow (153 m + 2) / 5.
    static func day(year: Int, month: Int, day: Int) -> Int? {
        guard (1...9999).contains(year), (1...12).contains(month), day >= 1, day <= daysIn(month, year) else {
            return nil
        }
        let shifted = month > 2 ? year : year - 1
        let era = shifted >= 0 ? shifted / 400 : -1
        let yearOfEra = shifted - era * 400
        let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
        return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
    }
    private static func daysIn(_ month: Int, _ year: Int) -> Int {
        switch month {
        case 2: year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28
        case 4, 6, 9, 11: 30
        default: 31
        }
    }
    /// The inverse of `day(year:month:day:)`.
    static func date(ofDay day: Int64) -> (year: Int64, month: Int64, day: Int64) {
        let shifted = day + 719_468
        let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
        let dayOfEra = shifted - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let month = (5 * dayOfYear + 2) / 153
        let civilMonth = month < 10 ? month + 3 : month - 9
        return (yearOfEra + era * 400 + (civilMonth <= 2 ? 1 : 0), civilMonth, dayOfYear - (153 * month + 2) / 5 + 1)
    }
    /// A moment as `2026-07-01T10:20:30.000Z`, cut (not rounded) to milliseconds.
    static func rfc3339(nanoseconds: Int64) -> String {
        var day = nanoseconds / nanosecondsPerDay
        var rest = nanoseconds % nanosecondsPerDay
        if rest < 0 {
            rest += nanosecondsPerDay
            day -= 1
        }
        let civil = date(ofDay: day)
        func text(_ value: Int64, _ width: Int) -> String { DecimalText.padded(value.magnitude, width) }
        let seconds = rest / 1_000_000_000
        let date = "\(text(civil.year, 4))-\(text(civil.month, 2))-\(text(civil.day, 2))"
        let clock = "\(text(seconds / 3600, 2)):\(text(seconds / 60 % 60, 2)):\(text(seconds % 60, 2))"
        return "\(date)T\(clock).\(text(rest / 1_000_000 % 1000, 3))Z"
    }
}
