import ImageCoding
import Testing

/// A file at a fraction of its size, as planes.
@Suite struct JPEGPlanesTests {
    @Test(arguments: [(640, 400, 1), (1280, 720, 2), (1281, 719, 2), (2049, 32, 4), (5000, 64, 8)])
    func theSizeFitsTheLimit(width: Int, height: Int, divisor: Int) throws {
        let grey = gradient(width: width, height: height)
        let rgb = grey.flatMap { [$0, $0, $0] }
        let planes = try JPEGPlanes()
        #expect(planes.withPlanes { _, _, _ in true } == nil)
        try planes.decode(
            JPEGEncoder(quality: 90).encode(rgb, layout: .rgb, width: width, height: height), widthLimit: 1024)
        #expect(planes.divisor == divisor && planes.fullWidth == width && planes.fullHeight == height)
        let mean = planes.withPlanes { luma, blue, red -> Int in
            #expect(luma.width == (width + divisor - 1) / divisor && luma.height == (height + divisor - 1) / divisor)
            #expect(luma.stride >= luma.width && luma.values.count >= luma.stride * luma.height)
            for plane in [blue, red] {
                #expect(plane?.width == (luma.width + 1) / 2 && plane?.height == (luma.height + 1) / 2)
                if let plane { #expect(plane.values.prefix(plane.width).allSatisfy { abs(Int($0) - 128) < 4 }) }
            }
            return (0..<luma.height).reduce(0) { $0 + Int(luma.values[$1 * luma.stride]) } / luma.height
        }
        let wanted = (0..<height).reduce(0) { $0 + Int(grey[$1 * width]) } / height
        #expect(abs(try #require(mean) - wanted) <= 4)
    }

    @Test func aRefusedFileLeavesNothing() throws {
        let planes = try JPEGPlanes(limits: ImageLimits(pixels: 10_000))
        let small = try JPEGEncoder(quality: 80).encode(
            gradient(width: 90, height: 60), layout: .grey, width: 90, height: 60)
        let large = try JPEGEncoder(quality: 80).encode(
            gradient(width: 900, height: 60), layout: .grey, width: 900, height: 60)
        try planes.decode(small, widthLimit: 64)
        #expect(planes.withPlanes { luma, blue, _ in luma.width == 45 && blue == nil } == true && !planes.isDamaged)
        #expect(throws: ImageCodingError.self) { try planes.decode(large, widthLimit: 64) }
        #expect(planes.withPlanes { _, _, _ in true } == nil)
        try planes.decode(Array(small.dropLast(60)), widthLimit: 64)
        #expect(planes.isDamaged)
    }
}
