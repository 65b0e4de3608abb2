import ConfigurationFile
import DroneAgent
import Foundation
import Geodesy
import Testing

@Suite struct CameraCalibrationFileTests {
    private static let text = """
        name: Test
        width: 160
        height: 120
        focalLength: 147
        focalLengthDown: 148  # measured
        principalPoint:
          x: 81
          y: 59
        distortion:
          k1: -0.1
          k2: 0.02
          k3: 0.001
          p1: 0.0003
          p2: -0.0004
        mountPitch: -60
        # Of the mount.
        boresight:
          # Guess.
          roll: 1
          pitch: 2
          yaw: -3
        leverArm:
          forward: 0.1
          right: 0.2
          down: -0.3
        timeOffsetMilliseconds: 85
        uncertainty:
          focalLengthPercent: 1
          boresightDegrees: 0.5
          timeOffsetMilliseconds: 20
        """

    /// Folder `Config/cameras` of the repository.
    private static var shipped: URL {
        var repository = URL(fileURLWithPath: #filePath)
        for _ in 0..<3 { repository.deleteLastPathComponent() }
        return repository.appending(path: "Config/cameras")
    }

    @Test func everyValueArrives() throws {
        let found = try CameraCalibration.parse(text: Self.text, name: "camera.yaml")
        let lens = try #require(LensDistortion(k1: -0.1, k2: 0.02, k3: 0.001, p1: 0.0003, p2: -0.0004))
        let camera = CameraModel(
            width: 160, height: 120, focalLengthPixels: 147, focalLengthDownPixels: 148,
            principalPoint: ImagePoint(x: 81, y: 59), distortion: lens, mountPitchDegrees: -60,
            boresight: Boresight(rollDegrees: 1, pitchDegrees: 2, yawDegrees: -3),
            leverArm: LeverArm(forwardMetres: 0.1, rightMetres: 0.2, downMetres: -0.3))
        #expect(found.camera == camera)
        #expect(found.name == "Test" && found.timeOffsetMilliseconds == 85)
        #expect(
            found.uncertainty
                == CalibrationUncertainty(focalLengthPercent: 1, boresightDegrees: 0.5, timeOffsetMilliseconds: 20))
    }

    @Test func theFewestValuesMakeThePinholeOfAgentYaml() throws {
        let text = "name: A\nwidth: 32\nheight: 24\nhorizontalFieldOfView: 55\n"
        let found = try CameraCalibration.parse(text: text, name: "camera.yaml")
        #expect(found.camera == CameraModel(width: 32, height: 24, horizontalFieldOfViewDegrees: 55))
    }

    @Test func everyShippedCameraLoadsAndTakesNewValues() throws {
        let files = try FileManager.default.contentsOfDirectory(atPath: Self.shipped.path).sorted()
        #expect(files.count >= 7)
        for file in files {
            let path = Self.shipped.appending(path: file).path
            let found = try CameraCalibration.load(path: path)
            #expect(!found.name.isEmpty)
            let edits = [
                CalibrationEdit(section: "boresight", key: "roll", value: 1.25, remark: "x"),
                CalibrationEdit(section: "boresight", key: "pitch", value: -0.0004, remark: "x"),
                CalibrationEdit(section: "boresight", key: "yaw", value: -2.5, remark: "x"),
                CalibrationEdit(key: "timeOffsetMilliseconds", value: 12, remark: "x"),
                CalibrationEdit(section: "uncertainty", key: "boresightDegrees", value: 0.1, remark: "x"),
                CalibrationEdit(section: "uncertainty", key: "timeOffsetMilliseconds", value: 3, remark: "x"),
            ]
            let text = try String(contentsOfFile: path, encoding: .utf8)
            var expected = found
            expected.camera.boresight = Boresight(rollDegrees: 1.25, pitchDegrees: 0, yawDegrees: -2.5)
            expected.timeOffsetMilliseconds = 12
            expected.uncertainty.boresightDegrees = 0.1
            expected.uncertainty.timeOffsetMilliseconds = 3
            let again = try CameraCalibration.parse(text: edited(text, name: file, edits: edits), name: file)
            #expect(again == expected, "\(file)")
        }
    }

    @Test func editsLeaveEverythingElseAndSayWhatHasNoLine() throws {
        let edit = CalibrationEdit(section: "boresight", key: "pitch", value: 0.5, remark: "by hand")
        let text = try edited(Self.text, name: "camera.yaml", edits: [edit])
        #expect(text == Self.text.replacingOccurrences(of: "  pitch: 2", with: "  pitch: 0.5  # by hand"))
        let missing = #expect(throws: ConfigurationError.self) {
            try edited("name: A\npitch: 1\n", name: "camera.yaml", edits: [edit])
        }
        #expect(missing?.description.hasPrefix("camera.yaml: 'boresight.pitch' has no line") == true)
    }

    @Test(arguments: [
        ("width: 160", "", "camera.yaml:1: 'width' is missing"),
        ("width: 160", "width: 0", "camera.yaml:2: 'width' must be a whole number from 1 to 65535"),
        ("focalLength: 147", "", "'focalLength' or 'horizontalFieldOfView' must be there"),
        ("focalLength: 147", "focalLength: 147\nhorizontalFieldOfView: 57", "'focalLength' or 'horizontalFieldOfView'"),
        ("focalLength: 147", "focalLength: nan", "camera.yaml:4: 'focalLength' must be a number"),
        ("k1: -0.1", "k1: -0.9", "camera.yaml:9: 'distortion' folds the picture before its edge"),
        ("k1: -0.1", "k4: -0.1", "camera.yaml:10: unknown key 'k4' in 'distortion' (did you mean 'k1'?)"),
        ("yaw: -3", "yaw: 46", "camera.yaml:21: 'boresight.yaw' must be a number"),
        ("x: 81", "x: 1000", "camera.yaml:7: 'principalPoint.x' must be a number from -160.0 to 320.0"),
        ("timeOffsetMilliseconds: 85", "timeOffset: 85", "unknown key 'timeOffset'"),
    ])
    func wrongValuesAreNamed(line: String, written: String, problem: String) {
        let error = #expect(throws: ConfigurationError.self) {
            try CameraCalibration.parse(
                text: Self.text.replacingOccurrences(of: line, with: written), name: "camera.yaml")
        }
        #expect(error?.description.contains(problem) == true, "\(String(describing: error))")
    }
}
