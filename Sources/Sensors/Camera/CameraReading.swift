import FlightTypes
import ImageCoding

/// What is asked of a camera, whatever its pictures show.
struct CameraWish: Sendable {
    var devicePath: String
    var width: Int
    var height: Int
    var framesPerSecond: Int
    var bufferCount: Int
    var controls: [CameraControl: Int]

    init(_ configuration: V4L2CameraConfiguration) {
        devicePath = configuration.devicePath
        (width, height) = (configuration.width, configuration.height)
        framesPerSecond = configuration.framesPerSecond
        bufferCount = configuration.bufferCount
        controls = configuration.controls
    }
    init(_ configuration: V4L2ThermalConfiguration) {
        devicePath = configuration.devicePath
        (width, height) = (configuration.width, configuration.kind.rows(of: configuration.height))
        framesPerSecond = configuration.framesPerSecond
        bufferCount = 4
        controls = [:]
    }
}

/// Makes images of a camera's buffers: one for visible cameras, one for thermal ones. One stretch of streaming each.
protocol CameraReading {
    /// Which of the formats offered is taken; nil when none.
    func choice(among offered: [FourCC]) -> FormatChoice?
    /// The driver has set this format. Throws when it cannot be read.
    mutating func begin(_ format: VideoFormat) throws
    /// The image in a buffer, and what was done to it; throws with the reason when there is none in it.
    mutating func image(
        in bytes: UnsafeRawBufferPointer, at time: CaptureTime
    ) throws(ImageCodingError) -> (image: CapturedImage, mendings: JPEGIntake.Mendings)
}
