import FlightTypes
import Synchronization

@testable import Sensors

/// What passed between the capture loop and the driver, seen from the middle.
final class DeviceTap: Sendable {
    struct Seen {
        var format: VideoFormat?
        var buffers: [VideoBuffer] = []
        var failures: [String] = []
        var opened = 0
        var started = 0
    }
    let seen = Mutex(Seen())
    /// Called with each undamaged buffer's bytes, on the capture thread.
    let inspect: (@Sendable (UnsafeRawBufferPointer, VideoBuffer) -> Void)?
    init(inspect: (@Sendable (UnsafeRawBufferPointer, VideoBuffer) -> Void)? = nil) { self.inspect = inspect }

    var buffers: [VideoBuffer] { seen.withLock { $0.buffers } }
    func device(_ path: String) -> any VideoDevice { TappedDevice(V4L2Device(path: path), self) }
}

/// The real device; what it answers is noted and passed on unchanged.
private final class TappedDevice: VideoDevice {
    private let device: V4L2Device
    private let tap: DeviceTap
    init(_ device: V4L2Device, _ tap: DeviceTap) { (self.device, self.tap) = (device, tap) }

    private func noted<Result>(
        _ body: () throws(VideoDeviceError) -> Result
    ) throws(VideoDeviceError) -> Result {
        do {
            return try body()
        } catch {
            tap.seen.withLock { $0.failures.append(error.description) }
            throw error
        }
    }

    func open() throws(VideoDeviceError) {
        try noted { () throws(VideoDeviceError) in try device.open() }
        tap.seen.withLock { $0.opened += 1 }
    }
    func offeredFormats() throws(VideoDeviceError) -> [FourCC] { try device.offeredFormats() }
    func setFormat(
        _ pixelFormat: FourCC, width: Int, height: Int, converting: Bool
    ) throws(VideoDeviceError) -> VideoFormat {
        let format = try noted { () throws(VideoDeviceError) in
            try device.setFormat(pixelFormat, width: width, height: height, converting: converting)
        }
        tap.seen.withLock { $0.format = format }
        return format
    }
    func setFrameRate(_ framesPerSecond: Int) -> Double? { device.setFrameRate(framesPerSecond) }
    func set(_ control: CameraControl, to value: Int) -> ControlOutcome { device.set(control, to: value) }
    func start(bufferCount: Int) throws(VideoDeviceError) {
        try noted { () throws(VideoDeviceError) in try device.start(bufferCount: bufferCount) }
        tap.seen.withLock { $0.started += 1 }
    }
    func wait(_ timeout: Duration, stop: StopSignal) throws(VideoDeviceError) -> Bool {
        try noted { () throws(VideoDeviceError) in try device.wait(timeout, stop: stop) }
    }
    func dequeue() throws(VideoDeviceError) -> VideoBuffer? {
        let buffer = try noted { () throws(VideoDeviceError) in try device.dequeue() }
        if let buffer { tap.seen.withLock { $0.buffers.append(buffer) } }
        return buffer
    }
    func withBytes<Result>(
        of buffer: VideoBuffer, _ body: (UnsafeRawBufferPointer) -> Result
    ) throws(VideoDeviceError) -> Result {
        try device.withBytes(of: buffer) { bytes in
            tap.inspect?(bytes, buffer)
            return body(bytes)
        }
    }
    func requeue(_ index: Int) throws(VideoDeviceError) {
        try noted { () throws(VideoDeviceError) in try device.requeue(index) }
    }
    func close() { device.close() }
}
