import FlightTypes
import ImageCoding

// The order of things: run() tries a session; a session opens the device, agrees on a format, starts streaming and
// takes buffers until something breaks; run() closes the device, says why, pauses and tries again, until stop().

/// A camera by V4L2 that comes back by itself after it was unplugged or fell silent.
///
/// JPEG of the camera is passed on byte for byte where it is whole, and mended where it can be; raw pictures are coded here. Damaged,
/// short and undecodable buffers are counted as lost.
public final class V4L2Camera: ImageSensor {
    /// A stream without a good frame for this long is closed and opened anew.
    public static let silenceLimit = Duration.seconds(2)

    private let wish: CameraWish
    private let makeReading: @Sendable () -> any CameraReading
    private let clocks: any Clocks
    private let stopSignal = StopSignal()
    private let makeDevice: @Sendable () -> any VideoDevice
    private let pause: Pause

    /// Waits between two tries; must return early when stopped.
    public typealias Pause = @Sendable (Duration, StopSignal) -> Void

    /// The camera of `configuration`, over the device of its path unless `makeDevice` gives another.
    public convenience init(
        _ configuration: V4L2CameraConfiguration, clocks: any Clocks = SystemClocks(),
        makeDevice: (@Sendable () -> any VideoDevice)? = nil, pause: @escaping Pause = { $1.wait($0) }
    ) {
        self.init(CameraWish(configuration), { VisibleReading(configuration) }, clocks, makeDevice, pause)
    }
    /// The thermal camera of `configuration`, likewise.
    public convenience init(
        _ configuration: V4L2ThermalConfiguration, clocks: any Clocks = SystemClocks(),
        makeDevice: (@Sendable () -> any VideoDevice)? = nil, pause: @escaping Pause = { $1.wait($0) }
    ) {
        self.init(CameraWish(configuration), { ThermalReading(configuration) }, clocks, makeDevice, pause)
    }
    private init(
        _ wish: CameraWish, _ makeReading: @escaping @Sendable () -> any CameraReading, _ clocks: any Clocks,
        _ makeDevice: (@Sendable () -> any VideoDevice)?, _ pause: @escaping Pause
    ) {
        self.wish = wish
        self.makeReading = makeReading
        self.clocks = clocks
        self.makeDevice = makeDevice ?? { V4L2Device(path: wish.devicePath) }
        self.pause = pause
    }

    /// Makes ``run(_:)`` return soon, for good.
    public func stop() { stopSignal.request() }

    /// Captures until ``stop()``; throws nothing, every trouble is a state and another try.
    public func run(_ sink: @escaping @Sendable (SensorEvent) -> Void) throws {
        var backOff = BackOff.standard
        var lastReport: String?
        var notes = IntakeNotes()
        while !stopSignal.isRequested {
            let device = makeDevice()
            var session = CaptureSession(wish, makeReading(), device, clocks, stopSignal, notes, sink)
            do throws(VideoDeviceError) {
                try session.run()
            } catch {
                if lastReport != error.description || session.hasDelivered {
                    sink(.state(error.isGone ? .missing : .failing, error.description))
                }
                lastReport = error.description
            }
            session.reportPendingLoss()
            notes = session.notes
            device.close()
            if session.hasDelivered { backOff.reset() }
            if !stopSignal.isRequested { pause(backOff.next(), stopSignal) }
        }
    }
}

/// One stretch of streaming, from opening the device to the error that ends it.
private struct CaptureSession {
    private let wish: CameraWish
    private var reading: any CameraReading
    private let device: any VideoDevice
    private let clocks: any Clocks
    private let stopSignal: StopSignal
    private let sink: @Sendable (SensorEvent) -> Void
    private var gap = SequenceGap()
    private var pendingLoss = 0
    private(set) var notes: IntakeNotes
    /// Why there was no picture in the buffers since the last good one.
    private var lastReason: String?
    private var negotiated = ""
    private(set) var hasDelivered = false

    init(
        _ wish: CameraWish, _ reading: any CameraReading, _ device: any VideoDevice, _ clocks: any Clocks,
        _ stopSignal: StopSignal, _ notes: IntakeNotes, _ sink: @escaping @Sendable (SensorEvent) -> Void
    ) {
        self.wish = wish
        self.notes = notes
        self.reading = reading
        self.device = device
        self.clocks = clocks
        self.stopSignal = stopSignal
        self.sink = sink
    }

