import Glibc

/// What a JPEG file says of itself, read by walking its markers (ITU-T T.81, annex B). No pixel is decoded.
public struct JPEGHeader: Hashable, Sendable {
    /// Pixels, 1…8192.
    public let width: UInt16
    /// Pixels, 1…8192.
    public let height: UInt16
    /// Colour components, 1…4.
    public let components: Int
    /// Whether the picture comes in refining scans.
    public let isProgressive: Bool
    /// Whether the file brings its own Huffman tables; many cameras' MJPEG frames do not.
    public let hasHuffmanTables: Bool
    /// Scans met, 1…64.
    public let scans: Int
    /// Whether the end marker was met; cameras cut frames short.
    public let isComplete: Bool
    /// Offset of the first start-of-scan marker, in bytes.
    public let firstScanOffset: Int

    /// Walks `bytes`; throws on anything over `limits`, outside baseline and progressive Huffman, or out of shape.
    public init(of bytes: [UInt8], limits: ImageLimits = .standard) throws(ImageCodingError) {
        try limits.check(fileBytes: bytes.count)
        var walk = Walk(bytes: bytes, limits: limits)
        try walk.run()
        guard let frame = walk.frame, let firstScan = walk.firstScan else {
            throw .truncated("the JPEG header: no scan found")
        }
        (width, height, components) = (frame.width, frame.height, frame.components)
        isProgressive = frame.isProgressive
        hasHuffmanTables = walk.hasHuffmanTables
        scans = walk.scans
        isComplete = walk.isComplete
        firstScanOffset = firstScan
    }
}

/// The walk itself: one pass, each byte looked at no more than once.
private struct Walk {
    struct FrameHeader {
        var width: UInt16, height: UInt16
        var components: Int
        var isProgressive: Bool
    }
    let bytes: [UInt8]
    let limits: ImageLimits
    var frame: FrameHeader?
    var firstScan: Int?
    var hasHuffmanTables = false
    var scans = 0
    var isComplete = false
    private var position = 0
    private var segments = 0

    init(bytes: [UInt8], limits: ImageLimits) {
        self.bytes = bytes
        self.limits = limits
    }

    mutating func run() throws(ImageCodingError) {
        guard bytes.count >= 4, bytes[0] == 0xFF, bytes[1] == JPEGMarker.startOfImage else {
            throw .notThisFormat("JPEG")
        }
        position = 2
        while let marker = try nextMarker() {
            if marker == JPEGMarker.endOfImage {
                isComplete = true
                return
            }
            // TEM and restart markers stand alone; outside a scan they mean nothing.
            if marker == 0x01 || JPEGMarker.isRestart(marker) { continue }
            guard marker >= 0xC0, marker != JPEGMarker.startOfImage else {
                throw .malformed(at: position - 2, "marker \(marker) has no place here")
            }
            segments += 1
            guard segments <= limits.segments else { throw .exceedsLimit("more than \(limits.segments) JPEG segments") }
            // Cut off behind a scan: what was there stays usable.
            guard let payload = segmentPayload() else {
                if scans > 0 { return }
                throw .truncated("a JPEG segment before the first scan")
            }
            try take(marker, payload)
            if marker == JPEGMarker.startOfScan { skipEntropyCodedData() }
        }
    }

    /// The code of the next marker, or nil at the end of the bytes. Leaves `position` behind it.
    private mutating func nextMarker() throws(ImageCodingError) -> UInt8? {
        // Encoders pad and some cameras leave stray bytes between segments, as decoders tolerate: skip to the next
        // 0xFF.
        while position < bytes.count, bytes[position] != 0xFF { position += 1 }
        while position < bytes.count, bytes[position] == 0xFF { position += 1 }
        guard position < bytes.count else { return nil }
        defer { position += 1 }
        guard bytes[position] != 0 else { throw .malformed(at: position, "stuffed zero outside a scan") }
        return bytes[position]
    }

    /// The bytes of the segment at `position` without its length, or nil if cut off. Leaves `position` behind it.
    private mutating func segmentPayload() -> Range<Int>? {
        guard bytes.count - position >= 2 else { return nil }
        let length = Int(bytes[position]) << 8 | Int(bytes[position + 1])
        guard length >= 2, length <= bytes.count - position else { return nil }
        let payload = (position + 2)..<(position + length)
        position += length
        return payload
    }

