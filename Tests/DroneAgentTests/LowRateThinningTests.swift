import FlightTypes
import LinkProtocol
import Testing

@testable import DroneAgent

@Suite struct LowRateThinningTests {
    private func telemetry(_ sequence: UInt64) -> FlightObject {
        .telemetry(
            TelemetrySample(
                id: ObjectID(flight: 1, stream: StreamID(.telemetry), sequence: sequence),
                captureTime: CaptureTime(monotonic: .init(nanoseconds: 0), wall: .init(nanoseconds: 0)), pose: .unknown)
        )
    }
    private func report(crop: [UInt8]) -> FlightObject {
        let spot = Detection(
            x: 1, y: 1, width: 2, height: 2, centroidX: 2, centroidY: 2, peak: 100, contrast: 50, score: 9)
        return .detections(
            DetectionReport(
                id: ObjectID(flight: 1, stream: StreamID(.detections), sequence: 0),
                captureTime: CaptureTime(monotonic: .init(nanoseconds: 0), wall: .init(nanoseconds: 0)),
                stream: StreamID(.thermal), sequence: 0, detections: [spot], crop: crop))
    }

    @Test func everythingLeavesWhereTheLinkCarriesMore() {
        var thinning = LowRateThinning()
        for step in 0..<20 {
            let now = MonotonicInstant(nanoseconds: Int64(step) * 1_000_000)
            let isSent = thinning.sends(telemetry(UInt64(step)), rung: .thermalStills, at: now)
            #expect(isSent)
        }
    }

    @Test func onTheLowestRungTenASecondBecomeOne() {
        var thinning = LowRateThinning()
        var sent = 0
        var crops = 0
        for step in 0..<100 {
            let now = MonotonicInstant(nanoseconds: Int64(step) * 100_000_000)
            if thinning.sends(telemetry(UInt64(step)), rung: .detectionsOnly, at: now) { sent += 1 }
            if thinning.sends(report(crop: [1, 2, 3]), rung: .detectionsOnly, at: now) { crops += 1 }
        }
        #expect(sent == 10)
        #expect(crops == 3)
    }
}
