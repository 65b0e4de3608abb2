import FlightTypes

extension MAVLinkPacket {
    /// The packet as one line of JSON (RFC 8259), without a newline at its end.
    ///
    /// `{"time":…,"message":…,"system":…,"component":…,` and the fields in wire order under MAVLink's names. A field
    /// called like one of these four gets a `_` behind its name. Floats are written so that reading them as a double
    /// gives exactly the value sent; NaN and infinity, which JSON lacks, as null.
    /// - Parameter time: written as RFC 3339 in UTC, cut to microseconds.
    public func jsonLine(time: WallTime) -> String {
        var line = "{\"time\":\"\(MAVLinkJSON.utc(time))\",\"message\":\"\(messageName)\""
        line += ",\"system\":\(system),\"component\":\(component)"
        for field in fields {
            let isTaken = ["time", "message", "system", "component"].contains(field.name)
            line += ",\"\(field.name)\(isTaken ? "_" : "")\":"
            MAVLinkJSON.append(field.value, to: &line)
        }
        return line + "}"
    }
}

/// Writes JSON without Foundation.
enum MAVLinkJSON {
    static func append(_ value: MAVLinkValue, to line: inout String) {
        switch value {
        case .signed(let number): line += String(number)
        case .unsigned(let number): line += String(number)
        case .real(let number): line += number.isFinite ? number.description : "null"
        case .text(let text): line += quoted(text)
        case .list(let values):
            line += "["
            for (index, value) in values.enumerated() {
                if index > 0 { line += "," }
                append(value, to: &line)
            }
            line += "]"
        }
    }

    /// A JSON string; control characters, quote and backslash escaped, and DEL and the line separators, which some
    /// readers of line-based files trip over.
    static func quoted(_ text: String) -> String {
        var result = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": result += "\\\""
            case "\\": result += "\\\\"
            case "\n": result += "\\n"
            case "\r": result += "\\r"
            case "\t": result += "\\t"
            case "\u{0}"..."\u{1F}", "\u{7F}"..."\u{9F}", "\u{2028}", "\u{2029}":
                result += "\\u" + padded(Int64(scalar.value), 4, radix: 16)
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result + "\""
    }

    /// `2018-08-08T14:59:21.905000Z`; proleptic Gregorian, so any `WallTime` can be written.
    static func utc(_ time: WallTime) -> String {
        let (microseconds, _) = floorDivide(time.nanoseconds, 1000)
        let (seconds, fraction) = floorDivide(microseconds, 1_000_000)
        let (days, second) = floorDivide(seconds, 86_400)
        // Days into a calendar whose years begin in March, so that the leap day is a year's last; 719,468 days lie
        // between 0000-03-01 and 1970-01-01, 146,097 are 400 years.
        let (era, dayOfEra) = floorDivide(days + 719_468, 146_097)
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let marchMonth = (5 * dayOfYear + 2) / 153
        let day = dayOfYear - (153 * marchMonth + 2) / 5 + 1
        let month = marchMonth < 10 ? marchMonth + 3 : marchMonth - 9
        let year = era * 400 + yearOfEra + (month <= 2 ? 1 : 0)
        return "\(padded(year, 4))-\(padded(month, 2))-\(padded(day, 2))T\(padded(second / 3600, 2)):"
            + "\(padded(second / 60 % 60, 2)):\(padded(second % 60, 2)).\(padded(fraction, 6))Z"
    }

    private static func floorDivide(_ a: Int64, _ b: Int64) -> (quotient: Int64, remainder: Int64) {
        let (quotient, remainder) = a.quotientAndRemainder(dividingBy: b)
        return remainder < 0 ? (quotient - 1, remainder + b) : (quotient, remainder)
    }
    private static func padded(_ number: Int64, _ width: Int, radix: Int = 10) -> String {
        let digits = String(number, radix: radix)
        return String(repeating: "0", count: max(0, width - digits.utf8.count)) + digits
    }
}
