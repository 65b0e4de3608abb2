import Foundation
import Geodesy
import Testing

struct PlacementTests {
    private let duisburg = GeodeticPosition(latitude: 51.4565, longitude: 6.7330)

    /// Metres east and north of the drone, or the failure.
    private func offset(
        x: Double, y: Double, mountPitch: Double = -90, height: Double = 60, roll: Double = 0, pitch: Double = 0,
        yaw: Double = 0, gimbalPitch: Double? = nil, gimbalYaw: Double? = nil
    ) throws -> (east: Double, north: Double) {
        let camera = try #require(
            CameraModel(width: 160, height: 120, horizontalFieldOfViewDegrees: 90, mountPitchDegrees: mountPitch))
        let ground = try place(
            pixelX: x, pixelY: y, camera: camera, latitude: duisburg.latitude, longitude: duisburg.longitude,
            heightMetres: height, rollDegrees: roll, pitchDegrees: pitch, yawDegrees: yaw, gimbalPitch: gimbalPitch,
            gimbalYaw: gimbalYaw
        ).get()
        return LocalPlane(origin: duisburg).offset(to: ground.position)
    }
    private func expect(_ offset: (east: Double, north: Double), _ east: Double, _ north: Double) {
        #expect((offset.east - east).magnitude < 0.01 && (offset.north - north).magnitude < 0.01)
    }

    @Test func looksStraightDown() throws {
        expect(try offset(x: 80, y: 60), 0, 0)
        // 90° over 160 px: a pixel is 1/80 of the height.
        expect(try offset(x: 120, y: 60), 30, 0)
        expect(try offset(x: 80, y: 20), 0, 30)
        expect(try offset(x: 80, y: 20, yaw: 90), 30, 0)
        expect(try offset(x: 120, y: 60, yaw: 180), -30, 0)
    }
    @Test func leansWithTheDroneOrNotWithAGimbal() throws {
        // Nose up 30° moves the view forward by h·tan 30°; right wing down moves it to the left.
        expect(try offset(x: 80, y: 60, pitch: 30), 0, 34.641)
        expect(try offset(x: 80, y: 60, roll: 30), -34.641, 0)
        expect(try offset(x: 80, y: 60, roll: 30, pitch: 30, gimbalPitch: -90, gimbalYaw: 0), 0, 0)
        expect(try offset(x: 80, y: 60, yaw: 200, gimbalPitch: -45, gimbalYaw: 90), 60, 0)
        expect(try offset(x: 80, y: 60, mountPitch: -45), 0, 60)
        expect(try offset(x: 80, y: 60, mountPitch: -60, pitch: 15), 0, 60)
        // A gimbal that says nothing is none.
        expect(try offset(x: 80, y: 60, pitch: 30, gimbalPitch: .nan), 0, 34.641)
    }
    @Test func saysWhyThereIsNoPlace() throws {
        #expect(throws: PlacementFailure.aboveHorizon) { try offset(x: 80, y: 60, mountPitch: 0) }
        #expect(throws: PlacementFailure.heightUnknown) { try offset(x: 80, y: 60, height: 0) }
        #expect(throws: PlacementFailure.heightUnknown) { try offset(x: 80, y: 60, height: .nan) }
        #expect(throws: PlacementFailure.attitudeUnknown) { try offset(x: 80, y: 60, yaw: .nan) }
        #expect(throws: PlacementFailure.attitudeUnknown) { try offset(x: 80, y: 60, roll: .nan) }
        #expect(throws: PlacementFailure.positionUnknown) { try offset(x: .infinity, y: 60) }
        let failure = #expect(throws: PlacementFailure.self) { try offset(x: 80, y: 60, mountPitch: -39) }
        if case .tooOblique(let degrees) = failure { #expect((degrees - 51).magnitude < 1e-6) } else { Issue.record() }
    }
    @Test func radiusGrowsAsTheMonteCarloOfTheTypicalSetupDid() throws {
        // 1°, 3°, 2 m, 1.5 m an axis at 60 m gave 90 % radii of 4.0, 5.4 and 7.6 m at 0, 30 and 45 degrees.
        let camera = try #require(CameraModel(width: 640, height: 512, horizontalFieldOfViewDegrees: 40))
        for (tilt, radius) in [(0.0, 4.0), (30, 5.4), (45, 7.6)] {
            let ground = try place(
                pixelX: 320, pixelY: 256, camera: camera, latitude: 51, longitude: 7, heightMetres: 60, rollDegrees: 0,
                pitchDegrees: tilt, yawDegrees: 10
            ).get()
            #expect((ground.radiusMetres - radius).magnitude < 0.3)
            #expect((ground.offNadirDegrees - tilt).magnitude < 1e-6)
        }
    }
    @Test func refusesImpossibleCameras() {
        #expect(CameraModel(width: 0, height: 1, horizontalFieldOfViewDegrees: 50) == nil)
        #expect(CameraModel(width: 1, height: 1, horizontalFieldOfViewDegrees: 180) == nil)
        #expect(CameraModel(width: 1, height: 1, horizontalFieldOfViewDegrees: .nan) == nil)
        #expect(CameraModel(width: 1, height: 1, horizontalFieldOfViewDegrees: 50, mountPitchDegrees: .nan) == nil)
    }
}

