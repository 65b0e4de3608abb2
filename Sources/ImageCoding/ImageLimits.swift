/// How large an image may be before it is refused. Checked before a decoder is given the bytes.
public struct ImageLimits: Hashable, Sendable {
    /// Pixels.
    public var width: Int
    /// Pixels.
    public var height: Int
    /// Width times height.
    public var pixels: Int
    /// Size of the coded file, in bytes.
    public var fileBytes: Int
    /// JPEG scans; a progressive file makes the decoder pass over the picture once per scan.
    public var scans: Int
    /// Pixels times scans: what a progressive file may cost in work.
    public var pixelScans: Int
    /// JPEG segments before, between and after the scans.
    public var segments: Int

    /// Limits of one's own; the defaults admit every camera the project knows (40 MP, 64 scans, 64 MiB).
    public init(
        width: Int = 8192, height: Int = 8192, pixels: Int = 40_000_000, fileBytes: Int = 64 << 20, scans: Int = 64,
        pixelScans: Int = 400_000_000, segments: Int = 1024
    ) {
        self.width = width
        self.height = height
        self.pixels = pixels
        self.fileBytes = fileBytes
        self.scans = scans
        self.pixelScans = pixelScans
        self.segments = segments
    }
    /// The defaults of ``init(width:height:pixels:fileBytes:scans:pixelScans:segments:)``.
    public static let standard = ImageLimits()
    /// For pictures that a page shows as they come: the stills of 20 to 24 megapixels that drones take, a little less than a second
    /// of a browser's work; ten scans of that, as encoders write; and what the link carries in one object, with a little room for what is mended.
    public static let live = ImageLimits(
        pixels: 24_000_000, fileBytes: (8 << 20) - 4096, scans: 32, pixelScans: 240_000_000)
    /// For thermal pictures: uncooled sensors have at most 1280×1024, the largest cooled ones 1920×1080.
    public static let thermal = ImageLimits(width: 2048, height: 2048, pixels: 1 << 21, fileBytes: 8 << 20)
    /// For the picture that goes with a report of detections.
    public static let crop = ImageLimits(
        width: 1024, height: 1024, pixels: 1 << 19, fileBytes: 16 << 10, scans: 16, pixelScans: 16 << 19)

    /// Whether a picture of these dimensions is within the limits.
    public func admits(width: Int, height: Int) -> Bool { (try? check(width: width, height: height)) != nil }
    /// Throws when a picture of these dimensions is empty or over the limits.
    func check(width: Int, height: Int) throws(ImageCodingError) {
        guard width > 0, height > 0 else { throw .malformed(at: 0, "width or height is zero") }
        let (product, overflow) = width.multipliedReportingOverflow(by: height)
        guard width <= self.width, height <= self.height, !overflow, product <= pixels else {
            throw .exceedsLimit("\(width)×\(height) pixels; at most \(self.width)×\(self.height) and \(pixels) in all")
        }
    }
    /// Throws when a file of this size is over the limit.
    func check(fileBytes count: Int) throws(ImageCodingError) {
        guard count <= fileBytes else { throw .exceedsLimit("file of \(count) bytes; at most \(fileBytes)") }
    }
}

/// Why an image was refused. The image is dropped; nothing else is affected.
public enum ImageCodingError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The bytes do not begin like the format named.
    case notThisFormat(String)
    /// The bytes end before the part named is whole.
    case truncated(String)
    /// The bytes break the format at the offset given.
    case malformed(at: Int, String)
    /// A valid variant that we do not take.
    case unsupported(String)
    /// Larger than ``ImageLimits`` allows.
    case exceedsLimit(String)
    /// What the codec library said.
    case codec(String)

    /// The fact, for a log.
    public var description: String {
        switch self {
        case .notThisFormat(let format): "image refused: not a \(format) file"
        case .truncated(let part): "image refused: ends inside \(part)"
        case .malformed(let offset, let fact): "image refused: \(fact) (byte \(offset))"
        case .unsupported(let variant): "image refused: \(variant) is not supported"
        case .exceedsLimit(let fact): "image refused: \(fact)"
        case .codec(let message): "image refused by the codec: \(message)"
        }
    }
}

/// A decoded picture of 8-bit brightness.
public struct GrayImage: Hashable, Sendable {
    /// Pixels.
    public var width: Int
    /// Pixels.
    public var height: Int
    /// Rows without padding, `width × height` values.
    public var pixels: [UInt8]
    /// The decoder met damaged data and filled in what it could not read.
    public var isDamaged: Bool
    /// A picture of its parts.
    public init(width: Int, height: Int, pixels: [UInt8], isDamaged: Bool = false) {
        self.width = width
        self.height = height
        self.pixels = pixels
        self.isDamaged = isDamaged
    }
}
