import Glibc

/// One walk over a JPEG file's markers (ITU-T T.81, annex B): each byte is looked at no more than once, no pixel is decoded.
///
/// As decoders do, it passes over bytes between segments that belong to none. Another start marker begins the file anew before the
/// first scan's data, and ends it behind them: so ``JPEGSplitter`` reads, too.
struct JPEGWalk {
    struct FrameHeader {
        /// Offset of the height's two bytes.
        var heightOffset: Int
        var width: UInt16, height: UInt16
        var isProgressive: Bool
        /// Identifier, sampling factors and quantisation table of each component.
        var components: [(id: UInt8, sampling: UInt8, table: UInt8)]
    }
    let bytes: [UInt8]
    let limits: ImageLimits
    /// Takes a height of 0 that a DNL segment behind the first scan makes good (T.81, B.2.5); decoders do not.
    let takesLateHeight: Bool

    private(set) var frame: FrameHeader?
    private(set) var firstScan: Int?
    private(set) var scans = 0
    /// Whether the end marker was met.
    private(set) var isComplete = false
    /// The picture's first byte, and the one behind its last.
    private(set) var start = 0, end = 0
    /// Bytes between segments that belong to none, and segments that decoders stumble over.
    private(set) var stray: [Range<Int>] = []
    /// Coded data of the first scan.
    private(set) var firstScanBytes = 0
    private(set) var orientations: [ExifOrientation] = []
    private(set) var hasHuffmanTables = false
    private(set) var firstHuffmanTables: Int?
    /// Tables that scans ask for and that were not there by then: bit `id` for DC, `4 + id` for AC.
    private(set) var missingHuffmanTables: UInt8 = 0
    /// Whether a scan came before a quantisation table that it needs.
    private(set) var lacksQuantisation = false
    private(set) var hasLateHeight = false
    private(set) var isJFIF = false
    /// Of Adobe's segment: 0 as it is, 1 YCbCr, 2 YCCK.
    private(set) var adobeTransform: UInt8?

    private var position = 0
    private var markerStart = 0
    private var segments = 0
    private var huffmanTables: UInt8 = 0
    private var quantisationTables: UInt8 = 0

    init(_ bytes: [UInt8], limits: ImageLimits, takesLateHeight: Bool = false) throws(ImageCodingError) {
        self.bytes = bytes
        self.limits = limits
        self.takesLateHeight = takesLateHeight
        try limits.check(fileBytes: bytes.count)
        guard bytes.count >= 4, bytes[0] == 0xFF, bytes[1] == JPEGMarker.startOfImage else {
            throw .notThisFormat("JPEG")
        }
        position = 2
        try run()
        guard let frame, firstScan != nil else { throw .truncated("the JPEG header: no scan found") }
        guard frame.height > 0 else { throw .malformed(at: frame.heightOffset, "width or height is zero") }
    }

    private mutating func run() throws(ImageCodingError) {
        while let marker = try nextMarker() {
            switch marker {
            case JPEGMarker.endOfImage:
                (isComplete, end) = (true, position)
                return
            case JPEGMarker.startOfImage:
                guard firstScanBytes == 0 else {
                    end = markerStart
                    return
                }
                beginAnew()
                continue
            // TEM and restart markers stand alone; outside a scan they mean nothing.
            case 0x01, 0xD0...0xD7:
                try leaveOut(markerStart..<position)
                continue
            case 0xC0...: break
            default: throw .malformed(at: position - 2, "marker \(marker) has no place here")
            }
            segments += 1
            guard segments <= limits.segments else { throw .exceedsLimit("more than \(limits.segments) JPEG segments") }
            // Cut off behind a scan: what was there stays usable.
            guard let payload = segmentPayload() else {
                guard scans > 0 else { throw .truncated("a JPEG segment before the first scan") }
                end = markerStart
                return
            }
            try take(marker, payload)
            if marker == JPEGMarker.startOfScan { skipEntropyCodedData() }
        }
    }

