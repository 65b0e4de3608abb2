import CTurboJPEG

/// Decodes a JPEG file at a fraction of its size into planes, and encodes these again. Colour leaves at 4:2:0 (4:1:1
/// stays as it is), without a detour over RGB. Keeps its memory from frame to frame; one thread at a time.
final class ScaledPlanes {
    /// Pixels of the picture held.
    private(set) var width = 0
    /// Pixels of the picture held.
    private(set) var height = 0
    /// The decoder met damaged data and filled in what it could not read.
    private(set) var isDamaged = false

    /// Brightness, and of colour pictures the two differences.
    private(set) var luma: [UInt8] = []
    private(set) var blue: [UInt8] = []
    private(set) var red: [UInt8] = []
    /// From row to row of the planes.
    private(set) var lumaStride = 0
    private(set) var chromaStride = 0
    /// Of the picture held.
    private(set) var sampling = TJSAMP_GRAY

    private let encoder: tjhandle
    private var output: [UInt8] = []

    init() throws(ImageCodingError) {
        guard let encoder = tjInitCompress() else { throw .codec("the JPEG encoder cannot be set up") }
        self.encoder = encoder
    }
    deinit { tjDestroy(encoder) }

    /// Decodes `file` at `numerator / denominator` of its size (a fraction the codec knows, at most 1).
    ///
    /// - Parameters:
    ///   - header: of the same bytes.
    ///   - samplings: the sampling factors of the components.
    func decode(
        _ file: [UInt8], header: JPEGHeader, samplings: [UInt8], numerator: Int, denominator: Int
    ) throws(ImageCodingError) {
        // A fresh one each time: after a bad file the codec's decoder refuses good ones, and it keeps tables from file to
        // file, so that a file that lacks them would come out as the one before it says.
        guard let decoder = tjInitDecompress() else { throw .codec("the JPEG decoder cannot be set up") }
        defer { tjDestroy(decoder) }
        width = (Int(header.width) * numerator + denominator - 1) / denominator
        height = (Int(header.height) * numerator + denominator - 1) / denominator
        let status: Int32
        // The codec names no sampling for other factors.
        if header.components == 3, samplings.count != 3 || samplings.dropFirst().contains(where: { $0 != 0x11 }) {
            status = decodeThroughRGB(file, decoder)
        } else {
            var (fullWidth, fullHeight, coded, space): (Int32, Int32, Int32, Int32) = (0, 0, 0, 0)
            guard tjDecompressHeader3(decoder, file, UInt(file.count), &fullWidth, &fullHeight, &coded, &space) == 0
            else { throw .codec(String(cString: tjGetErrorStr2(decoder))) }
            // What the limits were checked on must be what is decoded.
            guard fullWidth == header.width, fullHeight == header.height else {
                throw .codec("the decoder reads \(fullWidth)×\(fullHeight) pixels, the header walk others")
            }
            switch space {
            case Int32(TJCS_GRAY.rawValue): status = decodeGrey(file, decoder)
            case Int32(TJCS_YCbCr.rawValue): status = decodeColour(file, decoder, TJSAMP(rawValue: UInt32(coded)))
            case Int32(TJCS_RGB.rawValue): status = decodeThroughRGB(file, decoder)
            default: throw .unsupported("JPEG of a colour space but grey, YCbCr and RGB")
            }
        }
        if status != 0, tjGetErrorCode(decoder) != Int32(TJERR_WARNING.rawValue) {
            throw .codec(String(cString: tjGetErrorStr2(decoder)))
        }
        isDamaged = status != 0
    }

    /// For what no camera of a drone is known to send and browsers show: the codec's raw planes would be something else.
    private func decodeThroughRGB(_ file: [UInt8], _ decoder: tjhandle) -> Int32 {
        var pixels = [UInt8](repeating: 0, count: width * height * 3)
        let status = tjDecompress2(
            decoder, file, UInt(file.count), &pixels, Int32(width), 0, Int32(height), Int32(TJPF_RGB.rawValue),
            Int32(TJFLAG_LIMITSCANS))
        sampling = TJSAMP_420
        let form = Int32(sampling.rawValue)
        (lumaStride, chromaStride) = (
            Int(tjPlaneWidth(0, Int32(width), form)), Int(tjPlaneWidth(1, Int32(width), form))
        )
        let chromaRows = Int(tjPlaneHeight(1, Int32(height), form))
        Self.resize(&luma, lumaStride * Int(tjPlaneHeight(0, Int32(height), form)))
        Self.resize(&blue, chromaStride * chromaRows)
        Self.resize(&red, chromaStride * chromaRows)
        let split = withPlanes { planes, strides in
            tjEncodeYUVPlanes(
                encoder, pixels, Int32(width), 0, Int32(height), Int32(TJPF_RGB.rawValue), planes, strides, form, 0)
        }
        return split == 0 ? status : split
    }

