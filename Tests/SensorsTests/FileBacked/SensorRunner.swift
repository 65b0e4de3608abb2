import FlightTypes
import Foundation
import Sensors

/// Runs a sensor on a thread of its own, as the agent does, and hands its events to a test.
func events(of sensor: some ImageSensor) -> AsyncStream<SensorEvent> {
    AsyncStream { continuation in
        Thread.detachNewThread {
            do {
                try sensor.run { continuation.yield($0) }
            } catch {
                continuation.yield(.state(.failing, "thrown: \(error)"))
            }
            continuation.finish()
        }
    }
}

/// What a run told in all.
struct RunRecord {
    var images: [CapturedImage] = []
    var lost = 0
    var states: [StatusReport.SensorState] = []
    var reasons: [String] = []
    var remarks: [String] = []

    mutating func take(_ event: SensorEvent) {
        switch event {
        case .image(let image):
            images.append(image)
            lost += image.lostBefore
        case .lost(let count): lost += count
        case .state(let state, let reason):
            states.append(state)
            reasons.append(reason)
        case .remark(let text): remarks.append(text)
        }
    }
    /// The whole run of a sensor that ends by itself, or is stopped after `limit` images.
    static func of(_ sensor: some ImageSensor, stopAfter limit: Int = .max) async -> RunRecord {
        var record = RunRecord()
        for await event in events(of: sensor) {
            record.take(event)
            if record.images.count >= limit { sensor.stop() }
        }
        return record
    }
}
