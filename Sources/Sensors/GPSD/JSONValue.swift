/// One JSON value (RFC 8259), read by a reader with limits.
enum JSONValue: Hashable, Sendable {
    case null
    case bool(Bool)
    case number(Double)
    case text(String)
    case array([JSONValue])
    case object([String: JSONValue])

    /// The member of an object.
    subscript(name: String) -> JSONValue? {
        guard case .object(let members) = self else { return nil }
        return members[name]
    }
    /// A finite number.
    var double: Double? {
        guard case .number(let value) = self else { return nil }
        return value
    }
    /// A whole number that fits.
    var int: Int? { double.flatMap { Int(exactly: $0) } }
    /// A text.
    var string: String? {
        guard case .text(let value) = self else { return nil }
        return value
    }
}

/// Reads one JSON text of a stranger: no recursion deeper than `depthLimit`, no more than `valueLimit` values; nil for
/// everything that is not JSON, but for two habits of gpsd: `nan` and `inf` in place of a number, which read as null, and a
/// comma behind the last member or element.
struct JSONReader {
    static let depthLimit = 8
    static let valueLimit = 4096

    private let bytes: ArraySlice<UInt8>
    private var position: Int
    private var values = 0

    /// The value that `bytes` are, wholly.
    static func read(_ bytes: ArraySlice<UInt8>) -> JSONValue? {
        var reader = JSONReader(bytes: bytes, position: bytes.startIndex)
        guard let value = reader.value(depth: 0) else { return nil }
        reader.skipSpace()
        return reader.position == bytes.endIndex ? value : nil
    }
    private init(bytes: ArraySlice<UInt8>, position: Int) {
        self.bytes = bytes
        self.position = position
    }

    private var next: UInt8? { position < bytes.endIndex ? bytes[position] : nil }
    private mutating func skipSpace() {
        while let byte = next, byte == 0x20 || byte == 0x09 || byte == 0x0A || byte == 0x0D { position += 1 }
    }
    private mutating func take(_ byte: Unicode.Scalar) -> Bool {
        guard next == UInt8(ascii: byte) else { return false }
        position += 1
        return true
    }

    private mutating func value(depth: Int) -> JSONValue? {
        values += 1
        guard depth <= Self.depthLimit, values <= Self.valueLimit else { return nil }
        skipSpace()
        switch next {
        case UInt8(ascii: "{"): return object(depth)
        case UInt8(ascii: "["): return array(depth)
        case UInt8(ascii: "\""): return text().map { .text($0) }
        case UInt8(ascii: "t"): return word("true", .bool(true))
        case UInt8(ascii: "f"): return word("false", .bool(false))
        case UInt8(ascii: "n"): return startsNumberWord ? noNumber() : word("null", .null)
        case UInt8(ascii: "N"), UInt8(ascii: "i"), UInt8(ascii: "I"): return noNumber()
        default: return number()
        }
    }
    private mutating func word(_ word: StaticString, _ value: JSONValue) -> JSONValue? {
        let count = word.utf8CodeUnitCount
        guard bytes.endIndex - position >= count else { return nil }
        let matches = word.withUTF8Buffer { $0.elementsEqual(bytes[position..<position + count]) }
        position += count
        return matches ? value : nil
    }

    /// Whether the value is `nan`; `null` begins alike.
    private var startsNumberWord: Bool { position + 1 < bytes.endIndex && bytes[position + 1] != UInt8(ascii: "u") }
    /// What the C library prints for what is no finite number, in any case, after the sign.
    private mutating func noNumber() -> JSONValue? {
        let start = position
        while let byte = next, byte | 0x20 >= UInt8(ascii: "a"), byte | 0x20 <= UInt8(ascii: "z") { position += 1 }
        let word = String(decoding: bytes[start..<position].prefix(16).map { $0 | 0x20 }, as: UTF8.self)
        return ["nan", "inf", "infinity"].contains(word) ? .null : nil
    }

