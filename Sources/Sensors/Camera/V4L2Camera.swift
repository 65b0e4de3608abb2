import FlightTypes
import ImageCoding

// The order of things: run() tries a session; a session opens the device, agrees on a format, starts streaming and
// takes buffers until something breaks; run() closes the device, says why, pauses and tries again, until stop().

/// A camera by V4L2 that comes back by itself after it was unplugged or fell silent.
///
/// JPEG of the camera is passed on byte for byte; raw pictures are coded here. Damaged, short and undecodable buffers
/// are counted as lost.
public final class V4L2Camera: ImageSensor {
    /// A stream without a good frame for this long is closed and opened anew.
    public static let silenceLimit = Duration.seconds(2)

    private let configuration: V4L2CameraConfiguration
    private let clocks: any Clocks
    private let stopSignal = StopSignal()
    private let makeDevice: @Sendable () -> any VideoDevice
    private let pause: @Sendable (Duration, StopSignal) -> Void

    /// The camera of `configuration`.
    public convenience init(_ configuration: V4L2CameraConfiguration, clocks: any Clocks = SystemClocks()) {
        self.init(
            configuration, clocks: clocks, makeDevice: { V4L2Device(path: configuration.devicePath) },
            pause: { duration, stop in stop.wait(duration) })
    }
    /// A camera over any device; `pause` waits between two tries and must return early when stopped.
    public init(
        _ configuration: V4L2CameraConfiguration, clocks: any Clocks,
        makeDevice: @escaping @Sendable () -> any VideoDevice,
        pause: @escaping @Sendable (Duration, StopSignal) -> Void
    ) {
        self.configuration = configuration
        self.clocks = clocks
        self.makeDevice = makeDevice
        self.pause = pause
    }

    /// Makes ``run(_:)`` return soon, for good.
    public func stop() { stopSignal.request() }

    /// Captures until ``stop()``; throws nothing, every trouble is a state and another try.
    public func run(_ sink: @escaping @Sendable (SensorEvent) -> Void) throws {
        var backOff = BackOff.standard
        var lastReport: String?
        while !stopSignal.isRequested {
            let device = makeDevice()
            var session = CaptureSession(configuration, device, clocks, stopSignal, sink)
            do throws(VideoDeviceError) {
                try session.run()
            } catch {
                if lastReport != error.description || session.hasDelivered {
                    sink(.state(error.isGone ? .missing : .failing, error.description))
                }
                lastReport = error.description
            }
            session.reportPendingLoss()
            device.close()
            if session.hasDelivered { backOff.reset() }
            if !stopSignal.isRequested { pause(backOff.next(), stopSignal) }
        }
    }
}

/// One stretch of streaming, from opening the device to the error that ends it.
private struct CaptureSession {
    private let configuration: V4L2CameraConfiguration
    private let device: any VideoDevice
    private let clocks: any Clocks
    private let stopSignal: StopSignal
    private let sink: @Sendable (SensorEvent) -> Void
    private var gap = SequenceGap()
    private var pendingLoss = 0
    private(set) var hasDelivered = false

    init(
        _ configuration: V4L2CameraConfiguration, _ device: any VideoDevice, _ clocks: any Clocks,
        _ stopSignal: StopSignal, _ sink: @escaping @Sendable (SensorEvent) -> Void
    ) {
        self.configuration = configuration
        self.device = device
        self.clocks = clocks
        self.stopSignal = stopSignal
        self.sink = sink
    }

