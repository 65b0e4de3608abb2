import CTurboJPEG

/// The colours of a JPEG file at some places, by the codec directly.
struct Picture {
    let width: Int
    let height: Int
    private var pixels: [UInt8]

    init(_ file: [UInt8], width: Int, height: Int) throws(Failure) {
        (self.width, self.height) = (width, height)
        pixels = [UInt8](repeating: 0, count: width * height * 3)
        let handle = tjInitDecompress()
        defer { tjDestroy(handle) }
        let status = tjDecompress2(
            handle, file, UInt(file.count), &pixels, Int32(width), 0, Int32(height), Int32(TJPF_RGB.rawValue), 0)
        try expect(status == 0, "JPEG cannot be read: \(String(cString: tjGetErrorStr2(handle)))")
    }
    /// Red, green and blue of a pixel.
    func colour(_ column: Int, _ row: Int) -> [Int] { (0..<3).map { Int(pixels[(row * width + column) * 3 + $0]) } }
}

/// Vivid's first test pattern: eight upright bars at 75 % of full colour.
enum ColourBars {
    static let colours = [
        [191, 191, 191], [191, 191, 0], [0, 191, 191], [0, 191, 0], [191, 0, 191], [191, 0, 0], [0, 0, 191], [0, 0, 0],
    ]
    /// The greatest distance of a bar's middle from its colour; for a gray picture, from its brightness,
    /// which vivid weighs by BT.709.
    static func distance(_ picture: Picture, isGray: Bool) -> Int {
        var greatest = 0
        for (bar, colour) in colours.enumerated() {
            let luma = (213 * colour[0] + 715 * colour[1] + 72 * colour[2]) / 1000
            let wanted = isGray ? [luma, luma, luma] : colour
            let got = picture.colour((2 * bar + 1) * picture.width / 16, picture.height / 2)
            for (one, other) in zip(wanted, got) { greatest = max(greatest, abs(one - other)) }
        }
        return greatest
    }
}