    mutating func run() throws(VideoDeviceError) {
        let (path, silenceLimit) = (wish.devicePath, V4L2Camera.silenceLimit)
        try device.open()
        try negotiate()
        try device.start(bufferCount: wish.bufferCount)
        var lastGood = clocks.monotonicNow()
        while !stopSignal.isRequested {
            let remaining = lastGood.advanced(by: silenceLimit).since(clocks.monotonicNow())
            guard remaining > .zero else {
                let reason = lastReason.map { " (\($0))" } ?? ""
                throw VideoDeviceError(
                    isGone: false, "\(path): no usable frame for \(silenceLimit)\(reason); opening it anew")
            }
            guard try device.wait(remaining, stop: stopSignal), let buffer = try device.dequeue() else { continue }
            let image = try take(buffer)
            try device.requeue(buffer.index)
            guard let image else { continue }
            lastGood = clocks.monotonicNow()
            deliver(image)
        }
    }

    /// Tells of frames that were lost and that no image will follow.
    mutating func reportPendingLoss() {
        if pendingLoss > 0 { sink(.lost(pendingLoss)) }
        pendingLoss = 0
    }

    /// Agrees with the driver on format, rate and settings, and keeps what was asked and what was got for people.
    private mutating func negotiate() throws(VideoDeviceError) {
        let path = wish.devicePath
        let offered = try device.offeredFormats()
        guard let choice = reading.choice(among: offered) else {
            let names = offered.map(\.description).joined(separator: ", ")
            throw VideoDeviceError(
                isGone: false,
                "\(path): offers no format that is wanted (\(names.isEmpty ? "none" : names)); no pictures from it")
        }
        let format = try device.setFormat(
            choice.pixelFormat, width: wish.width, height: wish.height, converting: choice.isConverted)
        do { try reading.begin(format) } catch {
            throw VideoDeviceError(isGone: false, "\(path): \(error); no pictures from it")
        }
        let rate = device.setFrameRate(wish.framesPerSecond)
        let settings = CameraControl.allCases.compactMap { control -> String? in
            guard let value = wish.controls[control] else { return nil }
            let outcome = device.set(control, to: value)
            return outcome == .set(value) ? "\(control.rawValue) \(value)" : "\(control.rawValue) \(value): \(outcome)"
        }
        let asked = "\(wish.width)×\(wish.height) \(choice.pixelFormat) \(wish.framesPerSecond)/s"
        let speed = rate.map { " \(($0 * 10).rounded() / 10)/s" } ?? ""
        negotiated = "asked for \(asked), got \(format.width)×\(format.height) \(format.pixelFormat)\(speed)"
        if !settings.isEmpty { negotiated += "; " + settings.joined(separator: ", ") }
    }

    /// The image in a buffer, or nil (and one more lost) when it holds none.
    private mutating func take(_ buffer: VideoBuffer) throws(VideoDeviceError) -> CapturedImage? {
        pendingLoss += gap.lost(upTo: buffer.sequence)
        let moment = CaptureMoment.choose(timestamp: buffer.timestamp, now: clocks.monotonicNow())
        let time = clocks.captureTime(at: moment)
        let result: Result<(image: CapturedImage, mendings: JPEGIntake.Mendings), ImageCodingError>
        if buffer.isDamaged {
            result = .failure(.codec("the driver says that the buffer is damaged"))
        } else if buffer.bytesUsed == 0 {
            result = .failure(.truncated("an empty buffer"))
        } else {
            var reading = reading
            result = try device.withBytes(of: buffer) { bytes in
                do throws(ImageCodingError) { return .success(try reading.image(in: bytes, at: time)) } catch {
                    return .failure(error)
                }
            }
            self.reading = reading
        }
        switch result {
        case .success(let taken):
            tell(notes.mend(taken.mendings))
            lastReason = nil
            return taken.image
        case .failure(let error):
            pendingLoss += 1
            lastReason = "\(error)"
            tell(notes.refuse("\(error)"))
            return nil
        }
    }
    private func tell(_ text: String?) {
        if let text { sink(.remark("\(wish.devicePath): \(text)")) }
    }

    private mutating func deliver(_ image: CapturedImage) {
        if !hasDelivered {
            hasDelivered = true
            sink(.state(.running, "\(wish.devicePath): \(negotiated)"))
        }
        var image = image
        image.lostBefore = pendingLoss
        pendingLoss = 0
        sink(.image(image))
    }
}
