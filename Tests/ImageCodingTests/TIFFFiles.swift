@testable import ImageCoding

/// Builds TIFF files for tests, of any layout: what a tag says and where the numbers stand is given apart.
struct TIFFBuilder {
    struct Page {
        var width: Int, height: Int
        var bits = 16
        /// Bytes of each strip or tile, in the file's byte order.
        var blocks: [[UInt8]] = []
        /// Further tags, or other values for those made here; types 2 (text), 3 (16 bits), 4 (32 bits).
        var tags: [Int: (type: Int, values: [Int])] = [:]
        var tile: (Int, Int)?
    }
    var isLittle = true
    var isBigTIFF = false

    func number(_ value: Int, _ count: Int) -> [UInt8] {
        let bytes = (0..<count).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
        return isLittle ? bytes : bytes.reversed()
    }
    func numbers(_ values: [some FixedWidthInteger], bits: Int) -> [UInt8] {
        values.flatMap { number(Int(truncatingIfNeeded: $0), bits / 8) }
    }
    static func text(_ text: String) -> (type: Int, values: [Int]) { (2, text.utf8.map(Int.init) + [0]) }
    static func short(_ values: Int...) -> (type: Int, values: [Int]) { (3, values) }

    func file(_ pages: [Page]) -> [UInt8] {
        let wide = isBigTIFF ? 8 : 4
        var body = isLittle ? [UInt8](repeating: 0x49, count: 2) : [UInt8](repeating: 0x4D, count: 2)
        body += isBigTIFF ? number(43, 2) + number(8, 2) + number(0, 2) : number(42, 2)
        var link = body.count
        body += number(0, wide)
        for page in pages {
            let offsets = page.blocks.map { block -> Int in
                defer { body += block + (block.count.isMultiple(of: 2) ? [] : [0]) }
                return body.count
            }
            var tags: [Int: (type: Int, values: [Int])] = [:]
            func set(_ tag: Int, _ type: Int, _ values: [Int]) { tags[tag] = (type: type, values: values) }
            set(256, 4, [page.width])
            set(257, 4, [page.height])
            for (tag, value) in [(258, page.bits), (259, 1), (262, 1), (277, 1)] { set(tag, 3, [value]) }
            if let tile = page.tile {
                set(322, 3, [tile.0])
                set(323, 3, [tile.1])
            } else {
                let rows = page.blocks.isEmpty ? 1 : (page.height + page.blocks.count - 1) / page.blocks.count
                set(278, 3, [rows])
            }
            set(page.tile == nil ? 273 : 324, 4, offsets)
            set(page.tile == nil ? 279 : 325, 4, page.blocks.map(\.count))
            for (tag, value) in page.tags { tags[tag] = value }
            // Longer values stand in front of the directory.
            var entries: [UInt8] = []
            for (tag, value) in tags.sorted(by: { $0.key < $1.key }) {
                let bytes = value.values.flatMap { number($0, [2: 1, 3: 2, 4: 4][value.type] ?? 1) }
                entries += number(tag, 2) + number(value.type, 2) + number(value.values.count, wide)
                if bytes.count <= wide {
                    entries += bytes + [UInt8](repeating: 0, count: wide - bytes.count)
                } else {
                    entries += number(body.count, wide)
                    body += bytes + (bytes.count.isMultiple(of: 2) ? [] : [0])
                }
            }
            body.replaceSubrange(link..<link + wide, with: number(body.count, wide))
            body += number(tags.count, isBigTIFF ? 8 : 2) + entries
            link = body.count
            body += number(0, wide)
        }
        return body
    }
}

extension TIFF {
    static func all(_ bytes: [UInt8], limits: ImageLimits = .standard) throws -> [Image] {
        var images: [Image] = []
        try each(of: bytes, limits: limits) { images.append($0) }
        return images
    }
}
