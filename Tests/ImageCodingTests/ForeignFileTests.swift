import ImageCoding
import Testing

// Skipped on machines without the measurement data (see TestSupport.swift): what the files prove, the seeded tests
// prove on made ones.
@Suite struct ForeignFileTests {
    @Test(.enabled(if: Data.has("jpeg-hostile"))) func hostileFilesAreRefusedOrDecodedWithinLimits() throws {
        var (decoded, refused) = (0, 0)
        for path in Data.files(in: "jpeg-hostile") {
            let bytes = try Data.bytes(path)
            var splitter = JPEGSplitter()
            _ = splitter.append(bytes[...])
            _ = try? HuffmanTables.inserted(into: bytes)
            guard let image = try? JPEGDecoder.decodeLuma(bytes) else {
                refused += 1
                continue
            }
            decoded += 1
            #expect(image.width <= 8192 && image.height <= 8192 && image.pixels.count == image.width * image.height)
        }
        #expect(decoded + refused == 300 && decoded > 0)
        print("hostile JPEG: \(decoded) decoded, \(refused) refused")
    }

    @Test(.enabled(if: Data.has("jpeg-reference"))) func referenceFilesDecodeToTheirPictures() throws {
        var compared = 0
        for path in Data.files(in: "jpeg-reference") where path.hasSuffix(".jpg") {
            let bytes = try Data.bytes(path)
            let reference = "\(path.dropLast(3))png"
            let png = (try? Data.bytes(reference)).flatMap { try? PNG.decodeGray($0) }
            let result = Result { () throws(ImageCodingError) in try JPEGDecoder.decodeLuma(bytes) }
            if case .failure(let error) = result, png != nil {
                // Of the files with a picture only those of processes outside ours may be refused, and a PNG file
                // that calls itself JPEG.
                switch error {
                case .unsupported, .notThisFormat: break
                default: Issue.record("\(path): \(error)")
                }
            }
            guard let image = try? result.get() else { continue }
            guard let png, !image.isDamaged, png.width == image.width, png.height == image.height else { continue }
            compared += 1
            #expect(meanDifference(image.pixels, png.pixels) < 3, "\(path)")
        }
        #expect(compared >= 10)
        print("reference JPEG: \(compared) compared with their PNG")
    }

    @Test(.enabled(if: Data.has("jpeg-reference/mjpeg.jpg"))) func mjpegFrameWithoutTablesIsMended() throws {
        let bytes = try Data.bytes("\(Data.folder)/jpeg-reference/mjpeg.jpg")
        #expect(try !JPEGHeader(of: bytes).hasHuffmanTables)
        let mended = try HuffmanTables.inserted(into: bytes)
        #expect(try JPEGDecoder.decodeLuma(mended).pixels == JPEGDecoder.decodeLuma(bytes).pixels)
    }
}
