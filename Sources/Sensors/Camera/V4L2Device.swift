import CV4L2
import FlightTypes
import Glibc
import ImageCoding

/// A V4L2 capture device through libv4l2, without libv4l2's own conversion (what we convert, we convert knowingly).
///
/// Calls and their errors follow the kernel's V4L2 documentation; all buffers are mapped, single-planar.
final class V4L2Device: VideoDevice {
    private let path: String
    private var descriptor: Int32 = -1
    private var mappings: [UnsafeMutableRawBufferPointer] = []
    private var isStreaming = false
    private var converter: FrameConverter?
    private let captureType = UInt32(V4L2_BUF_TYPE_VIDEO_CAPTURE.rawValue)
    private let mmapMemory = UInt32(V4L2_MEMORY_MMAP.rawValue)

    init(path: String) { self.path = path }
    deinit { close() }

    func open() throws(VideoDeviceError) {
        let raw = Glibc.open(path, O_RDWR | O_NONBLOCK | O_CLOEXEC)
        guard raw >= 0 else { throw failure("open", errno) }
        descriptor = v4l2_fd_open(raw, Int32(V4L2_DISABLE_CONVERSION))
        guard descriptor >= 0 else {
            let code = errno
            Glibc.close(raw)
            throw failure("open", code)
        }
        guard try capabilities().canCapture else {
            throw VideoDeviceError(isGone: false, "\(path): does not capture video by streaming; no pictures from it")
        }
    }

    /// The card's name and whether this node captures video by streaming.
    func capabilities() throws(VideoDeviceError) -> (name: String, canCapture: Bool) {
        var answer = v4l2_capability()
        guard call(LB_VIDIOC_QUERYCAP, &answer) == 0 else { throw failure("QUERYCAP", errno) }
        // The node's own capabilities where the driver tells them: a camera also has a node for metadata only.
        let own = answer.capabilities & 0x8000_0000 != 0 ? answer.device_caps : answer.capabilities
        let name = withUnsafeBytes(of: answer.card) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
        return (name, own & 0x0000_0001 != 0 && own & 0x0400_0000 != 0)
    }

    func offeredFormats() throws(VideoDeviceError) -> [FourCC] {
        var formats: [FourCC] = []
        // A driver ends the list with EINVAL; the bound is for one that does not.
        for index in 0..<UInt32(128) {
            var entry = v4l2_fmtdesc()
            entry.index = index
            entry.type = captureType
            guard call(LB_VIDIOC_ENUM_FMT, &entry) == 0 else {
                if errno == EINVAL || errno == ENOTTY { break }
                throw failure("ENUM_FMT", errno)
            }
            formats.append(FourCC(code: entry.pixelformat))
        }
        return formats
    }

    func setFormat(
        _ pixelFormat: FourCC, width: Int, height: Int, converting: Bool
    ) throws(VideoDeviceError) -> VideoFormat {
        var wanted = v4l2_format()
        wanted.type = captureType
        wanted.fmt.pix.width = UInt32(clamping: width)
        wanted.fmt.pix.height = UInt32(clamping: height)
        wanted.fmt.pix.pixelformat = pixelFormat.code
        wanted.fmt.pix.field = UInt32(V4L2_FIELD_ANY.rawValue)
        if converting {
            guard let fresh = FrameConverter(descriptor: descriptor) else {
                throw VideoDeviceError(isGone: false, "\(path): cannot convert \(pixelFormat); no pictures from it")
            }
            converter = fresh
            // The library picks the camera format from which it converts best.
            if let source = fresh.source(width: wanted.fmt.pix.width, height: wanted.fmt.pix.height) { wanted = source }
        }
        guard call(LB_VIDIOC_S_FMT, &wanted) == 0 else { throw failure("S_FMT", errno) }
        // What the driver returned is what it does, whatever was asked.
        let set = wanted.fmt.pix
        guard (1...8192).contains(set.width), (1...8192).contains(set.height), set.bytesperline <= 1 << 20 else {
            throw VideoDeviceError(
                isGone: false, "\(path): sets \(set.width)×\(set.height) pixels, over our limits; no pictures from it")
        }
        let isFullRange =
            set.quantization == UInt32(V4L2_QUANTIZATION_FULL_RANGE.rawValue)
            || (set.quantization == 0 && set.colorspace == UInt32(V4L2_COLORSPACE_JPEG.rawValue))
        if let converter {
            let target = converter.prepare(source: wanted)
            return VideoFormat(
                pixelFormat: .yuv420, width: Int(target.width), height: Int(target.height),
                bytesPerLine: Int(target.bytesperline), isFullRange: isFullRange)
        }
        let code = FourCC(code: set.pixelformat)
        // Some drivers leave bytesperline at zero where rows are not padded.
        let packed = code.layout?.rowBytes(width: Int(set.width)) ?? 0
        return VideoFormat(
            pixelFormat: code, width: Int(set.width), height: Int(set.height),
            bytesPerLine: set.bytesperline == 0 ? packed : Int(set.bytesperline), isFullRange: isFullRange)
    }

