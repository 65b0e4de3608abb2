import TestSupport
import Geodesy
import Testing

struct HoverMatchingTests {
    /// Of several spots a frame the one near the expected place is taken, and frames without one are left out.
    @Test func takesTheSpotNearWhereThePointShouldBe() throws {
        var hover = SyntheticHover(seed: 21)
        hover.outliers = 0
        let seen = hover.observations()
        var random = SplitMix(seed: 4)
        let candidates = seen.enumerated().map { index, truth -> HoverCandidates in
            var pixels = (0..<3).map { _ in
                ImagePoint(x: .random(in: 0...160, using: &random), y: .random(in: 0...120, using: &random))
            }
            if index % 3 != 0 { pixels.append(truth.pixel) }
            return HoverCandidates(seconds: truth.seconds, pixels: pixels)
        }
        let poses = try #require(PoseLog(hover.poses())), calibration = try #require(SyntheticHover.calibration())
        let matched = HoverSolver.matched(
            candidates, poses: poses, point: SyntheticHover.point, pointAboveMetres: SyntheticHover.pointAboveMetres,
            calibration: calibration, searchPixels: 30)
        #expect(matched.count > seen.count / 2)
        let right = matched.count { found in seen.contains(found) }
        #expect(Double(right) / Double(matched.count) > 0.6, "\(right) of \(matched.count)")
        let found = try HoverSolver.solve(
            observations: matched, poses: poses, point: SyntheticHover.point,
            pointAboveMetres: SyntheticHover.pointAboveMetres, calibration: calibration)
        let boresight = found.calibration.camera.boresight
        #expect((boresight.pitchDegrees - hover.truth.pitchDegrees).magnitude < 0.3, "\(boresight)")
        #expect((boresight.yawDegrees - hover.truth.yawDegrees).magnitude < 0.3, "\(boresight)")
        #expect((found.calibration.timeOffsetMilliseconds - hover.timeOffsetMilliseconds).magnitude < 10)
    }

    @Test func nothingWithoutAPoseOrOutOfThePicture() throws {
        let hover = SyntheticHover(seed: 22)
        let poses = try #require(PoseLog(hover.poses())), calibration = try #require(SyntheticHover.calibration())
        let middle = ImagePoint(x: 80, y: 60)
        func count(_ seconds: Double, _ point: GeodeticPosition) -> Int {
            HoverSolver.matched(
                [HoverCandidates(seconds: seconds, pixels: [middle])], poses: poses, point: point,
                calibration: calibration, searchPixels: 80
            ).count
        }
        #expect(count(1_060, SyntheticHover.point) == 1)
        #expect(count(5_000, SyntheticHover.point) == 0)
        #expect(count(1_060, GeodeticPosition(latitude: 51.46, longitude: 6.733)) == 0)
    }
}
