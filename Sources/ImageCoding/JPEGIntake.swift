/// The one door for JPEG files of cameras: a file is whole and passes byte for byte, is mended once, or is refused with the reason.
///
/// What comes out is shown by browsers and read by every decoder here, the same way up. The grid of pixels is what the camera
/// calibration, detections and overlays refer to, so a file never says that it is to be turned.
public enum JPEGIntake {
    /// What was done to a file.
    public struct Mendings: OptionSet, Hashable, Sendable, CustomStringConvertible {
        /// The bits.
        public let rawValue: UInt8
        /// From its raw form.
        public init(rawValue: UInt8) { self.rawValue = rawValue }
        /// The end marker was missing: browsers do not show such files.
        public static let endMarker = Mendings(rawValue: 1)
        /// Standard Huffman tables were put in, which the USB video class allows cameras to leave out.
        public static let huffmanTables = Mendings(rawValue: 2)
        /// Bytes between segments that belong to none were taken out.
        public static let strayBytes = Mendings(rawValue: 4)
        /// Bytes before the picture or behind its end marker were taken out.
        public static let surroundings = Mendings(rawValue: 8)
        /// A note that the picture is to be turned was set to upright.
        public static let orientation = Mendings(rawValue: 16)
        /// The height, told only behind the first scan, was put where decoders look for it.
        public static let height = Mendings(rawValue: 32)

        /// In words, for a log.
        public var description: String {
            let words: [(Mendings, String)] = [
                (.endMarker, "missing end marker added"), (.huffmanTables, "standard Huffman tables added"),
                (.strayBytes, "stray bytes left out"), (.surroundings, "bytes before or behind the picture left out"),
                (
                    .orientation,
                    "its note to turn the picture is not followed: the camera's own rows and columns are shown"
                ),
                (.height, "late height put in place"),
            ]
            return words.filter { contains($0.0) }.map(\.1).joined(separator: ", ")
        }
    }
    /// A file that can be shown.
    public struct Picture: Hashable, Sendable {
        /// The file.
        public let bytes: [UInt8]
        /// Pixels.
        public let width: UInt16, height: UInt16
        /// What was done to it; empty where the camera's bytes are unchanged.
        public let mendings: Mendings
        /// A picture of its parts.
        public init(bytes: [UInt8], width: UInt16, height: UInt16, mendings: Mendings) {
            (self.bytes, self.width, self.height, self.mendings) = (bytes, width, height, mendings)
        }
    }

    /// Most blocks of 8×8 that decoders take in one unit of a scan of several components (T.81, B.2.3).
    private static let unitBlocksLimit = 10

    /// The file as it can be shown; throws with the reason where it cannot.
    public static func take(_ file: [UInt8], limits: ImageLimits = .live) throws(ImageCodingError) -> Picture {
        try limits.check(fileBytes: file.count)
        let start = start(of: file)
        if start > 0 {
            let picture = try take(Array(file[start...]), limits: limits)
            return Picture(
                bytes: picture.bytes, width: picture.width, height: picture.height,
                mendings: picture.mendings.union(.surroundings))
        }
        let walk = try JPEGWalk(file, limits: limits, takesLateHeight: true)
        guard let frame = walk.frame, let firstScan = walk.firstScan else { throw .truncated("the JPEG header") }
        try check(walk, frame)
        let mendings = mendings(walk, file)
        let picture = { (bytes: [UInt8]) in
            Picture(bytes: bytes, width: frame.width, height: frame.height, mendings: mendings)
        }
        if mendings.isEmpty { return picture(file) }

        var changed = file
        if mendings.contains(.orientation) { for place in walk.orientations { place.neutralise(in: &changed) } }
        if mendings.contains(.height) {
            changed[frame.heightOffset] = UInt8(frame.height >> 8)
            changed[frame.heightOffset + 1] = UInt8(frame.height & 255)
        }
        // Before the file's own tables, so that those it does bring replace the standard ones.
        let tables = mendings.contains(.huffmanTables) ? min(walk.firstHuffmanTables ?? firstScan, firstScan) : nil
        var whole: [UInt8] = []
        whole.reserveCapacity(walk.end - walk.start + HuffmanTables.segment.count + 2)
        var from = walk.start
        func keep(upTo end: Int) {
            if let tables, from <= tables, tables < end {
                whole += changed[from..<tables]
                whole += HuffmanTables.segment
                from = tables
            }
            whole += changed[from..<end]
        }
        for gap in walk.stray {
            keep(upTo: gap.lowerBound)
            from = gap.upperBound
        }
        keep(upTo: walk.end)
        if !walk.isComplete { whole += [0xFF, JPEGMarker.endOfImage] }
        return picture(whole)
    }

    /// Where the first start marker stands; 0 where there is none.
    private static func start(of file: [UInt8]) -> Int {
        if file.starts(with: [0xFF, JPEGMarker.startOfImage]) { return 0 }
        return file.indices.dropLast().first { file[$0] == 0xFF && file[$0 + 1] == JPEGMarker.startOfImage } ?? 0
    }

    private static func mendings(_ walk: JPEGWalk, _ file: [UInt8]) -> Mendings {
        var mendings: Mendings = []
        if !walk.isComplete { mendings.insert(.endMarker) }
        if walk.missingHuffmanTables != 0 { mendings.insert(.huffmanTables) }
        // The segment with the late height is left out, too.
        if walk.stray.count > (walk.hasLateHeight ? 1 : 0) { mendings.insert(.strayBytes) }
        if walk.start > 0 || walk.end < file.count { mendings.insert(.surroundings) }
        if walk.orientations.contains(where: { (2...8).contains($0.value) }) { mendings.insert(.orientation) }
        if walk.hasLateHeight { mendings.insert(.height) }
        return mendings
    }

    /// Throws for what is well formed and yet not shown by browsers, or not read by the decoders here.
    static func check(_ walk: JPEGWalk, _ frame: JPEGWalk.FrameHeader) throws(ImageCodingError) {
        guard walk.firstScanBytes > 0 else { throw .malformed(at: walk.firstScan ?? 0, "a scan without data") }
        guard !walk.lacksQuantisation else { throw .unsupported("JPEG without quantisation tables") }
        // A progressive scan cannot be read with the standard tables, and those have the numbers 0 and 1.
        guard walk.missingHuffmanTables == 0 || !frame.isProgressive else {
            throw .unsupported("progressive JPEG without Huffman tables")
        }
        guard walk.missingHuffmanTables & 0b1100_1100 == 0 else {
            throw .unsupported("JPEG without the Huffman tables it names")
        }
        switch frame.components.count {
        case 1, 3: break
        case 4: throw .unsupported("JPEG with four components (CMYK)")
        default: throw .unsupported("JPEG with \(frame.components.count) components")
        }
        let blocks = frame.components.reduce(0) { $0 + Int($1.sampling >> 4) * Int($1.sampling & 15) }
        guard frame.components.count == 1 || blocks <= unitBlocksLimit else {
            throw .unsupported("JPEG with sampling factors that make \(blocks) blocks a unit")
        }
    }
}
