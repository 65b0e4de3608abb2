/// What a JPEG file's own tables say beyond ``JPEGHeader``: how it was sampled, and how coarsely it was coded.
struct JPEGFrameTables {
    /// Horizontal (high four bits) and vertical sampling factor of each component.
    private(set) var samplings: [UInt8] = []
    /// Steps of the first component in zigzag order: 64, or none where the file does not define them.
    private(set) var lumaSteps: [UInt16] = []

    /// Walks the segments in front of `firstScan`, the offset ``JPEGHeader`` found in the same bytes.
    init(of bytes: [UInt8], firstScan: Int) {
        var tables: [UInt8: [UInt16]] = [:]
        var lumaTable: UInt8?
        let end = min(firstScan, bytes.count)
        var position = 2
        while let start = Self.codeOffset(bytes, position, end) {
            position = start + 1
            let code = bytes[start]
            if code <= 0x01 || JPEGMarker.isRestart(code) { continue }
            guard end - position >= 2 else { break }
            let length = Int(bytes[position]) << 8 | Int(bytes[position + 1])
            guard length >= 2, length <= end - position else { break }
            let payload = bytes[(position + 2)..<(position + length)]
            position += length
            switch code {
            case 0xDB: Self.take(payload, into: &tables)
            case 0xC0, 0xC1, 0xC2:
                let fields = Array(payload.dropFirst(6))
                samplings = stride(from: 1, to: fields.count, by: 3).map { fields[$0] }
                lumaTable = fields.count > 2 ? fields[2] : nil
            default: break
            }
        }
        lumaSteps = lumaTable.flatMap { tables[$0] } ?? []
    }

    /// Where the code of the next marker stands.
    private static func codeOffset(_ bytes: [UInt8], _ from: Int, _ end: Int) -> Int? {
        var at = from
        while at < end, bytes[at] != 0xFF { at += 1 }
        while at < end, bytes[at] == 0xFF { at += 1 }
        return at < end ? at : nil
    }

    /// One DQT segment (T.81, B.2.4.1): any number of tables of 64 steps of 8 or 16 bits.
    private static func take(_ payload: ArraySlice<UInt8>, into tables: inout [UInt8: [UInt16]]) {
        var rest = payload
        while let first = rest.popFirst() {
            let size = first >> 4 == 0 ? 64 : 128
            guard rest.count >= size else { return }
            let raw = Array(rest.prefix(size))
            rest = rest.dropFirst(size)
            tables[first & 15] =
                size == 64
                ? raw.map { UInt16($0) } : (0..<64).map { UInt16(raw[2 * $0]) << 8 | UInt16(raw[2 * $0 + 1]) }
        }
    }

    /// The quality (1…100) whose scaling of T.81 table K.1, as the IJG library does it, comes closest to the file's
    /// luma table; nil where the file has none, or one of another kind (off by more than a quarter in sum).
    var quality: Int? {
        guard lumaSteps.count == 64 else { return nil }
        var best: (quality: Int, difference: Int)?
        for quality in 1...100 {
            let scale = quality < 50 ? 5000 / quality : 200 - 2 * quality
            var difference = 0
            for (step, base) in zip(lumaSteps, Self.annexK) {
                difference += abs(Int(step) - min(255, max(1, (base * scale + 50) / 100)))
            }
            if difference < best?.difference ?? .max { best = (quality, difference) }
        }
        let sum = lumaSteps.reduce(0) { $0 + Int($1) }
        return best.flatMap { $0.difference <= sum / 4 ? $0.quality : nil }
    }

    /// Table K.1 in zigzag order.
    private static let annexK = [
        16, 11, 12, 14, 12, 10, 16, 14, 13, 14, 18, 17, 16, 19, 24, 40, 26, 24, 22, 22, 24, 49, 35, 37, 29, 40, 58, 51,
        61, 60, 57, 51, 56, 55, 64, 72, 92, 78, 64, 68, 87, 69, 55, 56, 80, 109, 81, 87, 95, 98, 103, 104, 103, 62, 77,
        113, 121, 112, 100, 120, 92, 101, 103, 99,
    ]
}