    mutating func run() throws(VideoDeviceError) {
        let (path, silenceLimit) = (configuration.devicePath, V4L2Camera.silenceLimit)
        try device.open()
        let format = try agreeOnFormat()
        device.setFrameRate(configuration.framesPerSecond)
        let encoder = try makeEncoder(for: format)
        try device.start(bufferCount: configuration.bufferCount)
        var lastGood = clocks.monotonicNow()
        while !stopSignal.isRequested {
            let remaining = lastGood.advanced(by: silenceLimit).since(clocks.monotonicNow())
            guard remaining > .zero else {
                throw VideoDeviceError(isGone: false, "\(path): no usable frame for \(silenceLimit); opening it anew")
            }
            guard try device.wait(remaining, stop: stopSignal), let buffer = try device.dequeue() else { continue }
            let image = try take(buffer, format, encoder)
            try device.requeue(buffer.index)
            guard let image else { continue }
            lastGood = clocks.monotonicNow()
            deliver(image, format)
        }
    }

    /// Tells of frames that were lost and that no image will follow.
    mutating func reportPendingLoss() {
        if pendingLoss > 0 { sink(.lost(pendingLoss)) }
        pendingLoss = 0
    }

    private func agreeOnFormat() throws(VideoDeviceError) -> VideoFormat {
        let path = configuration.devicePath
        let offered = try device.offeredFormats()
        guard let choice = FormatChoice.choose(wanted: configuration.format, offered: offered) else {
            throw VideoDeviceError(isGone: false, "\(path): offers no video format; no pictures from it")
        }
        let format = try device.setFormat(
            choice.pixelFormat, width: configuration.width, height: configuration.height,
            converting: choice.isConverted)
        guard format.pixelFormat.isJPEG || format.pixelFormat.layout != nil else {
            throw VideoDeviceError(isGone: false, "\(path): set \(format.pixelFormat) unasked; no pictures from it")
        }
        return format
    }
    private func makeEncoder(for format: VideoFormat) throws(VideoDeviceError) -> JPEGEncoder? {
        guard !format.pixelFormat.isJPEG else { return nil }
        do throws(ImageCodingError) {
            return try JPEGEncoder(quality: configuration.jpegQuality)
        } catch {
            throw VideoDeviceError(isGone: false, "\(configuration.devicePath): \(error)")
        }
    }

    /// The image in a buffer, or nil (and one more lost) when it holds none.
    private mutating func take(
        _ buffer: VideoBuffer, _ format: VideoFormat, _ encoder: JPEGEncoder?
    ) throws(VideoDeviceError) -> CapturedImage? {
        pendingLoss += gap.lost(upTo: buffer.sequence)
        let moment = CaptureMoment.choose(timestamp: buffer.timestamp, now: clocks.monotonicNow())
        var image: CapturedImage?
        if !buffer.isDamaged, buffer.bytesUsed > 0 {
            let time = clocks.captureTime(at: moment)
            image = try device.withBytes(of: buffer) { Self.image(in: $0, format, encoder, at: time) }
        }
        if image == nil { pendingLoss += 1 }
        return image
    }
    private static func image(
        in bytes: UnsafeRawBufferPointer, _ format: VideoFormat, _ encoder: JPEGEncoder?, at time: CaptureTime
    ) -> CapturedImage? {
        guard let encoder, let layout = format.pixelFormat.layout else {
            let file = Array(bytes)
            guard let header = try? JPEGHeader(of: file) else { return nil }
            return CapturedImage(
                captureTime: time, encoding: .jpeg, width: header.width, height: header.height, payload: file)
        }
        let file = try? encoder.encode(
            bytes, layout: layout, width: format.width, height: format.height, bytesPerRow: format.bytesPerLine,
            range: format.isFullRange ? .full : .limited)
        guard let file, let width = UInt16(exactly: format.width), let height = UInt16(exactly: format.height) else {
            return nil
        }
        return CapturedImage(captureTime: time, encoding: .jpeg, width: width, height: height, payload: file)
    }

    private mutating func deliver(_ image: CapturedImage, _ format: VideoFormat) {
        if !hasDelivered {
            hasDelivered = true
            sink(.state(.running, "\(configuration.devicePath): \(image.width)×\(image.height) \(format.pixelFormat)"))
        }
        var image = image
        image.lostBefore = pendingLoss
        pendingLoss = 0
        sink(.image(image))
    }
}
