/// What is wrong with a table of numbers, and in which line.
public struct HoverTableError: Error, Hashable, Sendable, CustomStringConvertible {
    /// From 1.
    public var line: Int
    /// The fact.
    public var problem: String
    /// `12: what is wrong`.
    public var description: String { "\(line): \(problem)" }
}

/// The two tables of `lagebild calibrate`: comma-separated, a line of names first; `#` begins a comment line.
public enum HoverTables {
    /// No table has more rows.
    public static let rowsLimit = 500_000
    /// No line is longer (bytes).
    public static let lineLimit = 1_024

    /// `time,x,y`: capture time in seconds and pixel.
    public static func observations(_ bytes: [UInt8]) throws(HoverTableError) -> [HoverObservation] {
        var found: [HoverObservation] = []
        try rows(bytes, required: ["time", "x", "y"], optional: []) { line, values throws(HoverTableError) in
            try check(line, "time", values[0], -1e11...1e11)
            try check(line, "x", values[1], -1...65_536)
            try check(line, "y", values[2], -1...65_536)
            found.append(HoverObservation(seconds: values[0], pixel: ImagePoint(x: values[1], y: values[2])))
        }
        return found
    }

    /// `time,latitude,longitude,height,roll,pitch,yaw`, and `gimbalPitch,gimbalYaw` where there is a gimbal: seconds, degrees
    /// and metres as in `CameraPose`; time grows from line to line.
    public static func poses(_ bytes: [UInt8]) throws(HoverTableError) -> [TimedPose] {
        var found: [TimedPose] = []
        let names = ["time", "latitude", "longitude", "height", "roll", "pitch", "yaw"]
        let limits = [-1e11...1e11, -90...90, -180...180, -1_000...20_000, -360...360, -360...360, -720...720]
        let gimbal = ["gimbalPitch", "gimbalYaw"]
        try rows(bytes, required: names, optional: gimbal) { line, values throws(HoverTableError) in
            for (index, name) in names.enumerated() { try check(line, name, values[index], limits[index]) }
            for (index, name) in gimbal.enumerated() where !values[7 + index].isNaN {
                try check(line, name, values[7 + index], -720...720)
            }
            if let last = found.last, last.seconds >= values[0] {
                throw HoverTableError(line: line, problem: "time does not grow from the line before")
            }
            found.append(
                TimedPose(
                    seconds: values[0],
                    pose: CameraPose(
                        position: GeodeticPosition(latitude: values[1], longitude: values[2]), heightMetres: values[3],
                        rollDegrees: values[4], pitchDegrees: values[5], yawDegrees: values[6],
                        gimbalPitchDegrees: values[7], gimbalYawDegrees: values[8])))
        }
        return found
    }

    private static func check(
        _ line: Int, _ name: String, _ value: Double, _ range: ClosedRange<Double>
    ) throws(HoverTableError) {
        guard range.contains(value) else {
            throw HoverTableError(
                line: line, problem: "'\(name)' is not between \(range.lowerBound) and \(range.upperBound)")
        }
    }

    /// Calls `body` with each row: required values, then optional ones, NaN where those are empty or have no column.
    private static func rows(
        _ bytes: [UInt8], required: [String], optional: [String],
        body: (_ line: Int, _ values: [Double]) throws(HoverTableError) -> Void
    ) throws(HoverTableError) {
        let names = required + optional
        var columns: [Int]?
        var line = 0
        var rows = 0
        // A byte order mark is what spreadsheets put first.
        var rest = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? bytes[3...] : bytes[...]
        while !rest.isEmpty {
            line += 1
            let end = rest.firstIndex(of: UInt8(ascii: "\n")) ?? rest.endIndex
            let raw = rest[..<end]
            rest = rest[end...].dropFirst()
            guard raw.count <= lineLimit else {
                throw HoverTableError(line: line, problem: "longer than \(lineLimit) bytes")
            }
            let text = String(decoding: raw, as: UTF8.self).trimmed
            guard !text.isEmpty, !text.hasPrefix("#") else { continue }
            let fields = text.split(separator: ",", omittingEmptySubsequences: false).map(\.trimmed)
            guard let columns else {
                columns = try header(line, fields, required: required, names: names)
                continue
            }
            rows += 1
            guard rows <= rowsLimit else { throw HoverTableError(line: line, problem: "more than \(rowsLimit) rows") }
            guard fields.count == columns.count else {
                throw HoverTableError(line: line, problem: "\(fields.count) fields, not \(columns.count)")
            }
            var values = Array(repeating: Double.nan, count: names.count)
            for (field, column) in zip(fields, columns) {
                if field.isEmpty, column >= required.count { continue }
                guard let value = Double(field), value.isFinite else {
                    throw HoverTableError(line: line, problem: "'\(names[column])' is not a number")
                }
                values[column] = value
            }
            try body(line, values)
        }
        guard columns != nil else {
            throw HoverTableError(line: max(1, line), problem: "no line of names (\(required.joined(separator: ",")))")
        }
    }

    /// For each field, which of `names` it is.
    private static func header(
        _ line: Int, _ fields: [String], required: [String], names: [String]
    ) throws(HoverTableError) -> [Int] {
        var columns: [Int] = []
        for (number, field) in fields.enumerated() {
            guard let column = names.firstIndex(of: field) else {
                throw HoverTableError(
                    line: line, problem: "column \(number + 1) is none of \(names.joined(separator: ", "))")
            }
            guard !columns.contains(column) else {
                throw HoverTableError(line: line, problem: "column '\(field)' stands there twice")
            }
            columns.append(column)
        }
        if let missing = required.indices.first(where: { !columns.contains($0) }) {
            throw HoverTableError(line: line, problem: "column '\(names[missing])' is missing")
        }
        return columns
    }
}

extension StringProtocol {
    /// Without spaces, tabs and carriage returns at both ends.
    fileprivate var trimmed: String {
        let blank: (Character) -> Bool = { $0 == " " || $0 == "\t" || $0 == "\r" }
        var rest = self[...].drop(while: blank)
        while let last = rest.last, blank(last) { rest = rest.dropLast() }
        return String(rest)
    }
}
