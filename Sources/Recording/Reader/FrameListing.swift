import FlightTypes
import Foundation
import GRDB

/// One frame of a record as `lagebild incidents show --frames --json` prints it. The properties' names are the JSON
/// keys.
public struct FrameListing: Encodable, Hashable, Sendable {
    /// The drone's name.
    public var drone: String
    /// The drone's flight.
    public var flight: Int64
    /// The stream, such as `visible0`.
    public var stream: String
    /// The frame's number in its stream.
    public var sequence: UInt64
    /// When it was exposed, by the drone's clock: RFC 3339, UTC, microseconds.
    public var captureTime: String
    /// When it arrived: RFC 3339, UTC, microseconds.
    public var receiveTime: String
    /// When it was written: RFC 3339, UTC, microseconds.
    public var recordTime: String
    /// Size of the coded image.
    public var bytes: Int
    /// SHA-256 of the coded image, 64 hexadecimal digits.
    public var sha256: String
    /// Pixels.
    public var width: Int
    /// Pixels.
    public var height: Int
    /// `jpeg`, `gray16` or `codedGray16`.
    public var encoding: String
    /// `original`, or `reduced` for a smaller copy made for the link.
    public var representation: String
    /// Whether it came later from the onboard record, not live.
    public var backfilled: Bool

    static func columns(_ dialect: SchemaDialect) -> String {
        """
        position, drone, flight, stream, sequence, captureWall, receiveWall, recordWall, payloadBytes, sha256, width,
            height, encoding, \(dialect.representation), \(dialect.backfilled)
        """
    }

    init(_ row: HostileRow) throws(RecordingError) {
        drone = try row.drone()
        flight = Int64(try row.flight())
        stream = try row.stream().description
        sequence = try row.sequence()
        captureTime = try row.time("captureWall").rfc3339
        receiveTime = try row.time("receiveWall").rfc3339
        recordTime = try row.time("recordWall").rfc3339
        bytes = Int(clamping: try row.integer("payloadBytes"))
        width = Int(clamping: try row.integer("width"))
        height = Int(clamping: try row.integer("height"))
        let code = try row.integer("encoding")
        encoding = UInt8(exactly: code).flatMap(FrameEncoding.init).map { "\($0)" } ?? "unknown\(code)"
        representation = "\(try row.representation())"
        backfilled = try row.isBackfilled()
        let digits = Array("0123456789abcdef".utf8)
        var hex: [UInt8] = []
        for byte in try row.bytes("sha256") {
            hex.append(digits[Int(byte >> 4)])
            hex.append(digits[Int(byte & 15)])
        }
        sha256 = String(decoding: hex, as: UTF8.self)
    }

    /// The listing as one line of JSON. No value needs escaping: names follow `DroneID`, the rest is made here.
    public var jsonLine: String {
        "{\"drone\":\"\(drone)\",\"stream\":\"\(stream)\",\"sequence\":\(sequence),\"captureTime\":\"\(captureTime)\","
            + "\"receiveTime\":\"\(receiveTime)\",\"recordTime\":\"\(recordTime)\",\"bytes\":\(bytes),"
            + "\"sha256\":\"\(sha256)\",\"flight\":\(flight),\"width\":\(width),\"height\":\(height),"
            + "\"encoding\":\"\(encoding)\",\"representation\":\"\(representation)\",\"backfilled\":\(backfilled)}"
    }
}

extension WallTime {
    /// RFC 3339 in UTC with microseconds.
    public var rfc3339: String {
        let (days, rest) = nanoseconds.quotientAndRemainder(dividingBy: 86_400_000_000_000)
        let day = rest < 0 ? days - 1 : days
        let ofDay = rest < 0 ? rest + 86_400_000_000_000 : rest
        // Civil date from days, after Howard Hinnant's "chrono-compatible low-level date algorithms".
        let z = day + 719_468
        let era = (z >= 0 ? z : z - 146_096) / 146_097
        let dayOfEra = z - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shifted = (5 * dayOfYear + 2) / 153
        let dayOfMonth = dayOfYear - (153 * shifted + 2) / 5 + 1
        let month = shifted < 10 ? shifted + 3 : shifted - 9
        let year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
        func pad(_ value: Int64, _ width: Int) -> String {
            let text = String(value)
            return String(repeating: "0", count: max(0, width - text.count)) + text
        }
        let second = ofDay / 1_000_000_000
        let date = "\(pad(year, 4))-\(pad(month, 2))-\(pad(dayOfMonth, 2))"
        let time = "\(pad(second / 3600, 2)):\(pad(second / 60 % 60, 2)):\(pad(second % 60, 2))"
        return "\(date)T\(time).\(pad(ofDay % 1_000_000_000 / 1000, 6))Z"
    }
}
