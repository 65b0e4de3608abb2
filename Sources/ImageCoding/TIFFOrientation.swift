/// The tag that says which corner of the picture the first number stands for (TIFF 6.0, tag 274).
struct TIFFOrientation {
    private let swapsSides: Bool
    /// After the sides were swapped.
    private let mirrorsColumns: Bool
    private let mirrorsRows: Bool

    /// What is none of 1…8 counts as 1: upright.
    init(_ code: UInt16) {
        swapsSides = (5...8).contains(code)
        mirrorsColumns = [2, 3, 6, 7].contains(code)
        mirrorsRows = [3, 4, 7, 8].contains(code)
    }

    func upright(_ image: TIFF.Image) -> TIFF.Image {
        guard swapsSides || mirrorsColumns || mirrorsRows else { return image }
        let (width, height) = swapsSides ? (image.height, image.width) : (image.width, image.height)
        func turned<Value>(_ values: [Value]) -> [Value] {
            guard !values.isEmpty else { return [] }
            var result: [Value] = []
            result.reserveCapacity(values.count)
            for y in 0..<height {
                let down = mirrorsRows ? height - 1 - y : y
                for x in 0..<width {
                    let across = mirrorsColumns ? width - 1 - x : x
                    result.append(
                        swapsSides ? values[across * image.width + down] : values[down * image.width + across])
                }
            }
            return result
        }
        let samples: TIFF.Samples =
            switch image.samples {
            case .whole(let values, let bits, let known): .whole(turned(values), bits: bits, known: turned(known))
            case .celsius(let values): .celsius(turned(values))
            }
        return TIFF.Image(width: width, height: height, samples: samples)
    }
}
