import TestSupport
import ImageCoding

/// Made pictures that fill a JPEG like a camera's: noise of the same strength in every octave but the finest (amplitude
/// ~ 1/f, softened as by a lens) upon a gradient. With noise in the finest octave too, sizes leave the measured shape
/// over quality by up to 40 %; without, by 6 %.
enum Textured {
    /// `width × height` values around 128; the same from the same seed. `strength` is the amplitude per octave.
    static func plane(width: Int, height: Int, seed: UInt64, strength: Int = 20) -> [UInt8] {
        var random = SplitMix(seed: seed)
        var (columns, rows) = (max(2, width / 64 + 2), max(2, height / 64 + 2))
        var field = [Int](repeating: 0, count: columns * rows)
        roughen(&field, strength, &random)
        while columns < width || rows < height {
            field = doubled(field, columns, rows)
            (columns, rows) = (columns * 2, rows * 2)
            if columns < width || rows < height { roughen(&field, strength, &random) }
        }
        var plane = [UInt8](repeating: 0, count: width * height)
        for y in 0..<height {
            for x in 0..<width {
                let slope = 40 * x / width + 30 * y / height - 35
                plane[y * width + x] = UInt8(min(255, max(0, 128 + slope + field[y * columns + x])))
            }
        }
        return plane
    }
    private static func roughen(_ field: inout [Int], _ strength: Int, _ random: inout SplitMix) {
        for at in field.indices { field[at] += Int(random.next() >> 32) % (2 * strength + 1) - strength }
    }
    /// Twice as many both ways, with means in between.
    private static func doubled(_ field: [Int], _ columns: Int, _ rows: Int) -> [Int] {
        var larger = [Int](repeating: 0, count: columns * rows * 4)
        for y in 0..<rows {
            let below = min(rows - 1, y + 1) * columns
            for x in 0..<columns {
                let right = min(columns - 1, x + 1)
                let (here, east) = (field[y * columns + x], field[y * columns + right])
                let (south, far) = (field[below + x], field[below + right])
                let to = 4 * y * columns + 2 * x
                larger[to] = here
                larger[to + 1] = (here + east) / 2
                larger[to + 2 * columns] = (here + south) / 2
                larger[to + 2 * columns + 1] = (here + east + south + far) / 4
            }
        }
        return larger
    }

    /// A planar 4:2:0 picture with texture in the brightness and a weak one in the colours.
    static func yuv420(width: Int, height: Int, seed: UInt64, strength: Int = 20) -> [UInt8] {
        let (chromaWidth, chromaHeight) = ((width + 1) / 2, (height + 1) / 2)
        return plane(width: width, height: height, seed: seed, strength: strength)
            + plane(width: chromaWidth, height: chromaHeight, seed: seed &+ 1, strength: 4)
            + plane(width: chromaWidth, height: chromaHeight, seed: seed &+ 2, strength: 4)
    }
    /// The same as a camera at 4:2:0 would code it; `width` must be even.
    static func camera(
        width: Int = 640, height: Int = 360, seed: UInt64, quality: Int = 85, strength: Int = 20
    ) throws -> [UInt8] {
        try JPEGEncoder(quality: quality).encode(
            yuv420(width: width, height: height, seed: seed, strength: strength), layout: .yuv420, width: width,
            height: height)
    }

    /// A baseline file with one scan a component, put together of three grey files: for samplings our encoder does not
    /// write. `sampling` is the brightness component's; colour has 1×1.
    static func stitched(width: Int, height: Int, sampling: UInt8, seed: UInt64, quality: Int) throws -> [UInt8] {
        let (across, down) = (Int(sampling >> 4), Int(sampling & 15))
        let colourSize = ((width + across - 1) / across, (height + down - 1) / down)
        let encoder = try JPEGEncoder(quality: quality)
        var (tables, scans): ([UInt8], [UInt8]) = ([], [])
        for (component, size) in [(width, height), colourSize, colourSize].enumerated() {
            let pixels = plane(
                width: size.0, height: size.1, seed: seed &+ UInt64(component), strength: component == 0 ? 20 : 4)
            let grey = try encoder.encode(pixels, layout: .grey, width: size.0, height: size.1)
            let scan = try JPEGHeader(of: grey).firstScanOffset
            if component == 0 { tables = segments(of: grey) { $0 == 0xDB || $0 == 0xC4 } }
            scans += [0xFF, 0xDA, 0, 8, 1, UInt8(component + 1), 0, 0, 63, 0] + grey[(scan + 10)..<(grey.count - 2)]
        }
        var frame: [UInt8] = [0xFF, 0xC0, 0, 17, 8, UInt8(height >> 8), UInt8(height & 255)]
        frame += [UInt8(width >> 8), UInt8(width & 255), 3, 1, sampling, 0, 2, 0x11, 0, 3, 0x11, 0]
        return [0xFF, 0xD8] + tables + frame + scans + [0xFF, 0xD9]
    }
    /// The segments before the first scan whose code is wanted, markers and all.
    static func segments(of file: [UInt8], _ isWanted: (UInt8) -> Bool) -> [UInt8] {
        var (found, at): ([UInt8], Int) = ([], 2)
        while file[at + 1] != 0xDA {
            let length = Int(file[at + 2]) << 8 | Int(file[at + 3])
            if isWanted(file[at + 1]) { found += file[at..<(at + 2 + length)] }
            at += 2 + length
        }
        return found
    }
}
