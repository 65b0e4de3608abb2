/// What a message is called and where its fields lie in the payload.
public struct MAVLinkLayout: Hashable, Sendable {
    /// The type of a field, or of one element of an array.
    public enum FieldType: String, Hashable, Sendable {
        case uint8 = "u8"
        case int8 = "i8"
        case character = "c"
        case uint16 = "u16"
        case int16 = "i16"
        case uint32 = "u32"
        case int32 = "i32"
        case float = "f32"
        case uint64 = "u64"
        case int64 = "i64"
        case double = "f64"

        /// Bytes on the wire, 1…8.
        public var size: Int {
            switch self {
            case .uint8, .int8, .character: 1
            case .uint16, .int16: 2
            case .uint32, .int32, .float: 4
            case .uint64, .int64, .double: 8
            }
        }
        /// The name that enters the CRC_EXTRA.
        var definitionName: String {
            switch self {
            case .character: "char"
            case .float: "float"
            case .double: "double"
            default: (rawValue.hasPrefix("u") ? "uint" : "int") + String(size * 8) + "_t"
            }
        }
    }
    /// One field of a message.
    public struct Field: Hashable, Sendable {
        /// MAVLink's name of it.
        public let name: String
        /// The type of it, or of one element.
        public let type: FieldType
        /// Number of elements, 1…255; nil when the field is no array.
        public let count: Int?
        /// Where it begins in the payload, in bytes.
        public let offset: Int
        /// Whether it is an extension, which version 1 and old senders leave out.
        public let isExtension: Bool
        /// Bytes on the wire.
        public var size: Int { type.size * (count ?? 1) }
    }
    /// MAVLink's name of the message.
    public let name: String
    /// The message's number, 24 bits.
    public let id: UInt32
    /// The byte that ends the checksum, made from the layout: sender and receiver must mean the same fields.
    public let crcExtra: UInt8
    /// In wire order.
    public let fields: [Field]
    /// Payload bytes without extensions.
    public var baseSize: Int { fields.reduce(0) { $0 + ($1.isExtension ? 0 : $1.size) } }
    /// Payload bytes with extensions.
    public var fullSize: Int { fields.reduce(0) { $0 + $1.size } }

    /// The layout of message `id`, if the dialects ardupilotmega and common have it.
    public static func of(_ id: UInt32) -> MAVLinkLayout? { table.place(of: id).map { table.layouts[$0] } }
    /// Every layout known, by message number.
    public static var all: [MAVLinkLayout] { table.layouts }
    /// The CRC_EXTRA of message `id` alone, which is asked for with each packet.
    static func crcExtra(of id: UInt32) -> UInt8? { table.place(of: id).map { table.extras[$0] } }
    /// What the lazy reading of the table refused; empty, or the generator and this file disagree.
    static var tableProblems: [String] { table.problems }

    private static let table = Table(parse(tableText))

    /// The layouts, found by a look at one place instead of hashing the number.
    private struct Table {
        let layouts: [MAVLinkLayout]
        let extras: [UInt8]
        let problems: [String]
        /// For each message number the place in `layouts`, or −1.
        private let places: [Int16]

        init(_ parsed: (layouts: [UInt32: MAVLinkLayout], problems: [String])) {
            layouts = parsed.layouts.values.sorted { $0.id < $1.id }
            extras = layouts.map(\.crcExtra)
            problems = parsed.problems
            var places = [Int16](repeating: -1, count: Int(layouts.last?.id ?? 0) + 1)
            for (place, layout) in layouts.enumerated() { places[Int(layout.id)] = Int16(clamping: place) }
            self.places = places
        }
        func place(of id: UInt32) -> Int? {
            guard id < places.count, places[Int(id)] >= 0 else { return nil }
            return Int(places[Int(id)])
        }
    }

    /// The CRC_EXTRA that follows from name and base fields (mavlink.io, "CRC_EXTRA Calculation").
    static func crcExtra(name: String, fields: [Field]) -> UInt8 {
        var sum = MAVLinkChecksum()
        sum.feed("\(name) ".utf8)
        for field in fields where !field.isExtension {
            sum.feed("\(field.type.definitionName) \(field.name) ".utf8)
            if let count = field.count { sum.feed(UInt8(truncatingIfNeeded: count)) }
        }
        return UInt8(truncatingIfNeeded: sum.value ^ sum.value >> 8)
    }
}