    private mutating func beginAnew() {
        start = position - 2
        (frame, firstScan, scans, segments) = (nil, nil, 0, 0)
        (stray, orientations) = ([], [])
        (missingHuffmanTables, lacksQuantisation, hasLateHeight) = (0, false, false)
        (hasHuffmanTables, firstHuffmanTables, huffmanTables, quantisationTables) = (false, nil, 0, 0)
        (isJFIF, adobeTransform) = (false, nil)
    }

    /// The code of the next marker, or nil at the end of the bytes. Leaves `position` behind it.
    private mutating func nextMarker() throws(ImageCodingError) -> UInt8? {
        let gap = position
        while true {
            while position < bytes.count, bytes[position] != 0xFF { position += 1 }
            // Any number of 0xFF may stand before a marker's code.
            let fill = position
            while position < bytes.count, bytes[position] == 0xFF { position += 1 }
            guard position < bytes.count else {
                end = gap
                return nil
            }
            position += 1
            guard bytes[position - 1] != 0 else { continue }
            markerStart = fill
            if fill > gap { try leaveOut(gap..<fill) }
            return bytes[position - 1]
        }
    }

    private mutating func leaveOut(_ range: Range<Int>) throws(ImageCodingError) {
        guard stray.count < limits.segments else {
            throw .exceedsLimit("stray bytes at more than \(limits.segments) places")
        }
        stray.append(range)
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
        case JPEGMarker.huffmanTables:
            hasHuffmanTables = true
            if firstHuffmanTables == nil { firstHuffmanTables = markerStart }
            takeHuffmanTables(payload)
        case JPEGMarker.quantisationTables: takeQuantisationTables(payload)
        case 0xC3, 0xC5...0xCB, 0xCD...0xCF, 0xDE, 0xDF, 0xF7:
            throw .unsupported("JPEG process \(marker) (lossless, hierarchical or arithmetic)")
        case JPEGMarker.startOfScan: try takeScan(payload)
        case 0xDC: try takeLines(payload)
        case 0xE0: isJFIF = isJFIF || bytes[payload].starts(with: Array("JFIF\0".utf8))
        case 0xE1: orientations += ExifOrientation.all(in: bytes, payload)
        case 0xEE:
            if payload.count >= 12, bytes[payload].starts(with: Array("Adobe".utf8)) {
                adobeTransform = bytes[payload.lowerBound + 11]
            }
        // Reserved for extensions: decoders stop here, and what a later standard means by them is not needed for the picture.
        case 0xF0...0xFD: try leaveOut(markerStart..<payload.upperBound)
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
        try limits.check(width: Int(width), height: height == 0 && takesLateHeight ? 1 : Int(height))
        guard (1...4).contains(components), payload.count == 6 + 3 * components else {
            throw .malformed(at: at, "\(components) components in \(payload.count) bytes of frame header")
        }
        var found: [(id: UInt8, sampling: UInt8, table: UInt8)] = []
        for component in 0..<components {
            let place = at + 6 + 3 * component
            let sampling = bytes[place + 1]
            guard (1...4).contains(sampling >> 4), (1...4).contains(sampling & 15) else {
                throw .malformed(at: place + 1, "sampling factor out of 1…4")
            }
            found.append((bytes[place], sampling, bytes[place + 2]))
        }
        frame = FrameHeader(
            heightOffset: at + 1, width: width, height: height, isProgressive: isProgressive, components: found)
    }

    private mutating func takeScan(_ payload: Range<Int>) throws(ImageCodingError) {
        let at = payload.lowerBound
        guard let frame else { throw .malformed(at: at, "scan before the frame header") }
        guard let count = payload.isEmpty ? nil : Int(bytes[at]), (1...4).contains(count),
            count <= frame.components.count,
            payload.count == 4 + 2 * count
        else { throw .malformed(at: at, "scan header out of shape") }
        if firstScan == nil { firstScan = at - 4 }
        scans += 1
        guard scans <= limits.scans else { throw .exceedsLimit("more than \(limits.scans) JPEG scans") }
        let pixels = Int(frame.width) * max(1, Int(frame.height))
        guard scans <= limits.pixelScans / pixels || scans == 1 else {
            throw .exceedsLimit("\(scans) scans over \(pixels) pixels")
        }
        noteTables(ofScan: at, components: count, frame)
    }