    /// Of members of the same name the last one stands, as most readers have it.
    private mutating func object(_ depth: Int) -> JSONValue? {
        position += 1
        var members: [String: JSONValue] = [:]
        skipSpace()
        if take("}") { return .object(members) }
        while true {
            skipSpace()
            guard next == UInt8(ascii: "\""), let name = text() else { return nil }
            skipSpace()
            guard take(":"), let member = value(depth: depth + 1) else { return nil }
            members[name] = member
            skipSpace()
            if take("}") { return .object(members) }
            guard take(",") else { return nil }
            skipSpace()
            if take("}") { return .object(members) }
        }
    }
    private mutating func array(_ depth: Int) -> JSONValue? {
        position += 1
        var elements: [JSONValue] = []
        skipSpace()
        if take("]") { return .array(elements) }
        while true {
            guard let element = value(depth: depth + 1) else { return nil }
            elements.append(element)
            skipSpace()
            if take("]") { return .array(elements) }
            guard take(",") else { return nil }
            skipSpace()
            if take("]") { return .array(elements) }
        }
    }

    private mutating func number() -> JSONValue? {
        let start = position
        _ = take("-")
        if let byte = next, [UInt8(ascii: "n"), UInt8(ascii: "i")].contains(byte | 0x20) { return noNumber() }
        guard let first = digits(), first == 1 || bytes[position - first] != UInt8(ascii: "0") else { return nil }
        if take(".") { guard digits() != nil else { return nil } }
        if next == UInt8(ascii: "e") || next == UInt8(ascii: "E") {
            position += 1
            if !take("+") { _ = take("-") }
            guard digits() != nil else { return nil }
        }
        guard position - start <= 64 else { return nil }
        // 1e999 is JSON, but no number for us.
        guard let value = Double(String(decoding: bytes[start..<position], as: UTF8.self)), value.isFinite else {
            return nil
        }
        return .number(value)
    }
    private mutating func digits() -> Int? {
        let start = position
        while let byte = next, byte >= UInt8(ascii: "0"), byte <= UInt8(ascii: "9") { position += 1 }
        return position > start ? position - start : nil
    }

    private mutating func text() -> String? {
        position += 1
        var units: [UInt8] = []
        while let byte = next {
            position += 1
            switch byte {
            case UInt8(ascii: "\""): return String(decoding: units, as: UTF8.self)
            case UInt8(ascii: "\\"):
                guard let scalar = escape() else { return nil }
                units.append(contentsOf: String(scalar).utf8)
            case 0..<0x20: return nil
            default: units.append(byte)
            }
        }
        return nil
    }
    private mutating func escape() -> Unicode.Scalar? {
        guard let byte = next else { return nil }
        position += 1
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): return Unicode.Scalar(byte)
        case UInt8(ascii: "b"): return "\u{8}"
        case UInt8(ascii: "f"): return "\u{C}"
        case UInt8(ascii: "n"): return "\n"
        case UInt8(ascii: "r"): return "\r"
        case UInt8(ascii: "t"): return "\t"
        case UInt8(ascii: "u"):
            guard let high = hexadecimal() else { return nil }
            guard (0xD800..<0xE000).contains(high) else { return Unicode.Scalar(high) }
            // Half of a pair: the other half has to follow.
            guard high < 0xDC00, take("\\"), take("u"), let low = hexadecimal(), (0xDC00..<0xE000).contains(low) else {
                return nil
            }
            return Unicode.Scalar(0x10000 + (high - 0xD800) << 10 + (low - 0xDC00))
        default: return nil
        }
    }
    private mutating func hexadecimal() -> UInt32? {
        guard bytes.endIndex - position >= 4 else { return nil }
        var value: UInt32 = 0
        for byte in bytes[position..<position + 4] {
            switch byte {
            case UInt8(ascii: "0")...UInt8(ascii: "9"): value = value << 4 | UInt32(byte - UInt8(ascii: "0"))
            case UInt8(ascii: "a")...UInt8(ascii: "f"): value = value << 4 | UInt32(byte - UInt8(ascii: "a") + 10)
            case UInt8(ascii: "A")...UInt8(ascii: "F"): value = value << 4 | UInt32(byte - UInt8(ascii: "A") + 10)
            default: return nil
            }
        }
        position += 4
        return value
    }
}
