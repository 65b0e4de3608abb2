import TestSupport
import Testing

@testable import Geodesy

struct CameraModelTests {
    private let duisburg = GeodeticPosition(latitude: 51.4565, longitude: 6.7330)

    private func pose(
        height: Double = 60, roll: Double = 0, pitch: Double = 0, yaw: Double = 0, gimbalPitch: Double = .nan,
        gimbalYaw: Double = .nan
    ) -> CameraPose {
        CameraPose(
            position: duisburg, heightMetres: height, rollDegrees: roll, pitchDegrees: pitch, yawDegrees: yaw,
            gimbalPitchDegrees: gimbalPitch, gimbalYawDegrees: gimbalYaw)
    }
    /// Metres north and east of the drone.
    private func offset(_ pixel: ImagePoint, _ camera: CameraModel, _ pose: CameraPose) throws -> (Double, Double) {
        let ground = try place(pixel, camera: camera, pose: pose).get()
        let offset = LocalPlane(origin: duisburg).offset(to: ground.position)
        return (offset.north, offset.east)
    }
    private func expect(_ offset: (Double, Double), _ north: Double, _ east: Double) {
        #expect((offset.0 - north).magnitude < 0.01 && (offset.1 - east).magnitude < 0.01, "\(offset)")
    }

    @Test func boresightTurnsTheViewAboutTheCamerasOwnAxes() throws {
        let middle = ImagePoint(x: 80, y: 60)
        var camera = try #require(CameraModel(width: 160, height: 120, horizontalFieldOfViewDegrees: 90))
        camera.boresight = Boresight(pitchDegrees: 10)
        // Toward the picture's top, which is the nose: 60·tan 10°.
        expect(try offset(middle, camera, pose()), 10.580, 0)
        camera.boresight = Boresight(yawDegrees: 10)
        expect(try offset(middle, camera, pose()), 0, 10.580)
        expect(try offset(middle, camera, pose(yaw: 90)), -10.580, 0)
        // The same on a gimbal, whatever the drone does.
        expect(try offset(middle, camera, pose(roll: 20, yaw: 30, gimbalPitch: -90, gimbalYaw: 90)), -10.580, 0)
        // About the line of sight: what is at the picture's right is now found a quarter further round.
        camera.boresight = Boresight(rollDegrees: 30)
        expect(try offset(middle, camera, pose()), 0, 0)
        let right = try offset(ImagePoint(x: 120, y: 60), camera, pose())
        expect(right, -15, 25.981)
    }

    @Test func leverArmMovesTheEye() throws {
        var camera = try #require(CameraModel(width: 160, height: 120, horizontalFieldOfViewDegrees: 90))
        camera.leverArm = LeverArm(forwardMetres: 2, rightMetres: 1, downMetres: 4)
        expect(try offset(ImagePoint(x: 80, y: 60), camera, pose()), 2, 1)
        expect(try offset(ImagePoint(x: 80, y: 60), camera, pose(yaw: 90)), -1, 2)
        // 4 m lower, a pixel is less wide: 56/80.
        expect(try offset(ImagePoint(x: 120, y: 60), camera, pose()), 2, 29)
        #expect(place(ImagePoint(x: 80, y: 60), camera: camera, pose: pose(height: 3)) == .failure(.heightUnknown))
    }

