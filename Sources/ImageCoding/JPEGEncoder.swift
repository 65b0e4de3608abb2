import CTurboJPEG

/// Makes JPEG files of uncompressed camera pictures. Keeps its memory from frame to frame; one thread at a time.
public final class JPEGEncoder {
    /// JPEG quality, 1…100.
    public let quality: Int
    private let handle: tjhandle
    private var picture = PlanarPicture()
    private var output: UnsafeMutablePointer<UInt8>?
    private var outputSize: UInt = 0

    /// An encoder of the quality given (clamped to 1…100). Throws when the codec cannot be set up.
    public init(quality: Int = 80) throws(ImageCodingError) {
        guard let handle = tjInitCompress() else { throw .codec("the JPEG encoder cannot be set up") }
        self.handle = handle
        self.quality = min(100, max(1, quality))
    }
    deinit {
        tjFree(output)
        tjDestroy(handle)
    }

    /// A JPEG file of `pixels`: gray for `grey`, otherwise colour at 4:2:0.
    ///
    /// - Parameters:
    ///   - pixels: the picture; throws `.truncated` when shorter than
    ///     ``PixelLayout/byteCount(width:height:bytesPerRow:)``.
    ///   - bytesPerRow: distance of two rows in bytes, for cameras that pad rows.
    ///   - range: meaning of YUV values; of no effect for `grey` and `rgb`, which are full range.
    public func encode(
        _ pixels: UnsafeRawBufferPointer, layout: PixelLayout, width: Int, height: Int, bytesPerRow: Int,
        range: YUVRange = .full, limits: ImageLimits = .standard
    ) throws(ImageCodingError) -> [UInt8] {
        try limits.check(width: width, height: height)
        guard let needed = layout.byteCount(width: width, height: height, bytesPerRow: bytesPerRow) else {
            throw .malformed(at: 0, "rows of \(bytesPerRow) bytes for \(width) pixels of \(layout)")
        }
        guard pixels.count >= needed, let base = pixels.bindMemory(to: UInt8.self).baseAddress else {
            throw .truncated("the picture: \(pixels.count) of \(needed) bytes")
        }
        let sampling = Int32((layout == .grey ? TJSAMP_GRAY : TJSAMP_420).rawValue)
        try reserve(tjBufSize(Int32(width), Int32(height), sampling))
        var size = outputSize
        let flags = Int32(TJFLAG_NOREALLOC)
        let status: Int32
        switch layout {
        case .grey, .rgb:
            let format = Int32((layout == .grey ? TJPF_GRAY : TJPF_RGB).rawValue)
            status = tjCompress2(
                handle, base, Int32(width), Int32(bytesPerRow), Int32(height), format, &output, &size, sampling,
                Int32(quality), flags)
        case .yuyv, .uyvy, .nv12, .yuv420:
            picture.fill(
                from: pixels, layout: layout, width: width, height: height, bytesPerRow: bytesPerRow, range: range)
            status = compressPlanes(width: Int32(width), height: Int32(height), sampling, &size, flags)
        }
        guard status == 0, let output else { throw .codec(String(cString: tjGetErrorStr2(handle))) }
        return Array(UnsafeBufferPointer(start: output, count: Int(size)))
    }

    /// The same for an array.
    public func encode(
        _ pixels: [UInt8], layout: PixelLayout, width: Int, height: Int, range: YUVRange = .full
    ) throws(ImageCodingError) -> [UInt8] {
        try pixels.withUnsafeBufferPointer { (bytes) throws(ImageCodingError) in
            try encode(
                UnsafeRawBufferPointer(bytes), layout: layout, width: width, height: height,
                bytesPerRow: layout.rowBytes(width: width),
                range: range)
        }
    }

    private func reserve(_ size: UInt) throws(ImageCodingError) {
        guard size > outputSize else { return }
        guard size <= UInt(Int32.max), let fresh = tjAlloc(Int32(size)) else {
            throw .codec("no memory for \(size) bytes of JPEG")
        }
        tjFree(output)
        output = fresh
        outputSize = size
    }

    private func compressPlanes(
        width: Int32, height: Int32, _ sampling: Int32, _ size: inout UInt, _ flags: Int32
    ) -> Int32 {
        picture.luma.withUnsafeBufferPointer { luma in
            picture.blue.withUnsafeBufferPointer { blue in
                picture.red.withUnsafeBufferPointer { red in
                    var planes = [luma.baseAddress, blue.baseAddress, red.baseAddress]
                    var strides = [Int32(picture.lumaWidth), Int32(picture.chromaWidth), Int32(picture.chromaWidth)]
                    return tjCompressFromYUVPlanes(
                        handle, &planes, width, &strides, height, sampling, &output, &size, Int32(quality), flags)
                }
            }
        }
    }
}
