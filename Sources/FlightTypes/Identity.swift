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

/// What a stream carries. Open: a newer agent's stream may carry what this program does not know, and is recorded all the same.
public struct StreamKind: RawRepresentable, Hashable, Sendable, CustomStringConvertible {
    /// The number of the wire and the record.
    public let rawValue: UInt8
    /// The kind with this number, known or not.
    @inlinable public init(rawValue: UInt8) { self.rawValue = rawValue }
    /// How the agent and its sensors do.
    @inlinable public static var status: StreamKind { StreamKind(rawValue: 0) }
    /// Position and attitude.
    @inlinable public static var telemetry: StreamKind { StreamKind(rawValue: 1) }
    /// What was found in frames.
    @inlinable public static var detections: StreamKind { StreamKind(rawValue: 2) }
    /// Frames of a thermal camera.
    @inlinable public static var thermal: StreamKind { StreamKind(rawValue: 3) }
    /// Frames of a visible camera.
    @inlinable public static var visible: StreamKind { StreamKind(rawValue: 4) }
    /// What a camera is.
    @inlinable public static var camera: StreamKind { StreamKind(rawValue: 5) }
    private static let names = ["status", "telemetry", "detections", "thermal", "visible", "camera"]
    /// Those that this program knows, by number.
    public static let known = names.indices.map { StreamKind(rawValue: UInt8(clamping: $0)) }
    /// Whether this program knows it.
    public var isKnown: Bool { Int(rawValue) < Self.names.count }
    /// The text form: `visible`, or `kind9` where it is not known.
    public var description: String { isKnown ? Self.names[Int(rawValue)] : "kind\(rawValue)" }
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
    /// The text form: `visible0`, or `kind9-0` where the kind is not known.
    public var description: String { kind.isKnown ? "\(kind)\(index)" : "\(kind)-\(index)" }
    /// The two bytes of the wire and the record: kind, then index.
    public var code: UInt16 { UInt16(kind.rawValue) << 8 | UInt16(index) }
    /// The stream of a code.
    public init(code: UInt16) {
        self.init(StreamKind(rawValue: UInt8(code >> 8)), UInt8(code & 0xFF))
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