struct ErrorEllipseTests {
    private func ellipse(pitch: Double, yaw: Double, errors: PlacementErrors = .typical) throws -> ErrorEllipse {
        let camera = try #require(CameraModel(width: 640, height: 512, horizontalFieldOfViewDegrees: 40))
        return try place(
            ImagePoint(x: 320, y: 256), camera: camera,
            pose: CameraPose(
                position: GeodeticPosition(latitude: 51, longitude: 7), heightMetres: 60, rollDegrees: 0,
                pitchDegrees: pitch, yawDegrees: yaw), errors: errors
        ).get().ellipse
    }

    @Test func isACircleStraightDown() throws {
        let down = try ellipse(pitch: 0, yaw: 30)
        #expect((down.semiMajorMetres - down.semiMinorMetres).magnitude < 1e-9)
        // 1° at 60 m, 1.5 m of position and 0.4 m of motion: 1.87 m on each axis.
        #expect((down.semiMajorMetres - 2.146 * 1.872).magnitude < 0.02)
    }
    @Test func stretchesAlongTheLineOfSightOrAcross() throws {
        // Height counts along the line of sight, direction across it.
        let along = PlacementErrors(
            tiltDegrees: 0, yawDegrees: 0, heightMetres: 2, positionMetres: 0.1, motionMetres: 0)
        let across = PlacementErrors(
            tiltDegrees: 0, yawDegrees: 3, heightMetres: 0, positionMetres: 0.1, motionMetres: 0)
        for yaw in [0.0, 40, 90, 179, 200, 330] {
            let far = try ellipse(pitch: 45, yaw: yaw, errors: along)
            let aside = try ellipse(pitch: 45, yaw: yaw, errors: across)
            func off(_ direction: Double, _ from: Double) -> Double {
                let turn = (direction - from).truncatingRemainder(dividingBy: 180)
                return min(turn.magnitude, 180 - turn.magnitude)
            }
            #expect(off(far.directionDegrees, yaw) < 1e-6 && off(aside.directionDegrees, yaw + 90) < 1e-6)
            #expect((0..<180).contains(far.directionDegrees) && (0..<180).contains(aside.directionDegrees))
            #expect((far.semiMajorMetres - 2.146 * 2).magnitude < 0.02)
            #expect((aside.semiMajorMetres - 2.146 * 60 * 3 * .pi / 180).magnitude < 0.02)
            let (east, north) = (sin(yaw * .pi / 180), cos(yaw * .pi / 180))
            #expect(far.contains(east: 4 * east, north: 4 * north) && !far.contains(east: -4 * north, north: 4 * east))
        }
    }

    /// There and back: the pixel of what a pixel sees is that pixel, and `project` says the same by way of the ellipsoid.
    @Test(arguments: [(0.0, 0.0, 0.0), (5, -12, 200), (-8, 8, 77)])
    func aViewFindsThePixelAgain(roll: Double, pitch: Double, yaw: Double) throws {
        let camera = try #require(
            CameraModel(width: 640, height: 512, horizontalFieldOfViewDegrees: 45, mountPitchDegrees: -80))
        let pose = CameraPose(
            position: GeodeticPosition(latitude: 51.45, longitude: 6.73), heightMetres: 60, rollDegrees: roll,
            pitchDegrees: pitch, yawDegrees: yaw)
        let view = try CameraView(of: camera, at: pose)
        for pixel in [ImagePoint(x: 320, y: 256), ImagePoint(x: 3, y: 500), ImagePoint(x: 610.5, y: 40.25)] {
            let point = try view.point(at: pixel)
            let back = try #require(view.pixel(east: point.east, north: point.north))
            #expect(abs(back.x - pixel.x) < 1e-6 && abs(back.y - pixel.y) < 1e-6)
            let place = LocalPlane(origin: pose.position).position(east: point.east, north: point.north)
            let projected = try #require(project(place, camera: camera, pose: pose))
            #expect(abs(projected.x - pixel.x) < 0.01 && abs(projected.y - pixel.y) < 0.01)
        }
    }
}
