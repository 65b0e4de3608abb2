/// What a map tile is, by its first bytes. The page shows pictures.
enum TileKind: Hashable, Sendable {
    case png, jpeg, webp
    /// Packed or plain Mapbox vector tiles, which need a program to draw them.
    case vector
    case unknown

    init(_ bytes: [UInt8]) {
        let head = bytes.prefix(12)
        if head.starts(with: [0x89, 0x50, 0x4E, 0x47]) {
            self = .png
        } else if head.starts(with: [0xFF, 0xD8]) {
            self = .jpeg
        } else if head.count == 12, head.starts(with: Array("RIFF".utf8)), head.dropFirst(8).elementsEqual("WEBP".utf8)
        {
            self = .webp
        } else if head.starts(with: [0x1F, 0x8B]) || head.first == 0x78 || head.first == 0x1A {
            self = .vector  // gzip, zlib, or a layer (field 3) of vector_tile.proto.
        } else {
            self = .unknown
        }
    }

    /// Its media type; nil where the page cannot show it.
    var mediaType: String? {
        switch self {
        case .png: "image/png"
        case .jpeg: "image/jpeg"
        case .webp: "image/webp"
        case .vector, .unknown: nil
        }
    }
}
