import Geodesy
import Testing

@Suite struct CameraCalibrationTests {
    @Test func timeOffsetsAreDurations() throws {
        let camera = try #require(CameraModel(width: 64, height: 48, horizontalFieldOfViewDegrees: 57))
        var calibration = CameraCalibration(
            name: "", camera: camera, timeOffsetMilliseconds: 85.25,
            uncertainty: CalibrationUncertainty(
                focalLengthPercent: 0, boresightDegrees: 0, timeOffsetMilliseconds: 100))
        #expect(calibration.timeOffset == .microseconds(85_250))
        for hostile in [Double.nan, .infinity, 1e300, -3_000] {
            calibration.timeOffsetMilliseconds = hostile
            #expect(calibration.timeOffset == .zero)
        }
    }
}
