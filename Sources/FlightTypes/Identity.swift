/// The name under which a drone is enrolled at the station: 1–32 of `a–z 0–9 -`, starting with a letter or digit.
///
/// Restricted so that it can stand in a path, a page and a log without being escaped anywhere.
public struct DroneID: Hashable, Comparable, Sendable, CustomStringConvertible {
    /// The validated name.
    public let name: String
    /// Nil when `name` breaks the rule above.
    public init?(_ name: String) {
        let bytes = Array(name.utf8)
        guard (1...32).contains(bytes.count), bytes[0] != UInt8(ascii: "-") else { return nil }
        for byte in bytes {
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"):
                continue
            default: return nil
            }
        }
        self.name = name
    }
    /// The text form.
    public var description: String { name }
    /// Alphabetical.
    public static func < (a: DroneID, b: DroneID) -> Bool { a.name < b.name }
}

/// What a stream carries.
public enum StreamKind: UInt8, Sendable, CaseIterable {
    case status = 0
    case telemetry = 1
    case detections = 2
    case thermal = 3
    case visible = 4
    case camera = 5
}

/// One of a drone's streams: a kind and which of that kind (a second camera is `visible1`).
public struct StreamID: Hashable, Sendable, CustomStringConvertible {
    /// What it carries.
    public var kind: StreamKind
    /// 0 for the first sensor of the kind.
    public var index: UInt8
    /// The stream of `kind` number `index`.
    public init(_ kind: StreamKind, _ index: UInt8 = 0) {
        self.kind = kind
        self.index = index
    }
    /// The text form.
    public var description: String { "\(kind)\(index)" }
    /// The two bytes of the wire and the record: kind, then index.
    public var code: UInt16 { UInt16(kind.rawValue) << 8 | UInt16(index) }
    /// Nil when the high byte names no kind.
    public init?(code: UInt16) {
        guard let kind = StreamKind(rawValue: UInt8(code >> 8)) else { return nil }
        self.init(kind, UInt8(code & 0xFF))
    }
}

/// What identifies an object for good, on the drone, on the link and in every record.
public struct ObjectID: Hashable, Sendable {
    /// The agent's run, from a durable counter: sequences begin anew with each flight.
    public var flight: UInt32
    /// The stream it belongs to.
    public var stream: StreamID
    /// Counts up by one per object of the stream, from 0.
    public var sequence: UInt64
    /// The object number `sequence` of `stream` in `flight`.
    public init(flight: UInt32, stream: StreamID, sequence: UInt64) {
        self.flight = flight
        self.stream = stream
        self.sequence = sequence
    }
}
