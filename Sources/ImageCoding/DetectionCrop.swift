/// Pixels of the thermal picture that a crop shows at most.
private let cropWidth = 64
private let cropHeight = 48
/// How many pixels of the crop stand for one of the picture, each way.
private let enlargement = 3

/// The surroundings of a spot in a thermal picture as a grey JPEG file for people to look at: 64×48 pixels of it, moved
/// inside at the edges, light where it is hot, stretched between the crop's own extremes and enlarged three times.
///
/// - Parameters:
///   - values: rows without padding, `width × height` values that rise with temperature.
///   - centreX: pixels from the left edge; throws when not finite, clamped when outside.
///   - centreY: pixels from the top edge; the same.
///   - limitBytes: largest file; the best quality in 20…90 that fits is taken.
/// - Returns: nil when the picture is smaller than 4×4 or no quality fits.
public func detectionCrop(
    values: [UInt16], width: Int, height: Int, centreX: Double, centreY: Double, limitBytes: Int = 3_000
) throws(ImageCodingError) -> [UInt8]? {
    try ImageLimits.standard.check(width: width, height: height)
    guard values.count == width * height else {
        throw .truncated("the thermal picture: \(values.count) values for \(width)×\(height)")
    }
    guard centreX.isFinite, centreY.isFinite else { throw .malformed(at: 0, "the centre of the crop is not finite") }
    guard width >= 4, height >= 4 else { return nil }
    let columns = span(around: centreX, length: cropWidth, within: width)
    let rows = span(around: centreY, length: cropHeight, within: height)
    let pixels = stretchedAndEnlarged(values, width: width, columns: columns, rows: rows)

    // Bisection: size grows with quality, and a crop takes some 0.1 ms to encode.
    var (best, low, high): ([UInt8]?, Int, Int) = (nil, 20, 90)
    while low <= high {
        let quality = (low + high + 1) / 2
        let file = try JPEGEncoder(quality: quality).encode(
            pixels, layout: .grey, width: columns.count * enlargement, height: rows.count * enlargement)
        if file.count <= limitBytes {
            (best, low) = (file, quality + 1)
        } else {
            high = quality - 1
        }
    }
    return best
}

/// At most `length` places around `centre`, all within `0..<whole`.
private func span(around centre: Double, length: Int, within whole: Int) -> Range<Int> {
    let length = min(length, whole)
    let middle = Int(min(Double(whole), max(0, centre)).rounded())
    let start = min(whole - length, max(0, middle - length / 2))
    return start..<(start + length)
}

private func stretchedAndEnlarged(
    _ values: [UInt16], width: Int, columns: Range<Int>, rows: Range<Int>
) -> [UInt8] {
    var (coldest, hottest) = (UInt16.max, UInt16.min)
    for y in rows {
        for x in columns {
            coldest = min(coldest, values[y * width + x])
            hottest = max(hottest, values[y * width + x])
        }
    }
    // One value everywhere has nothing to stretch: black.
    let range = max(1, Int(hottest) - Int(coldest))
    let wide = columns.count * enlargement
    var pixels = [UInt8](repeating: 0, count: wide * rows.count * enlargement)
    for y in rows {
        let line = (y - rows.lowerBound) * enlargement * wide
        for x in columns {
            let value = UInt8((Int(values[y * width + x]) - Int(coldest)) * 255 / range)
            let place = line + (x - columns.lowerBound) * enlargement
            for copy in 0..<enlargement { pixels[place + copy] = value }
        }
        for copy in 1..<enlargement {
            for x in 0..<wide { pixels[line + copy * wide + x] = pixels[line + x] }
        }
    }
    return pixels
}
