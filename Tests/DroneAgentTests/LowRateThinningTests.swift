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
    private func report(_ detections: [Detection], crop: [UInt8] = [], tracks: [TrackReport] = []) -> FlightObject {
        .detections(
            DetectionReport(
                id: ObjectID(flight: 1, stream: StreamID(.detections), sequence: 0),
                captureTime: CaptureTime(monotonic: .init(nanoseconds: 0), wall: .init(nanoseconds: 0)),
                stream: StreamID(.thermal), sequence: 0, detections: detections, crop: crop, tracks: tracks))
    }
    private func report(crop: [UInt8]) -> FlightObject {
        let spot = Detection(
            x: 1, y: 1, width: 2, height: 2, centroidX: 2, centroidY: 2, peak: 100, contrast: 50, score: 9)
        return report([spot], crop: crop)
    }
    /// Followed, and in no picture of the thermal camera.
    private func track(_ sense: TrackReport.Sense) -> TrackReport {
        var track = TrackReport(
            number: 1 << 31, isSeen: true, ageMilliseconds: 1000, unseenMilliseconds: 0, hits: 4, looks: 4,
            bestScore: 9,
            areaSquareMetres: 0.3, contrast: 200, latitude: 51.4, longitude: 6.7,
            ellipse: .init(semiMajorMetres: 3, semiMinorMetres: 2, directionDegrees: 0), velocityEast: 1,
            velocityNorth: 0, velocitySigma: 0.2)
        track.sense = sense
        return track
    }

    @Test func everythingLeavesWhereTheLinkCarriesMore() {
        var thinning = LowRateThinning()
        for step in 0..<20 {
            let now = MonotonicInstant(nanoseconds: Int64(step) * 1_000_000)
            let isSent = thinning.sends(telemetry(UInt64(step)), rung: .thermalStills, at: now)
            #expect(isSent)
        }
    }

    /// There are few of them, and what is found cannot be judged without.
    @Test func camerasAreDescribedOnEachRung() {
        var thinning = LowRateThinning()
        let camera = CameraDescription(
            id: ObjectID(flight: 1, stream: StreamID(.camera), sequence: 0),
            captureTime: CaptureTime(monotonic: .init(nanoseconds: 0), wall: .init(nanoseconds: 0)),
            stream: StreamID(.thermal), sensor: "")
        for _ in 0..<4 {
            let isSent = thinning.sends(.camera(camera), rung: .detectionsOnly, at: MonotonicInstant(nanoseconds: 5))
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

    /// A vest in water as warm as the vest is in no detection; only the visible camera follows it.
    @Test(arguments: [TrackReport.Sense.thermal, .visible])
    func whatIsFollowedIsToldWithoutADetection(sense: TrackReport.Sense) {
        var thinning = LowRateThinning()
        let sent = (0..<100).count { step in
            thinning.sends(
                report([], tracks: [track(sense)]), rung: .detectionsOnly,
                at: MonotonicInstant(nanoseconds: Int64(step) * 100_000_000))
        }
        #expect(sent == 10)
    }

    @Test func emptyReportsStayOnBoard() {
        var thinning = LowRateThinning()
        let isSent = thinning.sends(report([]), rung: .detectionsOnly, at: MonotonicInstant(nanoseconds: 0))
        #expect(!isSent)
    }
}
