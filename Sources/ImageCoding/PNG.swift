import CPNG

/// Reads and writes PNG files through libpng's simplified interface.
public enum PNG {
    /// The brightness of a PNG file at 8 bits: gray as it is, colour as ITU-R BT.601 luma, 16 bits cut to 8, alpha
    /// ignored.
    public static func decodeGray(
        _ bytes: [UInt8], limits: ImageLimits = .standard
    ) throws(ImageCodingError) -> GrayImage {
        try limits.check(fileBytes: bytes.count)
        let signature: [UInt8] = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]
        guard bytes.starts(with: signature) else { throw .notThisFormat("PNG") }
        return try bytes.withUnsafeBufferPointer { (file) throws(ImageCodingError) in
            var image = png_image()
            image.version = LB_PNG_IMAGE_VERSION
            defer { png_image_free(&image) }
            guard png_image_begin_read_from_memory(&image, file.baseAddress, file.count) != 0 else {
                throw .codec(message(of: image))
            }
            try limits.check(width: Int(image.width), height: Int(image.height))
            // Without this libpng takes 16-bit samples for linear light and bends them on the way to 8 bits.
            image.flags |= LB_PNG_IMAGE_FLAG_16BIT_sRGB
            // Asking for alpha and leaving it out afterwards avoids blending against a background.
            let isColour = image.format & LB_PNG_FORMAT_FLAG_COLOR != 0
            let hasAlpha = image.format & LB_PNG_FORMAT_FLAG_ALPHA != 0
            image.format =
                (isColour ? LB_PNG_FORMAT_RGB : LB_PNG_FORMAT_GRAY) | (hasAlpha ? LB_PNG_FORMAT_FLAG_ALPHA : 0)
            let channels = (isColour ? 3 : 1) + (hasAlpha ? 1 : 0)
            let (width, height) = (Int(image.width), Int(image.height))
            var samples = [UInt8](repeating: 0, count: width * height * channels)
            guard png_image_finish_read(&image, nil, &samples, 0, nil) != 0 else { throw .codec(message(of: image)) }
            let pixels = channels == 1 ? samples : luma(of: samples, channels: channels, isColour: isColour)
            return GrayImage(width: width, height: height, pixels: pixels)
        }
    }

    /// The brightness of a PNG file in the depth it has: 16-bit gray value by value, everything else as
    /// ``decodeGray(_:limits:)`` gives it.
    public static func decodeGray16(
        _ bytes: [UInt8], limits: ImageLimits = .standard
    ) throws(ImageCodingError) -> PGM.Image {
        // Depth and colour stand in the header, which the signature is followed by.
        guard bytes.count > 26, bytes[24] == 16, bytes[25] == 0 else {
            let gray = try decodeGray(bytes, limits: limits)
            return PGM.Image(
                width: gray.width, height: gray.height, maximum: 255, samples: gray.pixels.map(UInt16.init))
        }
        try limits.check(fileBytes: bytes.count)
        return try bytes.withUnsafeBufferPointer { (file) throws(ImageCodingError) in
            var image = png_image()
            image.version = LB_PNG_IMAGE_VERSION
            defer { png_image_free(&image) }
            guard png_image_begin_read_from_memory(&image, file.baseAddress, file.count) != 0 else {
                throw .codec(message(of: image))
            }
            try limits.check(width: Int(image.width), height: Int(image.height))
            image.format = LB_PNG_FORMAT_LINEAR_Y
            let (width, height) = (Int(image.width), Int(image.height))
            var samples = [UInt16](repeating: 0, count: width * height)
            guard png_image_finish_read(&image, nil, &samples, 0, nil) != 0 else { throw .codec(message(of: image)) }
            return PGM.Image(width: width, height: height, maximum: .max, samples: samples)
        }
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
            throw .codec(message(of: image))
        }
        file.removeLast(file.count - size)
        return file
    }

    private static func luma(of samples: [UInt8], channels: Int, isColour: Bool) -> [UInt8] {
        var pixels: [UInt8] = []
        pixels.reserveCapacity(samples.count / channels)
        for at in stride(from: 0, to: samples.count, by: channels) {
            guard isColour else {
                pixels.append(samples[at])
                continue
            }
            // 0.299, 0.587 and 0.114 in 65,536ths, rounded.
            let sum =
                19_595 * UInt32(samples[at]) + 38_470 * UInt32(samples[at + 1]) + 7_471 * UInt32(samples[at + 2])
            pixels.append(UInt8((sum + 32_768) >> 16))
        }
        return pixels
    }

    private static func message(of image: png_image) -> String {
        withUnsafeBytes(of: image.message) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
    }
}