    private mutating func noteTables(ofScan at: Int, components count: Int, _ frame: FrameHeader) {
        let (first, isRefining) = (bytes[at + 1 + 2 * count], bytes[at + 3 + 2 * count] >> 4 > 0)
        for index in 0..<count {
            let (id, tables) = (bytes[at + 1 + 2 * index], bytes[at + 2 + 2 * index])
            let (dc, ac) = (UInt8(1) << (tables >> 4 & 3), UInt8(16) << (tables & 3))
            if !frame.isProgressive || first == 0 && !isRefining { missingHuffmanTables |= dc & ~huffmanTables }
            if !frame.isProgressive || first > 0 { missingHuffmanTables |= ac & ~huffmanTables }
            let wanted = frame.components.first { $0.id == id }?.table ?? 0
            if wanted > 3 || quantisationTables >> wanted & 1 == 0 { lacksQuantisation = true }
        }
    }

    /// T.81, B.2.4.2: any number of tables; of each its class and number, 16 counts, and as many values as these say.
    private mutating func takeHuffmanTables(_ payload: Range<Int>) {
        var place = payload.lowerBound
        while payload.upperBound - place >= 17 {
            let name = bytes[place]
            if name >> 4 <= 1, name & 15 <= 3 { huffmanTables |= 1 << (name >> 4 * 4 + name & 15) }
            place += 17 + bytes[(place + 1)..<(place + 17)].reduce(0) { $0 + Int($1) }
        }
    }
    /// T.81, B.2.4.1: any number of tables of 64 steps of 8 or 16 bits.
    private mutating func takeQuantisationTables(_ payload: Range<Int>) {
        var place = payload.lowerBound
        while place < payload.upperBound {
            let name = bytes[place]
            place += name >> 4 == 0 ? 65 : 129
            if place <= payload.upperBound, name & 15 <= 3 { quantisationTables |= 1 << (name & 15) }
        }
    }

    private mutating func takeLines(_ payload: Range<Int>) throws(ImageCodingError) {
        guard takesLateHeight, scans == 1, let frame, frame.height == 0, payload.count == 2 else { return }
        let height = UInt16(bytes[payload.lowerBound]) << 8 | UInt16(bytes[payload.lowerBound + 1])
        try limits.check(width: Int(frame.width), height: Int(height))
        self.frame?.height = height
        hasLateHeight = true
        try leaveOut(markerStart..<payload.upperBound)
    }

    /// Moves to the next marker that ends a scan: neither a stuffed zero nor a restart. Nearly all of a file lies here, so the C
    /// library looks for the next 0xFF.
    private mutating func skipEntropyCodedData() {
        let start = position
        position = JPEGMarker.endOfScan(bytes, from: start)
        if scans == 1 { firstScanBytes = position - start }
    }
}

/// Marker codes (T.81, table B.1) that more than one file here needs.
enum JPEGMarker {
    static let startOfImage: UInt8 = 0xD8
    static let endOfImage: UInt8 = 0xD9
    static let startOfScan: UInt8 = 0xDA
    static let huffmanTables: UInt8 = 0xC4
    static let quantisationTables: UInt8 = 0xDB
    static func isRestart(_ code: UInt8) -> Bool { (0xD0...0xD7).contains(code) }

    /// Where the first marker stands, from `start` on, that ends a scan's coded data; the end of the bytes where there is none.
    static func endOfScan(_ bytes: [UInt8], from start: Int) -> Int {
        bytes.withUnsafeBufferPointer { bytes -> Int in
            guard let base = bytes.baseAddress else { return bytes.count }
            var place = start
            while place + 1 < bytes.count, let found = memchr(base + place, 0xFF, bytes.count - 1 - place) {
                place = base.distance(to: found.assumingMemoryBound(to: UInt8.self))
                let next = bytes[place + 1]
                if next != 0, next != 0xFF, !isRestart(next) { return place }
                place += 1
            }
            return bytes.count
        }
    }
}
