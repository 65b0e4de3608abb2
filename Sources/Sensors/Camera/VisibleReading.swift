import FlightTypes
import ImageCoding

/// Reads visible pictures: JPEG through its door, everything else coded here.
struct VisibleReading: CameraReading {
    private let configuration: V4L2CameraConfiguration
    private var format: VideoFormat?
    private var encoder: JPEGEncoder?
    private var blindness = BlindCheck()

    init(_ configuration: V4L2CameraConfiguration) { self.configuration = configuration }

    func choice(among offered: [FourCC]) -> FormatChoice? {
        FormatChoice.choose(wanted: configuration.format, offered: offered)
    }

    mutating func begin(_ format: VideoFormat) throws {
        guard format.pixelFormat.isJPEG || format.pixelFormat.layout != nil else {
            throw ImageCodingError.unsupported("\(format.pixelFormat), which was set unasked")
        }
        self.format = format
        encoder = format.pixelFormat.isJPEG ? nil : try JPEGEncoder(quality: configuration.jpegQuality)
    }

    mutating func image(
        in bytes: UnsafeRawBufferPointer, at time: CaptureTime
    ) throws(ImageCodingError) -> (image: CapturedImage, mendings: JPEGIntake.Mendings) {
        guard let format else { throw .unsupported("a picture before a format was set") }
        let picture =
            if let encoder { try coded(bytes, format, encoder) } else { try JPEGIntake.take(Array(bytes)) }
        var image = CapturedImage(
            captureTime: time, picture: .jpeg(picture.bytes), width: picture.width, height: picture.height)
        if blindness.isBlind(picture.bytes, at: time.monotonic) { image.flags.insert(.blind) }
        return (image, picture.mendings)
    }

    private func coded(
        _ bytes: UnsafeRawBufferPointer, _ format: VideoFormat, _ encoder: JPEGEncoder
    ) throws(ImageCodingError) -> JPEGIntake.Picture {
        guard let layout = format.pixelFormat.layout, let width = UInt16(exactly: format.width),
            let height = UInt16(exactly: format.height)
        else { throw .unsupported("\(format.width)×\(format.height) pixels of \(format.pixelFormat)") }
        let file = try encoder.encode(
            bytes, layout: layout, width: format.width, height: format.height, bytesPerRow: format.bytesPerLine,
            range: format.isFullRange ? .full : .limited, limits: .live)
        return JPEGIntake.Picture(bytes: file, width: width, height: height, mendings: [])
    }
}

/// Whether a camera sees anything: looked at once a second, at an eighth of the size.
struct BlindCheck {
    static let interval: Duration = .seconds(1)
    /// Standard deviation of the brightness (0…255) below which a picture is called uniform: a covered lens shows a little noise,
    /// a night with one lamp in it more.
    static let uniform = 2.5
    private var lastLook: MonotonicInstant?
    private var wasBlind = false

    /// Judges the newest picture, or repeats the last judgement.
    mutating func isBlind(_ jpeg: [UInt8], at now: MonotonicInstant) -> Bool {
        if let lastLook, now.since(lastLook) < Self.interval, now >= lastLook { return wasBlind }
        lastLook = now
        guard let picture = try? JPEGDecoder.decodeLuma(jpeg, eighth: true), !picture.pixels.isEmpty else {
            return wasBlind
        }
        let count = Double(picture.pixels.count)
        var (sum, squares) = (0.0, 0.0)
        for pixel in picture.pixels {
            sum += Double(pixel)
            squares += Double(pixel) * Double(pixel)
        }
        let mean = sum / count
        wasBlind = max(0, squares / count - mean * mean).squareRoot() < Self.uniform
        return wasBlind
    }
}