    private func decodeGrey(_ file: [UInt8], _ decoder: tjhandle) -> Int32 {
        (sampling, lumaStride) = (TJSAMP_GRAY, width)
        Self.resize(&luma, width * height)
        return tjDecompress2(
            decoder, file, UInt(file.count), &luma, Int32(width), Int32(width), Int32(height),
            Int32(TJPF_GRAY.rawValue), Int32(TJFLAG_LIMITSCANS))
    }

    private func decodeColour(_ file: [UInt8], _ decoder: tjhandle, _ coded: TJSAMP) -> Int32 {
        sampling = coded == TJSAMP_411 ? TJSAMP_411 : TJSAMP_420
        lumaStride = Int(tjPlaneWidth(0, Int32(width), Int32(sampling.rawValue)))
        let lumaRows = Int(tjPlaneHeight(0, Int32(height), Int32(sampling.rawValue)))
        chromaStride = Int(tjPlaneWidth(1, Int32(width), Int32(coded.rawValue)))
        let chromaRows = Int(tjPlaneHeight(1, Int32(height), Int32(coded.rawValue)))
        Self.resize(&luma, lumaStride * lumaRows)
        Self.resize(&blue, chromaStride * chromaRows)
        Self.resize(&red, chromaStride * chromaRows)
        let status = withPlanes { planes, strides in
            tjDecompressToYUVPlanes(
                decoder, file, UInt(file.count), planes, Int32(width), strides, Int32(height),
                Int32(TJFLAG_LIMITSCANS))
        }
        guard coded != sampling else { return status }
        let (across, down) = (coded != TJSAMP_422, coded != TJSAMP_440)
        Self.halve(&blue, width: chromaStride, height: chromaRows, across: across, down: down)
        Self.halve(&red, width: chromaStride, height: chromaRows, across: across, down: down)
        if across { chromaStride = (chromaStride + 1) / 2 }
        padLuma(rows: lumaRows)
        return status
    }

    /// A JPEG file of the picture held, at `quality` (1…100).
    func encode(quality: Int) throws(ImageCodingError) -> [UInt8] {
        Self.resize(&output, Int(tjBufSize(Int32(width), Int32(height), Int32(sampling.rawValue))))
        var size = UInt(output.count)
        let status = output.withUnsafeMutableBufferPointer { buffer in
            var start = buffer.baseAddress
            return withPlanes { planes, strides in
                // The codec only reads planes here, but its type for them differs from the decoder's.
                let planes = UnsafeMutableRawPointer(planes).assumingMemoryBound(to: UnsafePointer<UInt8>?.self)
                return tjCompressFromYUVPlanes(
                    encoder, planes, Int32(width), strides, Int32(height), Int32(sampling.rawValue), &start, &size,
                    Int32(quality), Int32(TJFLAG_NOREALLOC))
            }
        }
        guard status == 0, size <= output.count else { throw .codec(String(cString: tjGetErrorStr2(encoder))) }
        return Array(output[..<Int(size)])
    }

    private func withPlanes(
        _ body: (UnsafeMutablePointer<UnsafeMutablePointer<UInt8>?>, UnsafeMutablePointer<Int32>) -> Int32
    ) -> Int32 {
        luma.withUnsafeMutableBufferPointer { luma in
            blue.withUnsafeMutableBufferPointer { blue in
                red.withUnsafeMutableBufferPointer { red in
                    var planes = [luma.baseAddress, blue.baseAddress, red.baseAddress]
                    var strides = [Int32(lumaStride), Int32(chromaStride), Int32(chromaStride)]
                    return body(&planes, &strides)
                }
            }
        }
    }

    private static func resize(_ plane: inout [UInt8], _ count: Int) {
        if plane.count != count { plane = [UInt8](repeating: 128, count: count) }
    }

    /// Means of two neighbours across, two rows down, or both; at an odd edge the last counts twice.
    private static func halve(_ plane: inout [UInt8], width: Int, height: Int, across: Bool, down: Bool) {
        let (newWidth, newHeight) = (across ? (width + 1) / 2 : width, down ? (height + 1) / 2 : height)
        // In place: what is written lies never behind what is still to be read.
        for y in 0..<newHeight {
            let upper = (down ? 2 * y : y) * width
            let lower = (down ? min(2 * y + 1, height - 1) : y) * width
            for x in 0..<newWidth {
                let left = across ? 2 * x : x
                let right = across ? min(left + 1, width - 1) : x
                let sum =
                    Int(plane[upper + left]) + Int(plane[upper + right]) + Int(plane[lower + left])
                    + Int(plane[lower + right])
                plane[y * newWidth + x] = UInt8((sum + 2) / 4)
            }
        }
    }

    /// The encoder reads whole 2×2 blocks: the last column and row are repeated.
    private func padLuma(rows: Int) {
        if width < lumaStride {
            for y in 0..<height {
                for x in width..<lumaStride { luma[y * lumaStride + x] = luma[y * lumaStride + width - 1] }
            }
        }
        for y in height..<max(height, rows) {
            for x in 0..<lumaStride { luma[y * lumaStride + x] = luma[(height - 1) * lumaStride + x] }
        }
    }
}