    func setFrameRate(_ framesPerSecond: Int) -> Double? {
        var parameters = v4l2_streamparm()
        parameters.type = captureType
        parameters.parm.capture.timeperframe = v4l2_fract(
            numerator: 1, denominator: UInt32(clamping: max(1, framesPerSecond)))
        // Many devices have one rate only and refuse: then that one it is.
        _ = call(LB_VIDIOC_S_PARM, &parameters)
        var answer = v4l2_streamparm()
        answer.type = captureType
        guard call(LB_VIDIOC_G_PARM, &answer) == 0 else { return nil }
        return Self.rate(answer.parm.capture.timeperframe)
    }

    static func rate(_ interval: v4l2_fract) -> Double? {
        interval.numerator > 0 && interval.denominator > 0
            ? Double(interval.denominator) / Double(interval.numerator) : nil
    }

    func set(_ control: CameraControl, to value: Int) -> ControlOutcome {
        var wish = v4l2_control(id: control.number, value: Int32(clamping: value))
        guard call(LB_VIDIOC_S_CTRL, &wish) == 0 else { return .refused(String(cString: strerror(errno))) }
        var answer = v4l2_control(id: control.number, value: 0)
        guard call(LB_VIDIOC_G_CTRL, &answer) == 0 else { return .refused("cannot be read back") }
        return .set(Int(answer.value))
    }

    func start(bufferCount: Int) throws(VideoDeviceError) {
        var request = v4l2_requestbuffers()
        request.count = UInt32(clamping: bufferCount)
        request.type = captureType
        request.memory = mmapMemory
        guard call(LB_VIDIOC_REQBUFS, &request) == 0 else { throw failure("REQBUFS", errno) }
        guard (1...64).contains(request.count) else {
            throw VideoDeviceError(isGone: false, "\(path): gives \(request.count) buffers; no pictures from it")
        }
        for index in 0..<request.count {
            var buffer = emptyBuffer(index)
            guard call(LB_VIDIOC_QUERYBUF, &buffer) == 0 else { throw failure("QUERYBUF", errno) }
            let length = Int(buffer.length)
            let memory = v4l2_mmap(
                nil, length, PROT_READ | PROT_WRITE, MAP_SHARED, descriptor, Int64(buffer.m.offset))
            guard let memory, memory != MAP_FAILED else { throw failure("mmap", errno) }
            mappings.append(UnsafeMutableRawBufferPointer(start: memory, count: length))
            try requeue(Int(index))
        }
        var type = Int32(bitPattern: captureType)
        guard call(LB_VIDIOC_STREAMON, &type) == 0 else { throw failure("STREAMON", errno) }
        isStreaming = true
    }

