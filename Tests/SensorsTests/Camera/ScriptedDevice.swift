import TestSupport
import FlightTypes
import Sensors
import Synchronization

/// What a scripted camera does, step by step; each stretch of steps is one plugging in.
enum Step: Sendable {
    /// Opening fails.
    case openFails(gone: Bool)
    /// A filled buffer arrives.
    case frame([UInt8], sequence: UInt32, damaged: Bool = false, age: Duration? = .milliseconds(5))
    /// Nothing arrives for as long as the loop waits.
    case silence
    /// Unplugged: queued buffers come back damaged and empty, then the device is gone.
    case unplugged
}

/// Feeds the capture loop from a script; asks it to stop when the script has ended.
final class Script: Sendable {
    let steps: Mutex<[Step]>
    let offered: [FourCC]
    let format: VideoFormat?
    let rate: Double?
    /// What the camera answers to wishes; what is not named it does.
    let outcomes: [CameraControl: ControlOutcome]
    let settings = Mutex<[CameraControl]>([])
    let clocks = ScriptedClocks(
        monotonic: MonotonicInstant(nanoseconds: 1_000_000_000_000),
        wall: WallTime(nanoseconds: 1_700_001_000_000_000_000))
    let pauses = Mutex<[Duration]>([])
    let opened = Mutex(0)
    let closed = Mutex(0)
    /// Buffers the loop holds; more than one at a time, or any at closing, is a leak.
    let held = Mutex<Set<Int>>([])
    private let stopper = Mutex<(@Sendable () -> Void)?>(nil)

    init(
        _ steps: [Step], offered: [FourCC] = [.mjpg], format: VideoFormat? = nil, rate: Double? = nil,
        outcomes: [CameraControl: ControlOutcome] = [:]
    ) {
        self.rate = rate
        self.outcomes = outcomes
        self.steps = Mutex(steps)
        self.offered = offered
        self.format = format
    }
    func camera(_ configuration: V4L2CameraConfiguration = .init(devicePath: "/dev/script")) -> V4L2Camera {
        let camera = V4L2Camera(
            configuration, clocks: clocks, makeDevice: { ScriptedDevice(script: self) },
            pause: { duration, _ in
                self.pauses.withLock { $0.append(duration) }
                self.clocks.advance(by: duration)
                self.stopIfDone()
            })
        stopper.withLock { $0 = { camera.stop() } }
        return camera
    }
    func thermal(_ configuration: V4L2ThermalConfiguration) -> V4L2Camera {
        let camera = V4L2Camera(
            configuration, clocks: clocks, makeDevice: { ScriptedDevice(script: self) },
            pause: { duration, _ in
                self.clocks.advance(by: duration)
                self.stopIfDone()
            })
        stopper.withLock { $0 = { camera.stop() } }
        return camera
    }
    func next() -> Step? { steps.withLock { $0.isEmpty ? nil : $0.removeFirst() } }
    func peek() -> Step? { steps.withLock { $0.first } }
    func stopIfDone() { if peek() == nil { stopper.withLock { $0 }?() } }
}

final class ScriptedDevice: VideoDevice {
    let script: Script
    private var bytes: [UInt8] = []
    private var current: VideoBuffer?
    private var isGone = false
    init(script: Script) { self.script = script }

    func open() throws(VideoDeviceError) {
        script.opened.withLock { $0 += 1 }
        guard case .openFails(let gone) = script.peek() else { return }
        _ = script.next()
        throw VideoDeviceError(isGone: gone, "open fails")
    }
    func offeredFormats() throws(VideoDeviceError) -> [FourCC] { script.offered }
    func setFormat(
        _ pixelFormat: FourCC, width: Int, height: Int, converting: Bool
    ) throws(VideoDeviceError) -> VideoFormat {
        script.format
            ?? VideoFormat(
                pixelFormat: converting ? .yuv420 : pixelFormat, width: width, height: height, bytesPerLine: 0)
    }
    func setFrameRate(_ framesPerSecond: Int) -> Double? { script.rate }
    func set(_ control: CameraControl, to value: Int) -> ControlOutcome {
        script.settings.withLock { $0.append(control) }
        return script.outcomes[control] ?? .set(value)
    }
    func start(bufferCount: Int) throws(VideoDeviceError) {}

    func wait(_ timeout: Duration, stop: StopSignal) throws(VideoDeviceError) -> Bool {
        switch script.next() {
        case .frame(let bytes, let sequence, let damaged, let age):
            script.clocks.advance(by: .milliseconds(33))
            let now = script.clocks.monotonicNow()
            self.bytes = bytes
            current = VideoBuffer(
                index: Int(sequence % 4), bytesUsed: bytes.count, isDamaged: damaged, sequence: sequence,
                timestamp: age.map { now.advanced(by: .zero - $0) })
            return true
        case .unplugged:
            (bytes, isGone) = ([], true)
            current = VideoBuffer(index: 0, bytesUsed: 0, isDamaged: true, sequence: 0, timestamp: nil)
            return true
        case .silence:
            script.clocks.advance(by: timeout)
            return false
        case .openFails, nil:
            script.stopIfDone()
            return false
        }
    }
    func dequeue() throws(VideoDeviceError) -> VideoBuffer? {
        guard let current else { return nil }
        self.current = nil
        _ = script.held.withLock { $0.insert(current.index) }
        return current
    }
    func withBytes<Result>(
        of buffer: VideoBuffer, _ body: (UnsafeRawBufferPointer) -> Result
    ) throws(VideoDeviceError) -> Result {
        bytes.withUnsafeBytes(body)
    }
    func requeue(_ index: Int) throws(VideoDeviceError) {
        if isGone { throw VideoDeviceError(isGone: true, "unplugged") }
        _ = script.held.withLock { $0.remove(index) }
    }
    func close() { script.closed.withLock { $0 += 1 } }
}
