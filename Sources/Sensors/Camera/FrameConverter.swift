import CV4L2

/// Turns frames of a format the encoder cannot read into planar YUV 4:2:0 by libv4lconvert.
final class FrameConverter {
    private let converter: OpaquePointer
    private var source = v4l2_format()
    private var target = v4l2_format()
    private var output = UnsafeMutableRawBufferPointer(start: nil, count: 0)

    init?(descriptor: Int32) {
        guard let converter = lb_v4lconvert_create(descriptor) else { return nil }
        self.converter = converter
    }
    deinit {
        v4lconvert_destroy(converter)
        output.deallocate()
    }

    /// The camera format from which the library would convert; nil when it knows none (conversion may still work).
    func source(width: UInt32, height: UInt32) -> v4l2_format? {
        var wanted = Self.planar(width: width, height: height)
        var source = v4l2_format()
        guard v4lconvert_try_format(converter, &wanted, &source) == 0,
            wanted.fmt.pix.pixelformat == FourCC.yuv420.code
        else { return nil }
        return source
    }

    /// Takes the format the camera was set to; what converted frames will be.
    func prepare(source: v4l2_format) -> v4l2_pix_format {
        self.source = source
        target = Self.planar(width: source.fmt.pix.width, height: source.fmt.pix.height)
        output.deallocate()
        output = .allocate(byteCount: Int(target.fmt.pix.sizeimage), alignment: 16)
        return target.fmt.pix
    }

    /// The frame converted, valid until the next; empty when the library refuses it.
    func convert(_ frame: UnsafeMutableRawBufferPointer) -> UnsafeMutableRawBufferPointer {
        let written = v4lconvert_convert(
            converter, &source, &target, frame.bindMemory(to: UInt8.self).baseAddress, Int32(clamping: frame.count),
            output.bindMemory(to: UInt8.self).baseAddress, Int32(clamping: output.count))
        return UnsafeMutableRawBufferPointer(rebasing: output.prefix(max(0, Int(written))))
    }

    private static func planar(width: UInt32, height: UInt32) -> v4l2_format {
        var format = v4l2_format()
        format.type = UInt32(V4L2_BUF_TYPE_VIDEO_CAPTURE.rawValue)
        format.fmt.pix.width = width
        format.fmt.pix.height = height
        format.fmt.pix.pixelformat = FourCC.yuv420.code
        format.fmt.pix.field = UInt32(V4L2_FIELD_NONE.rawValue)
        v4lconvert_fixup_fmt(&format)
        return format
    }
}
