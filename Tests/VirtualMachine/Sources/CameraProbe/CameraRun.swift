import FlightTypes
import Sensors
import Synchronization

/// The agent's camera, running on a thread of its own, and everything it told.
final class CameraRun {
    struct Image {
        var captureTime: CaptureTime
        var arrival: Double
        var width: Int
        var height: Int
        var lostBefore: Int
        var isBlind: Bool
    }
    struct Seen {
        var images: [Image] = []
        var lastFile: [UInt8] = []
        /// All files, where they are kept.
        var files: [[UInt8]] = []
        var states: [(at: Double, state: StatusReport.SensorState, reason: String)] = []
        var lostAlone = 0
        var delay = 0.0
    }
    private final class Shared: Sendable { let seen = Mutex(Seen()) }

    let tap: DeviceTap
    private let camera: any ImageSensor
    private let shared = Shared()
    private let thread: Thread

    convenience init(
        _ configuration: V4L2CameraConfiguration, tap: DeviceTap = DeviceTap(), keepsFiles: Bool = false
    ) {
        let path = configuration.devicePath
        self.init(tap, keepsFiles) {
            V4L2Camera(configuration, makeDevice: { tap.device(path) })
        }
    }
    convenience init(thermal configuration: V4L2ThermalConfiguration, tap: DeviceTap = DeviceTap()) {
        let path = configuration.devicePath
        self.init(tap, true) {
            V4L2Camera(configuration, makeDevice: { tap.device(path) })
        }
    }
    /// Any other source of images; the tap sees nothing of it.
    convenience init(_ sensor: any ImageSensor) { self.init(DeviceTap(), true) { sensor } }
    private init(_ tap: DeviceTap, _ keepsFiles: Bool, _ makeCamera: () -> any ImageSensor) {
        self.tap = tap
        let (shared, camera) = (shared, makeCamera())
        self.camera = camera
        thread = Thread { try? camera.run { Self.note($0, shared, keepsFiles) } }
    }

    private static func note(_ event: SensorEvent, _ shared: Shared, _ keepsFiles: Bool) {
        let now = Clock.now
        let delay = shared.seen.withLock { seen in
            switch event {
            case .image(let image):
                seen.images.append(
                    Image(
                        captureTime: image.captureTime, arrival: now, width: Int(image.width),
                        height: Int(image.height), lostBefore: image.lostBefore, isBlind: image.flags.contains(.blind)))
                // Thermal values are compared as the bytes that the camera sent.
                let file = image.file ?? Gray16.payload(image.values ?? [])
                seen.lastFile = file
                if keepsFiles { seen.files.append(file) }
            case .lost(let count): seen.lostAlone += count
            case .state(let state, let reason): seen.states.append((now, state, reason))
            case .remark: break
            }
            return seen.delay
        }
        if delay > 0 { Clock.holdUp(delay) }
    }

    var seen: Seen { shared.seen.withLock { $0 } }
    var imageCount: Int { shared.seen.withLock { $0.images.count } }
    var stateCount: Int { shared.seen.withLock { $0.states.count } }
    /// Frames told as lost, in both ways.
    var lost: Int { shared.seen.withLock { $0.lostAlone + $0.images.reduce(0) { $0 + $1.lostBefore } } }
    /// Each event holds the capture thread for so long from now on.
    func slowDown(seconds: Double) { shared.seen.withLock { $0.delay = seconds } }

    /// Waits for `count` images more than there are now, or than there were `before`.
    func awaitImages(_ count: Int, after before: Int? = nil, seconds: Double) throws(Failure) {
        let target = (before ?? imageCount) + count
        try expect(
            Clock.wait(seconds) { imageCount >= target },
            "\(count - (target - imageCount)) of \(count) images within \(seconds) s; last states "
                + seen.states.suffix(3).map { "\($0.state) \($0.reason)" }.joined(separator: " | "))
    }
    /// Waits for a state that `matches`, among those told from `first` on; returns its place.
    @discardableResult
    func awaitState(
        from first: Int, seconds: Double, _ wanted: String,
        _ matches: (StatusReport.SensorState, String) -> Bool
    ) throws(Failure) -> Int {
        var place: Int?
        _ = Clock.wait(seconds) {
            place = shared.seen.withLock { seen in
                seen.states.indices.dropFirst(first).first { matches(seen.states[$0].state, seen.states[$0].reason) }
            }
            return place != nil
        }
        guard let place else {
            let told = seen.states.dropFirst(first).map { "\($0.state) \($0.reason)" }.joined(separator: " | ")
            throw Failure("no state \(wanted) within \(seconds) s; told: \(told)")
        }
        return place
    }

    /// Calls to the device that failed so far.
    var failureCount: Int { tap.seen.withLock { $0.failures.count } }
    /// Waits until `count` calls to the device have failed since there were `first`.
    func awaitFailures(_ count: Int, from first: Int, seconds: Double) throws(Failure) {
        let holds = Clock.wait(seconds) { failureCount >= first + count }
        try expect(holds, "\(failureCount - first) of \(count) calls failed within \(seconds) s")
    }

    /// Ends the run; may be called again.
    func stop() {
        camera.stop()
        thread.join()
    }
}

/// Runs a camera, hands it to `body` and stops it whatever happens.
func withCamera<Result>(
    _ configuration: V4L2CameraConfiguration, tap: DeviceTap = DeviceTap(), _ body: (CameraRun) throws -> Result
) rethrows -> Result {
    let run = CameraRun(configuration, tap: tap)
    defer { run.stop() }
    return try body(run)
}

extension V4L2CameraConfiguration {
    /// The webcam at its smallest and fastest, so that faults cost little time.
    static func quick(_ format: Format) -> V4L2CameraConfiguration {
        V4L2CameraConfiguration(
            devicePath: VideoNode.webcam, width: 320, height: 180, framesPerSecond: 60, format: format)
    }
}