    func wait(_ timeout: Duration, stop: StopSignal) throws(VideoDeviceError) -> Bool {
        let events = stop.poll(descriptor, for: Int16(POLLIN), timeout: timeout)
        guard events & Int16(POLLERR | POLLHUP | POLLNVAL) != 0 else { return events & Int16(POLLIN) != 0 }
        // POLLERR also stands for a queue in error; whether the device is gone, QUERYCAP knows.
        _ = try capabilities()
        throw VideoDeviceError(isGone: false, "\(path): the capture queue is in error; opening it anew")
    }

    func dequeue() throws(VideoDeviceError) -> VideoBuffer? {
        var buffer = emptyBuffer(0)
        guard call(LB_VIDIOC_DQBUF, &buffer) == 0 else {
            if errno == EAGAIN { return nil }
            throw failure("DQBUF", errno)
        }
        guard Int(buffer.index) < mappings.count else {
            throw VideoDeviceError(isGone: false, "\(path): the driver names a buffer it has not; opening it anew")
        }
        var timestamp: MonotonicInstant?
        if buffer.flags & 0xE000 == 0x2000 {
            let seconds = Int64(buffer.timestamp.tv_sec) &* 1_000_000_000
            let nanoseconds = seconds &+ Int64(buffer.timestamp.tv_usec) &* 1_000
            timestamp = MonotonicInstant(nanoseconds: nanoseconds)
        }
        return VideoBuffer(
            index: Int(buffer.index), bytesUsed: Int(buffer.bytesused), isDamaged: buffer.flags & 0x40 != 0,
            sequence: buffer.sequence, timestamp: timestamp)
    }

    func withBytes<Result>(
        of buffer: VideoBuffer, _ body: (UnsafeRawBufferPointer) -> Result
    ) throws(VideoDeviceError) -> Result {
        guard mappings.indices.contains(buffer.index) else { return body(UnsafeRawBufferPointer(start: nil, count: 0)) }
        let whole = mappings[buffer.index]
        let used = UnsafeMutableRawBufferPointer(rebasing: whole.prefix(max(0, buffer.bytesUsed)))
        guard let converter else { return body(UnsafeRawBufferPointer(used)) }
        return body(UnsafeRawBufferPointer(converter.convert(used)))
    }

    func requeue(_ index: Int) throws(VideoDeviceError) {
        var buffer = emptyBuffer(UInt32(clamping: index))
        guard call(LB_VIDIOC_QBUF, &buffer) == 0 else { throw failure("QBUF", errno) }
    }

    func close() {
        guard descriptor >= 0 else { return }
        if isStreaming {
            var type = Int32(bitPattern: captureType)
            _ = call(LB_VIDIOC_STREAMOFF, &type)
        }
        for mapping in mappings { v4l2_munmap(mapping.baseAddress, mapping.count) }
        if !mappings.isEmpty {
            var request = v4l2_requestbuffers()
            request.type = captureType
            request.memory = mmapMemory
            _ = call(LB_VIDIOC_REQBUFS, &request)
        }
        converter = nil
        v4l2_close(descriptor)
        (descriptor, mappings, isStreaming) = (-1, [], false)
    }

    private func emptyBuffer(_ index: UInt32) -> v4l2_buffer {
        var buffer = v4l2_buffer()
        buffer.index = index
        buffer.type = captureType
        buffer.memory = mmapMemory
        return buffer
    }
    func call<Argument>(_ request: UInt, _ argument: inout Argument) -> Int32 {
        withUnsafeMutablePointer(to: &argument) { pointer in
            var result: Int32
            repeat { result = lb_v4l2_ioctl(descriptor, request, pointer) } while result != 0 && errno == EINTR
            return result
        }
    }
    private func failure(_ call: String, _ code: Int32) -> VideoDeviceError {
        let isGone = [ENOENT, ENODEV, ENXIO, ESHUTDOWN].contains(code)
        return VideoDeviceError(
            isGone: isGone, "\(path): \(call): \(String(cString: strerror(code))); no pictures from it")
    }
}
