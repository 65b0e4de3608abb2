import FlightTypes
import ImageCoding

/// Files of pictures, and what the station looks at of frames.
enum PictureTargets {
    private static let limits = ImageLimits(width: 256, height: 256, pixels: 4096, fileBytes: 1 << 16)

    static func pgm(_ bytes: [UInt8]) {
        try? PGM.each(of: bytes, limits: limits) { image in
            must(image.samples.count == image.width * image.height, "samples as many as stated")
            must(image.samples.allSatisfy { $0 <= image.maximum }, "no sample over white")
        }
    }

    static func png(_ bytes: [UInt8]) {
        guard let image = try? PNG.decodeGray16(bytes, limits: limits) else { return }
        must(image.samples.count == image.width * image.height, "samples as many as stated")
        must(image.samples.allSatisfy { $0 <= image.maximum }, "no sample over white")
    }

    static func tiff(_ bytes: [UInt8]) {
        try? TIFF.each(of: bytes, limits: limits) { image in
            let pixels = image.width * image.height
            switch image.samples {
            case .whole(let values, _, let known):
                must(values.count == pixels, "samples as many as stated")
                must(known.isEmpty || known.count == pixels, "each known or not")
            case .celsius(let values):
                must(values.count == pixels, "samples as many as stated")
                must(values.allSatisfy { $0.isNaN || $0 > -274 && $0.isFinite }, "temperatures that can be")
            }
        }
    }

    /// A camera's file: what the door lets through is whole for everybody, and passes again unchanged; from a stream the same files
    /// come however its bytes are cut.
    static func jpeg(_ bytes: [UInt8]) {
        if let picture = try? JPEGIntake.take(bytes, limits: limits) {
            let again = try? JPEGIntake.take(picture.bytes, limits: limits)
            must(again?.bytes == picture.bytes, "what was mended is whole")
            must(again?.mendings == [], "and needs no mending")
            let header = try? JPEGHeader(of: picture.bytes, limits: limits)
            must(header?.isComplete == true, "it has its end marker")
            must(header?.width == picture.width && header?.height == picture.height, "and the size told")
            must(CodedPicture.isSame(picture.bytes, picture.bytes), "and is itself")
            if let image = try? JPEGDecoder.decodeLuma(picture.bytes, limits: limits) {
                must(image.pixels.count == image.width * image.height, "pixels as many as stated")
            }
        }
        var (whole, cut) = (JPEGSplitter(fileLimit: 4096), JPEGSplitter(fileLimit: 4096))
        var files = whole.append(bytes[...])
        if let last = whole.finish() { files.append(last) }
        var pieces: [[UInt8]] = []
        var (rest, step) = (bytes[...], 1)
        while !rest.isEmpty {
            pieces += cut.append(rest.prefix(step))
            rest = rest.dropFirst(step)
            step = step % 7 + 1
        }
        if let last = cut.finish() { pieces.append(last) }
        must(files == pieces, "cuts change no file")
        must(UInt64(files.reduce(0) { $0 + $1.count }) + whole.bytesSkipped == UInt64(bytes.count), "each byte is told")
    }

    /// What comes in at the station: any verdict, without harm.
    static func inspection(_ bytes: [UInt8]) {
        guard let object = try? FlightObject(decoding: bytes) else { return }
        _ = FrameInspection.refusal(of: object)
    }
}
