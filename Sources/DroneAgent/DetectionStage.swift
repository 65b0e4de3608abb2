import FlightTypes
import Foundation

/// Looks for warm spots in thermal frames on a thread of its own: those that one picture shows clearly, and those that stay on the
/// water though each picture shows them weakly. At most two frames wait, so that it never holds up capture.
final class DetectionStage: Sendable {
    private let queue = BoundedQueue<Frame>(limit: 2, rule: .oldest)
    private let thermal: AgentConfiguration.Thermal
    private let current: WaterCurrent?
    private let id: StreamID
    private let onReport: @Sendable (DetectionReport) -> Void

    init(
        _ thermal: AgentConfiguration.Thermal, current: WaterCurrent?, index: UInt8,
        onReport: @escaping @Sendable (DetectionReport) -> Void
    ) {
        self.thermal = thermal
        self.current = current
        id = StreamID(.detections, index)
        self.onReport = onReport
    }

    func start() {
        let thread = Thread { [self] in
            var look = ThermalLook(thermal, current: current, id: id)
            while let frames = queue.takeAll() {
                for frame in frames { onReport(look.report(on: frame)) }
            }
        }
        thread.name = "detector"
        thread.start()
    }

    func append(_ frame: Frame) { queue.append(frame) }
    func stop() { queue.close() }
}