    @Test func focalLengthsAndPrincipalPointCount() throws {
        let camera = try #require(
            CameraModel(
                width: 160, height: 120, focalLengthPixels: 80, focalLengthDownPixels: 40,
                principalPoint: ImagePoint(x: 90, y: 50)))
        expect(try offset(ImagePoint(x: 90, y: 50), camera, pose()), 0, 0)
        expect(try offset(ImagePoint(x: 130, y: 30), camera, pose()), 30, 30)
        let doubled = try #require(camera.resized(width: 320, height: 240))
        expect(try offset(ImagePoint(x: 260, y: 60), doubled, pose()), 30, 30)
        #expect(camera.resized(width: 320, height: 180) == nil)
        #expect(camera.resized(width: 0, height: 0) == nil)
    }

    @Test func placeAndProjectAreReverses() throws {
        var random = SplitMix(seed: 3)
        func within(_ limit: Double) -> Double { .random(in: -limit...limit, using: &random) }
        var placed = 0
        for _ in 0..<2_000 {
            let lens = try #require(
                LensDistortion(k1: within(0.2), k2: within(0.05), p1: within(0.002), p2: within(0.002)))
            let camera = try #require(
                CameraModel(
                    width: 640, height: 512, focalLengthPixels: 700 + within(200), distortion: lens,
                    mountPitchDegrees: -60 + within(30),
                    boresight: Boresight(rollDegrees: within(8), pitchDegrees: within(8), yawDegrees: within(8)),
                    leverArm: LeverArm(forwardMetres: within(1), rightMetres: within(1), downMetres: within(1))))
            let hasGimbal = Bool.random(using: &random)
            let pose = pose(
                height: 50 + within(30), roll: within(15), pitch: within(15), yaw: within(180),
                gimbalPitch: hasGimbal ? -70 + within(20) : .nan, gimbalYaw: hasGimbal ? within(180) : .nan)
            let pixel = ImagePoint(x: 320 + within(320), y: 256 + within(256))
            guard case .success(let ground) = place(pixel, camera: camera, pose: pose) else { continue }
            placed += 1
            let back = try #require(project(ground.position, camera: camera, pose: pose))
            #expect((back.x - pixel.x).magnitude < 1e-4 && (back.y - pixel.y).magnitude < 1e-4, "\(pixel) \(back)")
        }
        #expect(placed > 1_000)
    }

    @Test func whatIsBehindOrUnknownHasNoPixel() throws {
        let camera = try #require(CameraModel(width: 160, height: 120, horizontalFieldOfViewDegrees: 57))
        #expect(project(duisburg, aboveMetres: 61, camera: camera, pose: pose()) == nil)
        #expect(project(duisburg, camera: camera, pose: pose(yaw: .nan)) == nil)
        #expect(project(duisburg, camera: camera, pose: pose(height: .nan)) == nil)
        #expect(project(GeodeticPosition(latitude: .nan, longitude: 7), camera: camera, pose: pose()) == nil)
        let below = try #require(
            project(duisburg, camera: camera, pose: pose(yaw: .nan, gimbalPitch: -90, gimbalYaw: 5)))
        #expect((below.x - 80).magnitude < 1e-9 && (below.y - 60).magnitude < 1e-9)
    }

    @Test func refusesImpossibleParts() {
        func camera(focal: Double = 100, x: Double = 80, boresight: Double = 0, lever: Double = 0) -> CameraModel? {
            CameraModel(
                width: 160, height: 120, focalLengthPixels: focal, principalPoint: ImagePoint(x: x, y: 60),
                boresight: Boresight(yawDegrees: boresight), leverArm: LeverArm(downMetres: lever))
        }
        #expect(camera() != nil)
        for focal in [0, -1, .nan, .infinity, 1e9] { #expect(camera(focal: focal) == nil) }
        for x in [Double.nan, 1e5, -1e9] { #expect(camera(x: x) == nil) }
        for angle in [Double.nan, 46, -46] { #expect(camera(boresight: angle) == nil) }
        for length in [Double.nan, 101] { #expect(camera(lever: length) == nil) }
    }

    @Test func aCalibrationStatesItsOwnErrors() throws {
        let calibration = CameraCalibration(
            name: "", camera: try #require(CameraModel(width: 160, height: 120, horizontalFieldOfViewDegrees: 90)),
            timeOffsetMilliseconds: 0,
            uncertainty: CalibrationUncertainty(
                focalLengthPercent: 2, boresightDegrees: 2, timeOffsetMilliseconds: 100))
        let middle = calibration.errors(at: ImagePoint(x: 80, y: 60), flight: .typical, groundSpeed: 5)
        #expect((middle.motionMetres - 0.5).magnitude < 1e-9)
        #expect((middle.tiltDegrees - 5.0.squareRoot()).magnitude < 1e-9)
        #expect(middle.yawDegrees == PlacementErrors.typical.yawDegrees)
        // 45° off the axis 2 % of the focal length are 0.01 rad.
        let edge = calibration.errors(at: ImagePoint(x: 160, y: 60), flight: .typical, groundSpeed: .nan)
        #expect((edge.motionMetres - 0.8).magnitude < 1e-9)
        #expect((edge.tiltDegrees - (5 + 0.57296 * 0.57296).squareRoot()).magnitude < 1e-4)
    }
}
