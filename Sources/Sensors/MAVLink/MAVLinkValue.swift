/// The value of a field.
public enum MAVLinkValue: Hashable, Sendable {
    /// Of an int8…int64.
    case signed(Int64)
    /// Of a uint8…uint64.
    case unsigned(UInt64)
    /// Of a float, widened, or a double; may be NaN or infinite.
    case real(Double)
    /// Of characters, up to the first NUL; what is no UTF-8 is replaced by U+FFFD.
    case text(String)
    /// Of an array of anything but characters.
    case list([MAVLinkValue])
}

extension MAVLinkPacket {
    /// The fields in wire order under MAVLink's names; empty for a message without a layout.
    ///
    /// Stripped zeros and extensions an older sender does not know read as zero.
    public var fields: [(name: String, value: MAVLinkValue)] {
        layout?.fields.map { (name: $0.name, value: value(of: $0)) } ?? []
    }

    private func value(of field: MAVLinkLayout.Field) -> MAVLinkValue {
        if field.type == .character {
            let sent = payload[min(field.offset, payload.count)..<min(field.offset + field.size, payload.count)]
            return .text(String(decoding: sent.prefix { $0 != 0 }, as: UTF8.self))
        }
        guard let count = field.count else { return element(field.type, at: field.offset) }
        return .list((0..<count).map { element(field.type, at: field.offset + $0 * field.type.size) })
    }

    private func element(_ type: MAVLinkLayout.FieldType, at offset: Int) -> MAVLinkValue {
        let bits = unsigned(at: offset, size: type.size)
        return switch type {
        case .uint8, .uint16, .uint32, .uint64, .character: .unsigned(bits)
        case .int8: .signed(Int64(Int8(truncatingIfNeeded: bits)))
        case .int16: .signed(Int64(Int16(truncatingIfNeeded: bits)))
        case .int32: .signed(Int64(Int32(truncatingIfNeeded: bits)))
        case .int64: .signed(Int64(bitPattern: bits))
        case .float: .real(Double(Float(bitPattern: UInt32(truncatingIfNeeded: bits))))
        case .double: .real(Double(bitPattern: bits))
        }
    }
}
