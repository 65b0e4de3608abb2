import TestSupport
import Testing

@testable import Geodesy

struct RegistrationTests {
    private func cameras() throws -> (thermal: CameraModel, visible: CameraModel) {
        let thermal = try #require(CameraModel(width: 160, height: 120, horizontalFieldOfViewDegrees: 57))
        let visible = try #require(CameraModel(width: 1280, height: 720, focalLengthPixels: 1000))
        return (thermal, visible)
    }

    @Test func oneAxisOnePlaceIsOneScale() throws {
        let (thermal, visible) = try cameras()
        let pixel = try #require(
            registered(pixel: ImagePoint(x: 100, y: 50), from: thermal, to: visible, height: 40))
        let scale = 1000 / thermal.focalLengthPixels
        #expect((pixel.x - (640 + 20 * scale)).magnitude < 1e-9 && (pixel.y - (360 - 10 * scale)).magnitude < 1e-9)
    }

    @Test func sideBySideTheShiftShrinksWithTheHeight() throws {
        var (thermal, visible) = try cameras()
        thermal.leverArm = LeverArm(rightMetres: 0.1)
        visible.leverArm = LeverArm(forwardMetres: 0.05)
        for height in [5.0, 10, 80] {
            // Below the thermal camera: 0.1 m right of and 0.05 m behind the visible one.
            let pixel = try #require(
                registered(pixel: ImagePoint(x: 80, y: 60), from: thermal, to: visible, height: height))
            #expect((pixel.x - (640 + 100 / height)).magnitude < 1e-9)
            #expect((pixel.y - (360 + 50 / height)).magnitude < 1e-9)
        }
    }

    /// What both cameras say of one place on the ground is the truth.
    @Test func agreesWithBothCamerasViewOfTheGround() throws {
        var random = SplitMix(seed: 9)
        func within(_ limit: Double) -> Double { .random(in: -limit...limit, using: &random) }
        let drone = GeodeticPosition(latitude: 51.4565, longitude: 6.7330)
        for _ in 0..<500 {
            func camera(_ width: Int, _ height: Int, _ focal: Double) throws -> CameraModel {
                let lens = try #require(LensDistortion(k1: within(0.15), k2: within(0.03), p1: within(0.001)))
                return try #require(
                    CameraModel(
                        width: width, height: height, focalLengthPixels: focal, distortion: lens,
                        mountPitchDegrees: -75 + within(15),
                        boresight: Boresight(rollDegrees: within(3), pitchDegrees: within(3), yawDegrees: within(3)),
                        leverArm: LeverArm(forwardMetres: within(0.3), rightMetres: within(0.3), downMetres: 0.1)))
            }
            let thermal = try camera(160, 120, 150), visible = try camera(1280, 720, 1100)
            let pose = CameraPose(
                position: drone, heightMetres: 30 + within(20), rollDegrees: within(8), pitchDegrees: within(8),
                yawDegrees: within(180))
            let pixel = ImagePoint(x: 80 + within(70), y: 60 + within(50))
            guard case .success(let ground) = place(pixel, camera: thermal, pose: pose),
                let expected = project(ground.position, camera: visible, pose: pose)
            else { continue }
            let found = try #require(
                registered(
                    pixel: pixel, from: thermal, to: visible, height: pose.heightMetres,
                    rollDegrees: pose.rollDegrees, pitchDegrees: pose.pitchDegrees))
            #expect((found.x - expected.x).magnitude < 1e-3 && (found.y - expected.y).magnitude < 1e-3)
            let back = try #require(
                registered(
                    pixel: found, from: visible, to: thermal, height: pose.heightMetres,
                    rollDegrees: pose.rollDegrees, pitchDegrees: pose.pitchDegrees))
            #expect((back.x - pixel.x).magnitude < 1e-6 && (back.y - pixel.y).magnitude < 1e-6)
        }
    }

    @Test func whatDoesNotMeetThePlaneHasNoPixel() throws {
        let (thermal, visible) = try cameras()
        let middle = ImagePoint(x: 80, y: 60)
        #expect(registered(pixel: middle, from: thermal, to: visible, height: 0) == nil)
        #expect(registered(pixel: middle, from: thermal, to: visible, height: .nan) == nil)
        #expect(registered(pixel: ImagePoint(x: .nan, y: 0), from: thermal, to: visible, height: 10) == nil)
        #expect(registered(pixel: middle, from: thermal, to: visible, height: 10, pitchDegrees: 95) == nil)
        var forward = visible
        forward.mountPitchDegrees = 0
        #expect(registered(pixel: middle, from: thermal, to: forward, height: 10) == nil)
        var low = thermal
        low.leverArm = LeverArm(downMetres: 11)
        #expect(registered(pixel: middle, from: low, to: visible, height: 10) == nil)
    }
}