    private mutating func take(_ marker: UInt8, _ payload: Range<Int>) throws(ImageCodingError) {
        switch marker {
        case 0xC0, 0xC1, 0xC2: try takeFrameHeader(payload, isProgressive: marker == 0xC2)
        case JPEGMarker.huffmanTables: hasHuffmanTables = true
        case 0xC8, 0xC3, 0xC5...0xC7, 0xC9...0xCB, 0xCD...0xCF:
            throw .unsupported("JPEG process \(marker) (lossless, hierarchical or arithmetic)")
        case JPEGMarker.startOfScan: try takeScan(payload)
        default: break
        }
    }

    private mutating func takeFrameHeader(_ payload: Range<Int>, isProgressive: Bool) throws(ImageCodingError) {
        let at = payload.lowerBound
        guard frame == nil else { throw .malformed(at: at, "second frame header") }
        guard payload.count >= 6 else { throw .malformed(at: at, "frame header of \(payload.count) bytes") }
        guard bytes[at] == 8 else { throw .unsupported("JPEG of \(bytes[at]) bits") }
        let height = UInt16(bytes[at + 1]) << 8 | UInt16(bytes[at + 2])
        let width = UInt16(bytes[at + 3]) << 8 | UInt16(bytes[at + 4])
        let components = Int(bytes[at + 5])
        try limits.check(width: Int(width), height: Int(height))
        guard (1...4).contains(components), payload.count == 6 + 3 * components else {
            throw .malformed(at: at, "\(components) components in \(payload.count) bytes of frame header")
        }
        for component in 0..<components {
            let sampling = bytes[at + 7 + 3 * component]
            guard (1...4).contains(sampling >> 4), (1...4).contains(sampling & 15) else {
                throw .malformed(at: at + 7 + 3 * component, "sampling factor out of 1…4")
            }
        }
        frame = FrameHeader(width: width, height: height, components: components, isProgressive: isProgressive)
    }

    private mutating func takeScan(_ payload: Range<Int>) throws(ImageCodingError) {
        let at = payload.lowerBound
        guard let frame else { throw .malformed(at: at, "scan before the frame header") }
        guard let count = payload.isEmpty ? nil : Int(bytes[at]), (1...4).contains(count), count <= frame.components,
            payload.count == 4 + 2 * count
        else { throw .malformed(at: at, "scan header out of shape") }
        if firstScan == nil { firstScan = at - 4 }
        scans += 1
        guard scans <= limits.scans else { throw .exceedsLimit("more than \(limits.scans) JPEG scans") }
        let pixels = Int(frame.width) * Int(frame.height)
        guard scans <= limits.pixelScans / pixels || scans == 1 else {
            throw .exceedsLimit("\(scans) scans over \(pixels) pixels")
        }
    }

    /// Moves to the next marker that ends a scan: neither a stuffed zero nor a restart. Nearly all of a file lies here, so the C
    /// library looks for the next 0xFF.
    private mutating func skipEntropyCodedData() {
        let start = position
        position = bytes.withUnsafeBufferPointer { bytes -> Int in
            guard let base = bytes.baseAddress else { return bytes.count }
            var place = start
            while place + 1 < bytes.count, let found = memchr(base + place, 0xFF, bytes.count - 1 - place) {
                place = base.distance(to: found.assumingMemoryBound(to: UInt8.self))
                let next = bytes[place + 1]
                if next != 0, next != 0xFF, !JPEGMarker.isRestart(next) { return place }
                place += 1
            }
            return bytes.count
        }
    }
}

/// Marker codes (T.81, table B.1) that more than one file here needs.
enum JPEGMarker {
    static let startOfImage: UInt8 = 0xD8
    static let endOfImage: UInt8 = 0xD9
    static let startOfScan: UInt8 = 0xDA
    static let huffmanTables: UInt8 = 0xC4
    static func isRestart(_ code: UInt8) -> Bool { (0xD0...0xD7).contains(code) }
}
