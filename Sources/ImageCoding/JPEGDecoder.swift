import CTurboJPEG

/// Decodes JPEG files, after ``JPEGHeader`` has let them pass.
public enum JPEGDecoder {
    /// The brightness of a JPEG file (its Y component; other colour spaces are converted).
    ///
    /// Damaged entropy-coded data does not throw: what could be read is returned with `isDamaged` set. Throws when the
    /// header breaks a limit or the format, or the file is CMYK (no camera's). `eighth`: at an eighth of width and height, which
    /// costs little more than reading the file.
    public static func decodeLuma(
        _ bytes: [UInt8], eighth: Bool = false, limits: ImageLimits = .standard
    ) throws(ImageCodingError) -> GrayImage {
        let header = try JPEGHeader(of: bytes, limits: limits)
        guard header.components != 4 else { throw .unsupported("JPEG with four components") }
        guard let handle = tjInitDecompress() else { throw .codec("the JPEG decoder cannot be set up") }
        defer { tjDestroy(handle) }
        let divisor = eighth ? 8 : 1
        let (width, height) = (
            (Int(header.width) + divisor - 1) / divisor, (Int(header.height) + divisor - 1) / divisor
        )
        var pixels = [UInt8](repeating: 0, count: width * height)
        // The codec reads the header anew and never writes more than the size we give it. It supplies the standard
        // Huffman tables itself where a file has none.
        let status = tjDecompress2(
            handle, bytes, UInt(bytes.count), &pixels, Int32(width), 0, Int32(height), Int32(TJPF_GRAY.rawValue),
            Int32(TJFLAG_LIMITSCANS))
        if status != 0, tjGetErrorCode(handle) != Int32(TJERR_WARNING.rawValue) {
            throw .codec(String(cString: tjGetErrorStr2(handle)))
        }
        return GrayImage(width: width, height: height, pixels: pixels, isDamaged: status != 0 || !header.isComplete)
    }
}
