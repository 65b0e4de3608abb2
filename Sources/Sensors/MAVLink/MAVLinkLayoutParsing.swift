extension MAVLinkLayout {
    /// Reads the table: words separated by white space, a message being
    /// `NAME id crc_extra field:type[count] … | extension:type … ;` with its fields in wire order.
    ///
    /// A message that breaks the format, is too long for a payload or whose CRC_EXTRA does not follow from its fields
    /// is left out and named in `problems`: packets of it are then counted as unknown instead of being decoded wrongly.
    static func parse(_ text: String) -> (layouts: [UInt32: MAVLinkLayout], problems: [String]) {
        var layouts: [UInt32: MAVLinkLayout] = [:]
        var problems: [String] = []
        for record in text.split(separator: ";") {
            let words = record.split(whereSeparator: \.isWhitespace)
            if words.isEmpty { continue }
            guard let layout = parse(words), layouts[layout.id] == nil else {
                problems.append(words.joined(separator: " "))
                continue
            }
            layouts[layout.id] = layout
        }
        return (layouts, problems)
    }

    private static func parse(_ words: [Substring]) -> MAVLinkLayout? {
        guard words.count >= 3, let id = UInt32(words[1]), id <= 0xFF_FFFF, let extra = UInt8(words[2]) else {
            return nil
        }
        var fields: [Field] = []
        var offset = 0
        var isExtension = false
        for word in words[3...] {
            if word == "|" {
                guard !isExtension else { return nil }
                isExtension = true
                continue
            }
            guard let field = field(word, offset: offset, isExtension: isExtension) else { return nil }
            offset += field.size
            guard offset <= 255 else { return nil }
            fields.append(field)
        }
        let name = String(words[0])
        guard crcExtra(name: name, fields: fields) == extra else { return nil }
        return MAVLinkLayout(name: name, id: id, crcExtra: extra, fields: fields)
    }

    private static func field(_ word: Substring, offset: Int, isExtension: Bool) -> Field? {
        let parts = word.split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count == 2, !parts[0].isEmpty else { return nil }
        let kind = parts[1].split(separator: "[", omittingEmptySubsequences: false)
        guard kind.count <= 2, let type = FieldType(rawValue: String(kind[0])) else { return nil }
        var count: Int?
        if kind.count == 2 {
            guard kind[1].last == "]", let number = Int(kind[1].dropLast()), (1...255).contains(number) else {
                return nil
            }
            count = number
        }
        return Field(name: String(parts[0]), type: type, count: count, offset: offset, isExtension: isExtension)
    }
}
