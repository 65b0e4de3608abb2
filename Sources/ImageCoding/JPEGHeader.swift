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
        self.init(try JPEGWalk(bytes, limits: limits))
    }
    init(_ walk: JPEGWalk) {
        width = walk.frame?.width ?? 0
        height = walk.frame?.height ?? 0
        components = walk.frame?.components.count ?? 0
        isProgressive = walk.frame?.isProgressive ?? false
        hasHuffmanTables = walk.hasHuffmanTables
        scans = walk.scans
        isComplete = walk.isComplete
        firstScanOffset = walk.firstScan ?? 0
    }
}
