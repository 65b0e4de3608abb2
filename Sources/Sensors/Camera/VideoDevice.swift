import FlightTypes

/// A video format as a device has set it.
public struct VideoFormat: Hashable, Sendable {
    /// V4L2's code for the pixels.
    public var pixelFormat: FourCC
    /// Pixels.
    public var width: Int
    /// Pixels.
    public var height: Int
    /// Distance of two rows, in bytes; 0 for compressed formats.
    public var bytesPerLine: Int
    /// Whether YUV values use all of 0…255.
    public var isFullRange: Bool
    /// A format of its parts.
    public init(pixelFormat: FourCC, width: Int, height: Int, bytesPerLine: Int, isFullRange: Bool = false) {
        self.pixelFormat = pixelFormat
        self.width = width
        self.height = height
        self.bytesPerLine = bytesPerLine
        self.isFullRange = isFullRange
    }
}

/// A buffer that the driver has filled.
public struct VideoBuffer: Hashable, Sendable {
    /// Which of the mapped buffers.
    public var index: Int
    /// Bytes of picture in it.
    public var bytesUsed: Int
    /// The driver says the contents may be damaged.
    public var isDamaged: Bool
    /// Counts frames, lost ones included.
    public var sequence: UInt32
    /// Exposure on the monotonic clock, where the driver uses it.
    public var timestamp: MonotonicInstant?
    /// A buffer of its parts.
    public init(index: Int, bytesUsed: Int, isDamaged: Bool, sequence: UInt32, timestamp: MonotonicInstant?) {
        self.index = index
        self.bytesUsed = bytesUsed
        self.isDamaged = isDamaged
        self.sequence = sequence
        self.timestamp = timestamp
    }
}

/// Why a device call failed.
public struct VideoDeviceError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The device is not there (never was, or was unplugged), as opposed to refusing.
    public var isGone: Bool
    /// The fact and what it affects.
    public var description: String
    /// An error of its parts.
    public init(isGone: Bool, _ description: String) {
        self.isGone = isGone
        self.description = description
    }
}

/// The calls the capture loop makes on a camera: V4L2 in ``V4L2Device``, a script in the tests.
///
/// Used by one thread, in the order open, offeredFormats, setFormat, setFrameRate, set, start, (wait, dequeue, withBytes, requeue)…,
/// close.
public protocol VideoDevice {
    /// Opens the device and makes sure it captures video by streaming.
    func open() throws(VideoDeviceError)
    /// The formats the driver offers, in its order.
    func offeredFormats() throws(VideoDeviceError) -> [FourCC]
    /// Sets a format near the one wanted. With `converting`, whatever is set, buffers read as `yuv420`.
    func setFormat(
        _ pixelFormat: FourCC, width: Int, height: Int, converting: Bool
    ) throws(VideoDeviceError) -> VideoFormat
    /// Asks for a frame rate; the driver may choose another. What it says it does; nil where it does not say.
    func setFrameRate(_ framesPerSecond: Int) -> Double?
    /// Sets a control and reads it back.
    func set(_ control: CameraControl, to value: Int) -> ControlOutcome
    /// Maps buffers, queues them all and starts streaming.
    func start(bufferCount: Int) throws(VideoDeviceError)
    /// Waits for a filled buffer; false when there was none in time or `stop` was requested.
    func wait(_ timeout: Duration, stop: StopSignal) throws(VideoDeviceError) -> Bool
    /// The next filled buffer, or nil when there is none after all.
    func dequeue() throws(VideoDeviceError) -> VideoBuffer?
    /// The contents of a dequeued buffer, valid inside `body`.
    func withBytes<Result>(
        of buffer: VideoBuffer, _ body: (UnsafeRawBufferPointer) -> Result
    ) throws(VideoDeviceError) -> Result
    /// Gives a buffer back to the driver.
    func requeue(_ index: Int) throws(VideoDeviceError)
    /// Stops, unmaps and closes, whatever state the device is in.
    func close()
}
