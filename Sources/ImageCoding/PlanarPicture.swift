/// A picture as three planes at 4:2:0, full range: what the JPEG encoder takes. Its memory is kept from frame to frame.
///
/// Both luma dimensions are padded to even (the encoder reads whole 2×2 blocks) by repeating the last column and row.
struct PlanarPicture {
    private(set) var luma: [UInt8] = []
    private(set) var blue: [UInt8] = []
    private(set) var red: [UInt8] = []
    private(set) var lumaWidth = 0
    private(set) var chromaWidth = 0
    private var range: YUVRange?
    private var lumaTable: [UInt8] = []
    private var chromaTable: [UInt8] = []

    /// Fills the planes from `source`, which must hold `layout.byteCount(…)` bytes (the caller has checked).
    mutating func fill(
        from source: UnsafeRawBufferPointer, layout: PixelLayout, width: Int, height: Int, bytesPerRow: Int,
        range: YUVRange
    ) {
        prepare(width: width, height: height, range: range)
        switch layout {
        case .yuyv: fillPacked(source, width, height, bytesPerRow, lumaAt: 0)
        case .uyvy: fillPacked(source, width, height, bytesPerRow, lumaAt: 1)
        case .nv12:
            fillLuma(source, width, height, bytesPerRow)
            let chroma = bytesPerRow * height
            fillChroma(source, height, blueAt: chroma, redAt: chroma + 1, step: 2, bytesPerRow: bytesPerRow)
        case .yuv420:
            fillLuma(source, width, height, bytesPerRow)
            let (chroma, plane) = (bytesPerRow * height, bytesPerRow / 2 * ((height + 1) / 2))
            fillChroma(source, height, blueAt: chroma, redAt: chroma + plane, step: 1, bytesPerRow: bytesPerRow / 2)
        case .grey, .rgb: break
        }
        padLuma(width: width, height: height)
    }

    private mutating func prepare(width: Int, height: Int, range: YUVRange) {
        chromaWidth = (width + 1) / 2
        lumaWidth = chromaWidth * 2
        let chromaHeight = (height + 1) / 2
        if luma.count != lumaWidth * chromaHeight * 2 || blue.count != chromaWidth * chromaHeight {
            luma = [UInt8](repeating: 0, count: lumaWidth * chromaHeight * 2)
            blue = [UInt8](repeating: 128, count: chromaWidth * chromaHeight)
            red = blue
        }
        if self.range != range {
            self.range = range
            (lumaTable, chromaTable) = (range.lumaTable, range.chromaTable)
        }
    }

    private mutating func fillPacked(
        _ source: UnsafeRawBufferPointer, _ width: Int, _ height: Int, _ bytesPerRow: Int, lumaAt: Int
    ) {
        let chromaAt = 1 - lumaAt
        for y in 0..<height {
            let row = y * bytesPerRow
            for pair in 0..<chromaWidth {
                let from = row + pair * 4
                let to = y * lumaWidth + pair * 2
                luma[to] = lumaTable[Int(source[from + lumaAt])]
                luma[to + 1] = lumaTable[Int(source[from + lumaAt + 2])]
            }
        }
        // Colour comes with every row here and is wanted for every other: the mean of two rows.
        for y in 0..<(height + 1) / 2 {
            let (upper, lower) = (2 * y * bytesPerRow, min(2 * y + 1, height - 1) * bytesPerRow)
            for pair in 0..<chromaWidth {
                let at = pair * 4 + chromaAt
                let u = (Int(source[upper + at]) + Int(source[lower + at]) + 1) / 2
                let v = (Int(source[upper + at + 2]) + Int(source[lower + at + 2]) + 1) / 2
                blue[y * chromaWidth + pair] = chromaTable[u]
                red[y * chromaWidth + pair] = chromaTable[v]
            }
        }
    }
    private mutating func fillLuma(_ source: UnsafeRawBufferPointer, _ width: Int, _ height: Int, _ bytesPerRow: Int) {
        for y in 0..<height {
            for x in 0..<width { luma[y * lumaWidth + x] = lumaTable[Int(source[y * bytesPerRow + x])] }
        }
    }
    private mutating func fillChroma(
        _ source: UnsafeRawBufferPointer, _ height: Int, blueAt: Int, redAt: Int, step: Int, bytesPerRow: Int
    ) {
        for y in 0..<(height + 1) / 2 {
            for x in 0..<chromaWidth {
                blue[y * chromaWidth + x] = chromaTable[Int(source[blueAt + y * bytesPerRow + x * step])]
                red[y * chromaWidth + x] = chromaTable[Int(source[redAt + y * bytesPerRow + x * step])]
            }
        }
    }
    private mutating func padLuma(width: Int, height: Int) {
        if width < lumaWidth {
            for y in 0..<height { luma[y * lumaWidth + width] = luma[y * lumaWidth + width - 1] }
        }
        if height % 2 == 1 {
            for x in 0..<lumaWidth { luma[height * lumaWidth + x] = luma[(height - 1) * lumaWidth + x] }
        }
    }
}
