/// How the pixels of an uncompressed picture lie in memory.
public enum PixelLayout: Hashable, Sendable, CaseIterable {
    /// One byte of brightness a pixel.
    case grey
    /// Pairs of pixels as Y0 U Y1 V.
    case yuyv
    /// Pairs of pixels as U Y0 V Y1.
    case uyvy
    /// A plane of brightness, then a plane of U V pairs at half the size both ways.
    case nv12
    /// A plane of brightness, then a U and a V plane at half the size both ways.
    case yuv420
    /// Three bytes a pixel: red, green, blue.
    case rgb

    /// Bytes of pixels in a row of `width` pixels (of the first plane), without padding.
    public func rowBytes(width: Int) -> Int {
        switch self {
        case .grey, .nv12, .yuv420: width
        case .yuyv, .uyvy: (width &+ 1) / 2 &* 4
        case .rgb: width &* 3
        }
    }
    /// Fewest bytes that hold a whole picture; nil when the row is too short for the width or a size is over 65,535.
    ///
    /// - Parameter bytesPerRow: distance of two rows of the first plane in bytes, at most 1 MiB. The chroma plane of
    ///   `nv12` has the same, those of `yuv420` have half of it (V4L2's rule).
    public func byteCount(width: Int, height: Int, bytesPerRow: Int) -> Int? {
        guard (1...65_535).contains(width), (1...65_535).contains(height), bytesPerRow <= 1 << 20,
            bytesPerRow >= rowBytes(width: width)
        else { return nil }
        let (chromaWidth, chromaHeight) = ((width + 1) / 2, (height + 1) / 2)
        switch self {
        case .grey, .yuyv, .uyvy, .rgb: return bytesPerRow * (height - 1) + rowBytes(width: width)
        case .nv12:
            guard bytesPerRow >= chromaWidth * 2 else { return nil }
            return bytesPerRow * (height + chromaHeight - 1) + chromaWidth * 2
        case .yuv420:
            guard bytesPerRow / 2 >= chromaWidth else { return nil }
            return bytesPerRow * height + bytesPerRow / 2 * (2 * chromaHeight - 1) + chromaWidth
        }
    }
}

/// Which byte values of a YUV picture mean black and white.
public enum YUVRange: Hashable, Sendable {
    /// 0…255, as in a JPEG file.
    case full
    /// Brightness 16…235, colour 16…240, as most cameras give raw pictures (ITU-R BT.601).
    case limited

    /// The full-range brightness of each byte value.
    var lumaTable: [UInt8] { table(black: 16, fullBlack: 0, scale: 255 / 219) }
    /// The full-range colour difference of each byte value.
    var chromaTable: [UInt8] { table(black: 128, fullBlack: 128, scale: 255 / 224) }

    private func table(black: Double, fullBlack: Double, scale: Double) -> [UInt8] {
        if self == .full { return Array(0...255) }
        return (0...255).map { value -> UInt8 in
            let full = fullBlack + (Double(value) - black) * scale
            return UInt8(min(255, max(0, full.rounded())))
        }
    }
}
