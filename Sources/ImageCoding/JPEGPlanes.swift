import CTurboJPEG

/// A JPEG file at a fraction of its size, as brightness and colour differences, for what looks at pictures without showing them.
///
/// Reading at a half costs little more than undoing the file's entropy coding. Keeps its memory from frame to frame; one thread at
/// a time.
public final class JPEGPlanes {
    /// A plane of 8-bit values.
    public struct Plane {
        /// Row by row.
        public var values: UnsafeBufferPointer<UInt8>
        /// Pixels; `stride` is from row to row, at least `width`.
        public var width: Int, height: Int, stride: Int
    }
    /// Pixels of the file read last.
    public private(set) var fullWidth = 0, fullHeight = 0
    /// Of them to one of the planes, each way: 1, 2, 4 or 8.
    public private(set) var divisor = 1
    /// The decoder met damaged data and filled in what it could not read, or the file was cut off.
    public private(set) var isDamaged = false

    private let planes: ScaledPlanes
    private let limits: ImageLimits

    /// A reader that refuses files over `limits`. Throws when the codec cannot be set up.
    public init(limits: ImageLimits = .standard) throws(ImageCodingError) {
        self.limits = limits
        planes = try ScaledPlanes()
    }

    /// Reads `jpeg` at the largest of 1, 1/2, 1/4 and 1/8 of its size that is at most `widthLimit` pixels wide; at 1/8 where none is.
    ///
    /// Throws when the file breaks a limit or the format, or is of a colour space or sampling no camera uses; nothing is then held.
    public func decode(_ jpeg: [UInt8], widthLimit: Int) throws(ImageCodingError) {
        (fullWidth, fullHeight) = (0, 0)
        let header = try JPEGHeader(of: jpeg, limits: limits)
        let tables = JPEGFrameTables(of: jpeg, firstScan: header.firstScanOffset)
        let divisor = [1, 2, 4].first { (Int(header.width) + $0 - 1) / $0 <= widthLimit } ?? 8
        let file = header.hasHuffmanTables ? jpeg : try HuffmanTables.inserted(into: jpeg, limits: limits)
        try planes.decode(
            file, header: header, samplings: tables.samplings, numerator: 1, denominator: divisor)
        guard planes.sampling != TJSAMP_411 else { throw .unsupported("JPEG at 4:1:1") }
        self.divisor = divisor
        isDamaged = planes.isDamaged || !header.isComplete
        (fullWidth, fullHeight) = (Int(header.width), Int(header.height))
    }

    /// The picture read last; nil before the first and after a refused one. The colour planes have half its width and height, and
    /// are nil for a grey picture.
    public func withPlanes<Result>(_ body: (_ luma: Plane, _ blue: Plane?, _ red: Plane?) -> Result) -> Result? {
        guard fullWidth > 0 else { return nil }
        let (width, height) = (planes.width, planes.height)
        let isGrey = planes.sampling == TJSAMP_GRAY
        let across = (width + 1) / 2, down = (height + 1) / 2
        return planes.luma.withUnsafeBufferPointer { luma in
            planes.blue.withUnsafeBufferPointer { blue in
                planes.red.withUnsafeBufferPointer { red in
                    let brightness = Plane(values: luma, width: width, height: height, stride: planes.lumaStride)
                    guard !isGrey else { return body(brightness, nil, nil) }
                    let stride = planes.chromaStride
                    return body(
                        brightness, Plane(values: blue, width: across, height: down, stride: stride),
                        Plane(values: red, width: across, height: down, stride: stride))
                }
            }
        }
    }
}
