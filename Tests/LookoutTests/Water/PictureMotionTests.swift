import FlightTypes
import Geodesy
import HotspotDetection
import Testing

@testable import Lookout

/// How the water moves in the picture. WeakHead's camera covers 0.4525 m with a pixel from 40 m; nose and picture's top are north.
@Suite struct PictureMotionTests {
    private let camera = CameraModel(width: 96, height: 72, horizontalFieldOfViewDegrees: 57)
    private static let pixel = 0.4525

    private func frame(
        _ number: Int, east: Double = 0, north: Double = 0, quality: Pose.Quality = .interpolated
    ) -> ThermalFrame {
        let home = LocalPlane(origin: WeakHead.home).position(east: east, north: north)
        return WeakHead.frame(number, head: false, quality: quality, home: home)
    }
    private func isNear(_ value: Float, _ wanted: Double) -> Bool { abs(Double(value) - wanted) < 0.01 }

    @Test func aHoverShowsTheCurrent() throws {
        var motion = PictureMotion(current: WeakHead.current)
        #expect(motion.motion(to: frame(0), camera: camera) == nil, "the first has none before it")
        let told = motion.motion(to: frame(1), camera: camera)
        let seen = try #require(told)
        #expect(isNear(seen.groundX, 0) && isNear(seen.groundY, 0) && isNear(seen.waterY, 0))
        #expect(isNear(seen.waterX, 1.5 / 8 / Self.pixel) && isNear(seen.reach, 0.25 / 8 / Self.pixel))
    }

    @Test func theDronesOwnMotionIsReversed() throws {
        var motion = PictureMotion(current: WeakHead.current)
        _ = motion.motion(to: frame(0), camera: camera)
        // With the water, and a metre to the north.
        let told = motion.motion(to: frame(1, east: 1.5 / 8, north: 1), camera: camera)
        let seen = try #require(told)
        #expect(isNear(seen.groundX, -1.5 / 8 / Self.pixel) && isNear(seen.groundY, 1 / Self.pixel))
        #expect(isNear(seen.waterX, 0) && isNear(seen.waterY, 1 / Self.pixel))
    }

    @Test func anUnknownCurrentIsAReach() throws {
        var motion = PictureMotion(current: nil)
        _ = motion.motion(to: frame(0), camera: camera)
        let told = motion.motion(to: frame(2), camera: camera)
        let seen = try #require(told)
        #expect(isNear(seen.waterX, 0) && isNear(seen.waterY, 0) && isNear(seen.reach, 2.0 / 4 / Self.pixel))
    }

    @Test func withoutPoseCameraOrTimeThereIsNone() {
        var motion = PictureMotion(current: WeakHead.current)
        _ = motion.motion(to: frame(0), camera: camera)
        #expect(motion.motion(to: frame(1, quality: .none), camera: camera) == nil)
        #expect(motion.motion(to: frame(2), camera: camera) == nil, "the one before had no pose")
        #expect(motion.motion(to: frame(3), camera: camera) != nil)
        #expect(motion.motion(to: frame(4), camera: nil) == nil)
        _ = motion.motion(to: frame(5), camera: camera)
        #expect(motion.motion(to: frame(5), camera: camera) == nil, "no time between")
        #expect(motion.motion(to: frame(4), camera: camera) == nil, "back in time")
        #expect(motion.motion(to: frame(20), camera: camera) == nil, "two seconds")
    }
}
