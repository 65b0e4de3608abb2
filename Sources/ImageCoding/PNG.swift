import CPNG
import CPictureFiles

/// Reads PNG files value by value, and writes grey ones.
///
/// What stands in the file is handed out: no gamma, profile, significant bits, background, transparency or orientation changes a
/// value. A file that ends early or has a wrong checksum is refused whole.
public enum PNG {
    private static let signature: [UInt8] = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]

    /// Whether the bytes begin like a PNG file.
    public static func isPNG(_ bytes: [UInt8]) -> Bool { bytes.starts(with: signature) }

    /// The brightness of a PNG file at 8 bits: ``decodeGray16(_:limits:)``, 16 bits cut to their upper 8.
    public static func decodeGray(
        _ bytes: [UInt8], limits: ImageLimits = .standard
    ) throws(ImageCodingError) -> GrayImage {
        let image = try decodeGray16(bytes, limits: limits)
        let shift = image.maximum > 255 ? UInt16(8) : 0
        return GrayImage(
            width: image.width, height: image.height,
            pixels: image.samples.map { UInt8(truncatingIfNeeded: $0 >> shift) })
    }

    /// The brightness of a PNG file in the depth it has: 16 bits (`maximum` 65,535) where its channels have 16, else 8. Grey values
    /// are the file's own, those of 1, 2 and 4 bits spread over 0…255; colour and palettes become ITU-R BT.601 luma; alpha is
    /// ignored.
    public static func decodeGray16(
        _ bytes: [UInt8], limits: ImageLimits = .standard
    ) throws(ImageCodingError) -> PGM.Image {
        try limits.check(fileBytes: bytes.count)
        guard isPNG(bytes) else { throw .notThisFormat("PNG") }
        var head = lb_png_head()
        var message = [CChar](repeating: 0, count: LB_MESSAGE_SIZE)
        guard lb_png_read_head(bytes, bytes.count, &head, &message) == 0 else { throw .codec(Self.text(message)) }
        let (width, height) = (Int(head.width), Int(head.height))
        try limits.check(width: width, height: height)
        var samples = [UInt16](repeating: 0, count: width * height)
        guard lb_png_read_grey(bytes, bytes.count, &head, &samples, &message) == 0 else {
            throw .codec(Self.text(message))
        }
        return PGM.Image(width: width, height: height, maximum: head.depth == 16 ? .max : 255, samples: samples)
    }

    /// A gray 8-bit PNG file of `pixels` (`width × height` values, rows without padding).
    public static func encodeGray(width: Int, height: Int, pixels: [UInt8]) throws(ImageCodingError) -> [UInt8] {
        try ImageLimits.standard.check(width: width, height: height)
        guard pixels.count == width * height else { throw .truncated("the picture: \(pixels.count) values") }
        var image = png_image()
        image.version = LB_PNG_IMAGE_VERSION
        image.width = UInt32(width)
        image.height = UInt32(height)
        image.format = LB_PNG_FORMAT_GRAY
        defer { png_image_free(&image) }
        // Deflate never grows data by more than a few bytes per 16 KiB block.
        var size = pixels.count + height + pixels.count / 512 + 4096
        var file = [UInt8](repeating: 0, count: size)
        guard png_image_write_to_memory(&image, &file, &size, 0, pixels, 0, nil) != 0, size <= file.count else {
            throw .codec(withUnsafeBytes(of: image.message) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) })
        }
        file.removeLast(file.count - size)
        return file
    }

    /// What a library said, in C's form.
    static func text(_ message: [CChar]) -> String {
        String(decoding: message.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}
