import CPictureFiles

/// Reads pictures of one brightness from TIFF files through libtiff. That is how radiometric pictures are passed on.
///
/// Each tag that changes values or pages is honoured, or the file is refused and the reason told:
///
/// - strips and tiles, planes together or apart, either byte and bit order, BigTIFF; compression without loss (LZW, Deflate,
///   PackBits, Zstandard, LZMA, with predictors); others are refused;
/// - unsigned and signed whole numbers of 8, 16 and 32 bits, floating point of 32 and 64; others are refused;
/// - white-is-zero is turned round for unsigned values of 8 and 16 bits, else refused; RGB and palettes become BT.601 luma;
/// - an alpha sample of 0 makes a pixel without a value; other additional samples are refused;
/// - orientation: the picture is handed out upright;
/// - GDAL's tags for no value (42113), scale, offset and unit (42112);
/// - every page is a picture of its own; smaller copies are passed over, and a mask is refused. SubIFDs are not looked at.
public enum TIFF {
    /// A picture's values, row by row.
    public enum Samples: Hashable, Sendable {
        /// Whole numbers as they stand in the file, of 8 bits or of more. `known`: which pixels have a value at all; empty where
        /// all have.
        case whole([UInt16], bits: Int, known: [Bool])
        /// Degrees Celsius; NaN where a pixel has no value, and where what stands there can be no temperature.
        case celsius([Float])
    }
    /// A picture as it stands in the file, upright.
    public struct Image: Hashable, Sendable {
        /// Pixels.
        public let width: Int, height: Int
        /// `width × height` values.
        public let samples: Samples
    }

    /// Pages of a file; more are refused.
    public static let pagesLimit = 4096
    /// Largest piece of memory that libtiff may ask for at once, in bytes.
    static let allocationLimit = 256 << 20

    /// Whether the bytes begin like a TIFF file, also a big one.
    public static func isTIFF(_ bytes: [UInt8]) -> Bool {
        guard bytes.count >= 8 else { return false }
        let start = Array(bytes[..<4])
        return start == [0x49, 0x49, 42, 0] || start == [0x4D, 0x4D, 0, 42] || start == [0x49, 0x49, 43, 0]
            || start == [0x4D, 0x4D, 0, 43]
    }

    /// Hands over each picture of `bytes` in the file's order. Throws at the first that cannot be read, and where there is none.
    public static func each(
        of bytes: [UInt8], limits: ImageLimits = .standard, _ body: (Image) throws -> Void
    ) throws {
        try limits.check(fileBytes: bytes.count)
        guard isTIFF(bytes) else { throw ImageCodingError.notThisFormat("TIFF") }
        try bytes.withUnsafeBufferPointer { buffer in
            let file = try TIFFFile(buffer)
            var (pages, pictures) = (0, 0)
            repeat {
                pages += 1
                guard pages <= pagesLimit else { throw ImageCodingError.exceedsLimit("more than \(pagesLimit) pages") }
                if let image = try file.picture(limits: limits) {
                    pictures += 1
                    try body(image)
                }
            } while try file.next()
            guard pictures > 0 else { throw ImageCodingError.unsupported("TIFF of smaller copies only") }
        }
    }
}

/// A file that libtiff has open.
private final class TIFFFile {
    private let file: OpaquePointer
    private var message = [CChar](repeating: 0, count: LB_MESSAGE_SIZE)

    /// `bytes` must outlive it.
    init(_ bytes: UnsafeBufferPointer<UInt8>) throws(ImageCodingError) {
        guard let file = lb_tiff_open(bytes.baseAddress, bytes.count, TIFF.allocationLimit, &message) else {
            throw .codec("TIFF: " + PNG.text(message))
        }
        self.file = file
    }
    deinit { lb_tiff_close(file) }

    /// Moves to the next page; whether there is one.
    func next() throws(ImageCodingError) -> Bool {
        let status = lb_tiff_next(file, &message)
        guard status >= 0 else { throw error() }
        return status == 1
    }

    /// The current page; nil for a smaller copy of another.
    func picture(limits: ImageLimits) throws(ImageCodingError) -> TIFF.Image? {
        var head = lb_tiff_head()
        guard lb_tiff_read_head(file, &head, &message) == 0 else { throw error() }
        guard head.is_mask == 0 else { throw .unsupported("TIFF with a mask") }
        guard head.is_reduced == 0 else { return nil }
        try limits.check(width: Int(head.width), height: Int(head.height))
        let form = try TIFFForm(head)
        let pixels = Int(head.width) * Int(head.height)
        let size = Int(head.bits) / 8
        let planes = form.colours + (form.alpha == .none ? 0 : 1)
        guard pixels * size * planes <= 8 * limits.pixels else {
            throw .exceedsLimit("\(pixels) pixels of \(planes * Int(head.bits)) bits")
        }
        var raw = [UInt8](repeating: 0, count: pixels * size * planes)
        let status = lb_tiff_read_planes(file, &head, UInt16(planes), &raw, raw.count, &message)
        guard status == 0 else { throw error() }
        let samples = try form.samples(raw, pixels: pixels)
        return TIFFOrientation(head.orientation).upright(
            TIFF.Image(width: Int(head.width), height: Int(head.height), samples: samples))
    }

    private func error() -> ImageCodingError { .codec("TIFF: " + PNG.text(message)) }
}
