import FlightTypes
import Foundation
import Geodesy
import Lookout
import Synchronization

/// Looks for warm spots in thermal frames on a thread of its own: those that one picture shows clearly, and those that stay on the
/// water though each picture shows them weakly. At most two frames wait, so that it never holds up capture. Between thermal frames it
/// asks the visible camera about what it follows; of its frames only the newest waits.
final class DetectionStage: Sendable {
    private struct Visible {
        var frame: Frame?
        var dropped: UInt64 = 0
    }
    private let queue = BoundedQueue<ThermalFrame>(limit: 2, rule: .oldest)
    private let waiting = Mutex(Visible())
    private let visible: CameraCalibration?
    private let settings: LookSettings
    private let current: WaterCurrent?
    private let id: StreamID
    private let onReport: @Sendable (DetectionReport) -> Void
    private let onProgress: @Sendable (_ looked: UInt64, _ dropped: UInt64) -> Void

    /// `onProgress` is told how many frames were looked at since the last time, and how many went because they waited too long.
    init(
        _ settings: LookSettings, current: WaterCurrent?, index: UInt8, visible: CameraCalibration? = nil,
        onReport: @escaping @Sendable (DetectionReport) -> Void,
        onProgress: @escaping @Sendable (_ looked: UInt64, _ dropped: UInt64) -> Void
    ) {
        self.settings = settings
        self.current = current
        self.visible = visible
        id = StreamID(.detections, index)
        self.onReport = onReport
        self.onProgress = onProgress
    }

    func start() {
        let thread = Thread { [self] in
            var look = ThermalLook(settings, current: current, id: id, visible: visible)
            var told: UInt64 = 0
            while let frames = queue.takeAll() {
                for frame in frames { onReport(look.report(on: frame)) }
                let dropped = queue.dropped
                onProgress(UInt64(frames.count), dropped - told)
                told = dropped
                // Thermal frames come several times a second and go first; that is often enough for the visible ones.
                if let frame = takeVisible() { look.look(atVisible: frame) }
            }
        }
        thread.name = "detector"
        thread.start()
    }

    func append(_ frame: ThermalFrame) { queue.append(frame) }

    /// A frame of the visible camera; one that still waits goes.
    func appendVisible(_ frame: Frame) {
        guard visible != nil else { return }
        waiting.withLock { waiting in
            if waiting.frame != nil { waiting.dropped += 1 }
            waiting.frame = frame
        }
    }
    private func takeVisible() -> Frame? {
        waiting.withLock { waiting in
            defer { waiting.frame = nil }
            return waiting.frame
        }
    }
    func stop() { queue.close() }
}
